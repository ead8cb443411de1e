package capacity

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// Clumps of requests that come by chance, n/clump of them and a few more that might
// have come: the sum has the mean n and a little, and the variance clump times
// that.
func TestRedrawn(t *testing.T) {
	var random dice
	for _, c := range []struct{ n, clump float64 }{{10, 2}, {100, 2}, {100, 20}, {400, 50}, {3000, 10}} {
		var counts []float64
		for i := range 10_000 {
			counts = append(counts, redrawn(c.n, c.clump, random.deviate(i, 7)))
		}
		mean, variance := stat.MeanVariance(counts, nil)
		want := c.n + c.clump*unseen
		if math.Abs(mean/want-1) > 0.03 || math.Abs(variance/(c.clump*want)-1) > 0.1 {
			t.Errorf("redrawn(%v, %v) has mean %v and variance %v; want about %v and %v", c.n, c.clump, mean, variance, want, c.clump*want)
		}
	}
}

// Where nothing was seen, something may have been missed: less than a clump or so,
// and often nothing at all.
func TestRedrawnOfNothing(t *testing.T) {
	var random dice
	var sum float64
	small := 0
	for i := range 10_000 {
		n := redrawn(0, 10, random.deviate(i, 7))
		if n < 0 || math.IsNaN(n) {
			t.Fatalf("redrawn(0, 10) = %v; want a count", n)
		}
		if n < 1 {
			small++
		}
		sum += n
	}
	if mean := sum / 10_000; mean < 0.2*unseen*10 || mean > 2*unseen*10 || small < 1000 {
		t.Errorf("redrawn(0, 10) has mean %v and is below 1 in %d of 10,000; want about %v, and often next to nothing", mean, small, unseen*10)
	}
}

// More deviation is more requests: that ties what is drawn by the same deviate
// together.
func TestRedrawnRisesWithItsDeviate(t *testing.T) {
	for _, n := range []float64{0, 1, 30, 3000} {
		last := -1.0
		for deviate := -4.0; deviate <= 4; deviate += 0.5 {
			got := redrawn(n, 5, deviate)
			if got < last {
				t.Errorf("redrawn(%v, 5, %v) = %v, and %v for less; want it to rise", n, deviate, got, last)
			}
			last = got
		}
	}
}

// The mean of around is pulled to the middle a little, the less the more the
// weight.
func TestAround(t *testing.T) {
	var random dice
	for _, weight := range []float64{0, 4, 8, 100} {
		for _, mean := range []float64{0, 0.05, 0.3, 0.5, 0.9, 1} {
			var values []float64
			for i := range 4000 {
				v := random.stream(i).around(mean, weight)
				if !(v >= 0 && v <= 1) {
					t.Fatalf("around(%v, %v) = %v; want 0 to 1", mean, weight, v)
				}
				values = append(values, v)
			}
			if got, pulled := stat.Mean(values, nil), 2*(0.5-mean)/(2+weight); math.Abs(got-mean-pulled) > 0.02 {
				t.Errorf("around(%v, %v) has the mean %v; want %v", mean, weight, got, mean+pulled)
			}
		}
	}
}

func TestLogUniform(t *testing.T) {
	var random dice
	below := 0
	for i := range 4000 {
		v := random.stream(i).logUniform(0.1, 1000)
		if v < 0.1 || v > 1000 {
			t.Fatalf("logUniform(0.1, 1000) = %v", v)
		}
		if v < 10 {
			below++
		}
	}
	if below < 1850 || below > 2150 {
		t.Errorf("logUniform(0.1, 1000) is below 10 in %d of 4,000; want half", below)
	}
}

// Deviates are standard normal, the same for the same replicate and step, and
// without relation for others.
func TestDeviates(t *testing.T) {
	var random dice
	draws := func(what int) (all []float64) {
		for i := range 10_000 {
			all = append(all, random.deviate(i, what))
		}
		return all
	}
	of := map[int][]float64{}
	for _, what := range []int{0, 10, 20, counting, counting + 10, saturating, nearness} {
		of[what] = draws(what)
		if mean, deviation := stat.MeanStdDev(of[what], nil); math.Abs(mean) > 0.04 || math.Abs(deviation-1) > 0.03 {
			t.Errorf("deviates of %d have mean %v and deviation %v; want 0 and 1", what, mean, deviation)
		}
		if again := random.deviate(17, what); again != of[what][17] {
			t.Errorf("deviate(17, %d) = %v, and again %v; want the same", what, of[what][17], again)
		}
		for other := range of {
			if related := stat.Correlation(of[what], of[other], nil); other != what && math.Abs(related) > 0.04 {
				t.Errorf("deviates of %d and %d correlate by %v; want 0", what, other, related)
			}
		}
	}
}

func TestQuantileOf(t *testing.T) {
	values := []float64{9, 1, math.Inf(1), 3, 7, 5, 2, 8, 6, 4} // nearest rank: the ceil(10 q)th
	for q, want := range map[float64]float64{0.05: 1, 0.1: 1, 0.11: 2, 0.5: 5, 0.51: 6, 0.9: 9, 0.95: math.Inf(1), 1: math.Inf(1)} {
		if got := quantileOf(values, q); got != want {
			t.Errorf("quantileOf(%v) = %v; want %v", q, got, want)
		}
	}
	if values[0] != 9 {
		t.Errorf("values = %v; want them left in their order", values)
	}
}

func TestBound(t *testing.T) {
	for _, v := range []float64{0, -1, math.Inf(1), math.Inf(-1)} {
		if got := bound(v); got != nil {
			t.Errorf("bound(%v) = %v; want none", v, *got)
		}
	}
	if got := bound(3); got == nil || *got != 3 {
		t.Errorf("bound(3) = %v; want 3", got)
	}
}
