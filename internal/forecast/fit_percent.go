package forecast

import (
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// uncut takes the readings of a utilisation for the middle of what they may be of: an
// HPA tells whole percent, the rest cut off, so that 33 % are of 33 to 34 %. One of
// nothing is of nothing, and one of all that a unit may use is not of more. Where any is
// no whole percent, none was cut.
func uncut(s autoscale.MetricSpec, all []gauge, most float64) []gauge {
	if s.Kind != autoscale.OfRequest || slices.ContainsFunc(all, func(g gauge) bool { return !wholePercent(g.value) }) {
		return all
	}
	all = slices.Clone(all)
	for i, g := range all {
		if g.value > 0 {
			all[i].value = max(g.value, min(g.value+0.005, most))
		}
	}
	return all
}

func wholePercent(v float64) bool { return math.Abs(100*v-math.Round(100*v)) < 1e-6 }
