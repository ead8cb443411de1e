package report

import (
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// sustained is what the service sustains, in req/s, with so many units of each of
// its fleets: the least of what they and its ceiling do, by the median of what one
// unit sustains.
func sustained(s simulation.Service, units func(simulation.Fleet) int) float64 {
	least := math.Inf(1)
	if s.Ceiling > 0 {
		least = s.Ceiling
	}
	for _, f := range s.Fleets {
		n := float64(units(f))
		least = min(least, ofUnit(f)*n/(1+f.Contention*(n-1)+f.Coherence*n*(n-1)))
	}
	return least
}

// ofUnit is the median of what one unit sustains.
func ofUnit(f simulation.Fleet) float64 {
	var rates []float64
	for _, r := range f.PerUnit {
		rates = append(rates, r.Sustained)
	}
	if len(rates) == 0 {
		return 0
	}
	slices.Sort(rates)
	return rates[len(rates)/2]
}
