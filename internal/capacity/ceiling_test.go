package capacity

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

func ExampleCeiling() {
	plateaus := measured(1, capped{g: 80, c: 480}.at, 0.02, 2, 4, 6, 8, 12)
	one := PerUnit{Low: ptr(68.0), Mid: ptr(72.0), High: ptr(76.0), Saturation: saturates(60.0)}
	c := newCeiling("hpa/default/web", plateaus, one)
	fmt.Println(c.Said)
	fmt.Printf("sustains %.0f/s (%.0f/s to %.0f/s)\n", c.Rate.Mid, c.Rate.Low, c.Rate.High)
	// Output:
	// throughput stayed at 476/s while hpa/default/web grew from 6 to 12 units: something behind it binds; 83.7 % to 93.5 % of it keeps the objectives, as of one unit's saturation
	// sustains 422/s (381/s to 465/s)
}

// A ceiling is found where there is one, and nowhere else.
func TestCeiling(t *testing.T) {
	for _, c := range []struct {
		name  string
		truth func(float64) float64
		units []int
		found bool
	}{
		{"ceiling from 6 units", capped{80, 480}.at, []int{2, 4, 6, 8, 12}, true},
		{"ceiling from 6 units, many plateaus", capped{80, 480}.at, []int{1, 2, 2, 3, 4, 4, 6, 6, 8, 8, 12, 12}, true},
		{"ceiling below the smallest count", capped{80, 100}.at, []int{2, 4, 8}, true},
		{"two plateaus", capped{80, 480}.at, []int{6, 12}, true},
		{"units grew too little above it", capped{80, 480}.at, []int{2, 4, 6, 8}, false},
		{"linear", law{g: 80}.at, []int{2, 4, 6, 8, 12}, false},
		{"linear, two plateaus", law{g: 80}.at, []int{6, 9}, false},
		{"linear, many", law{g: 80}.at, twelveCounts, false},
		{"contention", law{80, 0.05, 0}.at, []int{2, 4, 6, 8, 12}, false},
		{"contention, two plateaus", law{80, 0.05, 0}.at, []int{8, 12}, false},
		{"contention, many units", law{80, 0.05, 0}.at, twelveCounts, false},
		{"contention, up to 50 units", law{80, 0.05, 0}.at, []int{10, 20, 30, 40, 50}, false},
		{"contention, 100 units", law{80, 0.05, 0}.at, largeCounts, false},
		{"one count", law{g: 80}.at, []int{4, 4, 4}, false},
		{"nothing", law{g: 80}.at, nil, false},
	} {
		found := 0
		for seed := range uint64(100) {
			ceiling := newCeiling(web, measured(seed, c.truth, 0.02, c.units...), PerUnit{})
			if ceiling == nil {
				continue
			}
			found++
			if want := c.truth(1000); c.found && math.Abs(ceiling.Rate.High/want-1) > 0.12 {
				t.Errorf("%s, seed %d: at most %v sustained; want about %v", c.name, seed, ceiling.Rate.High, want)
			}
			if !ceiling.AtMost || 2*ceiling.To < 3*ceiling.From {
				t.Errorf("%s, seed %d: %+v; want an upper bound, and units grown by half", c.name, seed, ceiling)
			}
		}
		if c.found && found < 95 || !c.found && found > 0 {
			t.Errorf("%s: a ceiling in %d of 100; want one: %v", c.name, found, c.found)
		}
	}
}

// Ready units that are not yet reached show no ceiling.
func TestCeilingNeedsTenSeconds(t *testing.T) {
	short := func(s float64) []Plateau {
		return []Plateau{{Units: 6, Rate: 480, Span: Span{0, time.Minute}}, {Units: 12, Rate: 480, Span: Span{time.Minute, time.Minute + time.Duration(s*1e9)}}}
	}
	if c := newCeiling(web, short(9), PerUnit{}); c != nil {
		t.Errorf("newCeiling of 9 s = %+v; want none", c)
	}
	if c := newCeiling(web, short(10), PerUnit{}); c == nil || math.Abs(c.Throughput-480) > 1e-9 {
		t.Errorf("newCeiling of 10 s = %+v; want one at 480/s", c)
	}
}

