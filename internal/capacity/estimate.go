package capacity

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// trialWindow is the length of the windows from which one unit is estimated.
const trialWindow = 10 * time.Second

// estimate says what one unit of a fleet sustains and at what it saturates,
// from windows in which the number of ready units did not change.
func (r run) estimate(fleet Fleet, objectives []Objective, rule delivery) PerUnit {
	ready := r.Series(fleet.Name, timeline.Ready)
	if missing := r.missing(ready); missing != "" {
		return PerUnit{Said: fmt.Sprintf("%s: %s, so nothing is known of one unit", fleet.Name, missing)}
	}
	backlog := largestBacklog(objectives, r.calm)
	stretches := r.steady(fleet, ready)
	var trials []trial
	for _, st := range stretches {
		for _, window := range tile(st.Span, trialWindow) {
			sent := r.sending(window)
			if window.length() < trialWindow || !sent.delivered() || r.waiting(window.From) > backlog {
				continue
			}
			if verdict := r.worstVerdict(objectives, window); verdict != Undecided {
				t := trial{rate: float64(sent.planned) / window.length().Seconds() / st.units, units: int(st.units)}
				if verdict == Failed {
					t.failed = 1
				}
				trials = append(trials, t)
			}
		}
	}
	return newPerUnit(fleet.Name, trials, saturation(r.plateaus(stretches)))
}

// missing says which facts an estimate cannot do without are not there; empty
// if all are.
func (r run) missing(ready timeline.Series) string {
	switch {
	case len(ready) == 0:
		return "ready units were not observed"
	case r.whole.Service.Count() == 0:
		return "no service times were measured"
	}
	return ""
}

// stretch is a span in which the number of ready units was known and stood
// still.
type stretch struct {
	Span
	units float64
}

// steady finds the stretches of constant ready units. Where the fleet was not
// observed there is none. A group is polled: it may have changed any time since
// the last reading of the old count.
func (r run) steady(fleet Fleet, ready timeline.Series) []stretch {
	var found []stretch
	cut := func(span Span, units float64) {
		if span.From < span.To && units > 0 {
			found = append(found, stretch{span, units})
		}
	}
	for i, p := range ready {
		if i > 0 && ready[i-1].Value == p.Value {
			continue
		}
		s := Span{max(time.Duration(p.At), 0), r.end()}
		for k, next := range ready[i+1:] {
			if next.Value != p.Value {
				last := next.At
				if fleet.Kind == ASG {
					last = ready[i+k].At
				}
				s.To = min(s.To, time.Duration(last))
				break
			}
		}
		for _, g := range r.Gaps {
			if g.Source == fleet.Name && time.Duration(g.From) < s.To && time.Duration(g.To) > s.From {
				cut(Span{s.From, time.Duration(g.From)}, p.Value)
				s.From = time.Duration(g.To)
			}
		}
		cut(s, p.Value)
	}
	return found
}

// largestBacklog is how long requests may already wait when a window begins
// that is to tell about its own rate: half the tightest latency limit, or twice
// the calm time where there is none.
func largestBacklog(objectives []Objective, calm time.Duration) time.Duration {
	most := time.Duration(math.MaxInt64)
	for _, o := range objectives {
		if o.Quantile > 0 {
			most = min(most, o.Limit/2)
		}
	}
	if most == math.MaxInt64 {
		return 2 * calm
	}
	return most
}

func highestHeld(trials []trial) (rate float64) {
	for _, t := range trials {
		if t.failed == 0 {
			rate = max(rate, t.rate)
		}
	}
	return rate
}

func newPerUnit(fleet string, trials []trial, saturation *float64) PerUnit {
	var u PerUnit
	// At saturation the queue grows without end, and no objective holds for long.
	// A plateau below a rate that held is not one.
	if saturation != nil && *saturation >= highestHeld(trials) {
		u.Saturation = saturation
		trials = append(trials, trial{rate: *saturation, failed: 1})
	}
	u.Low, u.Mid, u.High = turn(trials)
	for _, t := range trials {
		if u.Low == nil || t.rate >= *u.Low { // what lies below tells nothing of the turn
			u.Units = max(u.Units, t.units)
		}
	}
	u.Said = fleet + ": " + u.inWords()
	return u
}

func (u PerUnit) inWords() string {
	ends := figure.Interval(u.Low, u.High, figure.Rate)
	switch {
	case u.Low == nil && u.High == nil:
		return "no stretch of steady units tells what one unit sustains"
	case u.High == nil:
		return fmt.Sprintf("one unit sustains %s: no window broke an objective", ends)
	case u.Low == nil:
		return fmt.Sprintf("one unit sustains %s: no window held", ends)
	}
	return fmt.Sprintf("one unit sustains %s (%s), measured at %s units", figure.Rate(*u.Mid), ends, figure.Count(u.Units))
}
