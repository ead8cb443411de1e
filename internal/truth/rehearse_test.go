package truth_test

import (
	"fmt"
	"net/url"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// outcome is what one run said of its world, and what is true of it.
type outcome struct {
	capacity.Result
	truth, saturation float64 // of one unit, at the number of units the estimate names
	contention        float64 // by which each unit more slows the others down, Gunther's alpha
	grown             float64 // rate that all together sustains at its largest
	instance          float64 // what an instance full of pods sustains; 0 where pods do not stand on instances
	lag               *time.Duration
	deserved          string // verdict
	warnings          []string
}

// rehearse makes one run of a scenario in simulated time.
func rehearse(t *testing.T, s *scenario.Scenario, length int) outcome {
	t.Helper()
	root, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	return analyze(t, s, simulate(t, s, root), length)
}

// simulate makes one run of a scenario, in a folder: the load goes through the
// lab's door, and the real observers read its APIs on wires in memory.
func simulate(t *testing.T, s *scenario.Scenario, root string) *rundir.Dir {
	t.Helper()
	return simulateSeen(t, s, s.Fleets(), root)
}

// simulateSeen is simulate where this is watched, rather than the fleets alone.
func simulateSeen(t *testing.T, s *scenario.Scenario, watched []scenario.Observe, root string) *rundir.Dir {
	t.Helper()
	var dir *rundir.Dir
	synctest.Test(t, func(t *testing.T) {
		lab := startStaging(t, *s.Lab)
		defer lab.close(t)
		var err error
		dir, err = rehearsal.Run(t.Context(), rehearsal.Plan{
			Scenario: s, Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Observers: lab.observers(t, watched), Door: lab.world.Door(), Root: root, Tool: "test",
		})
		if err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	return dir
}

// analyze says what a run came to, and what it should have.
func analyze(t *testing.T, s *scenario.Scenario, dir *rundir.Dir, length int) outcome {
	t.Helper()
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	warnings, err := dir.Warnings()
	if err != nil {
		t.Fatal(err)
	}
	k := known{s, length}
	o := outcome{Result: capacity.Analyze(facts, s.Question()), grown: k.grown(), lag: k.lag(facts), deserved: k.truly(facts), contention: s.Lab.Service.Contention, warnings: warnings}
	units := o.unit().Units
	if units == 0 {
		units = k.most()
	}
	o.truth, o.saturation = k.sustainable(units), k.saturation(units)
	if g := s.Lab.Group; g != nil && s.Lab.HPA != nil {
		o.instance = float64(g.PodsPerInstance) * k.sustainable(k.most())
	}
	return o
}

// unit is the estimate of what saturates: a pod, or an instance where there are
// no pods.
func (o outcome) unit() capacity.PerUnit { return o.Fleets[0].PerUnit }

// String is a line of what was said and what is true.
func (o outcome) String() string {
	u := o.unit()
	text := fmt.Sprintf("low %s, mid %s, high %s; truth %.1f at %d units: %s; saturation %s, truth %.1f",
		rate(u.Low), rate(u.Mid), rate(u.High), o.truth, u.Units, o.contains(), figure.OrUnknown(u.Saturation, func(r capacity.Range) string { return rate(&r.Mid) }), o.saturation)
	if l := o.Binding; l != nil {
		text += fmt.Sprintf("; binding %s at %.0f (%.0f to %.0f), truth %.0f", l.Name, l.Rate, l.Low, l.High, o.grown)
	}
	if o.ScaleLag != nil || o.lag != nil {
		text += fmt.Sprintf("; scale lag %s, truth %s", figure.OrUnknown(o.ScaleLag, figure.Duration), figure.OrUnknown(o.lag, figure.Duration))
	}
	for _, f := range o.Fleets {
		if o.instance > 0 && f.Kind == capacity.ASG && f.PerUnit.Low != nil {
			text += fmt.Sprintf("; an instance carries at least %.1f, truth %.1f", *f.PerUnit.Low, o.instance)
		}
		if f.USL != nil {
			text += "; " + f.USL.Said
		}
		if f.Ceiling != nil {
			text += "; " + f.Ceiling.Said
		}
	}
	return fmt.Sprintf("%s; %s, deserved %s", text, o.Verdict, o.deserved)
}

func rate(r *float64) string {
	return figure.OrUnknown(r, func(r float64) string { return fmt.Sprintf("%.1f", r) })
}

// How an estimate stands to the truth.
const (
	contained  = "contained"
	tooHigh    = "too high" // the truth lies below the interval
	tooLow     = "too low"
	rightBound = "right bound"
	wrongBound = "wrong bound"
	silent     = "silent"
)

// contains says how the estimate of one unit stands to the truth.
func (o outcome) contains() string {
	low, high := o.unit().Low, o.unit().High
	switch {
	case low == nil && high == nil:
		return silent
	case low != nil && high != nil && o.truth < *low:
		return tooHigh
	case low != nil && high != nil && o.truth > *high:
		return tooLow
	case low != nil && high != nil:
		return contained
	case low != nil && o.truth < *low, high != nil && o.truth > *high:
		return wrongBound
	}
	return rightBound
}
