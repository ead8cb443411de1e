// Package diary keeps what observers tell as lines, so that tests of theirs can
// say what should have been told, and when.
package diary

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Diary is a Sink that writes what it is told as lines, with times since the
// start. Not safe for concurrent use: simulated time has one observer in it.
type Diary struct {
	Lines []string
	Specs []string // how the fleet is scaled, or what is in front of it, apart from all else
}

func (d *Diary) line(format string, a ...any) error {
	d.Lines = append(d.Lines, fmt.Sprintf(format, a...))
	return nil
}

func since(o timeline.Offset) time.Duration { return time.Duration(o).Round(time.Millisecond) }

// WriteReading keeps when, what and how much.
func (d *Diary) WriteReading(r timeline.Reading) error {
	return d.line("%v %s %v", since(r.At), r.Name, r.Value)
}

// WriteEvent keeps when, what, of which unit, and the words.
func (d *Diary) WriteEvent(e timeline.Event) error {
	if e.Spec != "" {
		d.Specs = append(d.Specs, fmt.Sprintf("%v %s", since(e.At), e.Spec))
		return nil
	}
	return d.line("%v %s [%s] %s", since(e.At), e.Kind, e.Unit, e.Text)
}

// WriteGap keeps from when to when, and why.
func (d *Diary) WriteGap(g timeline.Gap) error {
	return d.line("gap %v to %v: %s", since(g.From), since(g.To), g.Cause)
}

// Without leaves out the lines that hold any of the words.
func (d *Diary) Without(words ...string) []string {
	return slices.DeleteFunc(slices.Clone(d.Lines), func(line string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) })
	})
}
