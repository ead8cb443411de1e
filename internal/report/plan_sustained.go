package report

import (
	"fmt"
	"math"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
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

// shortFromTheStart says of a demand that begins above what is ready on an ordinary
// evening, when nothing is on air yet, that this is no ordinary evening; nil otherwise.
// A real service would have scaled long before.
func shortFromTheStart(m *forecast.Model, b forecast.Band) []string {
	ready := sustained(m.Service, today)
	if len(b.P50) == 0 || b.P50[0] <= ready {
		return nil
	}
	return []string{fmt.Sprintf("%s are asked before anything is on air, and what is ready on an ordinary evening sustains %s: a service would have scaled before, which is not played (say with production: {FLEET: {start: …}} how many units are ready then)",
		figure.Rate(b.P50[0]), figure.Rate(ready))}
}
