package capacity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// steps are draws of step, 2 step … 20 step.
func steps(step float64) (draws []float64) {
	for i := range 20 {
		draws = append(draws, step*float64(i+1))
	}
	return draws
}

func backwards(draws []float64) []float64 {
	draws = slices.Clone(draws)
	slices.Reverse(draws)
	return draws
}

// drawn is what is known by its draws.
func drawn(draws []float64) carried {
	low, mid, high := interval(draws)
	return carried{low: &low, mid: &mid, high: &high, draws: draws}
}

func TestLeast(t *testing.T) {
	up, down := drawn(steps(10)), drawn(backwards(steps(10)))
	wide := between(Range{50, 60, 70})
	for _, c := range []struct {
		name             string
		parts            []carried
		low, mid, high   *float64
		demand           float64
		wantsProbability *float64
	}{
		{"nothing", nil, nil, nil, nil, 60, nil},
		{"one", []carried{up}, ptr(10.0), ptr(100.0), ptr(190.0), 60, ptr(0.75)},
		// The lower of 10, 20 … and 200, 190 …: each of 10 to 100 twice.
		{"two together", []carried{up, down}, ptr(10.0), ptr(50.0), ptr(100.0), 60, ptr(0.5)},
		{"two of the same draws", []carried{up, up}, ptr(10.0), ptr(100.0), ptr(190.0), 60, ptr(0.75)},
		{"one below a stated rate", []carried{up, exactly(75)}, ptr(10.0), ptr(75.0), ptr(75.0), 75, ptr(0.65)},
		{"a stated rate alone", []carried{exactly(75)}, ptr(75.0), ptr(75.0), ptr(75.0), 60, nil},
		{"a range without draws", []carried{up, wide}, ptr(10.0), ptr(60.0), ptr(70.0), 60, nil},
		{"draws that do not belong together", []carried{up, drawn([]float64{1, 2, 3})}, ptr(1.0), ptr(2.0), ptr(3.0), 1, nil},
		{"draws that are no numbers", []carried{{ptr(1.0), ptr(2.0), ptr(3.0), []float64{1, math.NaN(), 3}, nil}}, ptr(1.0), ptr(2.0), ptr(3.0), 1, nil},
		{"a bound above all", []carried{up, {low: ptr(500.0)}}, ptr(10.0), ptr(100.0), ptr(190.0), 60, ptr(0.75)},
		{"a bound above the middle and the demand", []carried{up, {low: ptr(120.0)}}, ptr(10.0), ptr(100.0), ptr(190.0), 60, ptr(0.75)},
		{"a bound above the middle, below the demand", []carried{up, {low: ptr(120.0)}}, ptr(10.0), ptr(100.0), ptr(190.0), 150, nil},
		{"a bound below the middle", []carried{up, {low: ptr(90.0)}}, ptr(10.0), nil, ptr(190.0), 60, nil},
		{"a bound below all", []carried{up, {low: ptr(5.0)}}, ptr(5.0), nil, ptr(190.0), 60, nil},
		{"bounds alone", []carried{{low: ptr(5.0)}, {low: ptr(7.0)}}, ptr(5.0), nil, nil, 60, nil},
		{"one unknown", []carried{up, {}}, nil, nil, ptr(190.0), 60, nil},
		{"one known from above", []carried{up, {high: ptr(80.0)}}, nil, nil, ptr(80.0), 60, nil},
	} {
		all := least(c.parts)
		if diff := cmp.Diff([]*float64{c.low, c.mid, c.high}, []*float64{all.low, all.mid, all.high}); diff != "" {
			t.Errorf("%s: least (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.wantsProbability, all.against(c.demand).Probability); diff != "" {
			t.Errorf("%s: probability of %v (-want +got):\n%s", c.name, c.demand, diff)
		}
	}
}

// Whatever is put together: the ends stand in order, nothing is higher than any of
// its parts, the joint draws are those of the parts counted one by one, and more
// demand is never more probably met.
func TestLeastIsTheLowest(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 8))
	for range 2000 {
		var parts []carried
		for range 1 + random.IntN(4) {
			parts = append(parts, somePart(random))
		}
		all := least(parts)
		name := fmt.Sprintf("least of %d parts", len(parts))
		if all.mid != nil && (all.low == nil || all.high == nil || *all.low > *all.mid || *all.mid > *all.high) {
			t.Fatalf("%s: %v, %v, %v; want them in order", name, *all.low, *all.mid, *all.high)
		}
		for _, p := range parts {
			if all.low != nil && (p.low == nil || p.mid == nil && *all.low > *p.low) || p.high != nil && *all.high > *p.high {
				t.Fatalf("%s: %+v is more than its part %+v", name, all, p)
			}
		}
		for i, d := range all.draws {
			for _, p := range parts {
				if p.draws != nil && d > p.draws[i] || p.draws == nil && p.mid != nil && d > *p.mid {
					t.Fatalf("%s: draw %d is %v, higher than its part's", name, i, d)
				}
			}
		}
		before := 1.0
		for demand := 10.0; demand < 250; demand += 10 {
			if p := all.against(demand).Probability; p != nil {
				if *p < 0 || *p > before {
					t.Fatalf("%s: %v is met with probability %v, after %v", name, demand, *p, before)
				}
				before = *p
			}
		}
	}
}

func somePart(random *rand.Rand) carried {
	rate := 20 + 200*random.Float64()
	switch random.IntN(5) {
	case 0:
		return exactly(rate)
	case 1:
		return carried{low: &rate}
	case 2:
		if random.IntN(4) == 0 {
			return carried{}
		}
		return between(Range{0.9 * rate, rate, 1.2 * rate})
	}
	draws := make([]float64, 40)
	for i := range draws {
		draws[i] = rate * (1 + 0.2*random.NormFloat64())
	}
	return drawn(draws)
}
