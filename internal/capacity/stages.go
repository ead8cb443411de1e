package capacity

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// The stages of scaling. Each is named by what ends it, and begins where the one
// before it ended:
//
//	short      seen     decided  created   placed    started    ready
//	  |--metric--|-decision-|-create-|--place--|---start---|--ready---|
//	  |   of a decision to grow      |          of a unit             |
//	  |                                                               |
//	  next decision:  short or ready, whichever is later  |--metric--|-decision-| ...
//
// metric and decision are of each decision to grow while capacity is short
// (decision.go), the others of each unit that came up. One that never did has
// no part in them: a start that fails again and again says nothing of how long
// a start takes. How many there were stands beside (uncome.go). A stage that ended
// nobody knows when, for nobody looked, is left out and counted there too, and so is
// the one that began then (unclear.go). A unit's own stages:
//
//	place     a pod was scheduled     start  all its containers run
//	ready     it reports ready        in_service  an instance is, since its launch began; a pod, since it was ready
//	serving   it answered for the first time, where answers name who they come from
//
// Behind a load balancer that is watched, in service is where that has a unit
// (balancers.go).
var stageOrder = []string{
	timeline.Create, timeline.Place, timeline.Start, timeline.UnitReady, timeline.InService, timeline.Serving,
}

// stagesOf says how long each stage of scaling took in one fleet, by the legs of its
// decisions and of its units, of which so many are missing.
func stagesOf(growths []Growth, ways []Way, missing int) []Stage {
	times, unclear := make(map[string][]time.Duration), make(map[string]int)
	count := func(legs []Leg) {
		for _, l := range legs {
			if l.Took != nil {
				times[l.Stage] = append(times[l.Stage], *l.Took)
			}
		}
	}
	for _, g := range growths {
		count(g.Legs)
	}
	for _, w := range ways {
		count(w.Legs)
		for _, stage := range w.Unclear {
			unclear[stage]++
		}
	}
	var stages []Stage
	for _, name := range append([]string{WaitsForMetric, WaitsForDecision}, stageOrder...) {
		if d := times[name]; len(d) > 0 {
			slices.Sort(d)
			s := Stage{Name: name, P50: middle(d), P90: rank(d, 0.9), Max: d[len(d)-1], Units: len(d)}
			if slices.Contains(stageOrder, name) {
				s.Missing = missing + unclear[name]
			}
			stages = append(stages, s)
		}
	}
	return stages
}

// middle is the median of sorted durations; of an even number, the middle of the
// two in the middle: the lower one of a handful of units would be too low on average.
func middle(sorted []time.Duration) time.Duration {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// rank is the nearest-rank quantile of sorted durations.
func rank(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(int(math.Ceil(q*float64(len(sorted))-1e-9)), 1)-1]
}
