package forecast

import (
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Scheduled actions change a group at an hour of their own, whatever its load. Those
// that were due in the rehearsal are played in its replay, each as the group was told
// last before:
//
//	told     A due     told        B due
//	──┬────────x─────────┬───────────x───> time
//
// What is asked airs at another hour. There none is played, and each is said.

// schedule is what a group was told to do at certain times, from an offset on.
type schedule struct {
	from    time.Duration
	actions []autoscale.Scheduled
}

// schedules are those of a group, in the order they were told. What cannot be read is
// an error elsewhere, where the group serves.
func (f *fitting) schedules(group string) (all []schedule) {
	for _, e := range f.Events {
		if e.Source != group || e.Kind != timeline.Scaler {
			continue
		}
		if spec, err := autoscale.ParseSpec(e.Spec); err == nil && spec.Group != nil {
			all = append(all, schedule{time.Duration(e.At), spec.Group.Scheduled})
		}
	}
	return all
}

// due are a group's actions of the rehearsal, by offset.
func (f *fitting) due(group string) (orders []simulation.Order) {
	all := f.schedules(group)
	for i, s := range all {
		from, until := s.from, forever
		if i == 0 {
			from = 0
		}
		if i+1 < len(all) {
			until = all[i+1].from
		}
		for _, a := range s.actions {
			if at := a.At.Sub(f.Start); at >= max(from, 0) && at < until {
				orders = append(orders, simulation.Order{At: at, Late: actionsLate, Min: a.Min, Max: a.Max, Desired: a.Desired})
			}
		}
	}
	return orders
}

// toCome are the actions of a group that were last told, and what is taken of them.
func (f *fitting) toCome(group string) []autoscale.Scheduled {
	all := f.schedules(group)
	if len(all) == 0 {
		return nil
	}
	actions := all[len(all)-1].actions
	for _, a := range actions {
		f.assume("%s: its scheduled action %s, next at %s%s, sets %s: it is taken not to be due while what is asked airs", group, a.Name, f.clock(a.At), a.Recurs(), a.Sets())
	}
	return actions
}

func (f *fitting) clock(at time.Time) string {
	zone := f.q.Zone
	if zone == nil {
		zone = time.UTC
	}
	return at.In(zone).Format("2006-01-02 15:04 MST")
}

// byAction says whether a group grew because an action was due: to what that set, and
// no later than actions are late, by some seconds.
func (f *fitting) byAction(group string, g capacity.Growth) bool {
	latest := slices.Max(actionsLate) + 10*time.Second
	return slices.ContainsFunc(f.due(group), func(o simulation.Order) bool {
		sets := func(n *int) bool { return n != nil && *n == g.To }
		return (sets(o.Min) || sets(o.Desired)) && g.At >= o.At && g.At <= o.At+latest
	})
}

// anytime is a fleet at no hour in particular: without the actions of the rehearsal.
func anytime(fleet simulation.Fleet) simulation.Fleet {
	fleet.Orders = nil
	return onNodesThat(fleet, func(n *simulation.Nodes) { n.Orders = nil })
}

// postponed is a fleet whose actions are due so much later.
func postponed(fleet simulation.Fleet, later time.Duration) simulation.Fleet {
	shift := func(orders []simulation.Order) []simulation.Order {
		orders = slices.Clone(orders)
		for i := range orders {
			orders[i].At += later
		}
		return orders
	}
	fleet.Orders = shift(fleet.Orders)
	return onNodesThat(fleet, func(n *simulation.Nodes) { n.Orders = shift(n.Orders) })
}

// onNodesThat is a fleet on nodes that were changed; as it was where it has none.
func onNodesThat(fleet simulation.Fleet, change func(*simulation.Nodes)) simulation.Fleet {
	if p := fleet.Pods; p != nil && p.Nodes != nil {
		pods, nodes := *p, *p.Nodes
		change(&nodes)
		pods.Nodes, fleet.Pods = &nodes, &pods
	}
	return fleet
}
