package report

import (
	"slices"

	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// balancers are the load balancers in front of the target groups that the run watched,
// as it kept them last, each once, under the traffic of a scenario; and of those of
// which it kept too little why nothing is reserved.
func (r *Report) balancers(s *scenario.Scenario) (all []plan.Balancer, unread []string) {
	type place struct{ name, region string }
	var known []place
	for _, o := range r.Scenario.Watched() {
		if o.Kind != scenario.ELB {
			continue
		}
		fronts := r.fronts(o.Source())
		if len(fronts) == 0 {
			unread = append(unread, o.Source()+": which load balancer is in front of it is not in this run, so no capacity units are reserved (rehearse again)")
		}
		for _, b := range fronts {
			if slices.Contains(known, place{b.Name, o.Region}) {
				continue
			}
			known = append(known, place{b.Name, o.Region})
			if !b.Application {
				unread = append(unread, "elb/"+b.Name+": no capacity units are reserved, for it is no Application Load Balancer: of others AWS reserves throughput, which was not measured")
				continue
			}
			all = append(all, plan.Balancer{Name: b.Name, Region: o.Region, Reserved: b.Reserved, Fresh: s.Connections.New})
		}
	}
	return all, unread
}

// fronts are the load balancers in front of a target group as it told them last, in
// the order in which it told them first.
func (r *Report) fronts(source string) (all []prescale.Balancer) {
	for _, e := range r.Timeline.Events {
		if e.Source != source || e.Kind != timeline.Balancer {
			continue
		}
		b, err := prescale.ParseBalancer(e.Spec)
		if err != nil {
			continue // of another version: as if it were not there
		}
		same := func(other prescale.Balancer) bool { return other.Name == b.Name }
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i] = b
		} else {
			all = append(all, b)
		}
	}
	return all
}
