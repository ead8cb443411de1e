package capacity

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A unit that its fleet counts as ready carries nothing until what stands in front of
// it sends it requests. Behind a load balancer that is watched that is when this has
// it (balancers.go); where answers name units, a ready one that has not answered
// while an even share of the answers was many is not reached yet either
// (served.go). What a unit sustains, and what was ready, is of those that could serve:
//
//	ready     4 ----------.   6 ---------------------------
//	late                      |--- 2 ---|
//	serving   4 ------------------------.   6 -------------
//	               '--- windows of 4 --'    '- of 6 -
//
// Where nobody saw when a unit was taken in, so many of the ready ones may have
// served or not: such a stretch tells nothing of one unit, and what was ready is known
// within bounds.

// reachedLate is how long a ready unit may stay without requests for its readiness to
// count all the same: polls and the chance of a first request take as long.
const reachedLate = 3 * time.Second

// late is a stretch in which a unit was ready and did not serve, or may not have.
type late struct {
	Span
	unit   string
	unsure bool
	idle   bool // it answered nothing, though others answered many
}

// allLates are those of every fleet, by its name.
func (r run) allLates(q Question) map[string][]late {
	all := make(map[string][]late)
	naming, named := r.named(q)
	for _, f := range q.Fleets {
		all[f.Name] = r.lates(f, named && f.Name == naming.Name && r.surelyNamed(f))
	}
	return all
}

// surelyNamed reports whether the names of answers are those of the fleet's units: it
// knows some of them, or all that it began with answered by as many names. One name
// may be that of what stands in front of them.
func (r run) surelyNamed(fleet Fleet) bool {
	first := r.firstAnswers()
	known := slices.ContainsFunc(r.units(fleet), func(u *unit) bool { _, ok := first[u.name]; return ok })
	had := r.countAt(fleet.Name, timeline.Ready, 0)
	return known || had != nil && len(first) > 1 && len(first) == *had
}

// lates are those of a fleet; empty where its units served about when they were ready.
func (r run) lates(fleet Fleet, namesUnits bool) []late {
	ready := r.Series(fleet.Name, timeline.Ready)
	var all []late
	for _, u := range r.units(fleet) {
		if u.up == nil {
			continue
		}
		l := r.unregistered(u)
		if idle := r.idleness(u); namesUnits && idle.length() > max(reachedLate, l.length()) && r.passedOver(ready, idle) {
			l = late{Span: idle, unit: u.name, idle: true}
		}
		if l.length() > reachedLate {
			l.From = rising(ready, l.From)
			all = append(all, l.whileReady(ready)...)
		}
	}
	return all
}

// unregistered is from when a unit was ready until it was in service; without an end
// of its own where that is not known, and empty where it was at once.
func (r run) unregistered(u *unit) late {
	l := late{Span: Span{*u.up, *u.up}, unit: u.name}
	in, known := u.ended[timeline.InService]
	switch {
	case u.unlisted:
		l.To = r.end()
	case known && in.unknown && r.watchesBalancers():
		l.To, l.unsure = r.end(), true
		if u.listed != nil {
			l.To = *u.listed
		}
	case known && !in.unknown:
		l.To = in.best()
	}
	for _, until := range []*time.Duration{u.gone, u.answered()} {
		if until != nil {
			l.To = min(l.To, *until)
		}
	}
	l.To = max(l.To, l.From)
	return l
}

// answered is when a unit first answered; nil where that is not known.
func (u *unit) answered() *time.Duration {
	served, ok := u.ended[timeline.Serving]
	if !ok {
		return nil
	}
	at := served.best()
	return &at
}

// watchesBalancers reports whether a load balancer was, or was to be, observed.
func (r run) watchesBalancers() bool {
	return slices.ContainsFunc(r.Readings, func(p timeline.Reading) bool { return isBalancer(p.Source) }) ||
		slices.ContainsFunc(r.Gaps, func(g timeline.Gap) bool { return isBalancer(g.Source) })
}

