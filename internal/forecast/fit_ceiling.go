package forecast

import (
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// met is the lowest rate that the run itself showed to bind behind its fleets; 0
// without one.
func (f *fitting) met() float64 {
	lowest := 0.0
	for _, r := range f.r.Fleets {
		if r.Ceiling == nil {
			continue
		}
		rate := r.Ceiling.Rate.Mid
		if r.Ceiling.AtMost {
			rate = r.Ceiling.Rate.High
			f.assume("behind %s: what keeps the objectives is at most %s, and nothing shows how little: it is taken to be that", r.Name, figure.Rate(rate))
		}
		lowest = lower(lowest, rate)
	}
	return lowest
}

// layered is the lowest of a rate and those that the scenario states of what does not
// scale; they are the real thing's, and no part of what was rehearsed.
func (f *fitting) layered(rate float64) float64 {
	var binds *capacity.Layer
	for i, l := range f.q.Layers {
		if low := lower(rate, l.Rate); low != rate {
			rate, binds = low, &f.q.Layers[i]
		}
	}
	if binds != nil {
		f.assume("%s: it carries %s, as stated, and slows nothing before that", binds.Name, figure.Rate(rate))
	}
	return rate
}

// lower is the lower of two ceilings, of which 0 is none.
func lower(a, b float64) float64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
