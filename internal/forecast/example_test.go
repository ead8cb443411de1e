package forecast_test

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// The same spot as things are, by requests instead of CPU, and with a floor.
func Example() {
	const baseline, lasts = 400.0, 10 * time.Minute
	spot, err := traffic.Spot{At: 3 * time.Minute, Peak: 10 * baseline, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}.Extra(baseline, lasts)
	if err != nil {
		fmt.Println(err)
		return
	}
	demand := forecast.Demand{Name: "CM 1, 10x", Waves: []simulation.Wave{{Requests: simulation.Requests(traffic.Sum(traffic.Flat(baseline, lasts), spot))}}}
	model := &forecast.Model{
		Service: simulation.Service{Fleets: []simulation.Fleet{{
			Name: "hpa/default/web", Start: 10,
			PerUnit: []simulation.Rate{{Sustained: 80}},
			CPU:     simulation.CPU{Request: 1.0 / 80},
			Pods: &simulation.Pods{
				HPA:     autoscale.HPA{Min: 10, Max: 80},
				Metrics: []simulation.Metric{{Target: 0.5}},
				Start:   simulation.Delay{{25 * time.Second, 30 * time.Second, 41 * time.Second}},
			},
		}}},
		Fleets: []forecast.Fleet{{Name: "hpa/default/web", Kind: capacity.HPA, Start: 10}},
	}
	for _, text := range []string{"target=50%", "metric=requests:40/s", "min=30", "min=50,zone_lost=1/3@3m"} {
		settings, err := forecast.ParseSettings(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		changed, err := model.With(settings)
		if err != nil {
			fmt.Println(err)
			return
		}
		outcome, err := changed.Play(demand, forecast.Chance{Runs: 200, Seed: 1})
		if err != nil {
			fmt.Println(err)
			return
		}
		share, _ := outcome.Unserved.Quantile(0.5)
		fmt.Printf("%s: %.0f %% unserved\n", forecast.Describe(settings), 100*share)
	}
	// Output:
	// target 50 %: 28 % unserved
	// by requests at 40/s a unit: 25 % unserved
	// min 30: 9 % unserved
	// min 50, 1/3 lost at 3m: 7 % unserved
}
