package capacity

import (
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Two fleets in a row see the same slow answers; the one whose processors never
// passed half of their limit is known from below only.
func TestAFleetThatHadSomethingToSpareIsABound(t *testing.T) {
	const api = "hpa/default/api"
	for _, c := range []struct {
		name     string
		web, api float64 // highest utilisation of either, as a ratio of the request
		limit    float64 // over the request, of both; 0: none is stated

		unlimited bool   // another metric has no limit
		known     []bool // whether both sides of web and of api are known
	}{
		{"the second saturated", 0.5, 1, 1, false, []bool{false, true}},
		{"both were busy", 0.9, 1, 1, false, []bool{true, true}},
		{"half of twice the request", 0.9, 1.9, 2, false, []bool{false, true}},
		{"no limit is known", 0.5, 1, 0, false, []bool{true, true}},
		{"one of two metrics has no limit", 0.5, 1, 1, true, []bool{true, true}},
	} {
		tl, q := steady([]int64{100, 200, 300, 400}, 350)
		q.Fleets = append(q.Fleets, Fleet{Name: api, Kind: HPA})
		read := func(source, name string, v float64) {
			tl.Readings = append(tl.Readings, timeline.Reading{At: at(-1), Source: source, Name: name, Value: v})
		}
		read(api, timeline.Ready, 8)
		read(api, timeline.Max, 10)
		for source, used := range map[string]float64{web: c.web, api: c.api} {
			read(source, timeline.TargetOf+"cpu", 0.7)
			read(source, timeline.MetricOf+"cpu", used)
			if c.limit > 0 {
				read(source, timeline.LimitOf+"cpu", c.limit)
			}
		}
		if c.unlimited { // another metric of the same fleets is far from anything
			for _, source := range []string{web, api} {
				read(source, timeline.TargetOf+"requests", 50)
				read(source, timeline.MetricOf+"requests", 900)
			}
		}
		r := Analyze(tl, q)
		for i, f := range r.Fleets {
			if u := f.PerUnit; (u.Mid != nil) != c.known[i] || u.Low == nil {
				t.Errorf("%s: %s; want both sides known: %v, and a lower bound", c.name, u.Said, c.known[i])
			}
			if said := f.PerUnit.Said; strings.Contains(said, "busy") == c.known[i] {
				t.Errorf("%s: said %q; want the reason where only a bound is known", c.name, said)
			}
		}
		if !c.known[0] && (r.Binding == nil || !strings.HasPrefix(r.Binding.Name, api)) {
			t.Errorf("%s: binding = %+v; want %s", c.name, r.Binding, api)
		}
	}
}
