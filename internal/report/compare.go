package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/compare"
)

// ErrPlans is wrapped by the error of runs that are not of one plan.
var ErrPlans = errors.New("not of the same plan")

// ErrTwice is wrapped by the error of a base run that is given twice.
var ErrTwice = errors.New("is a base run already and would count twice")

// ErrItself is wrapped by the error of a base run that is the run in question.
var ErrItself = errors.New("is the run in question and cannot be its own base")

// Comparison is what changed between runs of one plan, ready to be rendered: as
// text, Markdown, JSON, and as one picture.
type Comparison struct {
	compare.Comparison
	head  *Report
	bases []*Report // that count
	plan  string    // fingerprint of the head's
}

// Compare holds a run against base runs. Runs of another plan are an error unless
// anyPlan allows them, and so is a base run that is there twice or is the head; a
// copy under another path is the same run.
func Compare(bases []*Report, head *Report, o compare.Options, anyPlan bool) (*Comparison, error) {
	runs, own := make([]compare.Run, len(bases)), head.Compared()
	for i, b := range bases {
		runs[i] = b.Compared()
		switch is := func(other compare.Run) bool { return sameRun(other, runs[i]) }; {
		case is(own):
			return nil, fmt.Errorf("%s: run %s %w (leave it out)", b.Path, own.Name, ErrItself)
		case slices.ContainsFunc(runs[:i], is):
			return nil, fmt.Errorf("%s: run %s %w (leave it out)", b.Path, runs[i].Name, ErrTwice)
		}
	}
	for i, b := range bases {
		differ := compare.Differences([]compare.Run{runs[i], own})
		if len(differ) > 0 && !anyPlan {
			return nil, fmt.Errorf("%s: %w as %s: other %s (--any-plan compares all the same)", b.Path, ErrPlans, head.Path, strings.Join(differ, ", "))
		}
	}
	c := &Comparison{Comparison: compare.Compare(runs, own, o), head: head, plan: own.Plan.Fingerprint()}
	for i, b := range bases {
		if c.counts(runs[i]) {
			c.bases = append(c.bases, b)
		}
	}
	return c, nil
}

// sameRun reports whether two are one run.
func sameRun(a, b compare.Run) bool { return a.Name == b.Name && a.Started.Equal(b.Started) }

// counts reports whether a run is one of the base runs that are compared with.
func (c *Comparison) counts(r compare.Run) bool {
	for _, b := range c.Bases {
		if b.Name == r.Name && b.Started.Equal(r.Started) {
			return true
		}
	}
	return false
}

// Compared is the run as package compare takes it.
func (r *Report) Compared() compare.Run {
	return compare.Run{Name: r.Manifest.Run, Started: r.started(), Plan: planOf(r.Scenario), Timeline: r.Timeline, Result: r.Result}
}

// when is the instant at which a run of the comparison began.
func (c *Comparison) when(at time.Time) string { return at.Format("2006-01-02 15:04:05 MST") }
