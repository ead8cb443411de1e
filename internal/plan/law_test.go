package plan_test

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// quick is a fleet whose pods come within the spot's rise or after, as it may be.
func quick(each float64, target float64, starts ...time.Duration) simulation.Fleet {
	return simulation.Fleet{
		Name: web, Start: 6, PerUnit: []simulation.Rate{{Sustained: 0.9 * each, Saturation: each}, {Sustained: each}, {Sustained: 1.05 * each}},
		CPU: simulation.CPU{Base: 0.05, Request: 0.95 / each},
		Pods: &simulation.Pods{
			HPA:     autoscale.HPA{Min: 4, Max: 60},
			Metrics: []simulation.Metric{{Target: target, Every: 15 * time.Second}},
			Start:   simulation.Delay{starts},
		},
	}
}

// spot is 200/s for ten minutes with a spot of so many times as much, more or less.
func spot(t testing.TB, times float64) forecast.Demand {
	t.Helper()
	const baseline, end = 200.0, 10 * time.Minute
	extra, err := traffic.Spot{At: 2 * time.Minute, Peak: times * baseline, Rise: 45 * time.Second, HalfLife: time.Minute, Tail: 0.1}.Extra(baseline, end)
	if err != nil {
		t.Fatal(err)
	}
	return forecast.Demand{Waves: []simulation.Wave{
		{Requests: simulation.Requests(traffic.Flat(baseline, end))},
		{Requests: simulation.Requests(extra), Times: []float64{0.6, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.8, 2.2}},
	}}
}

var few = forecast.Chance{Runs: raced.Part(400, 60), Seed: 11}

// served plays a fleet held at n, which is put together here once more, and returns
// in how many of so many draws all but 0.1 % is served.
func served(t *testing.T, f simulation.Fleet, d forecast.Demand, n, runs int) int {
	t.Helper()
	p := *f.Pods
	p.HPA.Min, p.HPA.Max = n, max(n, p.HPA.Max)
	f.Start, f.Pods = n, &p
	m, err := simulation.New(simulation.Service{Waves: d.Waves, Spots: d.Spots, Fleets: []simulation.Fleet{f}})
	if err != nil {
		t.Fatal(err)
	}
	share := 0
	for i := range runs {
		if o := m.Run(few.Seed + uint64(i)); o.Unserved <= 0.001*o.Demand {
			share++
		}
	}
	return share
}

// The answer holds under its draws, five times those that are asked for, and the one below
// does not; the next two hold under those. The chances that are shown are those that are
// counted here.
func TestTheAnswerHoldsAndTheOneBelowDoesNot(t *testing.T) {
	for name, f := range map[string]simulation.Fleet{
		"pods in 20 s":            quick(20, 0.5, 15*time.Second, 20*time.Second, 25*time.Second),
		"pods in a minute":        quick(20, 0.5, 50*time.Second, time.Minute, 80*time.Second),
		"a target that is easy":   quick(20, 0.8, 20*time.Second),
		"large pods":              quick(150, 0.5, 20*time.Second, 40*time.Second),
		"small pods, far between": quick(6, 0.6, 20*time.Second, 2*time.Minute),
	} {
		d := spot(t, 8)
		p := made(t, modelOf(f), d, plan.Ask{Airs: 2 * time.Minute, Chance: few})
		n := units(p)[web]
		share := func(n, runs int) float64 { return float64(served(t, f, d, n, runs)) / float64(runs) }
		fine := 5 * few.Runs
		for _, k := range []int{n + 1, n + 2} {
			if got := share(k, few.Runs); got < 0.95 {
				t.Errorf("%s: %d units, of a plan of %d, hold in %g of draws; want at least 0.95", name, k, n, got)
			}
		}
		if got := share(n, fine); got < 0.95 || p.Held.Probability != got || p.Held.Runs != fine {
			t.Errorf("%s: P = %g of %d draws; want %g of %d, and at least 0.95", name, p.Held.Probability, p.Held.Runs, got, fine)
		}
		if got := share(n-1, fine); got >= 0.95 {
			t.Errorf("%s: %d units hold in %g of draws; want %d not to be one too many", name, n-1, got, n)
		}
		besides := 0
		for _, r := range p.Risk {
			beside := r.Units >= n-1 && r.Units <= n+1
			if beside {
				besides++
			}
			if beside && (r.Probability != share(r.Units, fine) || r.Runs != fine) {
				t.Errorf("%s: the curve at %d = %g of %d draws; want %g of %d", name, r.Units, r.Probability, r.Runs, share(r.Units, fine), fine)
			}
			full := share(r.Units, few.Runs)
			if d := r.Probability - full; d > 4*r.Error || -d > 4*r.Error {
				t.Errorf("%s: the curve at %d = %g ± %g; want %g, of all draws", name, r.Units, r.Probability, r.Error, full)
			}
		}
		if besides != 3 {
			t.Errorf("%s: the curve has %d points at %d and beside it; want 3", name, besides, n)
		}
	}
}