// passedOver reports whether so many answers came in a span that a unit would have
// given one that got anything like an even share of them.
func (r run) passedOver(ready timeline.Series, span Span) bool {
	units, known := ready.At(timeline.Offset(span.From))
	for _, p := range ready {
		if at := time.Duration(p.At); at >= span.From && at < span.To {
			units, known = max(units, p.Value), true
		}
	}
	var answers int64
	for _, n := range r.answeredBy(span) {
		answers += n
	}
	return known && float64(answers) >= enoughShare*units
}

// rising is when the count of ready units rose about when one of them was told to be
// ready, for the two come a moment apart; else that instant.
func rising(ready timeline.Series, told time.Duration) time.Duration {
	found, apart := told, prompt
	for i, p := range ready {
		if off := (time.Duration(p.At) - told).Abs(); i > 0 && p.Value > ready[i-1].Value && off < apart {
			found, apart = time.Duration(p.At), off
		}
	}
	return found
}

// whileReady parts a stretch where the count of ready units falls: it is not known
// whether it is this one that was not ready any more.
func (l late) whileReady(ready timeline.Series) []late {
	for i, p := range ready {
		if at := time.Duration(p.At); i > 0 && p.Value < ready[i-1].Value && at > l.From && at < l.To {
			rest := l
			l.To, rest.From, rest.unsure = at, at, true
			return []late{l, rest}
		}
	}
	return []late{l}
}

// lateAt is how many ready units of a fleet did not serve at an instant, and how many
// others may not have.
func (r run) lateAt(fleet string, at time.Duration) (not, maybe float64) {
	for _, l := range r.late[fleet] {
		switch {
		case at < l.From || at >= l.To:
		case l.unsure:
			maybe++
		default:
			not++
		}
	}
	return not, maybe
}

// able is how many of a fleet's ready units surely served or may have.
func (r run) able(fleet string) timeline.Series {
	ready := r.Series(fleet, timeline.Ready)
	if len(r.late[fleet]) == 0 || len(ready) == 0 {
		return ready
	}
	var turns []timeline.Offset
	for _, p := range ready {
		turns = append(turns, p.At)
	}
	for _, l := range r.late[fleet] {
		turns = append(turns, timeline.Offset(l.From), timeline.Offset(l.To))
	}
	slices.Sort(turns)
	var able timeline.Series
	for _, at := range slices.Compact(turns) {
		if units, known := ready.At(at); known {
			not, _ := r.lateAt(fleet, time.Duration(at))
			able = append(able, timeline.Point{At: at, Value: max(units-not, 0)})
		}
	}
	return able
}

// serving finds the stretches in which the number of units that served was known and
// stood still.
func (r run) serving(fleet Fleet) []stretch {
	found := r.steady(fleet, r.able(fleet.Name))
	for _, l := range r.late[fleet.Name] {
		if l.unsure {
			found = without(found, l.Span)
		}
	}
	return found
}

// without leaves a span out of stretches.
func without(stretches []stretch, out Span) []stretch {
	var left []stretch
	for _, s := range stretches {
		before, after := s, s
		before.To, after.From = min(s.To, out.From), max(s.From, out.To)
		for _, part := range []stretch{before, after} {
			if part.From < part.To {
				left = append(left, part)
			}
		}
	}
	return left
}

// lateWarnings tell of units that were ready and that nobody asked anything, where no
// load balancer is watched that would tell why.
func (r run) lateWarnings(q Question) []string {
	if r.watchesBalancers() {
		return nil
	}
	var warn []string
	for _, f := range q.Fleets {
		units, longest := 0, time.Duration(0)
		for _, l := range r.late[f.Name] {
			if l.idle && !l.unsure {
				units, longest = units+1, max(longest, l.length())
			}
		}
		if units > 0 {
			upTo := ""
			if units > 1 {
				upTo = "up to "
			}
			warn = append(warn, fmt.Sprintf("%s: %s ready and answered nothing for %s%s, and what a unit sustains is told without them: what stands in front of them took them in late (observe its target group with elb), or kept connections stayed with the others (raise connections.new)",
				f.Name, unitsWere(units), upTo, figure.Duration(longest)))
		}
	}
	return warn
}
