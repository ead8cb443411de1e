package traffic_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// A quiet site at 400 requests a second airs one spot that brings ten times as
// many.
func Example() {
	spot := traffic.Spot{At: 2 * time.Minute, Peak: 4000, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}
	extra, err := spot.Extra(400, 12*time.Minute)
	if err != nil {
		fmt.Println(err)
		return
	}
	curve := traffic.Sum(traffic.Flat(400, 12*time.Minute), extra)
	peak, at := curve.Peak()
	fmt.Printf("%.0f/s at %s\n", peak, at)
	plan := traffic.Plan{Visits: curve, Steps: []traffic.Step{{Weight: 5}, {Weight: 1}}, Seed: 1}
	first, _ := traffic.NewSchedule(plan).Next()
	fmt.Printf("%d visits of %g request each, the first due at %s\n", plan.CountVisits(1e6), plan.PerVisit(), first.Due)
	// Output:
	// 4000/s at 2m25s
	// 611929 visits of 1 request each, the first due at 1.25ms
}

// randomCurve draws rises, falls, flats, silences and jumps.
func randomCurve(seed uint64) traffic.Curve {
	rng := rand.New(rand.NewPCG(seed, 7))
	segments := make([]traffic.Segment, 1+rng.IntN(12))
	for i := range segments {
		draw := func() float64 {
			switch rng.IntN(4) {
			case 0:
				return 0
			case 1:
				return float64(rng.IntN(50))
			}
			return math.Exp(rng.Float64() * 8)
		}
		s := traffic.Segment{Length: time.Duration(rng.Int64N(int64(3 * time.Second))), From: draw(), To: draw()}
		switch {
		case rng.IntN(3) == 0:
			s.To = s.From
		case i > 0 && rng.IntN(2) == 0:
			s.From = segments[i-1].To
		}
		if rng.IntN(8) == 0 {
			s.Length = 0
		}
		segments[i] = s
	}
	return traffic.NewCurve(segments...)
}

func near(a, b, tolerance float64) bool {
	return math.Abs(a-b) <= tolerance*(1+math.Abs(a)+math.Abs(b))
}

func FuzzDueInvertsArrivals(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, float64(seed)/200)
	}
	f.Fuzz(func(t *testing.T, seed uint64, share float64) {
		c := randomCurve(seed)
		if !(share > 0 && share <= 1) {
			share = 0.5
		}
		k := share * c.Total()
		due, ok := c.Due(k)
		if !ok {
			t.Fatalf("Due(%g) of %g = false; want true", k, c.Total())
		}
		// The instant is rounded to a nanosecond, which is worth peak x 1 ns.
		peak, _ := c.Peak()
		if got := c.Arrivals(due); math.Abs(got-k) > peak*1e-9+1e-9*(1+k) {
			t.Errorf("Arrivals(Due(%g)) = %g; want the same", k, got)
		}
		if due > 2 && c.Arrivals(due-2) > k+1e-9*(1+k) {
			t.Errorf("Due(%g) = %s; want the first such instant, but Arrivals just before is %g", k, due, c.Arrivals(due-2))
		}
	})
}

