package compare

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Hahn and Meeker's formula with Student's table: of 5 values with mean 50.10 and
// s 1.31, one more lies within 50.10 ± 2.776 x 1.31 x sqrt(1 + 1/5) in 95 of 100
// cases.
func TestPredictionInterval(t *testing.T) {
	values := []float64{51.4, 49.5, 48.7, 49.3, 51.6}
	p := predict(values, math.NaN(), 0)
	if math.Abs(p.mean-50.10) > 0.005 || math.Abs(math.Sqrt(p.variance)-1.31) > 0.005 || p.freedom != 4 {
		t.Fatalf("predict(%v) = %+v; want mean 50.10, deviation 1.31, 4 degrees of freedom", values, p)
	}
	if got, want := p.half(0.95), 2.776*1.31*math.Sqrt(1.2); math.Abs(got-want) > 0.02 {
		t.Errorf("half = %v; want %v", got, want)
	}
	// The end of the interval is where the probability beyond is 2.5 %.
	if got := p.beyond(p.mean+p.half(0.95), p.mean); math.Abs(got-0.025) > 1e-6 {
		t.Errorf("beyond(end) = %v; want 0.025", got)
	}
	if got := p.beyond(p.mean+p.reach(0.001), p.mean); math.Abs(got-0.001) > 1e-6 {
		t.Errorf("beyond(reach(0.001)) = %v; want 0.001", got)
	}
}

func TestOwnWord(t *testing.T) {
	values := []float64{-1, 0, 1, 0.5, -0.5} // variance 0.625
	for _, c := range []struct {
		name                   string
		own, variance, freedom float64
	}{
		{"counts as much as what is seen", 1, (1 + 0.625) / 2, 8},
		{"is refused where runs differ by far more", 0.1, 0.625, 4},
		{"is not known", math.NaN(), 0.625, 4},
	} {
		p := predict(values, c.own, 0)
		if math.Abs(p.variance-c.variance) > 1e-12 || p.freedom != c.freedom {
			t.Errorf("%s: predict = variance %v with %v degrees of freedom; want %v with %v", c.name, p.variance, p.freedom, c.variance, c.freedom)
		}
	}
	if p := predict([]float64{1, 1, 1}, math.NaN(), 0); p.beyond(1.01, 1) != 0 || p.beyond(1, 1) != 1 {
		t.Errorf("runs without any difference: beyond = %v, %v; want 0, 1", p.beyond(1.01, 1), p.beyond(1, 1))
	}
	if p := predict([]float64{1, 1, 1}, math.NaN(), 4); p.variance != 4 {
		t.Errorf("variance = %v; want at least what can be measured, 4", p.variance)
	}
}

// alarms is the share of heads, drawn like the base runs and then shifted, that lie
// beyond the limit whose probability is level. The runs' variance is 1, and between
// besides; the 1 they know.
func alarms(n int, level, between float64, own bool, shift float64) float64 {
	random := rand.New(rand.NewPCG(7, uint64(n)))
	const trials = 40_000
	deviation, count := math.Sqrt(1+between), 0
	values := make([]float64, n)
	for range trials {
		for i := range values {
			values[i] = deviation * random.NormFloat64()
		}
		word := math.NaN()
		if own {
			word = 1
		}
		p := predict(values, word, 0)
		if p.beyond(shift+deviation*random.NormFloat64(), p.mean) < level {
			count++
		}
	}
	return float64(count) / trials
}

// A head without a change is called so as often as the level says, whether its word
// counts or not; and where runs differ by more than they know at most twice as often.
func TestAlarmsKeepTheirLevel(t *testing.T) {
	const level = 0.01
	for _, n := range []int{3, 5, 7} {
		if got := alarms(n, level, 0, false, 0); math.Abs(got-level) > 0.002 {
			t.Errorf("%d base runs: %.4f alarms; want %g", n, got, level)
		}
		for between, most := range map[float64]float64{0: level, 1: 1.5 * level, 3: 2 * level, 10: 2.3 * level} {
			if got := alarms(n, level, between, true, 0); got > most {
				t.Errorf("%d base runs whose variance is %g times what they know: %.4f alarms; want at most %g", n, 1+between, got, most)
			}
		}
	}
}

// What a run's word gains: changes of 6 deviations that are found at the level of the
// first of ten measures.
func TestOwnWordGainsPower(t *testing.T) {
	without, with := alarms(7, 0.001, 0, false, 6), alarms(7, 0.001, 0, true, 6)
	if without > 0.67 || with < 0.74 {
		t.Errorf("found without it %.3f, with it %.3f; want at most 0.67 and at least 0.74", without, with)
	}
}
