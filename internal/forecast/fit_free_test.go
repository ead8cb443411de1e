package forecast

import (
	"math"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
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
