package forecast

import (
	"fmt"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// idleSeconds is how long what is scaled is left alone: longer than any metric looks
// back, and by default than a unit takes to come.
const idleSeconds = 600

// holdIdle leaves the model alone, as the rehearsal found the service:
//
//	no request at all     more units than stood there: Restless
//	the least there were  more than the rehearsal ever had: told, for that may be so
//
// A metric of which only high readings were seen is drawn down to no load by a line, and
// may be above its target there: by that model the service scales out on its own.
func (f *fitting) holdIdle(r *Replay, s staging) error {
	alone, err := f.idle(s, 0)
	if err != nil {
		return err
	}
	least := 0.0
	for _, rate := range f.demand() {
		least = lower(least, rate)
	}
	quiet, err := f.idle(s, least)
	if err != nil {
		return err
	}
	for i, fleet := range s.Fleets {
		stood := max(fleet.Start, leastOf(fleet))
		most := slices.Max(append(slices.Clone(r.Units[i].Measured), stood))
		asked, ready := slices.Max(alone.Desired[i]), slices.Max(quiet.Ready[i])
		switch {
		case outgrows(asked, stood):
			r.Restless = fmt.Sprintf("without a single request it takes %s from %s units to %s", fleet.Name, figure.Count(stood), figure.Count(asked))
		case outgrows(ready, most):
			f.assume("%s: under %s, the least that the rehearsal asked of it, it goes to %s units by its model, and had %s at most in the rehearsal", fleet.Name, figure.Rate(least), figure.Count(ready), figure.Count(most))
		}
	}
	return nil
}

// leastOf is the fleet's minimum: a service that begins below it grows to that alone.
func leastOf(fleet simulation.Fleet) int {
	switch {
	case fleet.Pods != nil:
		return fleet.Pods.HPA.Min
	case fleet.Group != nil:
		return fleet.Group.Min
	}
	return 0
}

// outgrows reports whether units are more than so many by more than they may be off.
func outgrows(units, than int) bool {
	return exceeds(float64(units)/float64(than)-1, MaxUnitsError)
}

// idle plays a rate, in req/s, that stays the same. What the clock orders is left out.
func (f *fitting) idle(s staging, rate float64) (trace simulation.Trace, err error) {
	s.Fleets = slices.Clone(s.Fleets)
	for i := range s.Fleets {
		s.Fleets[i].Orders = nil
	}
	sim, err := simulation.New(f.rehearsed(s, slices.Repeat([]float64{rate}, idleSeconds), 0))
	if err == nil {
		_, trace = sim.Trace(1)
	}
	return trace, err
}
