package truth_test

import (
	"math"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/truth"
)

func TestHowAnEstimateStandsToTheTruth(t *testing.T) {
	at := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		low, high *float64
		want      string
	}{
		{nil, nil, silent},
		{at(60), at(80), contained},
		{at(71), at(80), tooHigh},
		{at(60), at(69), tooLow},
		{at(69), nil, rightBound},
		{at(71), nil, wrongBound},
		{nil, at(71), rightBound},
		{nil, at(69), wrongBound},
	} {
		o := outcome{truth: 70}
		o.Fleets = []capacity.FleetResult{{PerUnit: capacity.PerUnit{Low: c.low, High: c.high}}}
		if got := o.contains(); got != c.want {
			t.Errorf("%s to %s of 70: %s; want %s", rate(c.low), rate(c.high), got, c.want)
		}
	}
}

// What is known of a world by its configuration alone.
func TestTheTruthOfAWorld(t *testing.T) {
	for _, c := range []struct {
		world      string
		most       int
		saturation float64 // of one unit at that number
	}{
		{"wide-exponential", 2, 4 / 0.050},
		{"instances", 3, 4 / 0.050},
		{"bimodal", 3, 4 / 0.050},
		{"room-binds", 4, 4 / 0.050},                               // two instances of two, though the autoscaler may have eight
		{"scalability", 7, 2 / (0.040 * (1 + 0.05*6))},             // contention of 5 %
		{"coherence", 6, 4 / (0.050 * (1 + 0.02*5 + 0.01*6*5))},    // and of those who must agree
		{"ceiling", 8, math.Min(4/0.020, 8*8/(0.040+0.020)) / 8.0}, // the database, not the pods
	} {
		k := known{staged{name: c.world}.scenario(t, 1), truth.Enough / raced.Part(20, 40)}
		if got := k.most(); got != c.most {
			t.Errorf("%s: most units = %d; want %d", c.world, got, c.most)
		}
		if got := k.saturation(c.most); math.Abs(got/c.saturation-1) > 0.02 {
			t.Errorf("%s: one of %d units saturates at %.1f/s; want %.1f", c.world, c.most, got, c.saturation)
		}
		if got := k.sustainable(c.most); got <= 0.5*c.saturation || got >= c.saturation {
			t.Errorf("%s: one unit sustains %.1f/s; want less than it saturates at, %.1f, and more than half", c.world, got, c.saturation)
		}
	}
}

// Four minutes ask a fleet of two units for 4x of 60/s at most; what two units
// have is 138/s.
func TestWhatARunDeserves(t *testing.T) {
	k := known{staged{name: "spike-alone"}.scenario(t, 1), truth.Enough / 20}
	ready := func(units float64) timeline.Timeline {
		return timeline.Timeline{Readings: []timeline.Reading{{Source: "hpa/default/web", Name: timeline.Ready, Value: units}}}
	}
	for _, c := range []struct {
		units float64
		want  string
		lag   bool
	}{
		{2, capacity.Fail, true},      // 138/s
		{3, capacity.Undecided, true}, // 208/s, an eighth too little
		{4, capacity.Pass, false},     // 277/s
	} {
		if got := k.truly(ready(c.units)); got != c.want {
			t.Errorf("%g units deserve %s; want %s", c.units, got, c.want)
		}
		if lag := k.lag(ready(c.units)); (lag != nil) != c.lag || lag != nil && (*lag < 10*time.Second || *lag > 2*time.Minute) {
			t.Errorf("scale lag of %g units = %v; want one between 10 s and 2 min: %v", c.units, lag, c.lag)
		}
	}
}
