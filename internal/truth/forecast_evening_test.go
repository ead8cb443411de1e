package truth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/raced"
)

// evening is when the airing begins that plans are made for.
var evening = time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)

// evenings carries a plan out by the clock, so often as there is time for: all times
// where plans are tested, once without that, and never under the race detector.
func (w rehearsed) evenings(t *testing.T, u unseen, p *plan.Plan, e effort) (all tries) {
	t.Helper()
	runs := raced.Part(1, 0)
	if e.full() {
		runs = 20
	}
	for n := range runs {
		late := (cadence(w.rehearsal(t, 1)) * time.Duration(2*n+1) / time.Duration(2*runs)).Truncate(time.Millisecond)
		all.add(w.hold(t, u, p, late, uint64(2000+n), e))
	}
	return all
}

// hold airs a spot on an evening that begins like any other, with the plan's change
// made and taken back when it says, in a lab that may not have so many units without it:
//
//	limits |        .----------------------------.
//	       |--------'                            '-------------
//	       0  apply |     verify  air            | release    as before
//	                |--Lead--|----|-----After----|--w.evening--|
//
// It fails the test where units are missing at Verify, where those of an ordinary
// evening are not all that is left in the end, and where more goes unserved after the
// spot than the plan allows.
func (w rehearsed) hold(t *testing.T, u unseen, p *plan.Plan, late time.Duration, seed uint64, e effort) airingOf {
	t.Helper()
	at := ahead + p.Lead + late
	end := at + p.After + w.evening
	s := w.aired(t, u, at, end-at, seed)
	tighten(s.Lab, p.Holds)
	k := known{s, e.length / 8}
	apply, release := limits(*s.Lab, p.Holds)
	a := playAgainst(t, *s.Lab, s.Traffic.Curve, k.tightest().Limit, []order{{at - p.Lead, apply}, {at + p.After, release}})

	verify := int((at - p.Instants.Air.Sub(p.Instants.Verify)) / time.Second)
	if got, want := a.ready[verify], p.Holds[0].Units; got < want {
		t.Errorf("%v before the airing %d units are ready; want %d", p.Instants.Air.Sub(p.Instants.Verify), got, want)
	}
	if got, want := a.ready[len(a.ready)-1], a.ready[0]; got != want {
		t.Errorf("%v after the release %d units are ready; want %d, as before", w.evening, got, want)
	}
	if g := s.Lab.Group; g != nil {
		if got, want := a.last.Group.Desired, max(1, g.Min); got != want {
			t.Errorf("%v after the release %d instances are desired; want %d, as before", w.evening, got, want)
		}
	}
	o := k.tightest()
	if got := a.between(k.Question().Spots[0].To, end, o.Window).unserved(o); got > plan.Unserved {
		t.Errorf("after the spot %.2f %% go unserved; want at most %g %%", 100*got, 100*plan.Unserved)
	}
	return k.became(a)
}

// tighten leaves a lab one unit too few for what a plan holds, so that its maximum has
// to be raised too.
func tighten(c *world.Config, holds []plan.Hold) {
	for _, h := range holds {
		if kind, _, _ := strings.Cut(h.Fleet, "/"); kind == capacity.HPA {
			c.HPA.Max = min(c.HPA.Max, h.Units-1)
		} else {
			c.Group.Max = min(c.Group.Max, h.Units-1)
		}
	}
}

// limits are what a plan changes of a lab's, and what takes that back: a minimum of
// what it holds, and a maximum that is in the way.
func limits(c world.Config, holds []plan.Hold) (apply, release func(*world.World) error) {
	var hpa, group, hpaBefore, groupBefore *world.Limits
	for _, h := range holds {
		if kind, _, _ := strings.Cut(h.Fleet, "/"); kind == capacity.HPA {
			hpaBefore = &world.Limits{Min: c.HPA.Min, Max: c.HPA.Max}
			hpa = &world.Limits{Min: h.Units, Max: max(h.Units, c.HPA.Max)}
		} else {
			groupBefore = &world.Limits{Min: c.Group.Min, Max: c.Group.Max}
			group = &world.Limits{Min: h.Units, Max: max(h.Units, c.Group.Max)}
		}
	}
	return func(w *world.World) error { return w.SetLimits(hpa, group) },
		func(w *world.World) error { return w.SetLimits(hpaBefore, groupBefore) }
}
