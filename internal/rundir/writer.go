package rundir

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Writer appends the facts of a run that is under way. Every line goes to the
// operating system at once, unbuffered: there are a few a second, and a run
// that is killed loses none of them. It is safe for concurrent use.
type Writer struct {
	dir  *Dir
	hits hitsWriter

	mu    sync.Mutex
	files map[string]*os.File
	err   error // the first of these files; nothing is written to them after it
}

// Create makes the directory ROOT/RUN with the manifest and the scenario in
// it. Format, ScenarioHash and Environment of the manifest need not be set.
func Create(root string, m Manifest, scenario []byte) (*Writer, error) {
	dir := &Dir{path: filepath.Join(root, m.Run)}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir.path, 0o755); errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s is there already: another run of the scenario began in the same second (start it again)", dir.path)
	} else if err != nil {
		return nil, err
	}
	m.Format = Format
	sum := sha256.Sum256(scenario)
	m.ScenarioHash = hex.EncodeToString(sum[:])
	m.Environment = environment()
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		replace(filepath.Join(dir.path, scenarioFile), scenario),
		replace(filepath.Join(dir.path, manifestFile), append(text, '\n')))
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, hits: hitsWriter{path: filepath.Join(dir.path, hitsFile)}, files: make(map[string]*os.File)}
	for _, name := range []string{secondsFile, readingsFile, eventsFile, warningsFile} {
		file, err := os.OpenFile(filepath.Join(dir.path, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
		w.files[name] = file
	}
	return w, nil
}

// Dir returns the directory that is written.
func (w *Writer) Dir() *Dir { return w.dir }

// WriteSecond appends a part of a second.
func (w *Writer) WriteSecond(s timeline.Second) error { return w.append(secondsFile, s) }

// WriteReading appends a reading.
func (w *Writer) WriteReading(r timeline.Reading) error { return w.append(readingsFile, r) }

// WriteEvent appends an event.
func (w *Writer) WriteEvent(e timeline.Event) error {
	return w.append(eventsFile, eventLine{Event: &e})
}

// WriteGap appends a gap.
func (w *Writer) WriteGap(g timeline.Gap) error {
	return w.append(eventsFile, eventLine{Event: &timeline.Event{At: g.From, Source: g.Source, Kind: gapKind, Text: g.Cause}, To: &g.To})
}

// WriteWarning appends what weakens the run's conclusions.
func (w *Writer) WriteWarning(text string) error { return w.append(warningsFile, text) }

// append writes one line, whole or as the last.
func (w *Writer) append(name string, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		_, w.err = w.files[name].Write(append(line, '\n'))
	}
	return w.err
}

// Close returns the first error of the writer's life, and the first of the hits'.
// Writing after it fails.
func (w *Writer) Close() error {
	hits := w.hits.close()
	w.mu.Lock()
	defer w.mu.Unlock()
	err := errors.Join(w.err, hits)
	for _, file := range w.files {
		err = errors.Join(err, file.Close())
	}
	if w.err == nil {
		w.err = os.ErrClosed
	}
	return err
}
