package forecast

import (
	"slices"

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

// metDraws is met in each replicate; nil where that is not known, or nothing was met.
func (f *fitting) metDraws() []float64 {
	if f.met() == 0 {
		return nil
	}
	var lowest []float64
	fixed := 0.0 // the lowest of those that are the same in all
	for _, r := range f.r.Fleets {
		if r.Ceiling == nil {
			continue
		}
		draws := f.drawn(r.Ceiling.Draws)
		switch {
		case r.Ceiling.AtMost:
			fixed = lower(fixed, r.Ceiling.Rate.High)
		case draws == nil:
			fixed = lower(fixed, r.Ceiling.Rate.Mid)
		case lowest == nil:
			lowest = draws
		case len(draws) != len(lowest):
			return nil // they are of other replicates
		default:
			for i, d := range draws {
				lowest[i] = min(lowest[i], d)
			}
		}
	}
	return capped(lowest, fixed)
}

// capped are draws of which none is above a rate; 0 is none.
func capped(draws []float64, rate float64) []float64 {
	all := slices.Clone(draws)
	for i, d := range all {
		all[i] = lower(d, rate)
	}
	return all
}

// layered is the lowest of a rate and those that the scenario states of what does not
// scale, and so of the rate's draws; they are the real thing's, and no part of what was
// rehearsed.
func (f *fitting) layered(rate float64, draws []float64) (float64, []float64) {
	var binds *capacity.Layer
	for i, l := range f.q.Layers {
		low, all := lower(rate, l.Rate), capped(draws, l.Rate)
		if low != rate || !slices.Equal(all, draws) {
			rate, draws, binds = low, all, &f.q.Layers[i]
		}
	}
	if binds != nil {
		f.assume("%s: it carries %s, as stated, and slows nothing before that", binds.Name, figure.Rate(binds.Rate))
	}
	return rate, draws
}

// lower is the lower of two ceilings, of which 0 is none.
func lower(a, b float64) float64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
