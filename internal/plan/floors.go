package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// floors are the units at which each fleet of a service is held, in its order.
type floors []int

// free is the floor of a fleet that carries whatever comes.
const free = -1

// boundless is what a unit of such a fleet carries, req/s.
const boundless = 1e15

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

// carrying is the nodes with room for n pods, held.
func carrying(s simulation.Nodes, n int) *simulation.Nodes {
	need := s.For(n)
	s.Start, s.Min, s.Max = max(need, s.Start), max(need, s.Min), max(need, s.Max)
	return &s
}

// freed is the fleet so that it never binds. It still scales as it does, so that
// what is drawn for the others stays the same.
func freed(f simulation.Fleet) simulation.Fleet {
	f.PerUnit = []simulation.Rate{{Sustained: boundless}}
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
// law where more units carry less. A fleet may have none.
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
	return all
}

// summit is the number of units that carries most: the peak of the Universal
// Scalability Law is at sqrt((1 - contention) / coherence).
func summit(f simulation.Fleet) int {
	peak := math.Sqrt(max(0, 1-f.Contention) / f.Coherence)
	n := max(1, int(min(peak, 1e6)))
	if f.Times(n+1) > f.Times(n) {
		n++
	}
	return n
}
