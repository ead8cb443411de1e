package rundir

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// gapKind marks a line of events.ndjson that is a gap; its "to" is the end.
const gapKind = "gap"

type eventLine struct {
	*timeline.Event
	To *timeline.Offset `json:"to,omitempty"`
}

// Timeline reads every fact of the run, in time order. A last line without its
// end is passed over: the run was killed while it was being written.
func (d *Dir) Timeline() (timeline.Timeline, error) {
	manifest, err := d.Manifest()
	if err != nil {
		return timeline.Timeline{}, err
	}
	t := timeline.Timeline{Start: manifest.Started}
	seconds, once := make(map[int]*timeline.Second), make(words)
	err = errors.Join(
		readLines(d, secondsFile, func(s timeline.Second) error {
			if err := checkSecond(s); err != nil {
				return err
			}
			if sum, ok := seconds[s.Second]; ok {
				sum.Add(s)
				sum.Compact()
				return nil
			}
			s.Compact()
			seconds[s.Second] = &s
			return nil
		}),
		readLines(d, readingsFile, func(r timeline.Reading) error {
			r.Source, r.Name = once.word(r.Source), once.word(r.Name)
			t.Readings = append(t.Readings, r)
			return checkReading(r)
		}),
		readLines(d, eventsFile, func(line eventLine) error {
			if line.Event == nil {
				return errors.New("line is no event")
			}
			if line.Kind == gapKind && line.To != nil {
				gap := timeline.Gap{From: line.At, To: *line.To, Source: line.Source, Cause: line.Text}
				t.Gaps = append(t.Gaps, gap)
				return checkGap(gap)
			}
			t.Events = append(t.Events, *line.Event)
			return checkEvent(*line.Event)
		}))
	for _, s := range seconds {
		t.Seconds = append(t.Seconds, *s)
	}
	slices.SortFunc(t.Seconds, func(a, b timeline.Second) int { return cmp.Compare(a.Second, b.Second) })
	slices.SortStableFunc(t.Readings, func(a, b timeline.Reading) int { return cmp.Compare(a.At, b.At) })
	slices.SortStableFunc(t.Events, func(a, b timeline.Event) int { return cmp.Compare(a.At, b.At) })
	t.Gaps = append(t.Gaps, unendedGaps(t)...)
	slices.SortStableFunc(t.Gaps, func(a, b timeline.Gap) int { return cmp.Compare(a.From, b.From) })
	return t, err
}

// Warnings reads the warnings that the run wrote down.
func (d *Dir) Warnings() ([]string, error) {
	var warnings []string
	err := readLines(d, warningsFile, func(text string) error {
		warnings = append(warnings, text)
		return nil
	})
	return warnings, err
}

// words keeps one copy of each word that lines use again and again.
type words map[string]string

func (w words) word(text string) string {
	if own, ok := w[text]; ok {
		return own
	}
	w[text] = text
	return text
}

// readLines decodes a file line by line. A missing file has no lines.
func readLines[T any](d *Dir, name string, add func(T) error) error {
	path := filepath.Join(d.path, name)
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 256<<10)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil // what is left has no line end: torn
		}
		if err != nil {
			return err
		}
		var value T
		if err := json.Unmarshal(bytes.TrimSpace(line), &value); err != nil {
			return fmt.Errorf("%s:%d: %w", path, number, plain(err))
		}
		if err := add(value); err != nil {
			return fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
}

// plain says what is wrong with JSON text in words of the file, not of the
// program that reads it.
func plain(err error) error {
	var kind *json.UnmarshalTypeError
	var instant *time.ParseError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: it cannot be of type %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("a value of type %s is not what belongs here", kind.Value)
	case errors.As(err, &instant):
		return fmt.Errorf("%q is not an instant such as 2026-12-01T12:54:00Z", instant.Value)
	}
	return err
}
