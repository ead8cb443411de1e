package forecast

import (
	"slices"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// clone is a copy in which settings may be changed. What is measured is shared, for
// nobody writes it: a setting puts something else in its place.
func (m *Model) clone() *Model {
	c := *m
	c.Fleets = slices.Clone(m.Fleets)
	c.Assumed = slices.Clone(m.Assumed)
	c.Service.Fleets = slices.Clone(m.Service.Fleets)
	for i := range c.Service.Fleets {
		f := &c.Service.Fleets[i]
		if f.Pods != nil {
			f.Pods = clonePods(*f.Pods)
		}
		if f.Group != nil {
			f.Group = cloneGroup(*f.Group)
		}
	}
	return &c
}

func clonePods(p simulation.Pods) *simulation.Pods {
	p.Metrics = slices.Clone(p.Metrics)
	if b := p.HPA.Behavior; b != nil {
		p.HPA.Behavior = &autoscale.Behavior{ScaleUp: copied(b.ScaleUp), ScaleDown: copied(b.ScaleDown)}
	}
	p.Nodes = copied(p.Nodes)
	return &p
}

func cloneGroup(g simulation.Group) *simulation.Group {
	g.Policies = slices.Clone(g.Policies)
	for i := range g.Policies {
		g.Policies[i].Tracking = copied(g.Policies[i].Tracking)
	}
	return &g
}

// copied is a copy of what a pointer shows, nil of nil.
func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
