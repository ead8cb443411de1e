package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// limit is a layer with all that is known of what it carries. One of which
// nothing is known from below, or not even how large it can grow, is a limit all
// the same: it may be the lowest.
type limit struct {
	Layer
	carried
	made units
}

// units are so many of one fleet, of which each carries as much as any other; of
// something else, or where a law says that they do not, the fleet is empty.
type units struct {
	fleet string
	count int
}

// covers reports whether these units carry no less than others, whatever one does.
func (u units) covers(others units) bool {
	return u.fleet != "" && u.fleet == others.fleet && u.count >= others.count
}

// limits is everything the service has to grow within, the lowest first: each
// fleet at its max (production's where given) and at its quota, what does not
// grow with a fleet, and what the scenario states. Those that are known from below
// only come after those that are known, then those that are known from above only,
// and at last those that are not known.
func (r run) limits(q Question, fleets []FleetResult) []limit {
	var limits []limit
	for _, f := range fleets {
		limits = append(limits, r.fleetLimits(f, fleets)...)
	}
	if len(fleets) == 0 {
		limits = append(limits, limit{Layer: Layer{Name: "what serves the traffic"}})
	}
	limits = append(limits, fixed(q, fleets)...)
	for i := range limits {
		limits[i].describe()
	}
	slices.SortStableFunc(limits, func(a, b limit) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Rate, b.Rate))
	})
	return limits
}

// describe writes what is carried into the layer's own fields.
func (l *limit) describe() {
	switch {
	case l.mid != nil:
		l.Low, l.Rate, l.High = *l.low, *l.mid, *l.high
	case l.low != nil:
		l.Low, l.Rate, l.AtLeast = *l.low, *l.low, true
	case l.high != nil:
		l.Rate, l.High, l.AtMost = *l.high, *l.high, true
	}
}

// rank is 0 for what is known, 1 for what is known from below only, 2 for what is
// known from above only, 3 for the rest.
func (l limit) rank() int {
	switch {
	case l.mid != nil:
		return 0
	case l.low != nil:
		return 1
	case l.high != nil:
		return 2
	}
	return 3
}

// layers are the limits of which anything is known, and the binding one: the lowest
// of those that are known on both sides, or what is known from above only where that
// is lower than all that the others may be, which is then the first. It is nil where
// something that is known from above only may be the lower one.
func layers(limits []limit) (layers []Layer, binding *Layer) {
	var above []Layer // known from above only; the limits have the lowest first
	var lowest *limit // of those without a middle
	for i, l := range limits {
		switch {
		case l.AtMost:
			above = append(above, l.Layer)
		case l.rank() < 2:
			layers = append(layers, l.Layer)
		}
		if l.mid == nil && l.high != nil && (lowest == nil || *l.high < *lowest.high) {
			lowest = &limits[i]
		}
	}
	surely := lowest != nil && lowest.AtMost && !slices.ContainsFunc(layers, func(l Layer) bool { return l.Low <= *lowest.high })
	perhaps := len(layers) == 0 || layers[0].AtLeast || lowest != nil && *lowest.high < layers[0].Rate
	if surely {
		layers, above = slices.Insert(layers, 0, above[0]), above[1:]
	}
	layers = append(layers, above...)
	if perhaps && !surely {
		return layers, nil
	}
	return layers, &layers[0]
}

// rivals are the limits that may lie below the binding layer, as far as is known.
// As many units of the same fleet, or more, carry no less.
func rivals(limits []limit, binding *Layer) []limit {
	if binding == nil {
		return nil
	}
	binds := limits[slices.IndexFunc(limits, func(l limit) bool { return l.Name == binding.Name })]
	return slices.DeleteFunc(slices.Clone(limits), func(l limit) bool {
		lower := l.AtLeast && l.Rate < binding.Rate || l.rank() >= 2
		return l.Name == binds.Name || !lower || l.made.covers(binds.made)
	})
}

