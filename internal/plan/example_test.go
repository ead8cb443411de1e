package plan_test

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// A spot airs at 21:54 or up to 20 minutes later and draws about ten times the
// traffic, perhaps half or twice as much more, before pods that take 40 s to come.
func Example() {
	const baseline, end = 400.0, 20 * time.Minute
	extra, err := traffic.Spot{At: 3 * time.Minute, Peak: 10 * baseline, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}.Extra(baseline, end)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := &forecast.Model{
		Service: simulation.Service{Fleets: []simulation.Fleet{{
			Name: "hpa/default/web", Start: 10, PerUnit: []simulation.Rate{{Sustained: 76}, {Sustained: 80}, {Sustained: 83}},
			CPU: simulation.CPU{Request: 1.0 / 80},
			Pods: &simulation.Pods{
				HPA:     autoscale.HPA{Min: 8, Max: 40},
				Metrics: []simulation.Metric{{Target: 0.5}},
				Start:   simulation.Fixed(40 * time.Second),
			},
		}}},
		Fleets: []forecast.Fleet{{
			Name: "hpa/default/web", Kind: capacity.HPA, Min: new(8), Max: new(40), Start: 10,
			Pod: []time.Duration{30 * time.Second}, Balancer: []time.Duration{10 * time.Second},
			Nodes: &forecast.NodeGroup{Name: "asg/nodes", Min: new(2), Max: new(20), PodsPerInstance: 8},
		}},
	}
	d := forecast.Demand{Waves: []simulation.Wave{
		{Requests: simulation.Requests(traffic.Flat(baseline, end))},
		{Requests: simulation.Requests(extra), Times: []float64{0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.7, 2}},
	}}
	tokyo := time.FixedZone("JST", 9*60*60)
	p, err := plan.Make(m, d, plan.Ask{
		At: time.Date(2026, 12, 1, 21, 54, 0, 0, tokyo), Airs: 3 * time.Minute, Lasts: 30 * time.Second, Slip: 20 * time.Minute, Chance: forecast.Chance{Runs: 400},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range p.Holds {
		fmt.Printf("%s: %d units from %s to %s\n", h.Fleet, h.Units, p.Instants.Apply.Format("15:04"), p.Instants.Release.Format("15:04 MST"))
	}
	fmt.Printf("P = %s, without %s\n", p.Held, p.Without)
	fmt.Println(p.Warnings[0])
	fmt.Println(p.Texts[0].Apply)
	// Output:
	// hpa/default/web: 93 units from 21:38 to 22:30 JST
	// asg/nodes: 12 units from 21:38 to 22:30 JST
	// P = 96.8 % ± 0.4 %, without 0 %
	// hpa/default/web: how long its nodes take to come was not measured: 3m is assumed (verify in time)
	// kubectl patch hpa web \
	//   --namespace default \
	//   --type merge \
	//   --patch '{"spec":{"minReplicas":93,"maxReplicas":93}}'
}
