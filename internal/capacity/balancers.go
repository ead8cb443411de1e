package capacity

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Where a load balancer stands before a fleet and is watched, its units are in
// service when it has them too: an instance that its group has in service may still
// be registering, and so may a pod that its service has. A load balancer knows an
// instance by its id and a pod by its address, and the first answer of a unit tells
// that it had it by then:
//
//	endpoints                 pod in service
//	targets   |----------poll: not yet--------poll: healthy
//	answers                        |------first
//	                               |-mid--|
//
// Where the load balancer was not observed meanwhile, or so seldom that the two lie
// far apart, when the unit came into service is not known: what the fleet says by
// itself is another instant.

// front is what a load balancer told that stands, or may stand, before a fleet.
type front struct {
	source  string
	names   bool                     // it told of units of the fleet
	others  bool                     // and of others
	healthy map[*unit]timeline.Event // first told of each
}

// isBalancer reports whether a source is a load balancer.
func isBalancer(source string) bool { return strings.HasPrefix(source, "elb/") }

// fronts are the load balancers that were watched, with what they told of a fleet.
func (r run) fronts(known map[string]*unit, fleet Fleet) []*front {
	var fronts []*front
	of := func(source string) *front {
		i := slices.IndexFunc(fronts, func(f *front) bool { return f.source == source })
		if i < 0 {
			i, fronts = len(fronts), append(fronts, &front{source: source, healthy: make(map[*unit]timeline.Event)})
		}
		return fronts[i]
	}
	addressed := r.firstAddressed(fleet) // the fleet's unit that had an address last
	for _, e := range r.Events {
		if e.Kind == timeline.Address && e.Source == fleet.Name {
			addressed[e.Text] = e.Unit
		}
		if isBalancer(e.Source) && e.Unit != "" {
			of(e.Source).note(e, cmp.Or(known[e.Unit], known[addressed[e.Unit]].by(e)))
		}
	}
	for _, g := range r.Gaps {
		if isBalancer(g.Source) {
			of(g.Source)
		}
	}
	return fronts
}

// firstAddressed is the unit of a fleet that was first told to have each address: while
// the fleet is not seen, a load balancer may tell of an address before.
func (r run) firstAddressed(fleet Fleet) map[string]string {
	first := make(map[string]string)
	for _, e := range r.Events {
		if _, told := first[e.Text]; !told && e.Kind == timeline.Address && e.Source == fleet.Name {
			first[e.Text] = e.Unit
		}
	}
	return first
}

// by is the unit, unless it was created only after an event; nil then.
func (u *unit) by(e timeline.Event) *unit {
	if u == nil {
		return nil
	}
	if created, ok := u.ended[timeline.Create]; ok && created.best() > time.Duration(e.At) {
		return nil
	}
	return u
}

// note adds an event about a unit; nil is none of the fleet's that came.
func (f *front) note(e timeline.Event, u *unit) {
	if u == nil {
		f.others = true
		return
	}
	f.names = true
	if _, told := f.healthy[u]; e.Kind == timeline.InService && !told {
		f.healthy[u] = e // it may fail its checks later, and come back
	}
}

// noteBalancers puts off units' coming into service to when the load balancers before
// their fleet had them too.
func (r run) noteBalancers(known map[string]*unit, fleet Fleet) {
	answers := r.firstAnswers()
	for _, f := range r.fronts(known, fleet) {
		for _, u := range known {
			var answered *time.Duration
			if at, ok := answers[u.name]; ok {
				answered = &at
			}
			r.putOff(u, fleet, f, answered)
		}
	}
}

// neverTold is before all that happens, of a unit of which its fleet does not tell
// when it came into service.
const neverTold time.Duration = math.MinInt64