// carriedOf is what all limits together carry.
func carriedOf(limits []limit) carried {
	var parts []carried
	for _, l := range limits {
		parts = append(parts, l.carried)
	}
	return least(parts)
}

// fixed are the limits that no fleet moves: what the scenario states of the real
// thing, and what the run met.
func fixed(q Question, fleets []FleetResult) []limit {
	var limits []limit
	for _, l := range q.Layers {
		limits = append(limits, limit{Layer: l, carried: exactly(l.Rate)})
	}
	return append(limits, met(fleets)...)
}

// met are the limits that the run itself came to: what binds behind a fleet.
func met(fleets []FleetResult) []limit {
	var limits []limit
	for _, f := range fleets {
		if c := f.Ceiling; c != nil {
			limits = append(limits, limit{carried: c.carried(), Layer: Layer{
				Name:   "behind " + f.Name,
				Source: fmt.Sprintf("what was served stayed the same from %s to %s units", figure.Count(c.From), figure.Count(c.To)),
			}})
		}
	}
	return limits
}

// size is a number of units that a fleet cannot grow beyond.
type size struct {
	units        int
	name, source string
}

// grows reports whether production's max is given.
func (p *Production) grows() bool { return p != nil && p.Max > 0 }

// unsized reports whether pods run on the group of which production's max is given,
// and the group's own is not: staging's says nothing of what carries so many.
func (f FleetResult) unsized(fleets []FleetResult) bool {
	return f.carriesPods(fleets) && !f.Production.grows() &&
		slices.ContainsFunc(fleets, func(other FleetResult) bool { return other.Kind == HPA && other.Production.grows() })
}

// leftOut warns of a group that is no layer since its size in production is not
// given.
func (f FleetResult) leftOut(fleets []FleetResult) []string {
	if !f.unsized(fleets) {
		return nil
	}
	return []string{fmt.Sprintf("%s: production's max is given for the pods that run on it and not for the group itself, which is left out of what production can grow to (production: {%s: {max: …}})",
		f.Name, f.Name)}
}

// sizes are what is known to bound a fleet: production's max where that is given,
// for staging's own bounds say nothing of it, else its max, its quota, and the size
// at which it launched nothing, or launches failed, where that is less.
func (r run) sizes(f FleetResult, fleets []FleetResult) []size {
	if f.Production.grows() {
		return []size{{f.Production.Max, "max", "production's max"}}
	}
	sizes := r.bounds(f)
	if s, ok := r.suspendedSize(f.Fleet, f.carriesPods(fleets)); ok && (len(sizes) == 0 || s.units < leastOf(sizes)) {
		return append(sizes, s)
	}
	if n := f.ReadyMax; n != nil && *n > 0 && (len(sizes) == 0 || *n < leastOf(sizes)) && r.stalled(f.Fleet) != nil {
		sizes = append(sizes, size{*n, "launches", "all it had when launches failed"})
	}
	return sizes
}

// bounds are what staging's own settings bound a fleet to: its max and its quota.
func (r run) bounds(f FleetResult) []size {
	var sizes []size
	if f.Max != nil && *f.Max > 0 { // one of none was set to stop the fleet
		sizes = append(sizes, size{*f.Max, "max", "its max"})
	}
	if n := whole(lowestIn(r.quota(f.Fleet))); n != nil {
		sizes = append(sizes, size{*n, "quota", "all that its quota leaves room for"})
	}
	return sizes
}

// leastOf is the number of units of the smallest of sizes, of which there are some.
func leastOf(sizes []size) int {
	return slices.MinFunc(sizes, func(a, b size) int { return cmp.Compare(a.units, b.units) }).units
}

// fleetLimits is what a fleet carries at the sizes that bound it; none where the
// size that is asked about is not given.
func (r run) fleetLimits(f FleetResult, fleets []FleetResult) []limit {
	if f.unsized(fleets) {
		return nil
	}
	if limits := r.roomLimits(f, fleets); limits != nil {
		return limits
	}
	var limits []limit
	for _, s := range append(r.sizes(f, fleets), r.nodeSizes(f, fleets)...) {
		limits = append(limits, limit{Layer{Name: f.Name + " " + s.name, Source: f.madeOf(s)}, f.grown(s.units), f.made(s.units)})
	}
	if limits == nil {
		limits = append(limits, limit{Layer: Layer{Name: f.Name + " max"}})
	}
	return limits
}

