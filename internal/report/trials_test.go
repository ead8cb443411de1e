package report

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// The chart is of the objective that a unit breaks at the lowest rate, or where it
// broke none, of the one it came nearest to breaking.
func TestRateChartChoosesTheObjective(t *testing.T) {
	trial := func(objective string, rate float64, over int64, allowed float64, verdict string) capacity.Trial {
		return capacity.Trial{Objective: objective, Rate: rate, Total: 1000, Over: over, Allowed: allowed, Verdict: verdict}
	}
	for _, c := range []struct {
		name   string
		trials []capacity.Trial
		want   string
	}{
		{"one broke", []capacity.Trial{trial("p99", 60, 0, 0.01, capacity.Held), trial("p99", 80, 3, 0.01, capacity.Held), trial("errors", 60, 0, 0.005, capacity.Held), trial("errors", 80, 90, 0.005, capacity.Failed)}, "errors"},
		{"one broke first", []capacity.Trial{trial("p99", 60, 80, 0.01, capacity.Failed), trial("errors", 60, 0, 0.005, capacity.Held), trial("errors", 80, 900, 0.005, capacity.Failed)}, "p99"},
		{"both broke at once", []capacity.Trial{trial("errors", 80, 50, 0.005, capacity.Failed), trial("p99", 80, 900, 0.01, capacity.Failed)}, "p99"},
		{"none broke", []capacity.Trial{trial("p99", 60, 1, 0.01, capacity.Held), trial("errors", 60, 2, 0.005, capacity.Undecided)}, "errors"},
		{"nothing is allowed", []capacity.Trial{trial("p99", 60, 1, 0.01, capacity.Held), trial("errors", 60, 1, 0, capacity.Failed)}, "errors"},
	} {
		v := newRateView(capacity.FleetResult{PerUnit: capacity.PerUnit{Trials: c.trials}})
		if v.objective != c.want {
			t.Errorf("%s: chart of %s; want %s", c.name, v.objective, c.want)
		}
		for _, one := range v.trials {
			if one.Objective != c.want {
				t.Errorf("%s: chart has a trial of %s", c.name, one.Objective)
			}
		}
	}
}

func TestShares(t *testing.T) {
	v := rateView{allowed: 0.01, trials: []capacity.Trial{{Total: 1000}, {Total: 2000, Over: 1}, {Total: 1000, Over: 1000}}}
	at, ticks := shares(v.decade())
	for share, want := range map[float64]float64{0: -5, 0.0005: math.Log10(0.0005), 0.01: -2, 1: 0} {
		if got := at(share); math.Abs(got-want) > 1e-9 {
			t.Errorf("a share of %v is drawn at %v; want %v", share, got, want)
		}
	}
	var labels []string
	for _, tick := range ticks {
		labels = append(labels, tick.Label)
	}
	if got, want := strings.Join(labels, " | "), "0 % | 0.01 % | 0.1 % | 1 % | 10 % | 100 %"; got != want {
		t.Errorf("ticks = %s; want %s", got, want)
	}
	if got := (rateView{allowed: 0.01}).decade(); got != -3 {
		t.Errorf("decade of 1 %% alone = %v; want -3, below it", got)
	}
}

func TestAreasOfDots(t *testing.T) {
	if got := radiusOf(1000, 4000, 8); got != largestDot/2 {
		t.Errorf("a quarter of the requests has the radius %v; want half of %v", got, largestDot)
	}
	if got := radiusOf(4000, 4000, 160); got != largestDot/2 {
		t.Errorf("each of 160 has the radius %v; want half of %v", got, largestDot)
	}
	if got := radiusOf(1, 1e6, 8); got != leastDot {
		t.Errorf("a millionth has the radius %v; want %v", got, leastDot)
	}
}

func TestRateChartOfBounds(t *testing.T) {
	r := passing.report()
	unit := &r.Result.Fleets[0].PerUnit
	unit.Draws, unit.Mid, unit.High, unit.Saturation = nil, nil, nil, nil
	for _, c := range []struct {
		low, high *float64
		want      string
	}{{number(66), nil, ">at least 66/s<"}, {nil, number(77), ">at most 77/s<"}} {
		unit.Low, unit.High = c.low, c.high
		svg := drawnPlate(t, r, "rate")
		if !strings.Contains(svg, c.want) || !strings.Contains(svg, ">One unit sustains "+c.want[1:]) || strings.Contains(svg, ">saturates<") {
			t.Errorf("the chart lacks %s, or says at what a unit saturates", c.want)
		}
	}
	unit.Trials = nil
	if svg := drawnPlate(t, r, "rate"); svg != "" {
		t.Error("a chart is drawn of no trials")
	}
}

// A window on a slope counts by its highest rate, and its share is of all of them:
// the dot has a tail to the mean, and the note says so. By hand: on an axis from 0 to
// 106/s the tail from 62/s to 100/s is as long as 38/106 of the panel.
func TestTailsOfSlopes(t *testing.T) {
	r := passing.report()
	unit := &r.Result.Fleets[0].PerUnit
	flat := capacity.Trial{Objective: "p99", Rate: 40, Mean: 40, Total: 1000, Allowed: 0.01, Verdict: capacity.Held}
	slope := capacity.Trial{Objective: "p99", Rate: 100, Mean: 62, Total: 1000, Over: 25, Allowed: 0.01, Verdict: capacity.Failed}
	const note = "its mean rate to its highest"
	for _, c := range []struct {
		trials []capacity.Trial
		tails  int
	}{{[]capacity.Trial{flat}, 0}, {[]capacity.Trial{flat, slope}, 1}} {
		unit.Trials = c.trials
		p := r.ratePicture()
		if got := strings.Contains(p.about, note); got != (c.tails > 0) {
			t.Errorf("with %d tails the note is %q", c.tails, p.about)
		}
		canvas := &recorder.Canvas{}
		dots{c.trials, func(float64) float64 { return 0.5 }}.Plot(draw.NewCanvas(canvas, 106, 100), newPanel(span{end: 106}, 0, 1, plot.ConstantTicks{}, false).Plot)
		if got := levels(canvas, 62, 100); got != c.tails {
			t.Errorf("%d strokes from 62/s to 100/s; want %d", got, c.tails)
		}
	}
}

// levels counts the level strokes from one x to another.
func levels(canvas *recorder.Canvas, from, to vg.Length) (n int) {
	for _, a := range canvas.Actions {
		s, ok := a.(*recorder.Stroke)
		if ok && len(s.Path) == 2 && s.Path[0].Pos.Y == s.Path[1].Pos.Y && s.Path[0].Pos.X == from && s.Path[1].Pos.X == to {
			n++
		}
	}
	return n
}
