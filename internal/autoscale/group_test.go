package autoscale_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// ExampleTracking_Decide sees a group of 4 at 90 % against a target of 50 %: nothing for two minutes.
func ExampleTracking_Decide() {
	policy := autoscale.Tracking{Target: 0.5}
	group := autoscale.Group{Min: 2, Max: 20, Desired: 4, Warm: 4}
	for _, points := range [][]float64{{0.9}, {0.9, 0.9}, {0.9, 0.9, 0.9}} {
		fmt.Println(policy.Decide(group, points))
	}
	// Output:
	// {4 }
	// {4 }
	// {8 AlarmHigh}
}

// flat is n data points of one value.
func flat(n int, value float64) []float64 { return slices.Repeat([]float64{value}, n) }

func TestTracking(t *testing.T) {
	steady := autoscale.Group{Min: 2, Max: 10, Desired: 4, Warm: 4}
	warming := autoscale.Group{Min: 2, Max: 10, Desired: 6, Warm: 4}
	for _, c := range []struct {
		name   string
		group  autoscale.Group
		points []float64
		want   int
	}{
		{"one dip resets the alarm", steady, []float64{0.9, 0.4, 0.9, 0.9}, 4},
		{"up by proportion", steady, flat(3, 0.8), 7},
		{"at the target is not above it", steady, flat(3, 0.5), 4},
		{"up to max", steady, flat(3, 4), 10},
		{"warming counts as there: no more", warming, flat(3, 0.7), 6},
		{"warming counts as there: the difference", warming, flat(3, 1), 8},
		{"missing data", steady, []float64{0.9, math.NaN(), 0.9}, 4},
		{"14 minutes below", steady, flat(14, 0.1), 4},
		{"15 minutes below", steady, flat(15, 0.3), 3},
		{"down to min", steady, flat(15, 0), 2},
		{"just below the target", steady, flat(15, 0.46), 4},
		{"no scale-in while warming", warming, flat(15, 0.1), 6},
		{"no data", steady, nil, 4},
	} {
		if got := (autoscale.Tracking{Target: 0.5}).Decide(c.group, c.points); got.Desired != c.want {
			t.Errorf("%s: Decide = %+v; want %d", c.name, got, c.want)
		}
	}
	disabled := autoscale.Tracking{Target: 0.5, DisableScaleIn: true}
	if got := disabled.Decide(steady, flat(15, 0)); got.Desired != 4 {
		t.Errorf("Decide with scale-in disabled = %+v; want 4", got)
	}
}

// The user guide's example: 60 % CPU alarms, +10 % up to 10 above it and +30 % beyond, 10 instances.
func TestStepped(t *testing.T) {
	inf := math.Inf(1)
	up := autoscale.Stepped{Threshold: 50, Alarm: autoscale.Alarm{Periods: 1, Period: time.Minute},
		Type: autoscale.PercentChangeInCapacity, Steps: []autoscale.Step{{0, 10, 0}, {10, 20, 10}, {20, inf, 30}}}
	down := autoscale.Stepped{Threshold: 50, Below: true, Alarm: up.Alarm,
		Type: autoscale.PercentChangeInCapacity, Steps: []autoscale.Step{{-10, 0, 0}, {-20, -10, -10}, {-inf, -20, -30}}}
	group := func(desired, warm int) autoscale.Group {
		return autoscale.Group{Min: 1, Max: 100, Desired: desired, Warm: warm}
	}
	with := func(s autoscale.Stepped, change func(*autoscale.Stepped)) autoscale.Stepped { change(&s); return s }
	for _, c := range []struct {
		name   string
		policy autoscale.Stepped
		group  autoscale.Group
		metric float64
		want   int
	}{
		{"below the threshold", up, group(10, 10), 49, 10},
		{"first step changes nothing", up, group(10, 10), 59, 10},
		{"10 %", up, group(10, 10), 60, 11},
		{"the same step while it warms up", up, group(11, 10), 60, 11},
		{"a higher step while it warms up: the difference", up, group(11, 10), 70, 13},
		{"at least one", up, group(4, 4), 60, 5},
		{"at least the magnitude", with(up, func(s *autoscale.Stepped) { s.Least = 2 }), group(4, 4), 60, 6},
		{"rounded towards zero", up, group(13, 13), 75, 16},
		{"max", up, group(95, 95), 80, 100},
		{"down 10 %", down, group(10, 10), 40, 9},
		{"upper bound of the low side is inclusive", down, group(20, 20), 30, 14},
		{"down while warming", down, group(10, 9), 20, 10},
		{"exact", with(up, func(s *autoscale.Stepped) { s.Type, s.Steps = autoscale.ExactCapacity, []autoscale.Step{{0, inf, 7}} }), group(3, 3), 50, 7},
		{"change", with(up, func(s *autoscale.Stepped) {
			s.Type, s.Steps = autoscale.ChangeInCapacity, []autoscale.Step{{0, inf, 2}}
		}), group(3, 3), 50, 5},
		{"at the threshold", with(up, func(s *autoscale.Stepped) { s.Steps = []autoscale.Step{{0, inf, 10}} }), group(10, 10), 50, 11},
		{"at the threshold, which counts as below", with(up, func(s *autoscale.Stepped) { s.EdgeBelow = true; s.Steps = []autoscale.Step{{0, inf, 10}} }), group(10, 10), 50, 10},
		{"low side, at the threshold", with(down, func(s *autoscale.Stepped) { s.Steps = []autoscale.Step{{-inf, 0, -10}} }), group(10, 10), 50, 10},
		{"low side, at the threshold, which counts as below", with(down, func(s *autoscale.Stepped) { s.EdgeBelow = true; s.Steps = []autoscale.Step{{-inf, 0, -10}} }), group(10, 10), 50, 9},
		{"outside every step", with(up, func(s *autoscale.Stepped) { s.Steps = nil }), group(3, 3), 90, 3},
	} {
		if got := c.policy.Decide(c.group, []float64{c.metric}); got.Desired != c.want {
			t.Errorf("%s: Decide(%+v, %v) = %+v; want %d", c.name, c.group, c.metric, got, c.want)
		}
	}
}

