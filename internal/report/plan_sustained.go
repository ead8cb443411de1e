package report

import (
	"math"

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
		least = min(least, f.Middle().Sustained*f.Times(units(f)))
	}
	return least
}
