package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// What is in front of a target group is what its observer kept last; of what it kept
// too little, why nothing is reserved is said.
func TestBalancers(t *testing.T) {
	watch := func(name string) scenario.Observe {
		return scenario.Observe{Kind: scenario.ELB, Name: name, Region: "eu-west-1"}
	}
	r := &Report{Scenario: &scenario.Scenario{Observe: []scenario.Observe{
		{Kind: capacity.HPA, Namespace: "default", Name: "web"}, watch("web"), watch("admin"), watch("gate"), watch("old"), watch("broken"),
	}}}
	for _, e := range [][2]string{
		{"elb/web", `{"name":"shop","application":true,"reserved":100}`},
		{"elb/web", `{"name":"inner","application":true,"reserved":null}`},
		{"elb/admin", `{"name":"shop","application":true,"reserved":400}`}, // the same in front of another group
		{"elb/gate", `{"name":"gate","application":false,"reserved":0}`},
		{"elb/web", `{"name":"shop","application":true,"reserved":400}`}, // raised meanwhile
		{"elb/broken", `{"name":`},
		{"elb/unwatched", `{"name":"other","application":true,"reserved":0}`},
	} {
		r.Timeline.Events = append(r.Timeline.Events, timeline.Event{Source: e[0], Kind: timeline.Balancer, Spec: e[1]})
	}
	asked := &scenario.Scenario{Connections: scenario.Connections{New: 0.8}}
	all, unread := r.balancers(asked)
	want := []plan.Balancer{{Name: "shop", Region: "eu-west-1", Reserved: new(400), Fresh: 0.8}, {Name: "inner", Region: "eu-west-1", Fresh: 0.8}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("balancers (-want +got):\n%s", diff)
	}
	for i, why := range []string{"elb/gate: no capacity units are reserved, for it is no Application", "elb/old: which load balancer", "elb/broken: which load balancer"} {
		if len(unread) != 3 || !strings.HasPrefix(unread[i], why) {
			t.Errorf("unread = %q; want that of %q third by third", unread, why)
		}
	}
}
