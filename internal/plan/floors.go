package plan

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// floors are the units at which each fleet of a service is held, in its order.
type floors []int

// free is the floor of a fleet that carries whatever comes.
const free = -1

// plenty is what a unit of such a fleet carries, req/s.
const plenty = 1e15

// with is the floors with another one for a fleet.
func (f floors) with(fleet, units int) floors {
	f = slices.Clone(f)
	f[fleet] = units
	return f
}

func (f floors) key() string { return fmt.Sprint([]int(f)) }

// of is the service with its fleets held there.
func (f floors) of(s simulation.Service) simulation.Service {
	s.Fleets = slices.Clone(s.Fleets)
	for i, n := range f {
		if n == free {
			s.Fleets[i] = freed(s.Fleets[i])
		} else {
			s.Fleets[i] = held(s.Fleets[i], n)
		}
	}
	return s
}

// held is the fleet after somebody has set its minimum to n and everything has come:
// the units are ready, with the nodes under them, and a maximum that would be in the
// way is raised.
func held(f simulation.Fleet, n int) simulation.Fleet {
	f.Start = n
	switch {
	case f.Pods != nil:
		p := *f.Pods
		p.HPA.Min, p.HPA.Max = n, max(n, p.HPA.Max)
		if p.Nodes != nil {
			p.Nodes = carrying(*p.Nodes, n)
		}
		f.Pods = &p
	case f.Group != nil:
		g := *f.Group
		g.Min, g.Max = n, max(n, g.Max)
		f.Group = &g
	}
	return f
}

// still is the service with its fleets held there and nothing added to them, by an
// autoscaler or by a schedule.
func (f floors) still(s simulation.Service) simulation.Service {
	s = f.of(s)
	for i := range s.Fleets {
		s.Fleets[i] = unscaled(s.Fleets[i])
	}
	return s
}

// unscaled is a held fleet that its maximum keeps where it is. It still scales, into
// nothing, so that what is drawn for it stays the same.
func unscaled(f simulation.Fleet) simulation.Fleet {
	f.Orders = nil
	switch {
	case f.Pods != nil:
		p := *f.Pods
		p.HPA.Max = p.HPA.Min
		f.Pods = &p
	case f.Group != nil:
		g := *f.Group
		g.Max = g.Min
		f.Group = &g
	}
	return f
}

// carrying is the nodes with room for n pods, held. More that run on an ordinary
// evening may be gone by the airing, for a node that stands empty is taken away.
func carrying(s simulation.Nodes, n int) *simulation.Nodes {
	held := max(1, s.For(n), s.Min)
	s.Start, s.Min, s.Max = held, held, max(held, s.Max)
	return &s
}

// freed is the fleet so that it never binds. It still scales as it does, so that
// what is drawn for the others stays the same.
func freed(f simulation.Fleet) simulation.Fleet {
	f.PerUnit = []simulation.Rate{{Sustained: plenty}}
	f.Contention, f.Coherence, f.Laws, f.Losses = 0, 0, nil, nil
	return held(f, max(1, f.Start))
}

// floorOf is what runs of a fleet on an ordinary evening: what is ready, or its
// minimum where that is more.
func floorOf(f simulation.Fleet) int {
	n := max(1, f.Start)
	switch {
	case f.Pods != nil:
		n = max(n, f.Pods.HPA.Min)
	case f.Group != nil:
		n = max(n, f.Group.Min)
	}
	return n
}

// bound is the most units that a fleet can be held at, and why.
type bound struct {
	units int
	why   string
}

// bounds are those that no minimum and maximum lifts: quotas, and the scalability
// law where more units carry less, or hardly more. A fleet may have none.
func bounds(f simulation.Fleet) []bound {
	var all []bound
	add := func(units int, why string, args ...any) {
		if units > 0 {
			all = append(all, bound{units, fmt.Sprintf(why, args...)})
		}
	}
	if g := f.Group; g != nil {
		add(g.Quota, "its quota is %d instances", g.Quota)
	}
	if p := f.Pods; p != nil {
		add(p.Quota, "its quota is %d pods", p.Quota)
		if n := p.Nodes; n != nil {
			add(n.Quota*n.PodsPerInstance, "the quota of its nodes is %d instances of %d pods each", n.Quota, n.PodsPerInstance)
		}
	}
	if f.Coherence > 0 {
		n := summit(f)
		add(n, "more than %d units carry less, so much do they slow each other down", n)
	}
	if f.Contention > 0 {
		add(levelling(f), "any number more would add %s at most, so much do they wait for each other (contention %s)",
			figure.Share(1/nearly-1), figure.Share(f.Contention))
	}
	return all
}

// summit is the number of units that carries most: the peak of the Universal
// Scalability Law is at sqrt((1 - contention) / coherence).
func summit(f simulation.Fleet) int {
	peak := math.Sqrt(max(0, 1-f.Contention) / f.Coherence)
	n := max(1, int(min(peak, boundless)))
	if f.Times(n+1) > f.Times(n) {
		n++
	}
	return n
}

// nearly is the share of what any number of units carries beyond which more are not
// worth trying.
const nearly = 0.99

// levelling is the fewest units that carry nearly all that any number does, coherence
// aside. By the law n units carry n / (1 - a + a n) times what one does, with a for
// contention, and any number less than 1 / a:
//
//	times
//	 1/a |- - - - - - - - - - - - -
//	     |          __.---o-----     a n / (1 - a + a n) = nearly
//	     |     .--''      |
//	     |  .-'           |
//	     | /              |
//	     +----------------+------> n = nearly (1 - a) / ((1 - nearly) a)
func levelling(f simulation.Fleet) int {
	n := nearly * max(0, 1-f.Contention) / ((1 - nearly) * f.Contention)
	return max(1, int(math.Ceil(min(n, boundless))))
}

// fewestOf is the fewest units that carry so many times what one does, and limit where
// fewer do not. Up to limit more units must not carry less.
func fewestOf(f simulation.Fleet, times float64, limit int) int {
	return 1 + sort.Search(limit-1, func(i int) bool { return f.Times(i+1) >= times })
}
