package capacity

import (
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
// Where the load balancer was not observed in between, when the unit came into
// service is not known.
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
		polls := r.Series(e.Source, timeline.Healthy)
		by, ended := u.ended[timeline.InService]
		from := pollBefore(polls, e.At)
		at := r.enteredService(e, polls)
		if healthy := time.Duration(e.At); ended && fleet.Kind == HPA && by.best() > from && by.best() < healthy {
			at = by.best() + (healthy-by.best())/2
		}
		switch {
		case r.blindBetween(e.Source, from, time.Duration(e.At)):
			delete(u.ended, timeline.InService)
		case !ended || at > by.best():
			u.ended[timeline.InService] = instant{at: at}
		}
	}
}

// pollBefore is when the poll was that came before the one at an instant; that
// instant itself where there was none.
func pollBefore(polls timeline.Series, at timeline.Offset) time.Duration {
	before := at
	for i := 1; i < len(polls) && polls[i].At <= at; i++ {
		before = polls[i-1].At
	}
	return time.Duration(before)
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
