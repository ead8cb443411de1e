package simulation_test

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// A spot to ten times the traffic, before a service as it is, and before the
// same with a floor of 50 pods set two minutes earlier.
func Example() {
	const baseline, end = 400.0, 10 * time.Minute
	spot, err := traffic.Spot{At: 3 * time.Minute, Peak: 10 * baseline, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}.Extra(baseline, end)
	if err != nil {
		fmt.Println(err)
		return
	}
	web := simulation.Fleet{
		Name: "web", Start: 10,
		PerUnit: []simulation.Rate{{Sustained: 80}},
		CPU:     simulation.CPU{Request: 1.0 / 80},
		Pods: &simulation.Pods{
			HPA:     autoscale.HPA{Min: 10, Max: 80},
			Metrics: []simulation.Metric{{Target: 0.5}},
			Start:   simulation.Delay{{25 * time.Second, 30 * time.Second, 41 * time.Second}},
		},
	}
	play := func(what string, orders ...simulation.Order) {
		web.Orders = orders
		m, err := simulation.New(simulation.Service{
			Waves:  []simulation.Wave{{Requests: simulation.Requests(traffic.Sum(traffic.Flat(baseline, end), spot))}},
			Fleets: []simulation.Fleet{web},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		many := m.Runs(200, 1)
		share, _ := many.Unserved.Quantile(0.5)
		lag, _ := many.Lag.Quantile(0.5)
		fmt.Printf("%s: half the runs leave at most %.0f %% unserved; a shortfall in %d runs, of %.0f s\n", what, 100*share, many.Lag.N(), lag)
	}
	play("as it is")
	floor := 50
	play("with a floor", simulation.Order{At: time.Minute, Min: &floor})
	// Output:
	// as it is: half the runs leave at most 28 % unserved; a shortfall in 200 runs, of 86 s
	// with a floor: half the runs leave at most 0 % unserved; a shortfall in 0 runs, of NaN s
}
