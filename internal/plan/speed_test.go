package plan_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// ordinary is a spot of 20 minutes at 8 to 16 times the baseline, before a service
// of pods on nodes with everything drawn that may be.
func ordinary(t testing.TB) (*forecast.Model, forecast.Demand) {
	t.Helper()
	const baseline, end = 400.0, 20 * time.Minute
	spot, err := traffic.Spot{At: 5 * time.Minute, Peak: 10 * baseline, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}.Extra(baseline, end)
	if err != nil {
		t.Fatal(err)
	}
	starts := []time.Duration{21 * time.Second, 24 * time.Second, 25 * time.Second, 31 * time.Second, 47 * time.Second}
	boots := []time.Duration{62 * time.Second, 71 * time.Second, 75 * time.Second, 90 * time.Second}
	f := simulation.Fleet{
		Name: web, Start: 10, PerUnit: []simulation.Rate{{Sustained: 66, Saturation: 80}, {Sustained: 70, Saturation: 80}, {Sustained: 72, Saturation: 80}},
		CPU: simulation.CPU{Request: 1.0 / 80},
		Pods: &simulation.Pods{
			HPA:     autoscale.HPA{Min: 6, Max: 80},
			Metrics: []simulation.Metric{{Target: 0.5, Every: 15 * time.Second}},
			Place:   simulation.Fixed(500 * time.Millisecond),
			Start:   simulation.Delay{starts},
			Nodes:   &simulation.Nodes{Start: 3, Min: 3, Max: 30, PodsPerInstance: 4, Boot: simulation.Delay{boots}, Scan: 10 * time.Second},
		},
	}
	m := &forecast.Model{
		Service: simulation.Service{Fleets: []simulation.Fleet{f}},
		Fleets: []forecast.Fleet{{
			Name: web, Kind: capacity.HPA, Min: new(6), Max: new(80), Start: 10,
			Pod: starts, Balancer: []time.Duration{10 * time.Second}, Node: boots,
			Nodes: &forecast.NodeGroup{Name: "asg/nodes", Min: new(3), Max: new(30), PodsPerInstance: 4},
		}},
	}
	return m, forecast.Demand{
		Name:     "CM 1, 10x",
		Baseline: baseline,
		Waves: []simulation.Wave{
			{Requests: simulation.Requests(traffic.Flat(baseline, end))},
			{Requests: simulation.Requests(spot), Times: []float64{0.8, 0.9, 1, 1.2, 1.6}},
		},
	}
}

// BenchmarkOrdinarySpot makes the plan of one in each operation: a report does, so a
// second is the most it may take on one core.
func BenchmarkOrdinarySpot(b *testing.B) {
	m, d := ordinary(b)
	for b.Loop() {
		if _, err := plan.Make(m, d, plan.Ask{Airs: 5 * time.Minute}); err != nil {
			b.Fatal(err)
		}
	}
}

// A plan takes little more than a second of processor time, with room for a slow
// machine; the best of three tries counts. The race detector watches a tenth of the draws.
func TestAPlanIsQuick(t *testing.T) {
	m, d := ordinary(t)
	most := raced.Part(3*time.Second, 20*time.Second)
	best := time.Hour
	for range raced.Part(3, 1) {
		began := worked(t)
		made(t, m, d, plan.Ask{Airs: 5 * time.Minute})
		best = min(best, worked(t)-began)
	}
	t.Logf("a plan took %v of processor time", best)
	if best > most {
		t.Errorf("a plan took %v of processor time; want at most %v", best, most)
	}
}

// worked is the processor time that the tests have used up to now.
func worked(t *testing.T) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
