package forecast

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// FuzzFit loses facts at random, each kind for itself, and puts gaps and readings
// where none were, of pods on nodes and of a group that serves: whatever is left, there is an error in words, or a model that can be
// played, said its assumptions once each and is trusted or not for a reason.
func FuzzFit(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, byte(seed*37))
	}
	rehearsed := []*rehearsal{onNodes(), tracked(0).rehearse()}
	f.Fuzz(func(t *testing.T, seed uint64, share byte) {
		random := rand.New(rand.NewPCG(seed, 7))
		r := *rehearsed[seed%2]
		of := func(most int) func() bool { return func() bool { return random.IntN(256) < most } }
		kind := func() func() bool { // of facts: all are there, some are lost, or all are
			return of([]int{0, int(share), 256}[random.IntN(3)])
		}
		lost, legs, ways, growths, readings, events := of(int(share)), kind(), kind(), kind(), kind(), kind()
		r.Readings = slices.DeleteFunc(slices.Clone(r.Readings), func(timeline.Reading) bool { return readings() })
		r.Events = slices.DeleteFunc(slices.Clone(r.Events), func(timeline.Event) bool { return events() && lost() })
		r.Seconds = slices.DeleteFunc(slices.Clone(r.Seconds), func(timeline.Second) bool { return lost() })
		r.r.Fleets = slices.Clone(r.r.Fleets)
		for i := range r.r.Fleets {
			fleet := &r.r.Fleets[i]
			fleet.Ways = slices.Clone(fleet.Ways)
			for j := range fleet.Ways {
				if legs() {
					fleet.Ways[j].Legs = nil
				}
				if ways() {
					fleet.Ways[j].Serves = nil
				}
				if lost() {
					fleet.Ways[j].Growth = nil
				}
			}
			if growths() {
				fleet.Growths = nil
				for j := range fleet.Ways {
					fleet.Ways[j].Growth = nil
				}
			}
			if lost() {
				fleet.Able = fleet.Able[:len(fleet.Able)/2]
			}
			if lost() {
				fleet.PerUnit.Saturation, fleet.PerUnit.Draws = nil, nil
			}
		}
		if lost() {
			r.r.ScaleLag = nil
		}
		for range random.IntN(3) {
			from := timeline.Offset(random.Int64N(int64(12 * time.Minute)))
			r.Gaps = append(r.Gaps, timeline.Gap{From: from, To: from + timeline.Offset(random.Int64N(int64(time.Minute))), Source: web})
		}
		for range random.IntN(3) {
			r.read(random.Float64()*720, web, timeline.MetricOf+"cpu", random.Float64()*100)
		}
		m, err := r.fit()
		if err != nil {
			if err.Error() == "" {
				t.Error("Fit refuses without a word")
			}
			return
		}
		if err := playable(m.Service); err != nil {
			t.Errorf("Fit = a model that cannot be played: %v", err)
		}
		for _, fleet := range m.Service.Fleets {
			if p := fleet.Pods; p != nil && (len(p.Start) == 0 || len(p.Place) == 0 || p.Nodes != nil && len(p.Nodes.Boot) == 0) {
				t.Errorf("pods %+v; want none that take no time at all", *p)
			}
			if g := fleet.Group; g != nil && len(g.Boot) == 0 {
				t.Error("an instance takes no time at all; want what is usual where nothing tells")
			}
		}
		if said := slices.Sorted(slices.Values(m.Assumed)); len(slices.Compact(said)) != len(m.Assumed) {
			t.Errorf("assumed %q; want each once", m.Assumed)
		}
		if p := m.Replay; p.LagError == nil && p.NoLag == "" && p.Apart == "" {
			t.Errorf("replay = %v; want a lag error, or why there is none", p.Units[0].Mean)
		}
	})
}