// carries is what so many units of the fleet carry: the scalability law's
// throughput where it was fitted, in proportion to what the units sustain at the
// count they were measured at; else each as much as there.
func (f FleetResult) carries(units float64) carried {
	u := f.PerUnit
	one := carried{low: u.Low, mid: u.Mid, high: u.High}
	if u.Mid != nil {
		one.draws = u.Draws
	}
	if measured := float64(u.Units); f.USL != nil && measured > 0 && units > 0 {
		return one.times(measured).grown(f.USL, units, measured)
	}
	return one.times(units)
}

// grown is what is carried by a fleet of so many units, of what as many as were
// measured carry. How far the law may be off is in every draw and in both ends.
func (c carried) grown(law *USL, units, measured float64) carried {
	more := c.times(law.ratio(units, measured))
	ratios := law.drawnRatios(units, measured, cmp.Or(len(c.draws), redraws))
	switch {
	case ratios == nil:
	case c.draws == nil:
		least, _, most := interval(ratios)
		more.low, more.high = scaled(c.low, least), scaled(c.high, most)
		if c.mid != nil {
			more.low, more.high = lower(more.low, more.mid), higher(more.high, more.mid)
		}
	default:
		for i, d := range c.draws {
			more.draws[i] = d * ratios[i]
		}
		low, mid, high := interval(more.draws)
		more.low, more.mid, more.high = &low, &mid, &high
	}
	return more
}

// grown is what the fleet carries once it has so many units. One with something
// behind it that binds never had to give all it has.
func (f FleetResult) grown(units int) carried {
	c := f.carries(float64(units))
	if f.Ceiling != nil {
		return carried{low: c.low}
	}
	return c
}

// made are so many units of the fleet.
func (f FleetResult) made(count int) units {
	if f.USL != nil { // more may carry less
		return units{}
	}
	return units{f.Name, count}
}

// madeOf says what a fleet's capacity is made of.
func (f FleetResult) madeOf(s size) string {
	units := fmt.Sprintf("%s units (%s)", figure.Count(s.units), s.source)
	switch u := f.PerUnit; {
	case f.USL != nil && u.Mid != nil:
		text := fmt.Sprintf("%s, at %s units %s each, by the scalability law", units, figure.Count(u.Units), figure.Rate(*u.Mid))
		if f.USL.Beyond(float64(s.units)) {
			text += fmt.Sprintf(", far beyond the %s units measured", figure.Count(f.USL.Largest))
		}
		return text
	case u.Mid != nil && f.Ceiling == nil:
		return fmt.Sprintf("%s of %s", units, figure.Rate(*u.Mid))
	case u.Low != nil || u.High != nil && f.Ceiling == nil:
		return units + " of " + u.bound()
	}
	return units
}

// bound is what one unit sustains, where an end of it is known and no middle.
func (u PerUnit) bound() string {
	if u.Low != nil {
		return "at least " + figure.Rate(*u.Low)
	}
	return "at most " + figure.Rate(*u.High)
}

// room is how many pods a group's instances held when there was room for no
// more.
type room struct {
	pods            *FleetResult
	held, instances int
}

// of is the room on so many instances.
func (r room) of(instances int) int { return instances * r.held / r.instances }

// roomLimits is the room a group gives to pods, at the sizes that bound the
// group; nil where pods were never seen to fill it.
func (r run) roomLimits(group FleetResult, fleets []FleetResult) []limit {
	var limits []limit
	seen := r.rooms(group, fleets)
	for _, room := range seen {
		for _, s := range r.sizes(group, fleets) {
			pods := room.of(s.units)
			l := limit{Layer{Name: group.Name + " " + s.name, Source: room.madeOf(s)}, room.pods.grown(pods), room.pods.made(pods)}
			if len(seen) > 1 {
				l.Name += " for " + room.pods.Name
			}
			limits = append(limits, l)
		}
	}
	return limits
}