// CloudWatch's words for the four ways to be beyond a threshold, held against data
// points around it.
func TestBreaches(t *testing.T) {
	for _, c := range []struct {
		comparison string
		want       [3]bool // below, at and above the threshold
		ok         bool
	}{
		{"GreaterThanOrEqualToThreshold", [3]bool{false, true, true}, true},
		{"GreaterThanThreshold", [3]bool{false, false, true}, true},
		{"LessThanThreshold", [3]bool{true, false, false}, true},
		{"LessThanOrEqualToThreshold", [3]bool{true, true, false}, true},
		{"GreaterThanUpperThreshold", [3]bool{}, false},
		{"", [3]bool{}, false},
	} {
		below, edge, ok := autoscale.AlarmSpec{Comparison: c.comparison}.Breaches()
		if ok != c.ok {
			t.Errorf("%q: ok = %v; want %v", c.comparison, ok, c.ok)
		}
		for i, point := range []float64{49, 50, 51} {
			if !ok {
				continue
			}
			s := autoscale.Stepped{Threshold: 50, Below: below, EdgeBelow: edge, Alarm: autoscale.Alarm{Periods: 1}, Type: autoscale.ChangeInCapacity,
				Steps: []autoscale.Step{{From: math.Inf(-1), To: math.Inf(1), Adjust: 1}}}
			if got := s.Decide(autoscale.Group{Max: 9, Desired: 1, Warm: 1}, []float64{point}).Desired == 2; got != c.want[i] {
				t.Errorf("%s 50 at %g breaches: %v; want %v", c.comparison, point, got, c.want[i])
			}
		}
	}
}

func TestApply(t *testing.T) {
	n := func(i int) *int { return &i }
	at := func(m int) time.Time { return noon.Add(time.Duration(m) * time.Minute) }
	actions := []autoscale.Scheduled{
		{Name: "release", At: at(60), Min: n(2), Desired: n(2)},
		{Name: "floor", At: at(10), Min: n(8)},
		{Name: "roof", At: at(20), Max: n(5), Min: n(1)},
		{Name: "same instant", At: at(20), Desired: n(9)},
	}
	begin := autoscale.Group{Min: 2, Max: 10, Desired: 3, Warm: 3}
	for _, c := range []struct {
		from, to int
		want     autoscale.Group
	}{
		{0, 9, begin},
		{0, 10, autoscale.Group{Min: 8, Max: 10, Desired: 8, Warm: 3}},
		{10, 15, begin}, // due at its beginning: done before
		{0, 20, autoscale.Group{Min: 1, Max: 5, Desired: 5, Warm: 3}},
		{0, 60, autoscale.Group{Min: 2, Max: 5, Desired: 2, Warm: 3}},
	} {
		if got := autoscale.Apply(actions, at(c.from), at(c.to), begin); got != c.want {
			t.Errorf("Apply from minute %d to %d = %+v; want %+v", c.from, c.to, got, c.want)
		}
	}
}

// FuzzGroup holds the law that no policy leaves [min, max], or shrinks a group that warms up.
func FuzzGroup(f *testing.F) {
	f.Add(uint8(1), uint8(9), uint8(4), uint8(4), 0.9)
	f.Add(uint8(0), uint8(0), uint8(0), uint8(9), 1e300)
	f.Fuzz(func(t *testing.T, low, room, more, warm uint8, value float64) {
		if !(value >= 0) || math.IsInf(value, 0) {
			t.Skip("a metric is finite and not negative")
		}
		g := autoscale.Group{Min: int(low), Max: int(low) + int(room)}
		g.Desired = g.Min + int(more)%(int(room)+1)
		g.Warm = int(warm) % (g.Desired + 1)
		stepped := autoscale.Stepped{Threshold: 0.5, Alarm: autoscale.AlarmOut, Type: autoscale.PercentChangeInCapacity,
			Steps: []autoscale.Step{{0, math.Inf(1), 300}}}
		for _, got := range []autoscale.Move{
			(autoscale.Tracking{Target: 0.5}).Decide(g, flat(15, value)), stepped.Decide(g, flat(3, value)),
		} {
			if got.Desired < g.Min || got.Desired > g.Max {
				t.Errorf("desired = %d; want within [%d, %d]", got.Desired, g.Min, g.Max)
			}
			if got.Desired < g.Desired && g.Warm < g.Desired {
				t.Errorf("desired = %d from %d with %d warm; want no scale-in while instances warm up", got.Desired, g.Desired, g.Warm)
			}
			if (got.Alarm != "") != (got.Desired != g.Desired) {
				t.Errorf("move = %+v from %d; want an alarm where and only where the count changes", got, g.Desired)
			}
		}
	})
}

func TestScheduledSets(t *testing.T) {
	for _, c := range []struct {
		action autoscale.Scheduled
		want   string
	}{
		{autoscale.Scheduled{}, "nothing"},
		{autoscale.Scheduled{Min: new(0)}, "min 0"},
		{autoscale.Scheduled{Min: new(2), Max: new(40), Desired: new(9)}, "min 2, max 40, desired 9"},
	} {
		if got := c.action.Sets(); got != c.want {
			t.Errorf("Sets() = %q; want %q", got, c.want)
		}
	}
}
