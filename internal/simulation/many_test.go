package simulation_test

import (
	"math"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// lagging is a service whose scale lag is known: the spot comes at 100 s and is
// seen by a sync anywhere in the 15 s after that; the units are ready 30 s (half
// the runs) or 60 s later. The lag is uniform over 30 to 45 and 60 to 75 s.
func lagging(t testing.TB) *simulation.Simulator {
	return simulator(t, simulation.Service{
		Waves: steps(100, 100, 400, 200),
		Fleets: []simulation.Fleet{{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
			HPA: autoscale.HPA{Min: 2, Max: 4}, Start: simulation.Delay{{0, 0}, {30 * s, 60 * s}},
			Metrics: []simulation.Metric{{Kind: simulation.Total, Target: 100, Window: time.Millisecond}}}}},
	})
}

// The later of two pods: 30 s in a quarter of the runs. A unit serves from the
// first whole second, half a second later in the mean; the metric's instant must
// lie in the spot.
func TestManyRuns(t *testing.T) {
	many := lagging(t).Runs(4000, 1)
	want := 0.25*30 + 0.75*60 + 7.5 + 0.5
	mean, err := many.Lag.Mean()
	if many.Lag.N() != 4000 || math.Abs(mean-want) > 4*err {
		t.Errorf("mean lag of %d runs = %.2f ± %.2f; want %.2f", many.Lag.N(), mean, err, want)
	}
	deviation := math.Sqrt(30*30*0.25*0.75 + 15*15/12.)
	if got := err * math.Sqrt(4000); math.Abs(got-deviation) > 0.05*deviation {
		t.Errorf("standard deviation = %.2f; want %.2f", got, deviation)
	}
	for p, want := range map[float64]float64{0.125: 38, 0.625: 68} { // half of each uniform part
		if got, err := many.Lag.Quantile(p); math.Abs(got-want) > 4*max(err, 0.5) {
			t.Errorf("quantile %g = %g ± %g; want %g", p, got, err, want)
		}
	}
	if share, err := many.Lag.Within(50); math.Abs(share-0.25) > 4*err || err > 0.01 {
		t.Errorf("share within 50 s = %g ± %g; want 0.25", share, err)
	}
	if peak, _ := many.Peaks[0].Quantile(0); peak != 4 {
		t.Errorf("least peak = %g; want 4", peak)
	}
}

// The standard errors are what they claim: the deviation of the same statistic
// over other sets of seeds.
func TestStandardErrors(t *testing.T) {
	m := lagging(t)
	const runs = 100
	sets := raced.Part(uint64(300), 40)
	for name, of := range map[string]func(simulation.Many) (float64, float64){
		"mean":          func(all simulation.Many) (float64, float64) { return all.Lag.Mean() },
		"quantile 0.6":  func(all simulation.Many) (float64, float64) { return all.Lag.Quantile(0.6) },
		"share in 50 s": func(all simulation.Many) (float64, float64) { return all.Lag.Within(50) },
	} {
		var sum, squares, errs float64
		for set := range sets {
			value, err := of(m.Runs(runs, set*runs))
			sum, squares, errs = sum+value, squares+value*value, errs+err
		}
		n := float64(sets)
		deviation := math.Sqrt(squares/n - sum*sum/n/n)
		if claimed := errs / n; claimed < 0.75*deviation || claimed > 1.35*deviation {
			t.Errorf("%s: standard error = %.3f in the mean; want the deviation over %d sets, %.3f", name, claimed, sets, deviation)
		}
	}
}

// Runs that never recover have an infinite lag, and those without a shortfall
// none.
func TestManyWithoutANumber(t *testing.T) {
	for _, c := range []struct {
		waves []simulation.Wave
		n     int
		half  float64
	}{{steps(50, 20), 0, math.NaN()}, {steps(50, 10, 200, 10), 9, math.Inf(1)}} {
		many := simulator(t, simulation.Service{Waves: c.waves, Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}}}).Runs(9, 1)
		half, _ := many.Lag.Quantile(0.5)
		mean, _ := many.Lag.Mean()
		same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
		if many.Lag.N() != c.n || !same(half, c.half) || !same(mean, c.half) {
			t.Errorf("lag of %d runs: median %g, mean %g; want %d and %g", many.Lag.N(), half, mean, c.n, c.half)
		}
		if _, ok := simulation.Duration(half); ok {
			t.Errorf("Duration(%g) is one; want none", half)
		}
	}
	if share := simulator(t, simulation.Service{Waves: steps(0, 5), Fleets: []simulation.Fleet{{PerUnit: hundred}}}).Run(1).Share(); share != 0 {
		t.Errorf("share unserved of no demand = %g; want 0", share)
	}
	if d, ok := simulation.Duration(1.5); !ok || d != 1500*time.Millisecond {
		t.Errorf("Duration(1.5) = %v, %t; want 1.5s", d, ok)
	}
}

// The run in the middle is the one by which as many are better as are worse; where
// everything is served in all of them, it is the one whose demand is in the middle.
func TestTheRunInTheMiddle(t *testing.T) {
	const runs, first = 201, 7
	times := []float64{0.5, 0.8, 1, 1.3, 2}
	for _, c := range []struct {
		name  string
		units int
		of    func(simulation.Outcome) float64
	}{
		{"short", 2, simulation.Outcome.Share},
		{"all served", 9, func(o simulation.Outcome) float64 { return o.Demand }},
	} {
		m := simulator(t, simulation.Service{
			Waves:  []simulation.Wave{{Requests: []float64{100, 400, 200}, Times: times}},
			Fleets: []simulation.Fleet{{Start: c.units, PerUnit: hundred}},
		})
		many := m.Runs(runs, first)
		middle, below, above, highest, lost := c.of(m.Run(many.Median)), 0, 0, 0.0, 0.0
		for seed := uint64(first); seed < first+runs; seed++ {
			o := m.Run(seed)
			if of := c.of(o); of < middle {
				below++
			} else if of > middle {
				above++
			}
			highest, lost = max(highest, o.Highest), lost+o.Unserved/runs
		}
		if below > runs/2 || above > runs/2 || many.Median < first || many.Median >= first+runs {
			t.Errorf("%s: %d runs are below and %d above that of seed %d; want at most half of %d", c.name, below, above, many.Median, runs)
		}
		if got, _ := many.Highest.Quantile(1); got != highest || got != 800 {
			t.Errorf("%s: highest second of all = %g/s; want %g/s, twice 400", c.name, got, highest)
		}
		if got, _ := many.Lost.Mean(); math.Abs(got-lost) > 1e-9*lost {
			t.Errorf("%s: mean unserved requests = %g; want %g", c.name, got, lost)
		}
	}
	if got := lagging(t).Runs(0, 1).Median; got != 0 {
		t.Errorf("the middle of no runs = %d; want 0", got)
	}
}
