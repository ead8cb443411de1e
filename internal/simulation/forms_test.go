package simulation_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// Each run draws one form, times one of Times, on top of what is certain; each
// pair comes about as often as any other.
func TestFormsAreDrawnForEachRun(t *testing.T) {
	m := simulator(t, simulation.Service{
		Waves: []simulation.Wave{
			{Requests: []float64{10, 10, 10}},
			{Requests: []float64{7, 7}, Forms: [][]float64{{1, 2, 0}, {0, 3, 5}}, Times: []float64{100, 200}},
		},
		Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}},
	})
	const runs = 2000
	seen := map[[3]float64]int{}
	for seed := range uint64(runs) {
		_, trace := m.Trace(seed)
		seen[[3]float64(trace.Demand)]++
	}
	for _, want := range [][3]float64{{110, 210, 10}, {210, 410, 10}, {10, 310, 510}, {10, 610, 1010}} {
		// Five standard deviations of a binomial count of a quarter.
		if got := seen[want]; math.Abs(float64(got)-runs/4) > 5*math.Sqrt(runs*0.25*0.75) {
			t.Errorf("demand %v came in %d of %d runs; want about a quarter", want, got, runs)
		}
		delete(seen, want)
	}
	if len(seen) > 0 {
		t.Errorf("demands that nothing says: %v", seen)
	}
}

// Forms alone say it all: no factor is needed, a form may be longer than Requests,
// and a wave without forms draws what it drew before there were any.
func TestFormsWithoutTimes(t *testing.T) {
	service := func(forms ...[]float64) simulation.Service {
		return simulation.Service{
			Waves:  []simulation.Wave{{Requests: []float64{1}, Forms: forms}, {Requests: []float64{1, 1}, Times: []float64{1, 2, 3, 4, 5}}},
			Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}},
		}
	}
	for seed := range uint64(20) {
		_, without := simulator(t, service()).Trace(seed)
		_, with := simulator(t, service([]float64{20, 20, 20})).Trace(seed)
		factor := without.Demand[1]
		if diff := cmp.Diff([]float64{20 + factor, 20 + factor, 20}, with.Demand); diff != "" {
			t.Errorf("demand under seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

// Drawing a form allocates nothing either.
func TestFormsAllocateNothing(t *testing.T) {
	s := hour(t)
	s.Waves[1].Forms = [][]float64{s.Waves[1].Requests, s.Waves[1].Requests[:1800]}
	m := simulator(t, s)
	m.Runs(50, 1) // until the buffers have grown
	if n := testing.AllocsPerRun(20, func() { m.Run(1) }); n > 3 {
		t.Errorf("a run allocates %v times; want at most 3", n)
	}
}
