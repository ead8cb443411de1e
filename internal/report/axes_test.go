package report

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/figure"
)

func names(ticks []plot.Tick) []string {
	var s []string
	for _, t := range ticks {
		s = append(s, t.Label)
	}
	return s
}

func TestClockTicks(t *testing.T) {
	india := time.FixedZone("IST", 5*3600+1800)
	for _, c := range []struct {
		name  string
		start time.Time
		end   float64
		want  []string
	}{
		{"a minute", time.Date(2026, 11, 22, 21, 53, 4, 0, time.UTC), 60, []string{"21:53:10", "21:53:20", "21:53:30", "21:53:40", "21:53:50", "21:54:00"}},
		{"four minutes", time.Date(2026, 11, 22, 21, 53, 4, 0, time.UTC), 240, []string{"21:54", "21:55", "21:56", "21:57"}},
		{"over midnight", time.Date(2026, 11, 22, 22, 30, 0, 0, time.UTC), 4 * 3600, []string{"23:00", "00:00", "01:00", "02:00"}},
		{"a half-hour zone", time.Date(2026, 11, 22, 20, 10, 0, 0, india), 3 * 3600, []string{"20:30", "21:00", "21:30", "22:00", "22:30", "23:00"}},
	} {
		ticks := span{c.start, c.end}.ticks().Ticks(0, c.end)
		if diff := cmp.Diff(c.want, names(ticks)); diff != "" {
			t.Errorf("%s: ticks (-want +got):\n%s", c.name, diff)
		}
		for _, tick := range ticks {
			if tick.Value < 0 || tick.Value > c.end {
				t.Errorf("%s: tick %s at %v; want it within 0 and %v", c.name, tick.Label, tick.Value, c.end)
			}
		}
	}
}

func TestClockTicksAreFewAtAnyLength(t *testing.T) {
	start := time.Date(2026, 11, 22, 21, 53, 4, 0, time.UTC)
	for end := 2.0; end < 1e7; end *= 1.7 {
		if n := len(span{start, end}.ticks().Ticks(0, end)); n < 1 || n > 7 {
			t.Errorf("a run of %v s has %d ticks; want 1 to 7", end, n)
		}
	}
}

func TestValueTicks(t *testing.T) {
	for _, c := range []struct {
		top   float64
		whole bool
		want  []string
	}{
		{4240, false, []string{"0", "1k", "2k", "3k", "4k"}}, {95, false, []string{"0", "20", "40", "60", "80"}},
		{1.12, true, []string{"0", "1"}}, {0.95, false, []string{"0", "0.2", "0.4", "0.6", "0.8"}},
	} {
		got := names(valueTicks{write: figure.Scaled, whole: c.whole, most: 5}.Ticks(0, c.top))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("ticks up to %v (-want +got):\n%s", c.top, diff)
		}
	}
}

func TestDecadeTicks(t *testing.T) {
	write := func(x float64) string { return figure.Duration(time.Duration(x * 1e9)) }
	for _, c := range []struct {
		from, to float64
		want     []string
	}{
		{0.02, 3, []string{"100 ms", "1 s"}},
		{0.04, 0.9, []string{"50 ms", "100 ms", "200 ms", "500 ms"}},
	} {
		if diff := cmp.Diff(c.want, names(decadeTicks{write}.Ticks(c.from, c.to))); diff != "" {
			t.Errorf("ticks from %v to %v (-want +got):\n%s", c.from, c.to, diff)
		}
	}
}

func TestReduceKeepsExtremes(t *testing.T) {
	var points plotter.XYs
	for i := range 14_400 {
		points = append(points, plotter.XY{X: float64(i), Y: math.Sin(float64(i)*0.37) + float64(i%977)})
	}
	points[7201].Y, points[9999].Y = 5000, -5000
	kept := reduce(points, 0, 14_400, 900)
	if len(kept) > 4*900 {
		t.Errorf("%d points are kept; want at most 4 a column", len(kept))
	}
	for _, p := range []plotter.XY{points[0], points[7201], points[9999], points[14_399]} {
		if !slices.Contains(kept, p) {
			t.Errorf("point %v is lost", p)
		}
	}
	if !slices.IsSortedFunc(kept, func(a, b plotter.XY) int { return int(a.X - b.X) }) {
		t.Error("kept points are out of order")
	}
	if short := points[:1800]; len(reduce(short, 0, 1800, 900)) != len(short) {
		t.Error("a short series lost points")
	}
}

func TestStairs(t *testing.T) {
	got := stairs(plotter.XYs{{X: 0, Y: 4}, {X: 5, Y: 4}, {X: 9, Y: 8}}, 20)
	want := plotter.XYs{{X: 0, Y: 4}, {X: 9, Y: 4}, {X: 9, Y: 8}, {X: 20, Y: 8}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stairs (-want +got):\n%s", diff)
	}
	if got := stairs(nil, 20); got != nil {
		t.Errorf("stairs of nothing = %v; want nothing", got)
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct{ wanted, want []float64 }{
		{nil, []float64{}},
		{[]float64{50}, []float64{50}},
		{[]float64{20, 60}, []float64{20, 60}},
		{[]float64{50, 50, 50}, []float64{40, 50, 60}},
		{[]float64{0, 1}, []float64{0, 10}},
		{[]float64{99, 99, 99}, []float64{80, 90, 100}},
		{[]float64{50, 55, 63}, []float64{46, 56, 66}},
	} {
		got := spread(c.wanted, 10, 0, 100)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("spread(%v) (-want +got):\n%s", c.wanted, diff)
		}
	}
}
