package simulation_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// hour is an hour with a spot of 8 to 16 times the baseline before a service of
// pods on nodes, with everything drawn that may be.
func hour(t testing.TB) simulation.Service {
	t.Helper()
	const baseline = 400.0
	spot, err := traffic.Spot{At: 20 * time.Minute, Peak: 10 * baseline, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}.Extra(baseline, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	starts := []time.Duration{21 * time.Second, 24 * time.Second, 25 * time.Second, 31 * time.Second, 47 * time.Second}
	boots := []time.Duration{62 * time.Second, 71 * time.Second, 75 * time.Second, 90 * time.Second}
	return simulation.Service{
		Waves: []simulation.Wave{
			{Requests: simulation.Requests(traffic.Flat(baseline, time.Hour))},
			{Requests: simulation.Requests(spot), Times: []float64{0.8, 0.9, 1, 1.2, 1.6}},
		},
		Fleets: []simulation.Fleet{{
			Name: "web", Start: 10, PerUnit: []simulation.Rate{{Sustained: 66, Saturation: 80}, {Sustained: 70, Saturation: 80}, {Sustained: 72, Saturation: 80}},
			CPU: simulation.CPU{Request: 1.0 / 80},
			Pods: &simulation.Pods{
				HPA:     autoscale.HPA{Min: 10, Max: 80, Behavior: &autoscale.Behavior{}},
				Metrics: []simulation.Metric{{Target: 0.5, Every: 15 * time.Second}},
				Place:   simulation.Fixed(500 * time.Millisecond),
				Start:   simulation.Delay{starts},
				Nodes:   &simulation.Nodes{Start: 3, Min: 3, Max: 20, PodsPerInstance: 4, Boot: simulation.Delay{boots}, Scan: 10 * time.Second},
			},
		}},
		Queue: &simulation.Queue{Room: 200, Patience: 5 * time.Second, Retry: 0.5, Pause: 3 * time.Second},
	}
}

// BenchmarkTenThousandSpots plays ten thousand hours in 1 s ticks in each
// operation: 2 s are aimed at, and above 5 s of processor time it fails.
func BenchmarkTenThousandSpots(b *testing.B) {
	m := simulator(b, hour(b))
	b.ReportAllocs()
	seed := uint64(1)
	before := processorTime(b)
	for b.Loop() {
		m.Runs(10_000, seed)
		seed += 10_000
	}
	took := (processorTime(b) - before) / time.Duration(b.N)
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/10_000/3600*1e9, "ns/tick")
	b.ReportMetric(took.Seconds(), "cpu-s/op")
	if most := raced.Part(5*time.Second, 50*time.Second); took > most {
		b.Errorf("ten thousand spots took %v of processor time; want at most %v", took, most)
	}
}

// processorTime is what this process has used so far.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A hundred spots take a hundredth of what ten thousand may, with ten times as
// much to spare for a busy machine and again for the race detector; the best of
// three tries counts.
func TestAHundredSpotsAreQuick(t *testing.T) {
	m := simulator(t, hour(t))
	most := raced.Part(500*time.Millisecond, 5*time.Second)
	best := time.Hour
	for range 3 {
		began := time.Now()
		m.Runs(100, 1)
		best = min(best, time.Since(began))
	}
	t.Logf("a hundred spots took %v: ten thousand would take %v", best, 100*best)
	if best > most {
		t.Errorf("a hundred spots took %v; want at most %v", best, most)
	}
}

// What a run allocates is its outcome, whatever its length.
func TestTicksAllocateNothing(t *testing.T) {
	for name, d := range map[string]time.Duration{"half an hour": 30 * time.Minute, "an hour": time.Hour} {
		s := hour(t)
		for i := range s.Waves {
			s.Waves[i].Requests = s.Waves[i].Requests[:int(d.Seconds())]
		}
		m := simulator(t, s)
		m.Runs(50, 1) // until the buffers have grown
		if n := testing.AllocsPerRun(20, func() { m.Run(1) }); n > 3 {
			t.Errorf("a run of %s allocates %v times; want at most 3: the fleets' outcomes, shortfall and lag", name, n)
		}
	}
}

func simulator(t testing.TB, s simulation.Service) *simulation.Simulator {
	t.Helper()
	m, err := simulation.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