// More demand never takes fewer units, and what carries more never more of them.
func TestMoreDemandMoreUnits(t *testing.T) {
	starts := []time.Duration{20 * time.Second, 30 * time.Second, 50 * time.Second}
	last := 0
	for _, times := range raced.Part([]float64{2, 3, 4, 6, 8, 10, 13, 16}, []float64{4, 16}) {
		p := made(t, modelOf(quick(20, 0.5, starts...)), spot(t, times), plan.Ask{Airs: 2 * time.Minute, Chance: few})
		if n := units(p)[web]; n < last {
			t.Errorf("a spot of %gx takes %d units; want at least the %d of a smaller one", times, n, last)
		} else {
			last = n
		}
	}
	last = 1 << 20
	for _, each := range raced.Part([]float64{15, 20, 25, 40, 60, 100, 200}, []float64{20, 60}) {
		p := made(t, modelOf(quick(each, 0.5, starts...)), spot(t, 16), plan.Ask{Airs: 2 * time.Minute, Chance: few})
		n := units(p)[web]
		if n > last {
			t.Errorf("units of %g/s: %d; want at most the %d of weaker ones", each, n, last)
		}
		last = n
	}
}

// Units that come sooner are never more.
func TestSoonerUnitsAreFewer(t *testing.T) {
	last := 1 << 20
	for _, start := range []time.Duration{time.Hour, 2 * time.Minute, 90 * time.Second, time.Minute, 30 * time.Second, 15 * time.Second, 0} {
		p := made(t, modelOf(quick(20, 0.5, start)), spot(t, 8), plan.Ask{Airs: 2 * time.Minute, Chance: few})
		n := units(p)[web]
		if n > last {
			t.Errorf("units that start in %s: %d; want at most the %d of slower ones", start, n, last)
		}
		last = n
	}
}

// FuzzSpike holds the plan against arithmetic: with units that come too late the
// fewest are those that carry the spike but for a thousandth of all requests.
func FuzzSpike(f *testing.F) {
	f.Add(uint16(100), uint16(1000), uint16(30))
	f.Add(uint16(0), uint16(7), uint16(1))
	f.Add(uint16(900), uint16(901), uint16(450))
	f.Fuzz(func(t *testing.T, base, peak, each uint16) {
		if each == 0 || peak < base || peak == 0 || int(peak) > 500*int(each) {
			t.Skip("no spike, or one of more than 500 units")
		}
		d := steps(float64(base), float64(peak), float64(base))
		p := made(t, modelOf(slow(web, 2, float64(each))), d, plan.Ask{Chance: forecast.Chance{Runs: 3}})
		got := units(p)[web]
		spare := 0.001 * 60 * float64(2*int(base)+int(peak))
		short := func(n int) float64 {
			carried := float64(n) * float64(each)
			return 60 * (2*max(0, float64(base)-carried) + max(0, float64(peak)-carried))
		}
		const bits = 1e-6
		if short(got) > spare*(1+bits) {
			t.Errorf("%d units of %d/s leave %g requests of %d/s unserved; want at most %g", got, each, short(got), peak, spare)
		}
		if got > 2 && short(got-1) < spare*(1-bits) {
			t.Errorf("%d units of %d/s for %d/s; %d are enough", got, each, peak, got-1)
		}
	})
}