func FuzzLawsOfCurves(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed, seed+1000, seed*17)
	}
	f.Fuzz(func(t *testing.T, a, b, at uint64) {
		c, d := randomCurve(a), randomCurve(b)
		sum := traffic.Sum(c, d, traffic.Curve{})
		if got, want := sum.Duration(), max(c.Duration(), d.Duration()); got != want {
			t.Errorf("Sum.Duration() = %s; want %s", got, want)
		}
		x := time.Duration(at % uint64(max(sum.Duration(), 1)))
		if got, want := sum.Rate(x), c.Rate(x)+d.Rate(x); !near(got, want, 1e-9) {
			t.Errorf("Sum.Rate(%s) = %g; want %g", x, got, want)
		}
		if got, want := sum.Arrivals(x), c.Arrivals(x)+d.Arrivals(x); !near(got, want, 1e-9) {
			t.Errorf("Sum.Arrivals(%s) = %g; want %g", x, got, want)
		}
		if got, want := sum.Total(), c.Total()+d.Total(); !near(got, want, 1e-9) {
			t.Errorf("Sum.Total() = %g; want %g", got, want)
		}
		twice := c.Scale(2)
		if got, want := twice.Arrivals(x), 2*c.Arrivals(x); !near(got, want, 1e-12) {
			t.Errorf("Scale(2).Arrivals(%s) = %g; want %g", x, got, want)
		}
		clipped := c.Clip(x)
		if got, want := clipped.Total(), c.Arrivals(x); !near(got, want, 1e-12) {
			t.Errorf("Clip(%s).Total() = %g; want %g", x, got, want)
		}
		if got, want := clipped.Duration(), min(c.Duration(), x); got != want {
			t.Errorf("Clip(%s).Duration() = %s; want %s", x, got, want)
		}
		y := time.Duration(a % uint64(max(sum.Duration(), 1)))
		if got, want := clipped.Arrivals(y), min(c.Arrivals(x), c.Arrivals(y)); !near(got, want, 1e-12) {
			t.Errorf("Clip(%s).Arrivals(%s) = %g; want %g", x, y, got, want)
		}
		shifted := c.Shift(x)
		if got, want := shifted.Arrivals(x+y), c.Arrivals(y); got != want {
			t.Errorf("Shift(%s).Arrivals(%s) = %g; want %g", x, x+y, got, want)
		}
		if got, want := shifted.Rate(x+y), c.Rate(y); got != want {
			t.Errorf("Shift(%s).Rate(%s) = %g; want %g", x, x+y, got, want)
		}
		if got := shifted.Arrivals(x); got != 0 {
			t.Errorf("Shift(%s).Arrivals(%s) = %g; want 0", x, x, got)
		}
		if c.Duration() > 0 && shifted.Duration() != x+c.Duration() {
			t.Errorf("Shift(%s).Duration() = %s; want %s", x, shifted.Duration(), x+c.Duration())
		}
	})
}

func TestCurve(t *testing.T) {
	// 0 to 100 in 10 s, a jump to 50, flat for 10 s, silence for 5 s, down from 20 to 0 in 10 s.
	c := traffic.NewCurve(
		traffic.Segment{Length: 10 * time.Second, From: 0, To: 100},
		traffic.Segment{Length: 0, From: 100, To: 50},
		traffic.Segment{Length: 10 * time.Second, From: 50, To: 50},
		traffic.Segment{Length: 5 * time.Second},
		traffic.Segment{Length: 10 * time.Second, From: 20, To: -5e-324},
	)
	for _, tt := range []struct {
		at             time.Duration
		rate, arrivals float64
	}{
		{-time.Second, 0, 0},
		{0, 0, 0},
		{5 * time.Second, 50, 125},
		{10 * time.Second, 50, 500},
		{20 * time.Second, 0, 1000},
		{24 * time.Second, 0, 1000},
		{25 * time.Second, 20, 1000},
		{30 * time.Second, 10, 1075},
		{35 * time.Second, 0, 1100},
		{time.Hour, 0, 1100},
	} {
		if got := c.Rate(tt.at); !near(got, tt.rate, 1e-12) {
			t.Errorf("Rate(%s) = %g; want %g", tt.at, got, tt.rate)
		}
		if got := c.Arrivals(tt.at); !near(got, tt.arrivals, 1e-12) {
			t.Errorf("Arrivals(%s) = %g; want %g", tt.at, got, tt.arrivals)
		}
	}
	for _, tt := range []struct {
		k    float64
		want time.Duration
		ok   bool
	}{
		{-1, 0, true}, {0, 0, true}, {125, 5 * time.Second, true}, {500, 10 * time.Second, true},
		{1000, 20 * time.Second, true}, {1075, 30 * time.Second, true}, {1100, 35 * time.Second, true},
		{1100.1, 0, false}, {math.NaN(), 0, false},
	} {
		if got, ok := c.Due(tt.k); got != tt.want || ok != tt.ok {
			t.Errorf("Due(%g) = %s, %t; want %s, %t", tt.k, got, ok, tt.want, tt.ok)
		}
	}
	if rate, at := c.Peak(); rate != 100 || at != 10*time.Second {
		t.Errorf("Peak() = %g, %s; want 100, 10s", rate, at)
	}
	if got := len(c.Segments()); got != 4 {
		t.Errorf("len(Segments()) = %d; want 4", got)
	}
}

