package traffic_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// poissonPlan has 25,000 visits on average: a flat baseline, a jump, a ramp and
// a silence.
func poissonPlan(seed uint64) traffic.Plan {
	return traffic.Plan{
		Visits: traffic.NewCurve(
			traffic.Segment{Length: 50 * time.Second, From: 100, To: 100},
			traffic.Segment{Length: 20 * time.Second, From: 0, To: 1000},
			traffic.Segment{Length: 10 * time.Second},
			traffic.Segment{Length: 50 * time.Second, From: 400, To: 0},
		),
		Poisson: true,
		Seed:    seed,
	}
}

// Counts in bins of equal integral are Poisson: the variance is the mean. Evenly
// spaced visits fail it, and so does a rate that does not follow the curve. The
// bound is five standard deviations of chi-square.
func TestPoissonDispersion(t *testing.T) {
	const bins = 1000
	for seed := range uint64(20) {
		p := poissonPlan(seed)
		counts := make([]float64, bins)
		for _, a := range all(traffic.NewSchedule(p)) {
			counts[min(int(p.Visits.Arrivals(a.Due)/p.Visits.Total()*bins), bins-1)]++
		}
		expected, chi2 := p.Visits.Total()/bins, 0.0
		for _, n := range counts {
			chi2 += (n - expected) * (n - expected) / expected
		}
		if math.Abs(chi2-bins) > 5*math.Sqrt(2*bins) {
			t.Errorf("seed %d: chi-square of %d bins = %.0f; want about as much", seed, bins, chi2)
		}
	}
}

// Gaps between visits, measured in the curve's integral, are exponential with
// mean 1. The Kolmogorov-Smirnov bound is passed once in a million times.
func TestPoissonGaps(t *testing.T) {
	for seed := range uint64(20) {
		gaps := poissonGaps(poissonPlan(seed))
		slices.Sort(gaps)
		n, distance := float64(len(gaps)), 0.0
		for i, gap := range gaps {
			share := 1 - math.Exp(-gap)
			distance = max(distance, share-float64(i)/n, float64(i+1)/n-share)
		}
		if bound := 2.7 / math.Sqrt(n); distance > bound {
			t.Errorf("seed %d: %g gaps are %.4f away from exponential; want at most %.4f", seed, n, distance, bound)
		}
	}
}

// A gap says nothing about the next one, nor about what the visit does.
func TestPoissonIndependence(t *testing.T) {
	for seed := range uint64(20) {
		p := poissonPlan(seed)
		gaps := poissonGaps(p)
		p.Steps = append(weighted(1, 1), traffic.Step{PerVisit: 0.5})
		second, again := make([]float64, len(gaps)), make([]float64, len(gaps))
		for _, a := range all(traffic.NewSchedule(p)) {
			switch a.Request {
			case 1:
				second[a.Visit] = 1
			case 2:
				again[a.Visit] = 1
			}
		}
		bound := 5 / math.Sqrt(float64(len(gaps)))
		for name, r := range map[string]float64{
			"a gap and the next":                   correlation(gaps[1:], gaps),
			"a gap and the request it begins with": correlation(gaps, second),
			"a gap and one request more":           correlation(gaps, again),
			"the first request and one more":       correlation(second, again),
		} {
			if math.Abs(r) > bound {
				t.Errorf("seed %d: correlation of %s = %.4f; want within %.4f of 0", seed, name, r, bound)
			}
		}
	}
}

// poissonGaps measures gaps in the integral of the curve.
func poissonGaps(p traffic.Plan) []float64 {
	var gaps []float64
	before := 0.0
	for _, a := range all(traffic.NewSchedule(p)) {
		k := p.Visits.Arrivals(a.Due)
		gaps = append(gaps, k-before)
		before = k
	}
	return gaps
}

// correlation is Pearson's, over the elements that both have.
func correlation(a, b []float64) float64 {
	n := min(len(a), len(b))
	var sa, sb, aa, bb, ab float64
	for i := range n {
		sa, sb = sa+a[i], sb+b[i]
		aa, bb, ab = aa+a[i]*a[i], bb+b[i]*b[i], ab+a[i]*b[i]
	}
	f := float64(n)
	return (ab - sa*sb/f) / math.Sqrt((aa-sa*sa/f)*(bb-sb*sb/f))
}

// Over many seeds the number of visits by any instant averages the integral,
// with its variance.
func TestPoissonMean(t *testing.T) {
	const seeds = 400
	at := []time.Duration{10 * time.Second, 55 * time.Second, 70 * time.Second, 75 * time.Second, 3 * time.Minute}
	sums, squares := make([]float64, len(at)), make([]float64, len(at))
	for seed := range uint64(seeds) {
		p := poissonPlan(seed)
		p.Visits = p.Visits.Scale(0.1)
		arrivals := all(traffic.NewSchedule(p))
		for i, t := range at {
			n := float64(countBy(arrivals, t))
			sums[i] += n
			squares[i] += n * n
		}
	}
	for i, at := range at {
		want := poissonPlan(0).Visits.Arrivals(at) / 10
		mean := sums[i] / seeds
		if math.Abs(mean-want) > 5*math.Sqrt(want/seeds) {
			t.Errorf("by %s, %d seeds have %.1f visits on average; want %.1f", at, seeds, mean, want)
		}
		variance := (squares[i] - sums[i]*mean) / (seeds - 1)
		if math.Abs(variance/want-1) > 5*math.Sqrt(2.0/seeds) {
			t.Errorf("by %s, the variance over %d seeds is %.1f; want about %.1f", at, seeds, variance, want)
		}
	}
}

func TestPoissonSeeds(t *testing.T) {
	one, again, other := all(traffic.NewSchedule(poissonPlan(1))), all(traffic.NewSchedule(poissonPlan(1))), all(traffic.NewSchedule(poissonPlan(2)))
	if !slices.Equal(one, again) {
		t.Error("the same seed gives other arrivals; want the same")
	}
	if slices.Equal(one, other) || one[0].Due == other[0].Due {
		t.Error("another seed gives the same arrivals; want others")
	}
}
