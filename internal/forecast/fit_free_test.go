package forecast

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// TestAloneBelowACeiling: 8 units that share a ceiling of 200/s serve 25/s each, and 1
// to 3 of them 44/s each; nine tenths of the ceiling keep the objectives, and so nine
// tenths of what a unit serves alone.
func TestAloneBelowACeiling(t *testing.T) {
	plateau := func(units int, rate float64, seconds int) capacity.Plateau {
		return capacity.Plateau{Units: units, Rate: rate, Span: capacity.Span{To: time.Duration(seconds) * time.Second}}
	}
	judged := capacity.PerUnit{
		Low: new(21.0), Mid: new(22.5), High: new(24.0), Draws: []float64{21, 22.5, 24},
		Saturation: &capacity.Range{Low: 24, Mid: 25, High: 26}, Units: 8,
	}
	below := []capacity.Plateau{plateau(1, 40, 10), plateau(2, 90, 40), plateau(8, 200, 100)}
	for _, c := range []struct {
		name    string
		fleet   capacity.FleetResult
		ok      bool
		mid     float64
		atUnits int
	}{
		{"judged at the ceiling", capacity.FleetResult{PerUnit: judged, Ceiling: &capacity.Ceiling{From: 5}, Plateaus: below}, true, 0.9 * 44, 2},
		{"judged below it", capacity.FleetResult{PerUnit: judged, Ceiling: &capacity.Ceiling{From: 9}, Plateaus: below}, false, 22.5, 8},
		{"no ceiling", capacity.FleetResult{PerUnit: judged, Plateaus: below}, false, 22.5, 8},
		{"no plateau below it", capacity.FleetResult{PerUnit: judged, Ceiling: &capacity.Ceiling{From: 5}, Plateaus: below[2:]}, false, 22.5, 8},
	} {
		about := func(got, want float64) bool { return math.Abs(got-want) < 1e-9 }
		u, ok := alone(c.fleet)
		if ok != c.ok || !about(*u.Mid, c.mid) || !about(u.Draws[1], c.mid) || !about(*u.Mid/u.Saturation.Mid, 0.9) || u.Units != c.atUnits {
			t.Errorf("%s: alone = %g/s (draw %g/s) of %g/s at %d units, %v; want %g/s, nine tenths of its saturation, at %d units, %v",
				c.name, *u.Mid, u.Draws[1], u.Saturation.Mid, u.Units, ok, c.mid, c.atUnits, c.ok)
		}
	}
	if *judged.Mid != 22.5 || judged.Draws[1] != 22.5 {
		t.Errorf("what was judged is now %g/s, draw %g/s; want it unchanged", *judged.Mid, judged.Draws[1])
	}
}

// TestShortAnew: a minute at 100/s, two at 500/s and two at 100/s again, carried by 4
// units and from 2m30s on by 12, of 60/s each.
func TestShortAnew(t *testing.T) {
	flat := func(rate float64, lasts time.Duration) traffic.Segment {
		return traffic.Segment{Length: lasts, From: rate, To: rate}
	}
	const end = 5 * time.Minute
	second := func(n float64) *time.Duration { return new(secs(n)[0]) }
	// Of 12 units each carries 1 / (1 + 0.1 x 11) of one alone, which is 60 x 1.3 where
	// 60 was judged with 4: 12 x 37 are less than 500.
	law := &capacity.USL{Alpha: capacity.Range{Mid: 0.1}}
	for _, c := range []struct {
		name     string
		spots    []capacity.Span
		mid      float64
		law      *capacity.USL
		ceiling  float64
		short    *time.Duration
		lag      *time.Duration
		lowAlone bool
	}{
		{name: "units come", spots: []capacity.Span{{From: time.Minute, To: end}}, mid: 60, short: second(60), lag: second(90)},
		{name: "without spots the run is one", mid: 60, short: second(60), lag: second(90)},
		{name: "never", spots: []capacity.Span{{From: time.Minute, To: end}}, mid: 200},
		{name: "in the second spot", spots: []capacity.Span{{To: time.Minute}, {From: time.Minute, To: end}}, mid: 60, short: second(60), lag: second(90)},
		{name: "to the end of the spot", spots: []capacity.Span{{From: time.Minute, To: 2 * time.Minute}}, mid: 60, short: second(60)},
		{name: "short as the next spot begins, which overlaps", spots: []capacity.Span{{From: time.Minute, To: 2 * time.Minute}, {From: 100 * time.Second, To: end}}, mid: 60, short: second(60), lag: second(90)},
		{name: "short as the next spot begins, which touches", spots: []capacity.Span{{From: 2 * time.Minute, To: end}, {From: time.Minute, To: 2 * time.Minute}}, mid: 60, short: second(60), lag: second(90)},
		{name: "short as a spot ends, a second before the next", spots: []capacity.Span{{From: time.Minute, To: 2 * time.Minute}, {From: 121 * time.Second, To: end}}, mid: 60, short: second(60)},
		{name: "units slow each other", mid: 60, law: law, short: second(60), lag: second(120)},
		{name: "behind a ceiling", mid: 60, ceiling: 300, short: second(60), lag: second(120)},
		{name: "a lower bound alone", mid: 60, lowAlone: true, short: second(60), lag: second(90)},
	} {
		r := capacity.FleetResult{Fleet: capacity.Fleet{Name: web, Kind: capacity.HPA}, USL: c.law,
			PerUnit: capacity.PerUnit{Mid: &c.mid, Units: 4},
			Able:    timeline.Series{{At: -1, Value: 4}, {At: timeline.Offset(150 * time.Second), Value: 12}}}
		if c.lowAlone {
			r.PerUnit.Mid, r.PerUnit.Low = nil, &c.mid
		}
		if c.ceiling > 0 {
			r.Ceiling = &capacity.Ceiling{Rate: capacity.Range{Mid: c.ceiling}}
		}
		f := &fitting{q: capacity.Question{Spots: c.spots, Demand: traffic.NewCurve(flat(100, time.Minute), flat(500, 2*time.Minute), flat(100, 2*time.Minute))}}
		f.r.Fleets = []capacity.FleetResult{r}
		for s := range int(end / time.Second) {
			f.Seconds = append(f.Seconds, timeline.Second{Second: s})
		}
		short, lag := f.shortAnew()
		if !cmp.Equal(short, c.short) || !cmp.Equal(lag, c.lag) {
			t.Errorf("%s: shortfall %v, lag %v; want %v, %v", c.name, short, lag, c.short, c.lag)
		}
	}
}

// TestFreedUnitsThatNeverFallShort make a model that is asked: what was judged at the
// ceiling fell short by a unit's share of that, and what units carry alone does not.
func TestFreedUnitsThatNeverFallShort(t *testing.T) {
	r := cpu().rehearse()
	fleet := &r.r.Fleets[0]
	fleet.Ceiling = &capacity.Ceiling{From: 2, Rate: capacity.Range{Low: 1900, Mid: 2000, High: 2100}}
	fleet.Plateaus = []capacity.Plateau{{Units: 1, Rate: 800, Span: capacity.Span{To: 40 * time.Second}}}
	if r.r.Shortfall == nil {
		t.Fatal("the rehearsal has no shortfall; want one")
	}
	m := r.fitted(t)
	if m.Replay.Measured != nil || m.Replay.Apart != "" || !strings.Contains(m.Replay.NoLag, "never fell short") {
		t.Errorf("measured %v, apart %q, no lag %q; want that capacity never fell short", m.Replay.Measured, m.Replay.Apart, m.Replay.NoLag)
	}
}
