package traffic_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// A spot expected at 8 times the baseline, and once in twenty above 16.
func ExampleSpread() {
	peak := traffic.Spread{P50: 8, P95: 16}
	for _, p := range []float64{0.05, 0.5, 0.95, 0.99} {
		fmt.Printf("%.0f %%: %.1fx\n", 100*p, peak.Quantile(p))
	}
	// Output:
	// 5 %: 4.0x
	// 50 %: 8.0x
	// 95 %: 16.0x
	// 99 %: 21.3x
}

// The quantiles are those of gonum's log-normal distribution with the median and
// the 95th percentile that are stated; the prior's are 7 and 16 at a sigma of 0.5.
func TestSpreadIsLogNormal(t *testing.T) {
	for _, s := range []traffic.Spread{{P50: 7, P95: 7 * math.Exp(0.5*1.6448536)}, {P50: 8, P95: 16}, {P50: 20, P95: 40}, {P50: 45, P95: 180}, {P50: 1e-3, P95: 1e7}} {
		want := distuv.LogNormal{Mu: math.Log(s.P50), Sigma: s.Sigma()}
		for _, p := range []float64{0.0025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.9975} {
			if got, want := s.Quantile(p), want.Quantile(p); math.Abs(got/want-1) > 1e-9 {
				t.Errorf("%+v: Quantile(%g) = %g; want %g", s, p, got, want)
			}
		}
		for _, c := range []struct{ at, want float64 }{{s.P50, 0.5}, {s.P95, 0.95}} {
			if got := want.CDF(c.at); math.Abs(got-c.want) > 1e-9 {
				t.Errorf("%+v: share below %g = %g; want %g", s, c.at, got, c.want)
			}
		}
	}
	if got := (traffic.Spread{P50: 7, P95: 15.93}).Sigma(); math.Abs(got-0.5) > 1e-3 {
		t.Errorf("sigma of the prior = %g; want 0.5", got)
	}
}

func TestCertainSpread(t *testing.T) {
	for _, s := range []traffic.Spread{{P50: 8}, {P50: 8, P95: 8}} {
		if got := s.Strata(200); len(got) != 1 || got[0] != 8 || s.Quantile(0.99) != 8 {
			t.Errorf("%+v: Strata(200) = %v, Quantile(0.99) = %g; want 8 alone", s, got, s.Quantile(0.99))
		}
	}
}

// Strata have the distribution's quantiles as far as their number allows, and its
// mean, exp(mu + sigma²/2).
func TestStrata(t *testing.T) {
	s := traffic.Spread{P50: 8, P95: 16}
	const n = 200
	below, sum := 0, 0.0
	for _, v := range s.Strata(n) {
		sum += v
		if v <= s.P95 {
			below++
		}
	}
	if below != 190 {
		t.Errorf("%d of %d strata are below the 95th percentile; want 190", below, n)
	}
	if got, want := sum/n, 8*math.Exp(s.Sigma()*s.Sigma()/2); math.Abs(got/want-1) > 0.005 {
		t.Errorf("mean of the strata = %g; want %g", got, want)
	}
}

// What is drawn of rise and half-life is always a spot's, and unchanged where it
// was one.
func FuzzPossible(f *testing.F) {
	f.Add(int64(20e9), int64(45e9), 0.1)
	f.Add(int64(40e9), int64(10e9), 0.0)
	f.Add(int64(0), int64(0), 1.0)
	f.Add(int64(1e15), int64(1e15), 0.5)
	f.Fuzz(func(t *testing.T, rise, halfLife int64, tail float64) {
		if !(tail >= 0 && tail <= 1) {
			return
		}
		s := traffic.Spot{Peak: 2, Rise: time.Duration(rise), HalfLife: time.Duration(halfLife), Tail: tail}
		got := s.Possible()
		if err := got.Check(1, time.Hour); err != nil {
			t.Errorf("%+v.Possible() = %+v: %v", s, got, err)
		}
		if s.Check(1, time.Hour) == nil && got != s {
			t.Errorf("%+v.Possible() = %+v; want it unchanged", s, got)
		}
	})
}
