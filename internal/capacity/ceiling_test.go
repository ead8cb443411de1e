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
	one := PerUnit{Low: ptr(68.0), Mid: ptr(72.0), High: ptr(76.0), Saturation: ptr(60.0)}
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
			if r := ceiling.Rate; !(0 < r.Low && r.Low <= r.Mid && r.Mid <= r.High) || 2*ceiling.To < 3*ceiling.From {
				t.Errorf("%s, seed %d: %+v; want a range, and units grown by half", c.name, seed, ceiling)
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
	if newCeiling(web, short(10), PerUnit{}) == nil {
		t.Error("newCeiling of 10 s = nil; want one")
	}
}

// By hand: a ceiling of 1,000/s that may be off by 10 % at one deviation.
func TestSustainedUnderACeiling(t *testing.T) {
	for _, c := range []struct {
		name string
		one  PerUnit
		want Range
		said string
	}{
		{"all known", PerUnit{Low: ptr(60.0), Mid: ptr(64.0), High: ptr(72.0), Saturation: ptr(80.0)}, Range{750, 800, 900}, "75 % to 90 % of it"},
		{"more than saturation", PerUnit{Low: ptr(60.0), Mid: ptr(90.0), High: ptr(95.0), Saturation: ptr(80.0)}, Range{750, 1000, 1000}, "75 % to 100 %"},
		{"at least", PerUnit{Low: ptr(72.0), Saturation: ptr(80.0)}, Range{900, 900, 1000}, "90 % to 100 %"},
		{"at most", PerUnit{High: ptr(32.0), Saturation: ptr(80.0)}, Range{400, 400, 400}, "40 %"},
		{"saturation unknown", PerUnit{Low: ptr(60.0), Mid: ptr(64.0), High: ptr(72.0)}, Range{500, 800, 1000}, "not measured, 50 % to all of it is assumed"},
		{"nothing known", PerUnit{}, Range{500, 800, 1000}, "not measured"},
	} {
		got, said := c.one.sustained(1000, 0)
		if got != c.want || !strings.Contains(said, c.said) {
			t.Errorf("%s: sustained(1000) = %v, %q; want %v, %q", c.name, got, said, c.want, c.said)
		}
	}
	if got, _ := (PerUnit{}).sustained(1000, 0.1); math.Abs(got.Low-500*0.8355) > 1e-9 || math.Abs(got.High-1164.5) > 1e-9 {
		t.Errorf("sustained(1000, 0.1) = %v; want 417.75 to 1164.5", got)
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
	if f.Ceiling == nil || !strings.Contains(f.NoUSL, "5 unit counts (1, 2, 3, 4, 5) below its ceiling at 6 units") {
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
