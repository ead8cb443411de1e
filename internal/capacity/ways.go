package capacity

import (
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// The table of stages sums up legs: those of each decision to grow while capacity
// was short, and those of each unit that came. Here they are one by one, as a
// Gantt chart draws them:
//
//	growth  |--metric--|-decision-|
//	way                           |-create-|--place--|---start---|--ready---|
//	way                           |-create-|--place-------------------------- open
//	                          decided                                   run ends

// Growth is a decision for more units.
type Growth struct {
	At       time.Duration
	From, To int   // desired before and after
	Legs     []Leg // metric and decision; none where capacity was not short
}

// Way is how one unit came, or was to come.
type Way struct {
	Unit    string
	Growth  *int           // the decision because of which it was created, by its position in Growths; nil: not known
	Legs    []Leg          // in order, none of which begins before the last one ends
	Unclear []string       // stages of one that was created and came up of which nobody knows how long they took
	Ready   *time.Duration // when its fleet counted it as ready; nil: never
	Serves  *time.Duration // when capacity began to count on it: from Ready on, or later where what stands in front of the fleet took it in late; nil: never, or nobody knows when
	Gone    *time.Duration // nil: it stayed

	Awaited bool // the critical path waited for it, while it was not ready
}

// Leg is one stage of a way.
type Leg struct {
	Span         // by the best account of either end
	Stage string // that is named by what ends it
	// Took is what the table of stages counts: by the account that both ends share,
	// so that it may differ from the length of the span by up to a second. It is nil
	// where the leg does not count, since the unit never came up.
	Took *time.Duration
	Open bool // it had not ended when the unit went, or the run ended
}

// decided turns growths into decisions with the legs of those that were made while
// capacity was short. The first one's time begins with the shortfall; that of the
// next when the units of the decision before are ready, for only then can they be
// measured, or with that decision itself where the autoscaler did not wait for
// them. metric lasts until the autoscaler's metric was over its target, decision
// from then, or where no metric was read from the beginning, until the decision.
func (r run) decided(fleet Fleet, growths []growth, short Span) []Growth {
	ready, gauges := r.Series(fleet.Name, timeline.Ready), r.gauges(fleet.Name)
	var decided []Growth
	begun := short.From
	for i, g := range growths {
		at := g.best()
		d := Growth{At: at, From: *whole(&g.from), To: *whole(&g.to)}
		begun = max(begun, short.From)
		if at >= begun && at < short.To {
			if seen, ok := gauges.firstOver(begun, at); ok {
				d.Legs = append(d.Legs, counted(WaitsForMetric, Span{begun, seen}))
				begun = seen
			}
			d.Legs = append(d.Legs, counted(WaitsForDecision, Span{begun, at}))
		}
		decided = append(decided, d)
		begun = at
		up, ok := reached(ready, g.to, at)
		if waited := i+1 == len(growths) || up <= growths[i+1].best(); ok && waited {
			begun = up
		}
	}
	return decided
}

func counted(stage string, span Span) Leg {
	took := span.length()
	return Leg{Span: span, Stage: stage, Took: &took}
}

// ways are those of all units of which a stage was told, in the order of units.
func (r run) ways(fleet Fleet, growths []growth) []Way {
	var ways []Way
	for _, u := range r.units(fleet) {
		w := Way{Unit: u.name, Ready: u.up, Serves: r.serves(fleet, u), Gone: u.gone}
		if n := u.decision(growths); n >= 0 {
			w.Growth = &n
		}
		w.Legs, w.Unclear = r.legs(u, fleet, growths)
		ways = append(ways, w)
	}
	return ways
}

// legs are the stages of a unit whose beginning is known, which is the end of the
// one before; that of the first is the decision, where that was seen.
func (r run) legs(u *unit, fleet Fleet, growths []growth) (legs []Leg, unclear []string) {
	var begun instant
	known := false
	if n := u.decision(growths); n >= 0 && !growths[n].polled {
		begun, known = growths[n].instant, true
	}
	_, created := u.ended[timeline.Create]
	lost := false // the stage before ended nobody knows when
	for _, kind := range stageOrder {
		ended, ok := u.ended[kind]
		unlisted := kind == timeline.InService && u.unlisted
		if u.up != nil && created && (unlisted || ok && (ended.unknown || lost)) {
			unclear = append(unclear, kind)
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
			leg := Leg{Span: after(legs, Span{begun.best(), ended.best()}), Stage: kind}
			if u.up != nil {
				d = max(d, 0)
				leg.Took = &d
			}
			legs = append(legs, leg)
		}
		begun, known = ended, true
	}
	if u.up == nil && known {
		until := r.end()
		if u.gone != nil {
			until = *u.gone
		}
		legs = append(legs, Leg{Span: after(legs, Span{begun.best(), until}), Stage: u.stageAt(until, fleet), Open: true})
	}
	return legs, unclear
}

// after moves a span behind the last of some legs, whose end is told by another
// account.
func after(legs []Leg, s Span) Span {
	if n := len(legs); n > 0 {
		s.From = max(s.From, legs[n-1].To)
	}
	s.To = max(s.From, s.To)
	return s
}

// decisionReach is how long after a decision a unit may be created because of
// it; a later one replaces a unit that went.
const decisionReach = time.Minute

// decision is the decision to grow because of which a unit was created, by its
// position: the last one before. A creation time that is cut may lie a second
// before it. It is -1 where none is known.
func (u *unit) decision(growths []growth) int {
	created, ok := u.ended[timeline.Create]
	if !ok {
		return -1
	}
	found := -1
	for i, g := range growths {
		if since := took(g.instant, created); since >= -time.Second && since <= decisionReach {
			found = i
		}
	}
	return found
}

// longest is how long a stage took the unit that it took longest; 0 where it is
// known of none.
func longest(ways []Way, stage string) time.Duration {
	most := time.Duration(0)
	for _, w := range ways {
		for _, l := range w.Legs {
			if l.Stage == stage && l.Took != nil {
				most = max(most, *l.Took)
			}
		}
	}
	return most
}
