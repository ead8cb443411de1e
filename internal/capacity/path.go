package capacity

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// The critical path: what owned each second from the shortfall until the
// objectives held again (recovery.go). In every second, the fleet that allows least needs k
// more units for what is demanded, or for as much of it as what binds behind the
// fleets lets through, and waits for the k-th of them:
//
//	k-th unit                           owner
//	not decided, and none may be        limit
//	not decided, nor seen to be needed  metric
//	not decided                         decision
//	decided, not there                  create
//	there                               the stage it is in
//	no number of units would do         limit
//	enough, and the k-th not in service in_service
//	enough, and the k-th never answered serving
//	none is needed: k = 0               backlog, the requests that still wait
//
//	demand ----.      4 units short             1 short
//	           |      ______________________________
//	capacity --'_____|  metric | create | start ... |  start | backlog |
//	           short                                                recovered
//
// Units that are on their way count in the order in which they came up, for
// that is the order in which they relieve; those that never did come last.

// scaling fills in what is known of how capacity grew: each fleet's stages and
// generations, and the critical path over a span.
func (r run) scaling(q Question, res *Result, span Span) {
	short := span
	if res.ScaleLag != nil {
		short.To = *res.Shortfall + *res.ScaleLag
	}
	for i := range res.Fleets {
		f := &res.Fleets[i]
		growths := r.growths(f.Fleet)
		f.Growths, f.Ways = r.decided(f.Fleet, growths, short), r.ways(f.Fleet, growths)
		missing, _ := r.uncome(f.Fleet)
		f.Stages = stagesOf(f.Growths, f.Ways, len(missing))
		f.Generations = r.generations(q, *f, span.From)
	}
	res.Path = r.path(q, res.Fleets, span)
	res.LateAnswers = r.answeredLate(q, *res)
}

// path says what owned each second of a span, without holes.
func (r run) path(q Question, fleets []FleetResult, span Span) []Owned {
	courses, groups := r.courses(fleets), r.groups(fleets)
	r.noteIdle(courses, q)
	bound := lowestOf(met(fleets))
	var path []Owned
	for at := span.From; at < span.To; at += time.Second {
		second := Span{at, min(at+time.Second, span.To)}
		own := r.owner(courses, groups, bound, at+time.Second/2, q.demand(at))
		if last := len(path) - 1; last >= 0 {
			if own.Span = path[last].Span; own == path[last] {
				path[last].To = second.To
				continue
			}
		}
		own.Span = second
		path = append(path, own)
	}
	noteAwaited(fleets, courses)
	return path
}

// noteAwaited marks the ways of the units that the path waited for.
func noteAwaited(fleets []FleetResult, courses []course) {
	for i := range fleets {
		for k := range fleets[i].Ways {
			w := &fleets[i].Ways[k]
			w.Awaited = slices.ContainsFunc(courses, func(c course) bool {
				return c.Name == fleets[i].Name && slices.ContainsFunc(c.units, func(u *unit) bool { return u.awaited && u.name == w.Unit })
			})
		}
	}
}

// lowestOf is the limit that surely carries least, by its middle or its upper
// bound; nil if there is none.
func lowestOf(limits []limit) *limit {
	var lowest *limit
	for i := range limits {
		l := &limits[i]
		if l.best() != nil && (lowest == nil || *l.best() < *lowest.best()) {
			lowest = l
		}
	}
	return lowest
}

