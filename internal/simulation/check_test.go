package simulation_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

func TestMistakes(t *testing.T) {
	right := func() simulation.Service {
		return simulation.Service{Waves: steps(1, 1), Fleets: []simulation.Fleet{{Name: "web", Start: 1, PerUnit: hundred}}}
	}
	pods := func(p simulation.Pods) func(*simulation.Service) {
		return func(service *simulation.Service) {
			p.HPA = autoscale.HPA{Min: max(1, p.HPA.Min), Max: 9}
			service.Fleets[0].Pods = &p
		}
	}
	group := func(g simulation.Group) func(*simulation.Service) {
		return func(service *simulation.Service) { service.Fleets[0].Group = &g }
	}
	for _, c := range []struct {
		want string
		make func(*simulation.Service)
	}{
		{"no demand", func(s *simulation.Service) { s.Waves = nil }},
		{"wave 0: a second without a number", func(s *simulation.Service) { s.Waves[0].Requests[0] = math.NaN() }},
		{"wave 0: form 1: a second without a number", func(s *simulation.Service) { s.Waves[0].Forms = [][]float64{{1}, {1, -1}} }},
		{"wave 0: times without a number", func(s *simulation.Service) { s.Waves[0].Times = []float64{1, -1} }},
		{"no fleet", func(s *simulation.Service) { s.Fleets = nil }},
		{"ceiling -1/s", func(s *simulation.Service) { s.Ceiling = -1 }},
		{"retry 2 is not a share", func(s *simulation.Service) { s.Queue = &simulation.Queue{Retry: 2, Pause: time.Second} }},
		{"pause 0s before a retry", func(s *simulation.Service) { s.Queue = &simulation.Queue{Retry: 0.5} }},
		{"room -1", func(s *simulation.Service) { s.Queue = &simulation.Queue{Room: -1} }},
		{"web: start -1", func(s *simulation.Service) { s.Fleets[0].Start = -1 }},
		{"web: what a unit carries is not stated", func(s *simulation.Service) { s.Fleets[0].PerUnit = nil }},
		{"fleet 0: a unit that sustains 0/s", func(s *simulation.Service) {
			s.Fleets[0].Name, s.Fleets[0].PerUnit = "", []simulation.Rate{{}}
		}},
		{"web: contention -1", func(s *simulation.Service) { s.Fleets[0].Contention = -1 }},
		{"web: cpu", func(s *simulation.Service) { s.Fleets[0].CPU.Base = -1 }},
		{"web: orders need pods or a group", func(s *simulation.Service) { s.Fleets[0].Orders = make([]simulation.Order, 1) }},
		{"web: it is pods or a group, not both", func(s *simulation.Service) {
			pods(simulation.Pods{})(s)
			group(simulation.Group{})(s)
		}},
		{"web: order 0: at -1s", func(s *simulation.Service) {
			group(simulation.Group{})(s)
			s.Fleets[0].Orders = []simulation.Order{{At: -time.Second}}
		}},
		{"ceilings [100 0]: each is a rate above 0", func(s *simulation.Service) { s.Ceiling, s.Ceilings = 50, []float64{100, 0} }},
		{"ceilings without their middle", func(s *simulation.Service) { s.Ceilings = []float64{100} }},
		{"web: law 1: ", func(s *simulation.Service) {
			s.Fleets[0].Laws = []simulation.Law{{Alone: 1}, {Contention: -0.1, Alone: 1}}
		}},
		{"web: law 0: ", func(s *simulation.Service) { s.Fleets[0].Laws = []simulation.Law{{Contention: 0.1}} }},
		{"web: loss 0: replaced -1s", func(s *simulation.Service) { s.Fleets[0].Losses = []simulation.Loss{{Replaced: -time.Second}} }},
		{"web: loss 0: share 2", func(s *simulation.Service) { s.Fleets[0].Losses = []simulation.Loss{{Share: 2}} }},
		{"web: min 10 and max 9", pods(simulation.Pods{HPA: autoscale.HPA{Min: 10}})},
		{"web: sync -1s", pods(simulation.Pods{Sync: -time.Second})},
		{"web: quota -1", pods(simulation.Pods{Quota: -1})},
		{"web: metric 0: target 0", pods(simulation.Pods{Metrics: []simulation.Metric{{}}})},
		{"web: metric 0: window -1s", pods(simulation.Pods{Metrics: []simulation.Metric{{Target: 1, Window: -time.Second}}})},
		{"web: place: stage 1 has no duration", pods(simulation.Pods{Place: simulation.Delay{{0}, {}}})},
		{"web: start: stage 0: -1s", pods(simulation.Pods{Start: simulation.Fixed(-time.Second)})},
		{"web: nodes: 0 pods per instance", pods(simulation.Pods{Nodes: &simulation.Nodes{Start: 1}})},
		{"web: nodes: 0 instances have no room for the first 1 pods", pods(simulation.Pods{Nodes: &simulation.Nodes{PodsPerInstance: 1}})},
		{"web: nodes: start 1, min 2 and max 1", pods(simulation.Pods{Nodes: &simulation.Nodes{PodsPerInstance: 1, Start: 1, Min: 2, Max: 1}})},
		{"web: boot: stage 0 has no duration", pods(simulation.Pods{Nodes: &simulation.Nodes{PodsPerInstance: 1, Start: 1, Max: 1, Boot: simulation.Delay{{}}}})},
		{"web: nodes: scan -1s", pods(simulation.Pods{Nodes: &simulation.Nodes{PodsPerInstance: 1, Start: 1, Max: 1, Scan: -time.Second}})},
		{"web: min 2 and max 1", group(simulation.Group{Min: 2, Max: 1})},
		{"web: warmup -1s", group(simulation.Group{Warmup: -time.Second})},
		{"web: policy 0: it is tracking or stepped", group(simulation.Group{Policies: make([]simulation.Policy, 1)})},
		{"web: policy 0: the target is not above 0", group(simulation.Group{Policies: []simulation.Policy{{Tracking: &autoscale.Tracking{}}}})},
		{"web: policy 0: no policy follows a cron", group(simulation.Group{Policies: []simulation.Policy{{Tracking: &autoscale.Tracking{Target: 1}, Metric: simulation.Metric{Kind: simulation.Cron}}}})},
		{"web: policy 0: only an HPA holds", group(simulation.Group{Policies: []simulation.Policy{{Tracking: &autoscale.Tracking{Target: 1}, Metric: simulation.Metric{Kind: simulation.Value}}}})},
		{"web: policy 0: a data point is a period long", group(simulation.Group{Policies: []simulation.Policy{{Stepped: &autoscale.Stepped{}}}})},
	} {
		service := right()
		if _, err := simulation.New(service); err != nil {
			t.Fatalf("New(the right service) = %v; want no error", err)
		}
		c.make(&service)
		if _, err := simulation.New(service); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New = %v; want an error that says %q", err, c.want)
		}
	}
}

// All mistakes come at once.
func TestAllMistakes(t *testing.T) {
	_, err := simulation.New(simulation.Service{Ceiling: -1})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("New(an empty service) = %v; want three mistakes: demand, fleet, ceiling", err)
	}
}
