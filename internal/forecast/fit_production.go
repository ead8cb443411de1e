package forecast

import (
	"math"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// production is what the scenario states of a fleet in production; 0: not stated.
func (f *fitting) production(fleet string) capacity.Production {
	for _, q := range f.q.Fleets {
		if q.Name == fleet && q.Production != nil {
			return *q.Production
		}
	}
	return capacity.Production{}
}

// produce gives a model what production has, where that is stated: its counts, and the
// layers behind it. What bounded staging besides says nothing of a production whose
// max is stated.
func (f *fitting) produce(m *Model) {
	m.Service.Ceiling, m.Service.Ceilings = f.layered(m.Service.Ceiling, m.Service.Ceilings)
	fleets := make([]simulation.Fleet, len(m.Service.Fleets))
	for i, fleet := range m.Service.Fleets {
		var none, group capacity.Production
		c := f.production(fleet.Name)
		if g := m.Fleets[i].Nodes; g != nil {
			group = f.production(g.Name)
		}
		if c != none || group != none {
			fleet = f.produced(fleet, c, &m.Fleets[i])
		}
		fleets[i] = anytime(fleet)
	}
	m.Service.Fleets = fleets
	f.shared(m)
}

// produced is a fleet with production's counts.
func (f *fitting) produced(fleet simulation.Fleet, c capacity.Production, known *Fleet) simulation.Fleet {
	if c.Start > 0 {
		fleet.Start = c.Start
	}
	switch {
	case fleet.Pods != nil:
		p := *fleet.Pods
		f.bound(fleet.Start, c, known, &p.HPA.Min, &p.HPA.Max, &p.Quota)
		if p.Nodes != nil {
			p.Nodes = f.producedNodes(*p.Nodes, fleet.Start, known)
		}
		fleet.Pods = &p
	case fleet.Group != nil:
		g := *fleet.Group
		f.bound(fleet.Start, c, known, &g.Min, &g.Max, &g.Quota)
		fleet.Group = &g
	}
	return fleet
}

// bound sets a fleet's limits in production. What is not stated of them is played as
// staging has it, but not known: nobody is to be told to go back to that.
func (f *fitting) bound(start int, c capacity.Production, known *Fleet, least, most, quota *int) {
	known.Start = start
	if c == (capacity.Production{}) { // of the nodes alone
		return
	}
	known.Min, known.Max = nil, nil
	if *least = min(*least, start); c.Min > 0 {
		*least, known.Min = c.Min, new(c.Min)
	} else {
		f.assume("%s: its min in production is not stated: it is taken to be %s, as rehearsed", known.Name, figure.Count(*least))
	}
	if c.Max > 0 {
		*most, *quota, known.Max = c.Max, 0, new(c.Max)
	} else {
		f.assume("%s: its max in production is not stated: it is taken to be %s, as rehearsed", known.Name, figure.Count(max(*most, start)))
	}
	*most = max(*most, start, *least)
}

// producedNodes are the instances of production: as stated, else as many as the pods at
// the start need, and as many as any number of them do.
func (f *fitting) producedNodes(n simulation.Nodes, pods int, known *Fleet) *simulation.Nodes {
	c := f.production(known.Nodes.Name)
	need := n.For(pods)
	n.Start, n.Min, n.Max, n.Quota = max(need, c.Start), min(n.Min, need), math.MaxInt32, 0
	group := *known.Nodes
	group.Min, group.Max, group.Counted = nil, nil, c.Start == 0
	if group.Counted {
		f.assume("%s: its start in production is not stated: it is taken to be %s, as many as the %s pods at the start need", group.Name, figure.Count(n.Start), figure.Count(pods))
	}
	if c.Start > 0 && c.Start < need {
		f.assume("%s: its start in production is %s, and the %s pods at the start need %s instances: as many are taken to be ready", group.Name, figure.Count(c.Start), figure.Count(pods), figure.Count(need))
	}
	if c.Min > 0 {
		n.Min, group.Min = c.Min, new(c.Min)
	}
	if c.Max > 0 {
		n.Max, group.Max = c.Max, new(c.Max)
	} else {
		f.assume("%s: its max in production is not stated: it is taken to have room for any number of pods", group.Name)
	}
	if n.Max < n.Start {
		f.assume("%s: its max in production is %s, and the %s pods at the start need %s instances: it is taken to be as many", group.Name, figure.Count(n.Max), figure.Count(pods), figure.Count(n.Start))
		n.Max = n.Start
	}
	n.Max = max(n.Max, n.Min)
	known.Nodes = &group
	return &n
}