// By hand: a ceiling of 1,000/s. A share of which one side is not measured leaves
// only the upper bound.
func TestSustainedUnderACeiling(t *testing.T) {
	for _, c := range []struct {
		name   string
		one    PerUnit
		want   Range
		atMost bool
		said   string
	}{
		{"all known", PerUnit{Low: ptr(60.0), Mid: ptr(64.0), High: ptr(72.0), Saturation: saturates(80.0)}, Range{750, 800, 900}, false, "75 % to 90 % of it"},
		{"more than saturation", PerUnit{Low: ptr(60.0), Mid: ptr(90.0), High: ptr(95.0), Saturation: saturates(80.0)}, Range{750, 1000, 1000}, false, "75 % to 100 %"},
		{"at least", PerUnit{Low: ptr(72.0), Saturation: saturates(80.0)}, Range{High: 1000}, true, "not measured, at most 1k/s"},
		{"at most", PerUnit{High: ptr(32.0), Saturation: saturates(80.0)}, Range{High: 400}, true, "not measured, at most 400/s"},
		{"saturation unknown", PerUnit{Low: ptr(60.0), Mid: ptr(64.0), High: ptr(72.0)}, Range{High: 1000}, true, "not measured, at most 1k/s"},
		{"nothing known", PerUnit{}, Range{High: 1000}, true, "not measured, at most 1k/s"},
	} {
		got, said := c.one.under(1000, 0, dice{})
		if got.Rate != c.want || got.AtMost != c.atMost || !strings.Contains(said, c.said) {
			t.Errorf("%s: under(1000) = %v, at most: %v, %q; want %v, %v, %q", c.name, got.Rate, got.AtMost, said, c.want, c.atMost, c.said)
		}
		if carried := got.carried(); (carried.low == nil) != c.atMost || (carried.mid == nil) != c.atMost || *carried.high != c.want.High {
			t.Errorf("%s: carried = %+v; want no more than was measured", c.name, carried)
		}
	}
	one := PerUnit{Low: ptr(40.0), Mid: ptr(64.0), High: ptr(80.0), Saturation: saturates(80.0)}
	if got, _ := one.under(1000, 0.1, dice{}); math.Abs(got.Rate.Low-500*0.8355) > 1e-9 || math.Abs(got.Rate.High-1164.5) > 1e-9 {
		t.Errorf("under(1000, 0.1) = %v; want 417.75 to 1164.5", got.Rate)
	}
}

// Draws of 8, 16 … 160 of a unit that saturates at 80: of a ceiling of 1,000/s a
// tenth is added by each, and from the tenth on all of it is sustained.
func TestACeilingIsDrawnWithItsUnits(t *testing.T) {
	one := PerUnit{Low: ptr(8.0), Mid: ptr(80.0), High: ptr(152.0), Saturation: saturates(80.0), Draws: steps(8)}
	c, _ := one.under(1000, 0, dice{})
	if c.Rate != (Range{100, 1000, 1000}) {
		t.Errorf("rate = %v; want the 5 %%, the 50 %% and the 95 %% of its draws", c.Rate)
	}
	f := pods()
	f.PerUnit, f.Ceiling = one, &c
	layers := fixed(Question{}, []FleetResult{f})
	if m := least([]carried{f.carries(100), layers[0].carried}).against(750); m.Probability == nil || *m.Probability != 0.65 {
		t.Errorf("%v; want 750/s carried in 13 of 20 draws", m)
	}
	if c, _ := one.under(1000, 0.05, dice{}); c.Draws[19] == 1000 || math.Abs(c.Draws[19]-1000) > 250 {
		t.Errorf("the last draw = %v; want about 1000, as far off as the ceiling may be", c.Draws[19])
	}
}

// Units that were measured under the ceiling tell their share of what they did
// there; those below it, of what they could do.
func TestTheShareIsOfWhatTheUnitsSaturatedAt(t *testing.T) {
	plateaus := measured(1, capped{g: 80, c: 480}.at, 0, 2, 4, 6, 8, 12)
	for _, one := range []PerUnit{
		{Units: 12, Low: ptr(35.0), Mid: ptr(36.0), High: ptr(37.0), Saturation: saturates(40.0)}, // of 480/12
		{Units: 4, Low: ptr(70.0), Mid: ptr(72.0), High: ptr(74.0), Saturation: saturates(60.0)},  // of 80
	} {
		if c := newCeiling(web, plateaus, one); c == nil || math.Abs(c.Rate.Mid-0.9*480) > 1e-6 {
			t.Errorf("measured at %d units: %+v; want nine tenths of 480/s", one.Units, c)
		}
	}
}

// growing is a run that asks asked/s all the time and gets back served/s, on 6
// units for half a minute and on 12 for another, and before that 20 s of calm.
func growing(asked, served int64) (timeline.Timeline, Question) {
	t := timeline.Timeline{Readings: []timeline.Reading{
		{At: at(-1), Source: web, Name: timeline.Ready, Value: 6}, {At: at(50), Source: web, Name: timeline.Ready, Value: 12},
	}}
	for n := range 81 {
		if n < 20 {
			t.Seconds = append(t.Seconds, secondOf(n, 100, 0))
		} else if n < 80 {
			t.Seconds = append(t.Seconds, secondOf(n, asked, asked))
		}
		t.Readings = append(t.Readings, timeline.Reading{At: at(float64(n)), Source: timeline.Generator, Name: timeline.Answered,
			Value: float64(int64(min(n, 20))*100 + int64(max(n-20, 0))*served)})
	}
	return t, Question{Objectives: []Objective{p99}, Fleets: []Fleet{{Name: web, Kind: HPA}}}
}

