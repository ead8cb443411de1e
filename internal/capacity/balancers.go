package capacity

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// noteBalancers puts off a unit's coming into service to when the load balancer
// before the fleet says so too, where one was watched: an instance that its group
// has in service may still be registering, and so may a pod that its service has.
// A load balancer knows an instance by its id and a pod by its address.
//
//	endpoints                      pod in service
//	targets   |---------------poll----|-----------poll: healthy
//	                                  |-- middle --|
//
// Where the load balancer was not observed in between, or so seldom that the two lie
// far apart, when the unit came into service is not known.
func (r run) noteBalancers(known map[string]*unit, fleet Fleet) {
	told := make(map[unitOf]bool)
	addressed := make(map[string]string) // the fleet's unit that had an address last
	for _, e := range r.Events {
		if e.Kind == timeline.Address && e.Source == fleet.Name {
			addressed[e.Text] = e.Unit
		}
		if e.Kind != timeline.InService || e.Source == fleet.Name {
			continue
		}
		u := known[e.Unit]
		if u == nil {
			u = known[addressed[e.Unit]]
		}
		target := unitOf{e.Source, e.Unit}
		if u == nil || told[target] {
			continue
		}
		told[target] = true // it may fail its checks later, and come back
		by, own := u.ended[timeline.InService]
		if !own {
			by = instant{at: neverTold}
		}
		u.ended[timeline.InService] = r.servedBehind(fleet, e, by)
	}
}

// neverTold is before all that happens, of a unit of which its fleet does not tell
// when it came into service.
const neverTold time.Duration = math.MinInt64

// servedBehind is when a unit came into service behind a load balancer that a poll
// saw to have it, and that was in service by the account of its fleet at an instant
// before or after.
func (r run) servedBehind(fleet Fleet, healthy timeline.Event, by instant) instant {
	if by.unknown || by.best() >= time.Duration(healthy.At) {
		return by
	}
	before := lookedBefore(healthy, r.Series(healthy.Source, timeline.Healthy))
	if before == nil || r.blindBetween(healthy.Source, time.Duration(*before), time.Duration(healthy.At)) {
		return instant{unknown: true}
	}
	if own := timeline.Offset(by.best()); fleet.Kind == HPA && own > *before {
		before = &own
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
