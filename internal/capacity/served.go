package capacity

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Where answers name the unit they come from, it is known when each first served.
// A unit that its fleet counts as ready relieves nobody until then:
//
//	created ... ready       first answer
//	   |----------|---serving---|
//	              |    idle     |  counted as ready, of no use yet
//	              |registering|      until it is in service, where that is known
//
// Names are matched as they are. A fleet tells the names of those that came during
// the run alone; who answers under a name that no fleet knows was there from the
// start.

// seenReadyLate is by how much a unit may answer before it is seen to be ready: a
// group is polled. One that answered earlier still was ready before, and is again.
const seenReadyLate = 10 * time.Second

// firstAnswers is when each unit first answered, by the name that answers have.
func (r run) firstAnswers() map[string]time.Duration {
	first := make(map[string]time.Duration)
	for _, e := range r.Events {
		if e.Kind != timeline.Serving || e.Unit == "" {
			continue
		}
		if before, known := first[e.Unit]; !known || time.Duration(e.At) < before {
			first[e.Unit] = time.Duration(e.At)
		}
	}
	return first
}

// named is the fleet whose units answers name: the one that knows some of the
// names, or where none does, the only one that serves; false where that is not
// sure.
func (r run) named(q Question) (Fleet, bool) {
	first := r.firstAnswers()
	if len(first) == 0 {
		return Fleet{}, false
	}
	var knows, serves []Fleet
	pods := hasKind(q.Fleets, HPA)
	for _, f := range q.Fleets {
		if slices.ContainsFunc(r.units(f), func(u *unit) bool { _, ok := first[u.name]; return ok }) {
			knows = append(knows, f)
		}
		if f.Kind != ASG || !pods {
			serves = append(serves, f)
		}
	}
	switch {
	case len(knows) == 1:
		return knows[0], true
	case len(knows) == 0 && len(serves) == 1 && !r.strangers(serves[0], first):
		return serves[0], true
	}
	return Fleet{}, false
}

// strangers reports whether answers name units in other words than their fleet: it
// gained some, more names answer than it had units, and it knows none of them.
func (r run) strangers(fleet Fleet, first map[string]time.Duration) bool {
	units := r.units(fleet)
	came := slices.ContainsFunc(units, func(u *unit) bool { return u.up != nil })
	known := slices.ContainsFunc(units, func(u *unit) bool { _, ok := first[u.name]; return ok })
	had := r.countAt(fleet.Name, timeline.Ready, 0)
	return came && !known && had != nil && len(first) > *had
}

// namingWarnings tell of a header that was asked for and names no units, or none
// that a fleet knows.
func (r run) namingWarnings(q Question) []string {
	if q.UnitHeader == "" || r.sent.Succeeded == 0 {
		return nil
	}
	first := r.firstAnswers()
	if len(first) == 0 {
		return []string{fmt.Sprintf("no answer is known to have had the header %s: when units first served and how evenly the load spread is not known (target.unit_header names it)", q.UnitHeader)}
	}
	if _, known := r.named(q); known {
		return nil
	}
	for _, f := range q.Fleets {
		if f.Kind == ASG && hasKind(q.Fleets, HPA) || !r.strangers(f, first) {
			continue // pods run on its instances, and it is pods that answer
		}
		units := r.units(f)
		return []string{fmt.Sprintf("%s: answers name units such as %s, and the fleet such as %s: when those that came first served is not known (%s must name units as the fleet does)",
			f.Name, slices.Min(slices.Collect(maps.Keys(first))), units[0].name, q.UnitHeader)}
	}
	return nil
}

// noteIdle notes, of the fleet whose units answers name, when units were ready and
// had never answered; of another, when they were not yet in service.
func (r run) noteIdle(courses []course, q Question) {
	fleet, named := r.named(q)
	for i := range courses {
		c := &courses[i]
		switch {
		case named && c.Name == fleet.Name:
			for _, u := range c.units {
				if idle := r.idleness(u); idle.From < idle.To {
					c.idle = append(c.idle, idle)
					c.registering = append(c.registering, u.registering(idle))
				}
			}
		default:
			for _, l := range r.late[c.Name] {
				if !l.unsure {
					c.idle, c.registering = append(c.idle, l.Span), append(c.registering, l.Span)
				}
			}
		}
	}
}

// idleness is when a unit was ready and had not answered yet; empty if never.
func (r run) idleness(u *unit) Span {
	if u.up == nil {
		return Span{}
	}
	idle := Span{*u.up, r.end()}
	if u.gone != nil {
		idle.To = *u.gone
	}
	if served, ok := u.ended[timeline.Serving]; ok {
		idle.To = served.best()
	}
	return idle
}

// registering is the part of a unit's idleness in which it was not in service; empty
// where that is not known.
func (u *unit) registering(idle Span) Span {
	in, ok := u.ended[timeline.InService]
	switch {
	case u.unlisted:
		return idle
	case !ok || in.unknown:
		return Span{}
	}
	return Span{idle.From, min(idle.To, in.best())}
}

// idleStage is the stage in which those units are without which a fleet's ready ones
// are too few at an instant: they register while those that are in service do not
// carry what is asked, else they are to answer.
func (c *course) idleStage(at time.Duration, asked float64) string {
	ready, _ := c.ready.At(timeline.Offset(at))
	if n := within(c.registering, at); n > 0 && c.carries(max(ready-n, 0)) < asked {
		return timeline.InService
	}
	return timeline.Serving
}

// within is how many of spans an instant lies in.
func within(spans []Span, at time.Duration) (n float64) {
	for _, s := range spans {
		if s.From <= at && at < s.To {
			n++
		}
	}
	return n
}

// unserved is the fleet whose ready units would do, but not those of them that
// have ever answered; nil if there is none.
func (r run) unserved(courses []course, at time.Duration, asked float64) *course {
	for i := range courses {
		c := &courses[i]
		ready, ok := c.ready.At(timeline.Offset(at))
		if !ok || r.unobserved(c.Name, timeline.Offset(at)) {
			continue
		}
		if idle := within(c.idle, at); idle > 0 && c.carries(max(ready-idle, 0)) < asked {
			return c
		}
	}
	return nil
}

// skewWarnings tell of units that got far less or far more than an even share
// after their fleet grew.
func (r run) skewWarnings(s *Spread) []string {
	if s == nil {
		return nil
	}
	less, more := split(s.Skewed, func(u UnitShare) bool { return float64(u.Answers) > u.Even })
	var warn []string
	for _, side := range []struct {
		units []UnitShare
		words string
	}{
		{less, "less than half an even share"}, {more, "more than twice an even share"},
	} {
		if len(side.units) == 0 {
			continue
		}
		var names []string
		for _, u := range side.units {
			names = append(names, u.Name())
		}
		worst := side.units[0]
		figures := fmt.Sprintf("%s answers between %s and %s, where an even share is %s",
			figure.Count(worst.Answers), r.clock(worst.From), r.clock(worst.To), figure.Count(int64(worst.Even+0.5)))
		if len(side.units) > 1 {
			figures = worst.Name() + " " + figures
		}
		warn = append(warn, fmt.Sprintf("%s: after it grew, %s got %s of the load: %s (%s)", s.Fleet, few(names), side.words, figures, unevenCauses))
	}
	return warn
}

const unevenCauses = "raise connections.new where kept connections stay with old units; else look at the stickiness and the slow start of what balances the load"