func (r room) madeOf(s size) string {
	pods := r.of(s.units)
	text := fmt.Sprintf("%s with room for %s pods", s.instances(), figure.Count(pods))
	if s.units > 1 && pods%s.units == 0 {
		text = fmt.Sprintf("%s with room for %s pods each", s.instances(), figure.Count(pods/s.units))
	}
	switch u := r.pods.PerUnit; {
	case u.Mid != nil:
		return text + " of " + figure.Rate(*u.Mid)
	case u.Low != nil || u.High != nil:
		return text + " of " + u.bound()
	}
	return text
}

func (s size) instances() string {
	if s.units == 1 {
		return fmt.Sprintf("1 instance (%s)", s.source)
	}
	return fmt.Sprintf("%s instances (%s)", figure.Count(s.units), s.source)
}

// rooms finds the fleets of pods that filled a group: a pod waited for room while
// the group stood at the largest size it may have, launched nothing, or failed to.
func (r run) rooms(group FleetResult, fleets []FleetResult) []room {
	if group.Kind != ASG || group.ReadyMax == nil || *group.ReadyMax == 0 {
		return nil
	}
	full := append(r.stalled(group.Fleet), r.suspensions(group.Fleet, launch)...)
	if bounds := r.bounds(group); len(bounds) > 0 {
		most := leastOf(bounds)
		if most <= 0 {
			return nil
		}
		full = append(full, r.atLeastUnits(group.Name, most)...)
	}
	var found []room
	for i, f := range fleets {
		if f.Kind == HPA && f.ReadyMax != nil && *f.ReadyMax > 0 && r.waitedForRoom(f.Name, full) {
			found = append(found, room{&fleets[i], *f.ReadyMax, *group.ReadyMax})
		}
	}
	return found
}

// atLeastUnits are the spans in which a fleet had so many ready units or more.
func (r run) atLeastUnits(fleet string, units int) []Span {
	var spans []Span
	series := r.Series(fleet, timeline.Ready)
	for i, p := range series {
		to := r.end()
		if i+1 < len(series) {
			to = time.Duration(series[i+1].At)
		}
		if *whole(&p.Value) >= units {
			spans = append(spans, Span{time.Duration(p.At), to})
		}
	}
	return merge(spans, Span{0, r.end()})
}

// placedBy is how long a pod may take to be placed where there is room for it:
// the scheduler tries again within 10 s.
const placedBy = 15 * time.Second

// waitedForRoom reports whether a pod of the fleet was created and, for longer
// than it takes where there is room, neither placed nor gone while the group was
// full. What became of it while nobody looked to the end proves nothing.
func (r run) waitedForRoom(fleet string, full []Span) bool {
	created, settled := make(map[string]time.Duration), make(map[string]time.Duration)
	for _, e := range r.Events {
		if e.Source != fleet {
			continue
		}
		at := time.Duration(e.At)
		switch e.Kind {
		case timeline.Create:
			created[e.Unit] = at
		case timeline.Place, timeline.Gone:
			if before, known := settled[e.Unit]; !known || at < before {
				settled[e.Unit] = at
			}
		}
	}
	seenTo, blind := r.blindAtEnd(fleet)
	if !blind {
		seenTo = r.end()
	}
	for unit, from := range created {
		to, known := settled[unit]
		if !known {
			to = seenTo
		}
		for _, s := range full {
			if waited := min(to, s.To) - max(from, s.From); waited >= placedBy || !known && !blind && waited > 0 && s.To == r.end() {
				return true
			}
		}
	}
	return false
}

// lowestIn is the smallest value of a series; nil if it is empty.
func lowestIn(s timeline.Series) *float64 {
	var least *float64
	for i := range s {
		least = lower(least, &s[i].Value)
	}
	return least
}
