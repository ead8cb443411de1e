package capacity

import (
	"time"
)

// serves is when capacity began to count on a unit: when its fleet counted it as
// ready, or when it was reached where that was later (late.go); nil where it never
// was, or nobody knows when.
func (r run) serves(fleet Fleet, u *unit) *time.Duration {
	if u.up == nil {
		return nil
	}
	at := *u.up
	for _, l := range r.late[fleet.Name] {
		if l.unit != u.name {
			continue
		}
		if l.unsure || l.To >= r.end() {
			return nil
		}
		at = max(at, l.To)
	}
	return &at
}

// stuck is the number of units beyond which a fleet of this run could not grow for
// another reason than its max and its quota: it launched nothing, its launches
// failed, or no node came; nil where there is none.
func (r run) stuck(f FleetResult, fleets []FleetResult) *int {
	f.Production = nil // that says nothing of what this run could have
	sizes := append(r.sizes(f, fleets)[len(r.bounds(f)):], r.nodeSizes(f, fleets)...)
	if len(sizes) == 0 {
		return nil
	}
	least := leastOf(sizes)
	return &least
}
