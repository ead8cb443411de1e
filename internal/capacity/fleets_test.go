package capacity

import (
	"testing"

	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestAnInstanceCarriesNoMoreThanItsPods(t *testing.T) {
	ready := func(s float64, source string, n float64) timeline.Reading {
		return reading(s, source, timeline.Ready, n)
	}
	r := ran([]timeline.Reading{
		ready(-2, web, 2), // before the group was seen: then there were two
		ready(-1, nodes, 2), ready(10, web, 4), ready(12, nodes, 3), ready(20, web, 7),
	}, nil)
	more := PerUnit{Low: ptr(200.0), Mid: ptr(210.0), High: ptr(220.0), Units: 3}
	for _, c := range []struct {
		name string
		pods PerUnit
		own  PerUnit
		want *float64
	}{
		// Seven pods on three instances are the densest, at 70/s each.
		{"what its pods sustain", sustains(), more, ptr(70.0 * 7 / 3)},
		{"less than that", sustains(), PerUnit{Low: ptr(150.0), Units: 3}, ptr(150.0)},
		{"pods of which nothing is known", PerUnit{}, more, ptr(200.0)},
		{"nothing", sustains(), PerUnit{High: ptr(220.0), Units: 3}, nil},
	} {
		p, g := pods(), group()
		p.PerUnit, g.PerUnit = c.pods, c.own
		got := r.carriedOnly(g, []FleetResult{g, p})
		if (got.Low == nil) != (c.want == nil) || got.Low != nil && *got.Low != *c.want || got.Mid != nil || got.High != nil || got.Draws != nil {
			t.Errorf("%s: an instance carries %s; want at least %v and no more said", c.name, got.Said, c.want)
		}
	}
}
