package traffic_test

import (
	"math"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

func TestPerVisit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []traffic.Step
		want  float64
	}{
		{"no steps", nil, 1},
		{"weights", weighted(5, 0, 1), 1},
		{"a weight and steps", []traffic.Step{{Weight: 2}, {After: time.Second, PerVisit: 3}, {PerVisit: 0.25}}, 4.25},
		{"steps alone", []traffic.Step{{After: time.Second, PerVisit: 2}}, 2},
		{"no visit begins and none goes on", []traffic.Step{{}}, 0},
		{"below zero and no number", []traffic.Step{{Weight: -1, PerVisit: -2}, {PerVisit: math.NaN()}}, 0},
	} {
		p := traffic.Plan{Visits: traffic.Flat(100, 10*time.Second), Steps: tt.steps}
		if got := p.PerVisit(); got != tt.want {
			t.Errorf("%s: PerVisit() = %g; want %g", tt.name, got, tt.want)
		}
		if got := p.Demand().Total(); got != 1000*tt.want {
			t.Errorf("%s: Demand().Total() = %g; want %g", tt.name, got, 1000*tt.want)
		}
	}
}

func TestCountVisits(t *testing.T) {
	for seed := range uint64(60) {
		p := randomPlan(seed)
		p.Steps = nil
		n := uint64(len(all(traffic.NewSchedule(p))))
		for _, most := range []uint64{0, 1, n, n + 1, math.MaxUint64} {
			if got, want := p.CountVisits(most), min(n, most); got != want {
				t.Errorf("plan %d: CountVisits(%d) = %d; want %d", seed, most, got, want)
			}
		}
	}
	// A run of a year is not counted to its end.
	endless := traffic.Plan{Visits: traffic.Flat(1e30, 365*24*time.Hour)}
	for _, endless.Poisson = range []bool{false, true} {
		if got := endless.CountVisits(1000); got != 1000 {
			t.Errorf("poisson %t: CountVisits(1000) = %d; want 1000", endless.Poisson, got)
		}
	}
}

// Demand's integral is what visits amount to, each step's after its own time.
// Even visits that make whole numbers of requests are never further from it than
// half a visit.
func FuzzDemand(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		p := randomPlan(seed)
		p.Poisson = false
		for i := range p.Steps {
			p.Steps[i].PerVisit = math.Round(p.Steps[i].PerVisit)
		}
		demand, arrivals := p.Demand(), all(traffic.NewSchedule(p))
		peak, _ := demand.Peak()
		for _, at := range instants(seed, demand.Duration()) {
			integral := demand.Arrivals(at)
			if want := requestsBy(p, at); !near(integral, want, 1e-9) {
				t.Errorf("plan %d: Demand().Arrivals(%s) = %g; want %g", seed, at, integral, want)
			}
			n := countBy(arrivals, at)
			if math.Abs(float64(n)-integral) > p.PerVisit()/2+peak*1e-9+1e-9*integral {
				t.Errorf("plan %d: by %s there are %d arrivals and a demand of %g; want them within %g", seed, at, n, integral, p.PerVisit()/2)
			}
		}
	})
}

// requestsBy sums what visits, begun early enough, make by t.
func requestsBy(p traffic.Plan, t time.Duration) float64 {
	sum, begin := 0.0, len(p.Steps) == 0
	for _, s := range p.Steps {
		if s.Weight > 0 {
			begin = true
			continue
		}
		sum += s.PerVisit * p.Visits.Arrivals(t-s.After)
	}
	if begin {
		sum += p.Visits.Arrivals(t)
	}
	return sum
}

// Of a fraction, that share of the visits makes one more; the requests by any
// instant are so within five standard deviations of the demand.
func TestShares(t *testing.T) {
	at := []time.Duration{20 * time.Second, 60 * time.Second, 100 * time.Second, 160 * time.Second}
	for _, perVisit := range []float64{0.01, 0.3, 1.5, 2.99} {
		for _, poisson := range []bool{false, true} {
			for seed := range uint64(5) {
				p := poissonPlan(seed)
				p.Poisson = poisson
				p.Steps = []traffic.Step{{After: 10 * time.Second, PerVisit: perVisit}}
				arrivals := all(traffic.NewSchedule(p))
				whole, share := math.Modf(perVisit)
				for _, at := range at {
					visits := p.Visits.Arrivals(at - 10*time.Second)
					variance := visits * share * (1 - share)
					if poisson { // a sum of Poisson many: E[requests of a visit, squared]
						variance = visits * (share*(whole+1)*(whole+1) + (1-share)*whole*whole)
					}
					got, want := countBy(arrivals, at), p.Demand().Arrivals(at)
					if math.Abs(float64(got)-want) > 5*math.Sqrt(variance)+perVisit {
						t.Errorf("per_visit %g, poisson %t, seed %d: %d requests by %s; want %.0f", perVisit, poisson, seed, got, at, want)
					}
				}
			}
		}
	}
}

// Two steps choose their visits by themselves.
func TestSharesAreIndependent(t *testing.T) {
	const visits = 100_000
	p := traffic.Plan{Visits: traffic.Flat(visits, time.Second), Steps: []traffic.Step{{PerVisit: 0.5}, {PerVisit: 0.5}}, Seed: 1}
	made := [2][]float64{make([]float64, visits), make([]float64, visits)}
	for _, a := range all(traffic.NewSchedule(p)) {
		made[a.Request][a.Visit] = 1
	}
	if r := correlation(made[0], made[1]); math.Abs(r) > 5/math.Sqrt(visits) {
		t.Errorf("correlation of two steps = %.4f; want about 0", r)
	}
}