// putOff takes a load balancer's word on when a unit came into service. Of a unit that
// came while it was not seen it has none; nor has it of one that answered between two
// polls, or that it never had.
func (r run) putOff(u *unit, fleet Fleet, f *front, answered *time.Duration) {
	by, own := u.ended[timeline.InService]
	if !own {
		by = instant{at: neverTold}
	}
	if healthy, told := f.healthy[u]; told {
		if at := time.Duration(healthy.At); u.listed == nil || at > *u.listed {
			u.listed = &at // of several, the last has to have it
		}
		u.ended[timeline.InService] = r.servedBehind(fleet, healthy, by, answered)
		return
	}
	if _, created := u.ended[timeline.Create]; !created || u.up == nil || by.unknown {
		return
	}
	ready := max(by.best(), u.readied(fleet))
	seen := r.watched(f.source, ready)
	switch {
	case !f.names && (f.others || seen || fleet.Kind == ASG && r.addressed()): // it stands before something else
	case f.names && answered != nil && *answered > ready:
		u.ended[timeline.InService] = r.servedBehind(fleet, r.lookedAt(f.source, *answered), by, answered)
	case !seen:
		u.ended[timeline.InService] = instant{at: ready, unknown: true}
	case u.gone == nil && answered == nil:
		delete(u.ended, timeline.InService)
		u.unlisted = true
	}
}

// readied is when a unit that came up was ready, by the account of it that is worth
// most: it may have been seen long after.
func (u *unit) readied(fleet Fleet) time.Duration {
	if own, ok := u.ended[fleet.up()]; ok && fleet.Kind == HPA {
		return own.best()
	}
	return *u.up
}

// addressed reports whether units are known by addresses: pods are, and a load balancer
// that told of nobody is then taken to be theirs rather than their instances'.
func (r run) addressed() bool {
	return slices.ContainsFunc(r.Events, func(e timeline.Event) bool { return e.Kind == timeline.Address })
}

// watched reports whether a load balancer was seen from an instant on to the end.
func (r run) watched(source string, from time.Duration) bool {
	polls := r.Series(source, timeline.Healthy)
	return len(polls) > 0 && time.Duration(polls[0].At) <= from && !r.blindBetween(source, from, r.end())
}

// lookedAt is what an answer tells that no poll does: that a load balancer had a unit
// by then, and had not when it was looked at last.
func (r run) lookedAt(source string, answered time.Duration) timeline.Event {
	e := timeline.Event{At: timeline.Offset(answered), Source: source, Kind: timeline.InService}
	for _, p := range r.Series(source, timeline.Healthy) {
		if p.At < e.At {
			e.After = &p.At
		}
	}
	return e
}

// servedBehind is when a unit came into service behind a load balancer that a poll
// saw to have it, and that was in service by the account of its fleet at an instant
// before or after. It had it when the unit first answered.
func (r run) servedBehind(fleet Fleet, healthy timeline.Event, by instant, answered *time.Duration) instant {
	if by.unknown || by.best() >= time.Duration(healthy.At) {
		return by
	}
	before := lookedBefore(healthy, r.Series(healthy.Source, timeline.Healthy))
	if answered != nil && *answered < time.Duration(healthy.At) {
		switch early := by.best() - *answered; {
		case *answered > by.best():
			healthy.At = timeline.Offset(*answered)
		case early < seenReadyLate:
			return by
		} // else it was there before, and comes back
	}
	if before == nil || r.blindBetween(healthy.Source, time.Duration(*before), time.Duration(healthy.At)) {
		return instant{unknown: true}
	}
	if own := timeline.Offset(by.best()); fleet.Kind == HPA && own > *before {
		before = &own
	}
	if *before >= healthy.At { // a load balancer none of whose units is healthy asks them all
		return instant{at: time.Duration(healthy.At)}
	}
	if at := r.enteredService(healthy, before); at.unknown || at.best() > by.best() {
		return at
	}
	return by
}

// blindBetween reports whether a source was not observed in a part of a stretch.
func (r run) blindBetween(source string, from, to time.Duration) bool {
	for _, g := range r.Gaps {
		if g.Source == source && time.Duration(g.From) < to && time.Duration(g.To) > from {
			return true
		}
	}
	return false
}
