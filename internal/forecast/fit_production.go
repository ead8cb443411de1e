package forecast

import (
	"math"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// counts are what the scenario states of a fleet in production; 0: not stated.
type counts struct{ start, min, max int }

func (f *fitting) production(fleet string) counts {
	for _, q := range f.q.Fleets {
		if q.Name == fleet && q.Production != nil {
			return stated(*q.Production)
		}
	}
	return counts{}
}

// stated are the counts of a scenario.
func stated(p capacity.Production) counts { return counts{start: p.Start, min: p.Min, max: p.Max} }

// produce gives a model what production has, where that is stated: its counts, and the
// layers behind it. What bounded staging besides says nothing of a production whose
// max is stated.
func (f *fitting) produce(m *Model) {
	m.Service.Ceiling = f.stated(m.Service.Ceiling)
	fleets := make([]simulation.Fleet, len(m.Service.Fleets))
	for i, fleet := range m.Service.Fleets {
		c, group := f.production(fleet.Name), counts{}
		if g := m.Fleets[i].Nodes; g != nil {
			group = f.production(g.Name)
		}
		if c != (counts{}) || group != (counts{}) {
			fleet = f.produced(fleet, c, &m.Fleets[i])
		}
		fleets[i] = fleet
	}
	m.Service.Fleets = fleets
}

// produced is a fleet with production's counts.
func (f *fitting) produced(fleet simulation.Fleet, c counts, known *Fleet) simulation.Fleet {
	if c.start > 0 {
		fleet.Start = c.start
	}
	bound := func(least, most *int, quota *int) {
		if *least = min(*least, fleet.Start); c.min > 0 {
			*least = c.min
		}
		if c.max > 0 {
			*most, *quota = c.max, 0
		}
		*most = max(*most, fleet.Start, *least)
		known.Start, known.Min, known.Max = fleet.Start, ptr(*least), ptr(*most)
	}
	switch {
	case fleet.Pods != nil:
		p := *fleet.Pods
		bound(&p.HPA.Min, &p.HPA.Max, &p.Quota)
		if p.Nodes != nil {
			p.Nodes = f.producedNodes(*p.Nodes, fleet.Start, known)
		}
		fleet.Pods = &p
	case fleet.Group != nil:
		g := *fleet.Group
		bound(&g.Min, &g.Max, &g.Quota)
		fleet.Group = &g
	}
	return fleet
}

// producedNodes are the instances of production: as stated, else as many as the pods at
// the start need, and as many as any number of them do.
func (f *fitting) producedNodes(n simulation.Nodes, pods int, known *Fleet) *simulation.Nodes {
	c := f.production(known.Nodes.Name)
	need := instancesFor(pods, n.PodsPerInstance)
	n.Start, n.Min, n.Max, n.Quota = max(need, c.start), min(n.Min, need), math.MaxInt32, 0
	group := *known.Nodes
	group.Min, group.Max = nil, nil
	if c.min > 0 {
		n.Min, group.Min = c.min, ptr(c.min)
	}
	if c.max > 0 {
		n.Max, group.Max = max(c.max, n.Start), ptr(max(c.max, n.Start))
	} else {
		f.assume("%s: its max in production is not stated: it is taken to have room for any number of pods", group.Name)
	}
	n.Max = max(n.Max, n.Min)
	known.Nodes = &group
	return &n
}

func ptr[T any](v T) *T { return &v }
