package capacity

import (
	"fmt"
	"testing"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Demand passes what four units carry at 20, and ten do at 50: the scale lag is
// 30 s. When the last of those that are needed first answered comes on top.
func TestUnitsThatEndTheLagMayAnswerLater(t *testing.T) {
	for _, c := range []struct {
		name    string
		came    int // units that were ready at 50
		answers map[string]float64
		lag     *float64
		want    string
	}{
		{"nobody names units", 6, nil, ptr(30.0), ""},
		{"all at once", 6, map[string]float64{"old": 0, "a0": 50, "a1": 50, "a2": 50, "a3": 50, "a4": 50, "a5": 50}, ptr(30.0), ""},
		{"the last later", 6, map[string]float64{"old": 0, "a0": 50, "a1": 50, "a2": 50, "a3": 55.7, "a4": 50, "a5": 51}, ptr(30.0),
			"the units that closed the gap first answered 5.7 s later"},
		{"one more than needed", 7, map[string]float64{"old": 0, "a0": 50, "a1": 50, "a2": 50, "a3": 90, "a4": 50, "a5": 50, "a6": 52}, ptr(30.0),
			"the units that closed the gap first answered 2 s later"},
		{"one never", 6, map[string]float64{"old": 0, "a0": 50, "a1": 50, "a2": 50, "a3": 50, "a4": 50}, ptr(30.0),
			"not all of the units that closed the gap had answered when the run ended"},
		{"capacity did not catch up", 6, map[string]float64{"old": 0, "a0": 50, "a3": 55.7}, nil, ""},
	} {
		var f facts
		f.read(0, web, timeline.Ready, 4)
		f.read(0, web, timeline.Desired, float64(4+c.came))
		for i := range c.came {
			f.comes(fmt.Sprint("a", i), 22, 30, 40, 50)
		}
		f.read(50, web, timeline.Ready, float64(4+c.came))
		for unit, answered := range c.answers {
			f.event(answered, timeline.Target, timeline.Serving, unit)
		}
		q := jump()
		q.Fleets = []Fleet{{Name: web, Kind: HPA}}
		r := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 120)}
		res := Result{Fleets: []FleetResult{ten(web, HPA)}, Shortfall: ptr(seconds(20))}
		if c.lag != nil {
			res.ScaleLag = ptr(seconds(*c.lag))
		}
		if got := r.answeredLate(q, res); got != c.want {
			t.Errorf("%s: answered late: %q; want %q", c.name, got, c.want)
		}
	}
}
