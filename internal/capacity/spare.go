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

// busiest is the most that a fleet's units ever used of what they may, by every
// metric that was read, and whether they had something to spare throughout.
// What a metric without a limit can come to is not known.
func (r run) busiest(fleet string) (busiest float64, spare bool) {
	for _, g := range r.gauges(fleet) {
		limit, used := r.latest(fleet, timeline.LimitOf+g.name), highestIn(g.value)
		if limit == nil || *limit <= 0 || used == nil {
			return 0, false
		}
		busiest = max(busiest, *used / *limit)
	}
	return busiest, busiest > 0 && busiest < busyFrom
}

// spared keeps of a fleet's estimate only its lower bound where its units had
// something to spare throughout.
func (r run) spared(u PerUnit, fleet string) PerUnit {
	busiest, spare := r.busiest(fleet)
	if !spare || u.Mid == nil && u.High == nil {
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
