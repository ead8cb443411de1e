package forecast

import (
	"slices"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// enoughFull is how many readings of units that had all the work they can do are
// needed to say what such a unit uses.
const enoughFull = 3

// full makes what a unit uses at its saturation what units were seen to use that had
// all the work they can do. Fitted apart, the two are a few percent off each other, and
// an autoscaler's tolerance is no wider: with half as many units again not ready yet,
// units that are full by 60 % of their CPU count for 1.11 times the target, and grow
// beyond a tolerance of 0.1; full but for 2 % they do not.
func (f *fitting) full(r capacity.FleetResult, name string, at pipeline) pipeline {
	saturation := r.PerUnit.Saturation
	if saturation == nil {
		return at
	}
	l := f.loadOn(r)
	var seen []float64
	for _, g := range f.gauges(r.Name, name) {
		w := capacity.Span{From: g.at - at.delay - at.window, To: g.at - at.delay}
		if w.From >= 0 && l.unknown.over(w) == 0 && l.beyond.over(w) > at.window.Seconds()-1e-9 {
			seen = append(seen, g.value)
		}
	}
	if len(seen) < enoughFull {
		return at
	}
	slices.Sort(seen)
	if most := seen[len(seen)/2]; most > at.base {
		at.slope = (most - at.base) / saturation.Mid
	}
	return at
}
