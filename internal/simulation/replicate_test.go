package simulation_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// One number a run chooses from all lists of what was measured: with the weakest unit of
// one fleet come the strongest of the other and the lowest ceiling, and nothing else.
func TestOneReplicateARun(t *testing.T) {
	rates := func(all ...float64) (rates []simulation.Rate) {
		for _, r := range all {
			rates = append(rates, simulation.Rate{Sustained: r})
		}
		return rates
	}
	m := simulator(t, simulation.Service{
		Waves:   steps(500, 1),
		Fleets:  []simulation.Fleet{{Start: 1, PerUnit: rates(100, 200, 300)}, {Start: 1, PerUnit: rates(300, 200, 100)}},
		Ceiling: 150, Ceilings: []float64{400, 150, 50},
	})
	const runs = 3000
	counts := map[float64]int{}
	for seed := range uint64(runs) {
		_, seconds := m.Trace(seed)
		counts[seconds.Capacity[0]]++
	}
	for _, carried := range []float64{100, 150, 50} {
		if got := float64(counts[carried]); math.Abs(got-runs/3) > 4*math.Sqrt(runs*2/9.) {
			t.Errorf("%g/s are carried in %g of %d runs; want a third", carried, got, runs)
		}
	}
	if len(counts) != 3 {
		t.Errorf("runs by what is carried: %v; want 100/s, 150/s and 50/s alone", counts)
	}
}

// A law comes with the rate of its own place: 2 units of 100/s that contend by a quarter
// carry 200 / 1.25, and by the other law 2 x 80 x 1.25.
func TestLawsAreDrawn(t *testing.T) {
	fleet := simulation.Fleet{Start: 2, PerUnit: []simulation.Rate{{Sustained: 100, Saturation: 120}, {Sustained: 80}}, Contention: 0.1,
		Laws: []simulation.Law{{Contention: 0.25, Alone: 1}, {Alone: 1.25}}}
	if diff := cmp.Diff([]float64{160, 200}, fleet.Sustains(2)); diff != "" {
		t.Errorf("Sustains(2) (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{100, 100}, fleet.Sustains(1)); diff != "" {
		t.Errorf("Sustains(1) (-want +got):\n%s", diff)
	}
	m := simulator(t, simulation.Service{Waves: steps(500, 1), Fleets: []simulation.Fleet{fleet}})
	counts := map[float64]int{}
	for seed := range uint64(100) {
		_, seconds := m.Trace(seed)
		counts[seconds.Capacity[0]]++
	}
	if counts[160] == 0 || counts[200] == 0 || counts[160]+counts[200] != 100 {
		t.Errorf("runs by what is carried: %v; want 160/s and 200/s alone", counts)
	}
	fleet.Laws = nil
	if got, want := fleet.Sustains(2), []float64{200 / 1.1, 160 / 1.1}; !cmp.Equal(got, want, cmpopts.EquateApprox(1e-12, 0)) {
		t.Errorf("without laws Sustains(2) = %v; want %v", got, want)
	}
}