func TestEmptyCurve(t *testing.T) {
	var c traffic.Curve
	_, due := c.Due(1)
	peak, _ := c.Peak()
	growth, _ := c.SteepestRise()
	got := []any{c.Duration(), c.Rate(0), c.Arrivals(time.Second), due, peak, growth,
		traffic.Sum().Duration(), c.Clip(time.Second).Duration(), c.Shift(time.Second).Duration(),
		traffic.Plan{Visits: c, Poisson: true}.CountVisits(1), traffic.Plan{Visits: c}.CountVisits(1)}
	want := []any{time.Duration(0), 0.0, 0.0, false, 0.0, 0.0, time.Duration(0), time.Duration(0), time.Duration(0), uint64(0), uint64(0)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("empty curve (-want +got):\n%s", diff)
	}
}

func TestSteepestRise(t *testing.T) {
	for _, tt := range []struct {
		name   string
		curve  traffic.Curve
		growth float64
		at     time.Duration
	}{
		{"flat from the start", traffic.Flat(400, time.Minute), 0, 0},
		{"ramp", traffic.Stages(0, traffic.Stage{To: 100, Over: 10 * time.Second}), 10, 0},
		{"jump", traffic.Stages(10, traffic.Stage{Hold: true, Over: 5 * time.Second}, traffic.Stage{To: 30}, traffic.Stage{Hold: true, Over: 5 * time.Second}), 20, 4 * time.Second},
		{"a jump each second counts once", traffic.NewCurve(
			traffic.Segment{Length: time.Second, From: 0, To: 0},
			traffic.Segment{Length: time.Second, From: 10, To: 10},
			traffic.Segment{Length: time.Second, From: 20, To: 20},
		), 10, 0},
		{"a fall is no rise", traffic.NewCurve(
			traffic.Segment{Length: time.Second, From: 50, To: 50},
			traffic.Segment{Length: time.Second, From: 10, To: 10},
		), 0, 0},
		{"up and down within a second", traffic.NewCurve(
			traffic.Segment{Length: 10 * time.Second, From: 5, To: 5},
			traffic.Segment{Length: 200 * time.Millisecond, From: 5, To: 45},
			traffic.Segment{Length: 10 * time.Second, From: 5, To: 5},
		), 40, 10 * time.Second},
		{"shorter than a second", traffic.NewCurve(traffic.Segment{Length: 500 * time.Millisecond, From: 1, To: 3}), 2, 0},
	} {
		growth, at := tt.curve.SteepestRise()
		if !near(growth, tt.growth, 1e-9) || (tt.growth > 0 && at != tt.at) {
			t.Errorf("%s: SteepestRise() = %g, %s; want %g, %s", tt.name, growth, at, tt.growth, tt.at)
		}
	}
}

func TestSteepestRiseAgainstSampling(t *testing.T) {
	for seed := range uint64(60) {
		c := randomCurve(seed)
		sampled := 0.0
		const step = 10 * time.Millisecond
		for from := time.Duration(0); from < c.Duration(); from += step {
			low := c.Rate(from)
			for to := from; to <= from+time.Second && to < c.Duration(); to += step {
				sampled = max(sampled, c.Rate(to)-low)
			}
		}
		growth, _ := c.SteepestRise()
		steepest := 0.0
		for _, s := range c.Segments() {
			steepest = max(steepest, math.Abs(s.To-s.From)/s.Length.Seconds())
		}
		if growth < sampled-1e-9 {
			t.Errorf("curve %d: SteepestRise() = %g; want at least %g, which sampling finds", seed, growth, sampled)
		}
		if _, at := c.SteepestRise(); growth > 0 && c.Duration() > 0 && (at < 0 || at > c.Duration()) {
			t.Errorf("curve %d: SteepestRise() at %s; want within %s", seed, at, c.Duration())
		}
	}
}

func TestStages(t *testing.T) {
	got := traffic.Stages(10,
		traffic.Stage{To: 20, Over: 30 * time.Second},
		traffic.Stage{Hold: true, Over: time.Minute},
		traffic.Stage{To: 10},
		traffic.Stage{Hold: true, Over: time.Second},
	).Segments()
	want := []traffic.Segment{
		{Length: 30 * time.Second, From: 10, To: 20},
		{Length: time.Minute, From: 20, To: 20},
		{Length: time.Second, From: 10, To: 10},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Stages (-want +got):\n%s", diff)
	}
}
