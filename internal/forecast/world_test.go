package forecast

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

const s = time.Second

// pods5 are 5 pods at their CPU target under 400/s, as in the reference of package
// simulation, on two nodes with room for 4 each.
func pods5() *Model {
	web := simulation.Fleet{
		Name: "hpa/default/web", Start: 5,
		PerUnit: []simulation.Rate{{Sustained: 160, Saturation: 200}},
		CPU:     simulation.CPU{Request: 1.0 / 160},
		Pods: &simulation.Pods{
			HPA:     autoscale.HPA{Min: 5, Max: 100, Behavior: &autoscale.Behavior{ScaleUp: &autoscale.Rules{Policies: []autoscale.Policy{{Type: autoscale.Percent, Value: 100, Period: 15 * s}}}}},
			Metrics: []simulation.Metric{{Target: 0.5, Every: 15 * s, Delay: 2 * s}},
			Phase:   simulation.Phase{3 * s, 7 * s},
			Start:   simulation.Delay{{24 * s, 30 * s, 36 * s}, {2 * s}},
			Nodes:   &simulation.Nodes{Start: 2, Min: 2, Max: 30, PodsPerInstance: 4, Boot: simulation.Delay{{60 * s, 80 * s}}},
		},
	}
	return &Model{
		Service: simulation.Service{Fleets: []simulation.Fleet{web}},
		Fleets: []Fleet{{
			Name: web.Name, Kind: capacity.HPA, Min: new(5), Max: new(100), Start: 5,
			Pod: []time.Duration{25 * s, 31 * s, 37 * s}, Balancer: []time.Duration{2 * s}, Node: []time.Duration{60 * s, 80 * s},
			Metrics: []string{"cpu"},
		}},
	}
}

// group5 are the same as instances of a group that follows requests.
func group5() *Model {
	web := simulation.Fleet{
		Name: "asg/web-prod", Start: 5,
		PerUnit: []simulation.Rate{{Sustained: 160}},
		CPU:     simulation.CPU{Request: 1.0 / 160},
		Group: &simulation.Group{Min: 5, Max: 100, Boot: simulation.Delay{{100 * s, 120 * s}}, Warmup: 60 * s,
			Policies: []simulation.Policy{{Tracking: &autoscale.Tracking{Target: 80}, Metric: simulation.Metric{Kind: simulation.PerUnit, Delay: time.Minute}}}},
	}
	return &Model{
		Service: simulation.Service{Fleets: []simulation.Fleet{web}},
		Fleets:  []Fleet{{Name: web.Name, Kind: capacity.ASG, Min: new(5), Max: new(100), Start: 5, Pod: []time.Duration{100 * s, 120 * s}}},
	}
}

// still5 are the same with nothing that scales them.
func still5() *Model {
	return &Model{
		Service: simulation.Service{Fleets: []simulation.Fleet{{Name: "hpa/default/db", Start: 5, PerUnit: []simulation.Rate{{Sustained: 160}}}}},
		Fleets:  []Fleet{{Name: "hpa/default/db", Kind: capacity.HPA, Start: 5}},
	}
}

// spike is ten times the traffic within 20 s, which then stays.
func spike(lasts time.Duration) Demand {
	const base = 400.0
	c := traffic.NewCurve(traffic.Segment{Length: time.Minute, From: base, To: base},
		traffic.Segment{Length: 20 * s, From: base, To: 10 * base}, traffic.Segment{Length: lasts, From: 10 * base, To: 10 * base})
	return Demand{Name: "10x", Waves: []simulation.Wave{{Requests: simulation.Requests(c)}}, Baseline: base}
}

// plays are enough for what a setting does to be more than chance.
var plays = raced.Part(200, 40)

func play(t testing.TB, m *Model, d Demand) Outcome {
	t.Helper()
	o, err := m.Play(d, Chance{Runs: plays, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func with(t testing.TB, m *Model, text string) *Model {
	t.Helper()
	settings, err := ParseSettings(text)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.With(settings)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
