package capacity

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Where requests pass several fleets, what broke may have been any of them: all
// see the same slow answers. A fleet whose units were never busy did not
// saturate, and is known from below only.

// busyFrom is the share of what a unit can use of a resource from which it may
// have been what others waited for: readings are means over units and over some
// ten seconds.
const busyFrom = 0.8

// spared keeps of a fleet's estimate only its lower bound where its units had
// something to spare throughout, by every metric of a resource that was read.
func (r run) spared(u PerUnit, fleet string) PerUnit {
	if u.Mid == nil && u.High == nil {
		return u
	}
	busiest := 0.0
	for _, g := range r.gauges(fleet) {
		limit, used := r.latest(fleet, timeline.LimitOf+g.name), highestIn(g.value)
		if limit != nil && *limit > 0 && used != nil {
			busiest = max(busiest, *used / *limit)
		}
	}
	if busiest == 0 || busiest >= busyFrom {
		return u
	}
	bound := PerUnit{Low: u.Low, Units: u.Units}
	bound.Said = fmt.Sprintf("%s: its units were at most %s busy, so something else saturated first", fleet, figure.Share(busiest))
	if u.Low != nil {
		bound.Said = fmt.Sprintf("%s: one unit sustains at least %s; its units were at most %s busy, so something else saturated first",
			fleet, figure.Rate(*u.Low), figure.Share(busiest))
	}
	return bound
}
