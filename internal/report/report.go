// Package report renders one finished run in every format.
//
// A Report is made from a run directory alone, so that it can be made again at
// any time, and all renderings read the same value:
//
//	run directory --> Report --> summary.json        for machines
//	                         --> Text                for the terminal
//	                         --> report.md           for a pull request or job summary
//	                         --> junit.xml           for a CI server
//	                         --> report.html         one file with all pictures in it
//	                         --> headroom, timeline, scaling, rate, law, layers, plan:
//	                             pictures, as SVG and PNG (plate.go)
//
// Nothing is computed here that is not in the Report: what the facts mean is
// package capacity's. Every number a reader sees is written by package figure, in
// as many figures as it takes to stand on the true side of its limit.
package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Report is one run: what was planned, what was measured, what it means.
type Report struct {
	Manifest rundir.Manifest
	Scenario *scenario.Scenario
	Timeline timeline.Timeline
	Result   capacity.Result
	Path     string // of the run directory; empty where there is none

	Plan   *Planned // of the scenario's own airing; nil: none was made
	NoPlan string   // why there is none, in a sentence; empty where nothing is to air
}

// New puts the parts of a report together.
func New(manifest rundir.Manifest, s *scenario.Scenario, t timeline.Timeline, r capacity.Result) *Report {
	return &Report{Manifest: manifest, Scenario: s, Timeline: t, Result: r}
}

// Read makes the report of a run from its directory. The plateaus of the runs
// that with names, against the same staging, count as the run's own.
func Read(dir *rundir.Dir, with ...*rundir.Dir) (*Report, error) {
	r, err := ReadFacts(dir, with...)
	if err != nil {
		return nil, err
	}
	r.plan()
	r.warnOfBoxes()
	return r, nil
}

// ReadFacts is Read for what shows neither plan nor pictures of the run: it simulates
// nothing.
func ReadFacts(dir *rundir.Dir, with ...*rundir.Dir) (*Report, error) {
	manifest, err := dir.Manifest()
	if err != nil {
		return nil, err
	}
	s, err := storedScenario(dir)
	if err != nil {
		return nil, err
	}
	question := s.Question()
	plateaus, added, err := pooled(dir, question.Fleets, with)
	if err != nil {
		return nil, err
	}
	question.Plateaus = plateaus
	t, err := dir.Timeline()
	if err != nil {
		return nil, err
	}
	warnings, err := dir.Warnings()
	if err != nil {
		return nil, err
	}
	result := capacity.Analyze(t, question)
	t.Gaps = slices.SortedStableFunc(slices.Values(slices.Concat(t.Gaps, result.Holes)), func(a, b timeline.Gap) int { return cmp.Compare(a.From, b.From) })
	result.Warnings = slices.Concat(result.Warnings, added, warnings)
	r := New(manifest, s, t, result)
	r.Path = dir.Path()
	return r, nil
}

// storedScenario is the scenario as it was run.
func storedScenario(dir *rundir.Dir) (*scenario.Scenario, error) {
	text, err := dir.Scenario()
	if err != nil {
		return nil, err
	}
	s, err := scenario.Parse("scenario.yaml", dir.Path(), text, scenario.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir.Path(), err)
	}
	return s, nil
}

// rendering is a file of the run directory that is made from its facts.
type rendering struct {
	name   string
	encode func() ([]byte, error)
}

// renderings are all the files of the report.
func (r *Report) renderings() []rendering {
	plates := r.plates()
	all := []rendering{
		{"summary.json", written(r.JSON)},
		{"report.md", written(r.Markdown)},
		{"junit.xml", written(r.JUnit)},
		{"report.html", written(func(w io.Writer) error { return r.page(w, plates) })},
	}
	for _, p := range plates {
		all = append(all, rendering{p.name + ".svg", p.svg}, rendering{p.name + ".png", p.png})
	}
	return all
}

// Render writes every rendering into the run directory.
func (r *Report) Render(dir *rundir.Dir) error {
	return putAll(r.renderings(), dir.WriteRendering)
}

// putAll makes files and has each put where it belongs.
func putAll(files []rendering, put func(name string, content []byte) error) error {
	for _, file := range files {
		content, err := file.encode()
		if err != nil {
			return fmt.Errorf("%s: %w", file.name, err)
		}
		if err := put(file.name, content); err != nil {
			return err
		}
	}
	return nil
}

func written(write func(io.Writer) error) func() ([]byte, error) {
	return func() ([]byte, error) {
		var b bytes.Buffer
		err := write(&b)
		return b.Bytes(), err
	}
}

// started is the run's first instant in the scenario's zone.
func (r *Report) started() time.Time {
	start := r.Manifest.Started
	if start.IsZero() {
		start = r.Timeline.Start
	}
	if r.Scenario.Zone == nil {
		return start.UTC()
	}
	return start.In(r.Scenario.Zone)
}

// clock writes the time of day at an offset of the run.
func (r *Report) clock(offset time.Duration) string { return figure.Clock(r.started().Add(offset)) }
