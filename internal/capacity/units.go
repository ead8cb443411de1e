package capacity

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// instant is when something happened, by the two clocks that may tell:
//
//	           truth
//	at           |  seen
//	|------------x---|-------> time
//	12 s         |   12.48 s
//
// at is the source's own account. Kubernetes cuts it to whole seconds, so that
// the truth lies up to a second later. seen is when the watch delivered it, a
// little late; it is nil where it came late enough to tell less than at does.
type instant struct {
	at   time.Duration
	seen *time.Duration
	cut  bool // at is cut to the whole second

	unknown bool // it happened, and nobody knows when well enough
}

// prompt is how soon a fact is delivered that is worth more by its delivery than
// by its own account: a whole second for the cut, and one for the way.
const prompt = 2 * time.Second

// newInstant takes the times of an event or a reading of the fleet. A group is
// polled, and its own account is not cut: when it was seen tells nothing more.
func (f Fleet) newInstant(at timeline.Offset, seen *timeline.Offset) instant {
	i := instant{at: time.Duration(at)}
	if f.Kind != HPA || seen == nil {
		return i
	}
	i.cut = true
	if late := time.Duration(*seen - at); late >= 0 && late < prompt {
		delivered := time.Duration(*seen)
		i.seen = &delivered
	}
	return i
}

// atOnce is how soon after a gap all is delivered that was missed in it.
const atOnce = 500 * time.Millisecond

// lookedAfresh reports whether something that happened at an instant of a source
// was seen by the first look after a gap, which is no delivery.
func (r run) lookedAfresh(source string, at, seen timeline.Offset) bool {
	return slices.ContainsFunc(r.Gaps, func(g timeline.Gap) bool {
		return g.Source == source && at < g.To && seen > g.From && seen <= g.To+timeline.Offset(atOnce)
	})
}

// beforeTheLook is when something happened that such a look shows: in the second
// that was cut off, or as much of it as was over by then. The middle is off by half
// of that at most, to either side.
//
//	at        truth     at + 1 s     seen
//	|----------x---------|-----------|
func beforeTheLook(at, seen timeline.Offset) instant {
	return instant{at: time.Duration(at) + min(time.Second, max(0, time.Duration(seen-at)))/2}
}

// best is the best estimate of the instant by itself: the middle of the second
// that was cut off, where the delivery does not tell.
func (i instant) best() time.Duration {
	switch {
	case i.seen != nil:
		return *i.seen
	case i.cut:
		return i.at + time.Second/2
	}
	return i.at
}

// took is the time between two instants. Both by their delivery are off only by
// how its delay varies. Else both by their own account: cut alike, they are off by up
// to a second but not to one side, and clocks that differ take nothing from it.
func took(from, to instant) time.Duration {
	if from.seen != nil && to.seen != nil || from.cut != to.cut {
		return to.best() - from.best()
	}
	return to.at - from.at
}

// unit is what was told of one unit that came, or was to come, during the run.
type unit struct {
	name   string
	ended  map[string]instant // its stages: until it is up by the last event of their kind, for a start may fail and be tried again
	up     *time.Duration     // when readings began to count it as ready; nil: never
	gone   *time.Duration     // nil: it stayed
	noRoom *time.Duration     // when it was first told that no node had room for it; nil: never

	listed   *time.Duration // when a poll of a load balancer first had it in service; nil: never
	unlisted bool           // a load balancer before the fleet, watched to the end, never had it in service
	awaited  bool           // the critical path waited for it
}

// up is the stage at whose end a fleet counts a unit as ready.
func (f Fleet) up() string {
	if f.Kind == ASG {
		return timeline.InService
	}
	return timeline.UnitReady
}

// failedScheduling is Kubernetes' own word for a pod that no node has room for.
const failedScheduling = "FailedScheduling"