// Slow answers at the rate that was asked show demand, not a ceiling.
func TestCeilingOfARun(t *testing.T) {
	f := Analyze(growing(600, 480)).Fleets[0]
	if f.Ceiling == nil || f.Ceiling.From != 6 || f.Ceiling.To != 12 || !strings.HasPrefix(f.Ceiling.Said, "throughput stayed at 480/s while hpa/default/web grew from 6 to 12 units: something behind it binds") {
		t.Errorf("ceiling = %+v; want 480/s from 6 to 12 units", f.Ceiling)
	}
	if f.USL != nil || !strings.HasPrefix(f.NoUSL, "throughput was never measured under constant work below its ceiling at 6 units") {
		t.Errorf("USL = %v, %q; want none below the ceiling", f.USL, f.NoUSL)
	}
	f = Analyze(growing(480, 480)).Fleets[0]
	if f.Ceiling != nil {
		t.Errorf("ceiling = %+v; want none: all that was asked came back", f.Ceiling)
	}
}

// Other runs' plateaus count as the run's own; those of a fleet that pods run
// on tell nothing.
func TestPlateausOfOtherRuns(t *testing.T) {
	tl, q := growing(600, 480)
	q.Plateaus = map[string][]Plateau{web: measured(1, law{g: 79}.at, 0.01, 1, 2, 3, 4, 5, 5)}
	f := Analyze(tl, q).Fleets[0]
	if f.Ceiling == nil || !strings.Contains(f.NoUSL, "5 numbers of units (1, 2, 3, 4, 5) below its ceiling at 6 units") {
		t.Errorf("USL %q, ceiling %+v; want 5 counts below a ceiling", f.NoUSL, f.Ceiling)
	}
	tl, q = growing(600, 480)
	own := Plateaus(tl, q)[web]
	if len(own) != 2 || own[0].Units != 6 || own[1].Units != 12 || math.Abs(own[1].Rate-480) > 1e-9 {
		t.Errorf("Plateaus = %+v; want 480/s at 6 and at 12 units", own)
	}
	q.Fleets = append(q.Fleets, Fleet{Name: "asg/web", Kind: ASG})
	q.Plateaus = map[string][]Plateau{"asg/web": measured(1, law{g: 80}.at, 0.01, sixCounts...)}
	if f := Analyze(tl, q).Fleets[1]; f.USL != nil || f.NoUSL != "its pods saturate, not its instances" {
		t.Errorf("USL of the group = %v, %q; want none", f.USL, f.NoUSL)
	}
}

// A second fleet passes the same requests: what did not grow with the first may
// be its, unless it grew too. What had something to spare throughout saturated at
// nothing.
func TestAnotherFleetMayBeTheCeiling(t *testing.T) {
	const api = "hpa/default/api"
	for _, c := range []struct {
		name     string
		web, api float64 // highest utilisation
		grown    float64 // units of api after 50 s; before, 4
		found    bool
		no       string
	}{
		{"the first had something to spare", 0.4, 1, 4, false, "its units had something to spare"},
		{"the second stood still", 1, 1, 4, false, "throughput may have stayed the same since " + api + " did not grow"},
		{"the second shrank", 1, 1, 3, false, "since " + api + " did not grow"},
		{"the second grew too", 1, 1, 8, true, "below its ceiling at 6 units"},
		{"the second had something to spare", 1, 0.4, 4, true, "below its ceiling at 6 units"},
	} {
		tl, q := growing(600, 480)
		q.Fleets = append(q.Fleets, Fleet{Name: api, Kind: HPA})
		tl.Readings = append(tl.Readings, reading(-1, api, timeline.Ready, 4), reading(50, api, timeline.Ready, c.grown))
		for source, used := range map[string]float64{web: c.web, api: c.api} {
			tl.Readings = append(tl.Readings, reading(-1, source, timeline.TargetOf+"cpu", 0.7),
				reading(-1, source, timeline.MetricOf+"cpu", used), reading(-1, source, timeline.LimitOf+"cpu", 1))
		}
		f := Analyze(tl, q).Fleets[0]
		if (f.Ceiling != nil) != c.found || f.USL != nil || !strings.Contains(f.NoUSL, c.no) {
			t.Errorf("%s: ceiling %+v, USL %v, %q; want a ceiling: %v, no USL, %q", c.name, f.Ceiling, f.USL, f.NoUSL, c.found, c.no)
		}
	}
}
