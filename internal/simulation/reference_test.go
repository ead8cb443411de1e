package simulation_test

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// What reactive scaling alone gives for ten times the traffic in 20 s that then
// stays: the median scale lag over phases. The service is 5 units at their target
// (50 % of what they sustain, unless said otherwise), limit = request, no
// behavior, syncs of 15 s at any phase.
//
//   - CPU is the mean of the 15 s before a sync. With a pipeline that reads by
//     itself every 15 s and so adds a wait to each generation, the medians are
//     168 s and 303 s instead. More units take one generation more at 70 %
//     (about 265 s): ceil() helps 5 units more than 50.
//   - Requests are scraped every 15 s. Node autoscalers look every 10 s and an
//     instance carries 4 pods.
//   - RequestCountPerTarget of a minute is seen a minute after it ended.
func TestReactiveScalingAlone(t *testing.T) {
	const units, baseline = 5, 400.0
	c := traffic.NewCurve(traffic.Segment{Length: time.Minute, From: baseline, To: baseline},
		traffic.Segment{Length: 20 * s, From: baseline, To: 10 * baseline}, traffic.Segment{Length: 15 * time.Minute, From: 10 * baseline, To: 10 * baseline})
	fleet := func(target float64) simulation.Fleet {
		sustained := baseline / units / target
		return simulation.Fleet{Start: units, PerUnit: []simulation.Rate{{Sustained: sustained}}, CPU: simulation.CPU{Request: 1 / sustained}}
	}
	pods := func(target float64, m simulation.Metric, n *simulation.Nodes) simulation.Fleet {
		f := fleet(target)
		f.Pods = &simulation.Pods{HPA: autoscale.HPA{Min: units, Max: 1000}, Metrics: []simulation.Metric{m}, Start: simulation.Fixed(30 * s), Nodes: n}
		return f
	}
	instances := fleet(0.5)
	instances.Group = &simulation.Group{Min: units, Max: 1000, Boot: simulation.Fixed(120 * s), Warmup: 300 * s, Policies: []simulation.Policy{{
		Tracking: &autoscale.Tracking{Target: baseline / units}, Metric: simulation.Metric{Kind: simulation.PerUnit, Delay: time.Minute}}}}
	requests := simulation.Metric{Kind: simulation.PerUnit, Target: baseline / units, Every: 15 * s}
	nodes := &simulation.Nodes{Start: 2, Max: 1000, PodsPerInstance: 4, Boot: simulation.Fixed(90 * s), Scan: 10 * s}
	for _, c2 := range []struct {
		name  string
		fleet simulation.Fleet
		want  float64
	}{
		{"CPU 50 %", pods(0.5, simulation.Metric{Target: 0.5}, nil), 121},
		{"CPU 70 %", pods(0.7, simulation.Metric{Target: 0.7}, nil), 221},
		{"requests", pods(0.5, requests, nil), 80},
		{"requests, with nodes", pods(0.5, requests, nodes), 167},
		{"RequestCountPerTarget", instances, 338},
	} {
		m := simulator(t, simulation.Service{Waves: []simulation.Wave{{Requests: simulation.Requests(c)}}, Fleets: []simulation.Fleet{c2.fleet}})
		median, err := m.Runs(raced.Part(1000, 200), 1).Lag.Quantile(0.5)
		t.Logf("%s: %.0f s ± %.1f; the reference %.0f s (%+.0f %%)", c2.name, median, err, c2.want, 100*(median/c2.want-1))
		if median < 0.85*c2.want || median > 1.15*c2.want {
			t.Errorf("%s: median scale lag = %.0f s; want %.0f s within 15 %%", c2.name, median, c2.want)
		}
	}
}
