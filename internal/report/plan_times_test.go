package report

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// What makes up the lead is said part by part, and a part that is none among minutes is
// left out.
func TestPlanSaysItsLead(t *testing.T) {
	for _, c := range []struct {
		stages prescale.Stages
		fleet  string
		want   string
	}{
		{prescale.Stages{Node: 40 * time.Second, Waves: 1, Pod: 5 * time.Second, Balancer: 30 * time.Second}, "hpa/default/web",
			"2m for a scheduler that is late, 40 s for a node, 5 s for a pod of hpa/default/web, 30 s for the load balancer, 10m to spare, to the whole minute"},
		{prescale.Stages{Pod: 90 * time.Second, Balancer: 30 * time.Second}, "asg/web",
			"2m for a scheduler that is late, 1m30s for an instance of asg/web, 30 s for the load balancer, 10m to spare, to the whole minute"},
		{prescale.Stages{Balancer: 144 * time.Microsecond}, "hpa/default/web", "2m for a scheduler that is late, 10m to spare, to the whole minute"},
	} {
		p := &Planned{Plan: &plan.Plan{Stages: c.stages, Slowest: c.fleet}}
		if got := p.leadOf(); got != c.want {
			t.Errorf("leadOf(%+v) = %q; want %q", c.stages, got, c.want)
		}
	}
}

// Release says whether it waits for the latest end, for demand, or for a tail that is
// assumed.
func TestPlanSaysWhatReleaseWaitsFor(t *testing.T) {
	for _, c := range []struct {
		quiet plan.Quiet
		want  string
	}{
		{plan.Quiet{Lasts: time.Minute, Sustains: 163, By: "the normal minimum"}, "15m after the latest end, to the whole minute"},
		{plan.Quiet{Lasts: time.Hour, Sustains: 163, By: "the normal minimum", Decides: true}, "when demand is below 163/s, which the normal minimum sustains, to the whole minute"},
		{plan.Quiet{Lasts: 2 * time.Hour, Sustains: 163, By: "an ordinary evening's count", Decides: true, Assumed: true},
			"2h after the latest start, for demand is not below 163/s, which an ordinary evening's count sustains, by its end"},
	} {
		p := &Planned{Plan: &plan.Plan{Quiet: c.quiet}}
		if got := p.releaseBy(); got != c.want {
			t.Errorf("releaseBy(%+v) = %q; want %q", c.quiet, got, c.want)
		}
	}
}

// For machines the parts are seconds, and all that is between apply and the airing; where
// no number of units is enough there are none.
func TestPlanLeadAddsUp(t *testing.T) {
	for _, name := range []string{"plan", "plan-untimed", "plan-nodes"} {
		s := plannings()[name].planned().Summary()
		l := s.Lead
		if sum := l.Scheduler + l.Nodes + l.Unit + l.Balancer + l.Spare + l.Rounded; sum != *s.ApplyBefore || l.Unit != 210 || l.Rounded != 30 {
			t.Errorf("%s: lead = %+v, apply_before %g; want 210 s for a unit, 30 s rounded, and the sum", name, *l, *s.ApplyBefore)
		}
	}
	if s := plannings()["plan-refused"].planned().Summary(); s.Lead != nil || s.ReleaseBy != nil {
		t.Errorf("refused: lead %v, release by %v; want neither", s.Lead, s.ReleaseBy)
	}
}
