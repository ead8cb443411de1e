package traffic_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

func all(s *traffic.Schedule) []traffic.Arrival {
	var arrivals []traffic.Arrival
	for {
		a, ok := s.Next()
		if !ok {
			return arrivals
		}
		arrivals = append(arrivals, a)
	}
}

func FuzzScheduleFollowsTheCurve(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := randomCurve(seed)
		s := traffic.NewSchedule(traffic.Plan{Visits: c, Steps: []traffic.Step{{Weight: 1}}, Seed: seed})
		arrivals := all(s)
		if got := uint64(len(arrivals)); got != s.Len() || got != uint64(math.Round(c.Total())) {
			t.Fatalf("%d arrivals, Len() = %d; want %g", got, s.Len(), math.Round(c.Total()))
		}
		var before time.Duration
		for i, a := range arrivals {
			if a.N != uint64(i) || a.Due < before || a.Due > c.Duration() {
				t.Fatalf("arrival %d = %+v after %s; want in due order within %s", i, a, before, c.Duration())
			}
			before = a.Due
			// i arrivals lie before this one and i+1 just after it.
			if integral := c.Arrivals(a.Due); math.Abs(integral-float64(i)-0.5) > 0.5 {
				t.Fatalf("at %s there are %d arrivals and an integral of %g; want them within 1", a.Due, i, integral)
			}
			if due, ok := c.Due(float64(i) + 0.5); ok && due != a.Due {
				t.Fatalf("arrival %d due at %s; want Due's %s", i, a.Due, due)
			}
		}
	})
}

func TestStripesAreTheWhole(t *testing.T) {
	c := randomCurve(3)
	weights := []float64{5, 0, 1, 0.5}
	text := func(arrivals []traffic.Arrival) []byte {
		var b bytes.Buffer
		for _, a := range arrivals {
			fmt.Fprintf(&b, "%d %d %d\n", a.N, a.Due, a.Request)
		}
		return b.Bytes()
	}
	whole := all(traffic.NewSchedule(traffic.Plan{Visits: c, Steps: weighted(weights), Seed: 42}))
	for _, of := range []uint64{1, 2, 3, 7, 64, uint64(len(whole)) + 5, math.MaxUint64} {
		reader := traffic.NewSchedule(traffic.Plan{Visits: c, Steps: weighted(weights), Seed: 42})
		reader.Next() // a stripe begins at the first arrival all the same
		var union []traffic.Arrival
		for i := range min(of, 100_000) {
			stripe := reader.Stripe(i, of)
			arrivals := all(stripe)
			if uint64(len(arrivals)) != stripe.Len() {
				t.Errorf("Stripe(%d, %d) yields %d arrivals; want Len() = %d", i, of, len(arrivals), stripe.Len())
			}
			union = append(union, arrivals...)
		}
		slices.SortFunc(union, func(a, b traffic.Arrival) int { return int(a.N) - int(b.N) })
		if !bytes.Equal(text(union), text(whole)) {
			t.Errorf("the union of %d stripes differs from the whole (%d and %d arrivals)", of, len(union), len(whole))
		}
	}
	if got := reader(c).Stripe(3, 3).Len(); got != 0 {
		t.Errorf("Stripe(3, 3).Len() = %d; want 0", got)
	}
}

// weighted are the steps of visits that each make one request.
func weighted(weights []float64) []traffic.Step {
	var steps []traffic.Step
	for _, w := range weights {
		steps = append(steps, traffic.Step{Weight: w})
	}
	return steps
}

func reader(c traffic.Curve) *traffic.Schedule {
	return traffic.NewSchedule(traffic.Plan{Visits: c, Seed: 0})
}

func TestMix(t *testing.T) {
	c := traffic.Flat(1000, 100*time.Second)
	count := func(weights []float64, seed uint64) []int {
		counts := make([]int, max(len(weights), 1))
		for _, a := range all(traffic.NewSchedule(traffic.Plan{Visits: c, Steps: weighted(weights), Seed: seed})) {
			counts[a.Request]++
		}
		return counts
	}
	weights := []float64{5, 0, 3, 2}
	for seed := range uint64(5) {
		for i, got := range count(weights, seed) {
			// Five standard deviations of a binomial.
			p := weights[i] / 10
			if want := p * 100_000; math.Abs(float64(got)-want) > 5*math.Sqrt(want*(1-p)) {
				t.Errorf("seed %d: request %d chosen %d times; want about %g", seed, i, got, want)
			}
		}
	}
	if diff := cmp.Diff([]int{100_000}, count(nil, 1)); diff != "" {
		t.Errorf("no weights (-want +got):\n%s", diff)
	}
	one, again, other := count(weights, 1), count(weights, 1), count(weights, 2)
	if !slices.Equal(one, again) || slices.Equal(one, other) {
		t.Errorf("counts %v, again %v, of another seed %v; want the same for the same seed alone", one, again, other)
	}
}

func BenchmarkScheduleNext(b *testing.B) {
	spot, err := prior().Extra(400, 4*time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	c := traffic.Sum(traffic.Flat(400, 4*time.Hour), spot)
	s := traffic.NewSchedule(traffic.Plan{Visits: c, Steps: []traffic.Step{{Weight: 5}, {Weight: 3}, {Weight: 1}, {Weight: 1}}, Seed: 1})
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := s.Next(); !ok {
			s = s.Stripe(0, 1)
		}
	}
}