// owner is what demand waits for at an instant, and in which fleet or behind which
// limit. Where a fleet was not seen and no other is short, nothing is known.
func (r run) owner(courses, groups []course, bound *limit, at time.Duration, demand float64) Owned {
	var least, unseen *course
	var lowest, units float64
	for i := range courses {
		c := &courses[i]
		ready, ok := c.ready.At(timeline.Offset(at))
		if !ok || r.unobserved(c.Name, timeline.Offset(at)) {
			unseen = c
			continue
		}
		if capacity := c.carries(ready); least == nil || capacity < lowest {
			least, lowest, units = c, capacity, ready
		}
	}
	asked := demand
	if bound != nil {
		asked = min(demand, *bound.best())
	}
	switch {
	case least != nil && asked > lowest:
		needed := least.law.unitsFor(asked, least.carries)
		missing := int(math.Ceil(float64(needed) - units))
		if needed == 0 || missing <= 0 && least.carries(units+1) <= lowest {
			return Owned{Fleet: least.Name, Stage: WaitsForLimit, Limit: least.Name + " at its best"} // more units would carry no more
		}
		return least.waitsFor(at, max(missing, 1), groups)
	}
	if c := r.unserved(courses, at, asked); c != nil {
		return Owned{Fleet: c.Name, Stage: c.idleStage(at, asked)}
	}
	switch {
	case demand > asked:
		return Owned{Fleet: bound.Name, Stage: WaitsForLimit, Limit: bound.Name}
	case unseen != nil:
		return Owned{Fleet: unseen.Name, Stage: NotKnown}
	case least == nil:
		return Owned{Stage: NotKnown}
	}
	return Owned{Stage: WaitsForBacklog}
}

// course is how one fleet came to have its units.
type course struct {
	Fleet
	carries                     func(units float64) float64 // what so many units carry, req/s; nil where that is not asked
	law                         *USL
	ready, desired, most, quota timeline.Series
	gauges                      gauges
	units                       []*unit
	idle                        []Span // in which a unit was ready and had never answered
	registering                 []Span // in which such a unit was not in service either
	halts                       []halt // of a group: what kept it from launching
	nodesFull                   bool   // of pods: a pod without a node waits for more nodes than came
}

// courses are those of the fleets whose capacity is known as moments knows it.
func (r run) courses(fleets []FleetResult) []course {
	var courses []course
	estimated := slices.ContainsFunc(fleets, func(f FleetResult) bool { return f.PerUnit.Mid != nil })
	for _, f := range fleets {
		each, end := f.PerUnit.Mid, carried.middle
		if each == nil && !estimated {
			each, end = f.PerUnit.High, carried.most
		}
		if each != nil && *each > 0 {
			c := r.course(f.Fleet)
			c.law, c.carries, c.halts = f.USL, f.rates(end), r.halts(f.Fleet)
			c.nodesFull = r.nodeRoom(f.Fleet, fleets) != nil
			courses = append(courses, c)
		}
	}
	return courses
}

// groups are the courses of the groups that give room to pods.
func (r run) groups(fleets []FleetResult) []course {
	var groups []course
	for _, f := range fleets {
		if f.Kind == ASG {
			g := r.course(f.Fleet)
			g.halts = r.halts(f.Fleet)
			groups = append(groups, g)
		}
	}
	return groups
}

func (r run) course(fleet Fleet) course {
	series := func(name string) timeline.Series { return r.Series(fleet.Name, name) }
	return course{
		Fleet: fleet, ready: series(timeline.Ready), desired: series(timeline.Desired),
		most: series(timeline.Max), quota: r.quota(fleet), gauges: r.gauges(fleet.Name), units: r.units(fleet),
	}
}

// waitsFor is what stands between a fleet and so many more ready units. A pod that
// is needed and has no room in a group that cannot grow waits for the group; so would
// those that are not decided yet.
func (c *course) waitsFor(at time.Duration, missing int, groups []course) Owned {
	coming := c.coming(at)
	last := coming // those of which any may be the last to relieve
	if len(coming) >= missing {
		last = coming[missing-1 : missing]
	}
	if slices.ContainsFunc(last, func(u *unit) bool { return u.waitsForRoom(at, c.Fleet) }) {
		if c.nodesFull {
			return c.waits(WaitsForLimit, onNodes)
		}
		for _, g := range groups {
			if bound := g.exhausted(at); bound != "" {
				return g.waits(WaitsForLimit, bound)
			}
		}
	}
	if len(coming) < missing {
		return c.undecided(at, missing)
	}
	last[0].awaited = true
	return c.waits(last[0].stageAt(at, c.Fleet), "")
}

// waitsForRoom reports whether a unit has been told that no node has room for it,
// and was not placed since.
func (u *unit) waitsForRoom(at time.Duration, fleet Fleet) bool {
	return u.noRoom != nil && *u.noRoom <= at && u.stageAt(at, fleet) == timeline.Place
}

