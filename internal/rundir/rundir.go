// Package rundir keeps one run on disk, and is the only code that knows the
// file names and encodings.
//
// Facts are appended as they come, one JSON value a line. A run killed at any
// instant keeps every line written before; a torn last line is passed over by
// the reader. Lines of seconds.ndjson are deltas: several may name one second,
// and reading adds them up.
//
//	manifest.json    what, where, when; no secret
//	scenario.yaml    the scenario as run, secrets masked
//	seconds.ndjson   timeline.Second deltas
//	readings.ndjson  timeline.Reading
//	events.ndjson    timeline.Event, and timeline.Gap as kind "gap"
//	warnings.ndjson  what weakens the conclusions without preventing them
//	hits.ndjson.zst  every request sent, in vegeta's JSON; only where asked for
//
// Renderings such as report.html are written beside them by package report.
package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Format is the version of the run directory that this package writes; it
// reads no other.
const Format = 1

const (
	manifestFile = "manifest.json"
	scenarioFile = "scenario.yaml"
	secondsFile  = "seconds.ndjson"
	readingsFile = "readings.ndjson"
	eventsFile   = "events.ndjson"
	warningsFile = "warnings.ndjson"
	hitsFile     = "hits.ndjson.zst"
)

// Manifest says what was run, where and when. It holds no secret.
type Manifest struct {
	Format       int               `json:"format"`
	Tool         string            `json:"tool"` // onair's version
	Run          string            `json:"run"`  // the run's name, also its directory's
	Scenario     string            `json:"scenario"`
	ScenarioHash string            `json:"scenario_sha256"` // of scenario.yaml as stored
	Started      time.Time         `json:"started"`         // offset 0
	Hosts        []string          `json:"hosts"`           // contacted by load, and the Prometheus servers that were asked
	Caps         Caps              `json:"caps"`
	Environment  map[string]string `json:"environment"`
}

// Caps are the safety limits that applied.
type Caps struct {
	Rate            float64 `json:"rate"`
	InFlight        int     `json:"in_flight"`
	Requests        uint64  `json:"requests"`
	DurationSeconds float64 `json:"duration"`
}

// ErrNotRun is wrapped by the error of opening what is no run directory.
var ErrNotRun = errors.New("not a run directory")

// Dir is one run directory.
type Dir struct{ path string }

// Name returns the name of a run of the scenario that starts at start.
func Name(scenario string, start time.Time) string {
	return scenario + "-" + start.UTC().Format("20060102T150405Z")
}

// Open opens an existing run directory. The error says what a directory lacks
// to be one.
func Open(path string) (*Dir, error) {
	d := &Dir{path: path}
	if _, err := d.Manifest(); err != nil {
		return nil, err
	}
	return d, nil
}

// Path returns where the directory is.
func (d *Dir) Path() string { return d.path }

// Manifest reads what was run.
func (d *Dir) Manifest() (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(d.path, manifestFile))
	if errors.Is(err, os.ErrNotExist) {
		return m, fmt.Errorf("%s: %w (it has no %s)", d.path, ErrNotRun, manifestFile)
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return m, fmt.Errorf("%s: %w (it is a file: name the folder of a run)", d.path, ErrNotRun)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", filepath.Join(d.path, manifestFile), plain(err))
	}
	if m.Format != Format {
		return m, fmt.Errorf("%s: run directory format %d (this onair reads %d)", d.path, m.Format, Format)
	}
	return m, nil
}

// Scenario reads the scenario as it was run.
func (d *Dir) Scenario() ([]byte, error) {
	return os.ReadFile(filepath.Join(d.path, scenarioFile))
}

// WriteRendering writes one file made from the run, such as report.html,
// replacing an older one whole or not at all.
func (d *Dir) WriteRendering(name string, content []byte) error {
	if name != filepath.Base(name) {
		return fmt.Errorf("rendering %q is not a plain file name", name)
	}
	return replace(filepath.Join(d.path, name), content)
}

func replace(path string, content []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	_, err = part.Write(content)
	err = errors.Join(err, part.Chmod(0o644), part.Close())
	if err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
