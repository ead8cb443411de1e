package world

import (
	"slices"
	"time"
)

// complete returns a copy of c, shared with nobody, with the documented defaults in place of zeros.
func (c Config) complete() Config {
	c = c.clone()
	c.Service.complete()
	if c.HPA != nil {
		c.HPA.complete()
	}
	c.Pods.complete(c.HPA)
	if c.Group != nil {
		c.Group.complete(c.HPA != nil, c.Pods.Start)
	}
	if c.Balancer != nil {
		c.Balancer.complete()
	}
	c.Faults.complete()
	return c
}

// orElse sets *v to d where it is zero.
func orElse[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

func (s *Service) complete() {
	orElse(&s.Concurrency, 4)
	orElse(&s.Mean, 50*time.Millisecond)
	orElse(&s.Distribution, Exponential)
	orElse(&s.Sigma, 0.5)
	orElse(&s.SlowShare, 0.05)
	orElse(&s.SlowTimes, 10)
	orElse(&s.Queue, 200)
	if s.Shared != nil {
		orElse(&s.Shared.Distribution, Exponential)
	}
}

func (h *HPA) complete() {
	orElse(&h.Namespace, "default")
	orElse(&h.Name, "web")
	orElse(&h.Metric, Utilisation)
	orElse(&h.Min, 1)
	orElse(&h.Sync, 15*time.Second)
	orElse(&h.Tolerance, 0.1)
}

func (p *Pods) complete(h *HPA) {
	if h != nil {
		orElse(&p.Start, h.Min)
	}
	orElse(&p.Start, 1)
	orElse(&p.Schedule, 500*time.Millisecond)
	orElse(&p.Run, 5*time.Second)
	orElse(&p.Ready, 3*time.Second)
	orElse(&p.Retry, 10*time.Second)
	orElse(&p.CPULimit, 1)
}

func (g *Group) complete(pods bool, start int) {
	orElse(&g.Name, "web")
	orElse(&g.Region, "ap-northeast-1")
	if pods {
		orElse(&g.PodsPerInstance, 4)
		orElse(&g.ScalesOn, PendingPods)
	}
	orElse(&g.PodsPerInstance, 1)
	if g.Target > 0 {
		orElse(&g.ScalesOn, TargetTracking)
	}
	orElse(&g.ScalesOn, ScalesOnNone)
	if g.Desired == 0 {
		g.Desired = max(g.Min, 1)
		if pods && g.PodsPerInstance > 0 {
			g.Desired = max(g.Desired, (start+g.PodsPerInstance-1)/g.PodsPerInstance)
		}
	}
	orElse(&g.Max, g.Desired)
	orElse(&g.Boot, 30*time.Second)
	orElse(&g.Scan, time.Second)
	orElse(&g.Unneeded, 10*time.Minute)
	orElse(&g.Period, time.Minute)
	orElse(&g.Out, 3)
	orElse(&g.In, 15)
	orElse(&g.Warmup, 300*time.Second)
}

func (b *Balancer) complete() {
	orElse(&b.TargetGroup, "web")
	orElse(&b.Register, 5*time.Second)
}

func (f *Faults) complete() {
	for _, outages := range [][]Outage{f.Kube, f.AWS} {
		for i := range outages {
			orElse(&outages[i].How, Unavailable)
		}
	}
}

// clone returns a deep copy.
func (c Config) clone() Config {
	if c.Service.Shared != nil {
		s := *c.Service.Shared
		c.Service.Shared = &s
	}
	if c.HPA != nil {
		h := *c.HPA
		if h.Behavior != nil {
			h.Behavior = &Behavior{h.Behavior.ScaleUp.clone(), h.Behavior.ScaleDown.clone()}
		}
		c.HPA = &h
	}
	if c.Group != nil {
		g := *c.Group
		g.Suspended = slices.Clone(g.Suspended)
		c.Group = &g
	}
	if c.Balancer != nil {
		b := *c.Balancer
		c.Balancer = &b
	}
	c.Faults.Kube = slices.Clone(c.Faults.Kube)
	c.Faults.AWS = slices.Clone(c.Faults.AWS)
	return c
}

func (r *Rules) clone() *Rules {
	if r == nil {
		return nil
	}
	copied := *r
	if r.Stabilization != nil {
		window := *r.Stabilization
		copied.Stabilization = &window
	}
	copied.Policies = append([]Policy(nil), r.Policies...)
	return &copied
}
