package capacity

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// What cannot be is no fact. It is left out and told, instead of being counted
// on: a number of units that is negative or not whole, a reading that is no number, a second
// that no run comes to.
const (
	mostUnits = 1e7
	mostRead  = 1e15
)

// leaveOut keeps what can be of the timeline.
func (r *run) leaveOut() {
	unfit := make(map[string]int) // by what they are of, and the first of them
	first := make(map[string]float64)
	r.Readings = kept(r.Readings, func(reading timeline.Reading) bool {
		ok := possible(reading)
		if !ok {
			of := reading.Source + ": readings of " + reading.Name
			if unfit[of]++; unfit[of] == 1 {
				first[of] = reading.Value
			}
		}
		return ok
	})
	for _, of := range sortedKeys(unfit) {
		r.weak = append(r.weak, fmt.Sprintf("%s were left out %s times, the first %v: not what it can be", of, figure.Count(unfit[of]), first[of]))
	}
	before := len(r.Seconds)
	r.Seconds = kept(r.Seconds, func(s timeline.Second) bool { return s.Check() == nil })
	if n := before - len(r.Seconds); n > 0 {
		r.weak = append(r.weak, fmt.Sprintf("%s seconds were left out: their numbers or counts are not what a run can have", figure.Count(n)))
	}
	r.Events = kept(r.Events, func(e timeline.Event) bool { return ofARun(e.At) || e.Seen != nil && ofARun(*e.Seen) })
	r.Gaps = slices.Clone(r.Gaps)
	for i, g := range r.Gaps {
		r.Gaps[i].From, r.Gaps[i].To = intoARun(min(g.From, g.To)), intoARun(max(g.From, g.To))
	}
}

// possible reports whether a reading can be what it says.
func possible(reading timeline.Reading) bool {
	if !ofARun(reading.At) {
		return false
	}
	switch reading.Name {
	case timeline.Desired, timeline.Ready, timeline.Min, timeline.Max, timeline.Quota, timeline.Room:
		return reading.Value >= 0 && reading.Value <= mostUnits && reading.Value == math.Trunc(reading.Value)
	case timeline.Calls, timeline.CallBytes:
		return reading.Value >= 0 && reading.Value <= mostRead
	}
	return math.Abs(reading.Value) <= mostRead // NaN is not
}

// ofARun reports whether an instant is near enough to be of a run.
func ofARun(at timeline.Offset) bool { return at == intoARun(at) }

func intoARun(at timeline.Offset) timeline.Offset {
	const most = timeline.Offset(timeline.LongestRun)
	return min(max(at, -most), most)
}

// kept are the elements that are kept; the same slice where all are.
func kept[T any](all []T, keep func(T) bool) []T {
	var some []T
	for i, e := range all {
		ok := keep(e)
		if !ok && some == nil {
			some = append(make([]T, 0, len(all)), all[:i]...)
		}
		if ok && some != nil {
			some = append(some, e)
		}
	}
	if some == nil {
		return all
	}
	return some
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
