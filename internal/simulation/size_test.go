package simulation_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-f864f198/onair/internal/simulation"
)

func ExampleFleet_Times() {
	web := simulation.Fleet{Contention: 0.05, Coherence: 0.001}
	for _, units := range []int{1, 10, 40} {
		fmt.Printf("%d units carry %.1f times as much as one\n", units, web.Times(units))
	}
	// Output:
	// 1 units carry 1.0 times as much as one
	// 10 units carry 6.5 times as much as one
	// 40 units carry 8.9 times as much as one
}

// The law as Gunther writes it: C(n) = n / (1 + a (n-1) + b n (n-1)).
func TestTimes(t *testing.T) {
	for _, c := range []struct{ a, b float64 }{{0, 0}, {0.1, 0}, {0.05, 0.002}, {1, 0}} {
		f := simulation.Fleet{Contention: c.a, Coherence: c.b}
		for _, n := range []int{0, 1, 2, 7, 300} {
			x := float64(n)
			want := x / (1 + c.a*max(x-1, 0) + c.b*x*max(x-1, 0))
			if got := f.Times(n); math.Abs(got-want) > 1e-12 {
				t.Errorf("a %g, b %g: Times(%d) = %g; want %g", c.a, c.b, n, got, want)
			}
			if each := f.Times(n) * f.Slower(n); math.Abs(each-x) > 1e-9 {
				t.Errorf("a %g, b %g: Times(%d) * Slower(%d) = %g; want %d", c.a, c.b, n, n, each, n)
			}
		}
	}
}

// The middle is what half of the draws do not exceed, as a sample's quantile is.
func TestMiddle(t *testing.T) {
	if got := (simulation.Fleet{}).Middle(); got != (simulation.Rate{}) {
		t.Errorf("Middle of nothing = %+v; want none", got)
	}
	var f simulation.Fleet
	var sustained []float64
	for _, rate := range []float64{30, 10, 50, 20, 40} {
		f.PerUnit = append(f.PerUnit, simulation.Rate{Sustained: rate, Saturation: 2 * rate})
		sustained = append(sustained, rate)
		want, _ := simulation.SampleOf(sustained).Quantile(0.5)
		if got := f.Middle(); got.Sustained != want || got.Saturation != 2*want {
			t.Errorf("Middle of %v = %+v; want %g/s, and its own saturation", sustained, got, want)
		}
	}
	if f.PerUnit[0].Sustained != 30 {
		t.Errorf("rates are now %+v; want them as they were", f.PerUnit)
	}
}

func TestInstancesForPods(t *testing.T) {
	n := simulation.Nodes{PodsPerInstance: 4}
	for pods, want := range []int{0, 1, 1, 1, 1, 2, 2, 2, 2, 3} {
		if got := n.For(pods); got != want {
			t.Errorf("For(%d) = %d; want %d", pods, got, want)
		}
	}
}
