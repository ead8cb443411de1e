package report

import (
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// places says where each fleet is changed: what it is called there, in which context of
// the kubeconfig, in which region. That is production's where its counts are stated,
// as far as the scenario says so, and then nothing of staging's goes with it; called is
// nil where the plan is for what was rehearsed.
func places(s *scenario.Scenario) (called, context, region map[string]string) {
	context, region = map[string]string{}, map[string]string{}
	if len(s.Production) > 0 {
		called = map[string]string{}
	}
	for _, o := range s.Fleets() {
		name := o.Source()
		at := scenario.Place{Context: o.Context, Region: o.Region}
		if there, ok := s.Places[name]; ok {
			at, called[name] = there, there.Fleet
		}
		switch o.Kind {
		case capacity.HPA:
			context[name] = at.Context
		case capacity.ASG:
			region[name] = at.Region
		}
	}
	return called, context, region
}