// waits is a stretch that the fleet owns; bound is what limits it, where that is it.
func (c *course) waits(stage, bound string) Owned {
	own := Owned{Fleet: c.Name, Stage: stage}
	if bound != "" {
		own.Limit = c.Name + " " + bound
	}
	return own
}

// exhausted is what keeps a group from growing while nothing is on its way; empty
// where it may grow.
func (c *course) exhausted(at time.Duration) string {
	if halted := c.halted(at); halted != "" {
		return halted
	}
	desired, ok1 := c.desired.At(timeline.Offset(at))
	ready, ok2 := c.ready.At(timeline.Offset(at))
	if !ok1 || !ok2 || ready < desired {
		return ""
	}
	return c.bound(desired, at)
}

// undecided is what a fleet waits for that has too few units on their way.
func (c *course) undecided(at time.Duration, missing int) Owned {
	desired, ok := c.desired.At(timeline.Offset(at))
	if !ok {
		return c.waits(NotKnown, "")
	}
	ready, _ := c.ready.At(timeline.Offset(at))
	needed, bound := ready+float64(missing), c.bound(desired, at)
	switch {
	case desired < needed && bound != "":
		return c.waits(WaitsForLimit, bound)
	case c.there(at) < min(desired, needed) && c.halted(at) != "":
		return c.waits(WaitsForLimit, c.halted(at)) // deciding on more would bring none
	case desired < needed && len(c.gauges) > 0 && !c.gauges.over(at):
		return c.waits(WaitsForMetric, "")
	case desired < needed:
		return c.waits(WaitsForDecision, "")
	case c.there(at) >= needed:
		return c.waits(c.up(), "") // they were ready and are not, or were on their way before anyone looked
	case c.halted(at) != "":
		return c.waits(WaitsForLimit, c.halted(at))
	case c.bound(c.there(at), at) == "quota":
		return c.waits(WaitsForLimit, "quota") // decided, and refused
	}
	return c.waits(timeline.Create, "")
}

// bound is what desired has come to: the fleet's max, or a quota; empty where it is
// neither.
func (c *course) bound(desired float64, at time.Duration) string {
	if most, ok := c.most.At(timeline.Offset(at)); ok && desired >= most {
		return "max"
	}
	if most, ok := c.quota.At(timeline.Offset(at)); ok && desired >= most {
		return "quota"
	}
	return ""
}

// coming are the units that are there at an instant and not ready yet.
func (c *course) coming(at time.Duration) []*unit {
	var coming []*unit
	for _, u := range c.units {
		created, ok := u.ended[timeline.Create]
		if ok && created.best() <= at && (u.up == nil || *u.up > at) && !u.goneBy(at) {
			coming = append(coming, u)
		}
	}
	return coming
}

func (u *unit) goneBy(at time.Duration) bool { return u.gone != nil && *u.gone <= at }

// there is how many units there are, ready or not: those desired at first, and
// what came and went since.
func (c *course) there(at time.Duration) float64 {
	n := 0.0
	if len(c.desired) > 0 {
		n = c.desired[0].Value
	}
	for _, u := range c.units {
		if created, ok := u.ended[timeline.Create]; ok && created.best() <= at {
			n++
		}
		if u.goneBy(at) {
			n--
		}
	}
	return n
}

// stageAt is the stage a unit is in while it is on its way: the first that has
// not ended. Of a unit that never came up, it is the one after the last that
// did.
func (u *unit) stageAt(at time.Duration, fleet Fleet) string {
	way := fleet.way()
	next := 0
	for i, kind := range way {
		ended, ok := u.ended[kind]
		if ok && ended.best() > at {
			return kind
		}
		if ok {
			next = i + 1
		}
	}
	return way[min(next, len(way)-1)]
}

// way is the stages to a unit that counts as ready.
func (f Fleet) way() []string {
	if f.Kind == ASG {
		return []string{timeline.Create, timeline.InService}
	}
	return stageOrder[:slices.Index(stageOrder, timeline.UnitReady)+1]
}
