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

// stages says how long each stage of scaling took in one fleet. Those of
// decisions are left out where short, the time in which capacity was, is empty.
func (r run) stages(fleet Fleet, short Span) []Stage {
	growths := r.growths(fleet)
	times, unclear := r.unitStages(fleet, growths)
	times[WaitsForMetric], times[WaitsForDecision] = r.decisionStages(fleet, growths, short)
	missing, _ := r.uncome(fleet)
	var stages []Stage
	for _, name := range append([]string{WaitsForMetric, WaitsForDecision}, stageOrder...) {
		if d := times[name]; len(d) > 0 {
			slices.Sort(d)
			s := Stage{Name: name, P50: middle(d), P90: rank(d, 0.9), Max: d[len(d)-1], Units: len(d)}
			if slices.Contains(stageOrder, name) {
				s.Missing = len(missing) + unclear[name]
			}
			stages = append(stages, s)
		}
	}
	return stages
}

// unitStages are the times that the stages of units took, by stage, and of how many
// that were created and came up that is not known.
func (r run) unitStages(fleet Fleet, growths []growth) (times map[string][]time.Duration, unclear map[string]int) {
	times, unclear = make(map[string][]time.Duration), make(map[string]int)
	for _, u := range r.units(fleet) {
		if u.up == nil {
			continue
		}
		begun, known := u.decided(growths)
		_, created := u.ended[timeline.Create]
		lost := false // the stage before ended nobody knows when
		for _, kind := range stageOrder {
			ended, ok := u.ended[kind]
			awaited := kind == timeline.InService && u.awaited
			if created && (awaited || ok && (ended.unknown || lost)) {
				unclear[kind]++
			}
			if !ok {
				continue
			}
			if lost = ended.unknown; lost { // neither how long this stage took is known, nor the next
				known = false
				continue
			}
			early := time.Second // a stage that ended earlier than that did not end since the one before began anew
			if kind == timeline.Serving {
				early, known = seenReadyLate, known && begun.best() >= 0 // else there was nothing to answer yet
			}
			if d := took(begun, ended); known && d > -early {
				times[kind] = append(times[kind], max(d, 0))
			}
			begun, known = ended, true
		}
	}
	return times, unclear
}

// decisionReach is how long after a decision a unit may be created because of
// it; a later one replaces a unit that went.
const decisionReach = time.Minute

// decided is the decision to grow because of which a unit was created: the last
// one before. A creation time that is cut may lie a second before it.
func (u *unit) decided(growths []growth) (decision instant, ok bool) {
	created, ok := u.ended[timeline.Create]
	if !ok {
		return decision, false
	}
	ok = false
	for _, g := range growths {
		if since := took(g.instant, created); since >= -time.Second && since <= decisionReach {
			decision, ok = g.instant, !g.polled
		}
	}
	return decision, ok
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