// units lists the units of which a stage was told, in the order in which they
// became ready; those that never did come last, in the order of their creation.
func (r run) units(fleet Fleet) []*unit {
	known := make(map[string]*unit)
	polls := r.Series(fleet.Name, timeline.Ready)
	var units []*unit
	for _, e := range r.Events {
		if e.Source != fleet.Name || e.Unit == "" || !slices.Contains(stageOrder, e.Kind) && e.Kind != timeline.Gone && e.Kind != failedScheduling {
			continue
		}
		u := known[e.Unit]
		if u == nil {
			u = &unit{name: e.Unit, ended: make(map[string]instant)}
			known[e.Unit], units = u, append(units, u)
		}
		r.note(u, fleet, polls, e)
	}
	r.noteBalancers(known, fleet)
	for name, at := range r.firstAnswers() {
		if u := known[name]; u != nil {
			u.ended[timeline.Serving] = instant{at: at}
		}
	}
	slices.SortStableFunc(units, byReadiness)
	return units
}

// note adds an event to what is known of a unit.
func (r run) note(u *unit, fleet Fleet, polls timeline.Series, e timeline.Event) {
	when := fleet.newInstant(e.At, e.Seen)
	if when.cut && r.lookedAfresh(e.Source, e.At, *e.Seen) {
		when = beforeTheLook(e.At, *e.Seen)
	}
	at := when.best()
	switch {
	case e.Kind == timeline.Gone:
		u.gone = &at
		return
	case e.Kind == failedScheduling:
		if u.noRoom == nil {
			u.noRoom = &at
		}
		return
	}
	if _, known := u.ended[e.Kind]; known && u.up != nil {
		return // it came before, and comes back
	}
	if e.Kind == fleet.up() {
		observed := time.Duration(e.At)
		if e.Seen != nil {
			observed = time.Duration(*e.Seen)
		}
		u.up = &observed
		if fleet.Kind == ASG {
			when = r.enteredService(e, lookedBefore(e, polls))
		}
	}
	u.ended[e.Kind] = when
}

func byReadiness(a, b *unit) int {
	switch {
	case a.up != nil && b.up != nil:
		return cmp.Compare(*a.up, *b.up)
	case a.up != nil:
		return -1
	case b.up != nil:
		return 1
	}
	return cmp.Compare(a.ended[timeline.Create].best(), b.ended[timeline.Create].best())
}

// closely is how exactly it must be known, to either side, when something happened
// for it to end a stage: as exactly as polls tell that come half as often as they
// should, or of which one failed.
const closely = 5 * time.Second

// enteredService is when a unit came into service that a poll saw there first and
// that was not there at the instant before. It did so when its launch ended, by the
// group's own account, where that lies between the two, else about in the middle of
// them. Where they are far apart, and before there was a poll, it is not known when.
//
//	poll                 poll: in service
//	 |---------x----------|
//	      launch ended
//	 |- closely -|- closely -|  the most that has a middle
func (r run) enteredService(seen timeline.Event, before *timeline.Offset) instant {
	if before == nil {
		return instant{unknown: true}
	}
	for _, e := range r.Events {
		if e.Source == seen.Source && e.Unit == seen.Unit && launchEnded(e) && e.At > *before && e.At <= seen.At {
			return instant{at: time.Duration(e.At)}
		}
	}
	apart := time.Duration(seen.At - *before)
	return instant{at: time.Duration(*before) + apart/2, unknown: apart.Round(time.Second) > 2*closely}
}

// lookedBefore is when a source was last looked at before the poll that saw an
// event: by the event itself, else by the readings of each poll; nil if that is not
// known.
func lookedBefore(e timeline.Event, polls timeline.Series) *timeline.Offset {
	if e.After != nil && *e.After <= e.At && ofARun(*e.After) {
		return e.After
	}
	this, _ := slices.BinarySearchFunc(polls, e.At, func(p timeline.Point, at timeline.Offset) int {
		if p.At <= at {
			return -1
		}
		return 1
	})
	if this < 2 {
		return nil
	}
	return &polls[this-2].At
}

// launchEnded tells the event of a group's activity that ended well. The words
// are AWS's own, as the observer passes them on.
func launchEnded(e timeline.Event) bool {
	return e.Kind == "activity" && strings.HasPrefix(e.Text, "Successful: ")
}
