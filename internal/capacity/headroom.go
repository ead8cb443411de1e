package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// present is what was ready at one instant, of each fleet.
type present []standing

// standing are the units of a fleet that could serve, so many of which may not have
// yet (late.go); below zero where they were not known.
type standing struct{ units, unsure float64 }

// presence tells what was ready when.
func (r run) presence(fleets []FleetResult) func(at time.Duration) present {
	ready := make([]timeline.Series, len(fleets))
	for i, f := range fleets {
		ready[i] = r.able(f.Name)
	}
	return func(at time.Duration) present {
		p := make(present, len(fleets))
		for i, f := range fleets {
			units, known := ready[i].At(timeline.Offset(at))
			_, unsure := r.lateAt(f.Name, at)
			if p[i] = (standing{units, min(units, unsure)}); !known || r.unobserved(f.Name, timeline.Offset(at)) {
				p[i] = standing{units: -1}
			}
		}
		return p
	}
}

// carried is what each fleet carries with what is present. Instances that pods
// run on are left out: it is the pods that serve, and what they sustain was
// measured on them.
func (p present) carried(fleets []FleetResult) []carried {
	var parts []carried
	for i, f := range fleets {
		switch {
		case f.carriesPods(fleets):
		case p[i].units < 0:
			parts = append(parts, carried{})
		default:
			parts = append(parts, p[i].carried(f))
		}
	}
	return parts
}

// carried is what a fleet carries with what stands: at least as much as without the
// units that may not have served yet, and at most as much as with them.
func (s standing) carried(f FleetResult) carried {
	if s.unsure == 0 {
		return f.carries(s.units)
	}
	return carried{low: f.carries(s.units - s.unsure).low, high: f.carries(s.units).high}
}

// unseen reports whether it is not known what some fleet that serves had.
func (p present) unseen(fleets []FleetResult) bool {
	for i, f := range fleets {
		if p[i].units < 0 && !f.carriesPods(fleets) {
			return true
		}
	}
	return false
}

// now is capacity at one instant: of the fleets alone, and within what was seen to
// bind behind them. What the scenario states is of the real thing and no limit of
// what staging had ready.
type now struct {
	fleets, within carried
	unseen         bool // what was ready was not known
}

// nows gives capacity at instants; it is worked out once for what is present.
func (r run) nows(fleets []FleetResult) func(at time.Duration) now {
	presence := r.presence(fleets)
	var last present
	var known now
	return func(at time.Duration) now {
		p := presence(at)
		if last != nil && slices.Equal(p, last) {
			return known
		}
		parts := p.carried(fleets)
		known.fleets = least(parts)
		if len(parts) > 0 { // else it is not known what serves the traffic
			for _, l := range met(fleets) {
				parts = append(parts, l.carried)
			}
		}
		known.within, known.unseen, last = least(parts), p.unseen(fleets), p
		return known
	}
}

// shown is the capacity that demand is drawn against. Of a limit that is known
// from above only, and not below the fleets' middle, no more than its upper end
// counts: what the fleets fall short by is no less for it.
func (n now) shown() carried {
	c := n.within
	if c.mid == nil && n.fleets.mid != nil && *n.fleets.mid <= *c.high {
		c.mid = n.fleets.mid
	}
	return c
}

// moments draws demand against capacity now, second by second: what the ready
// units sustain, of the fleet that allows least, within what binds behind them.
func (r run) moments(q Question, nows func(time.Duration) now) (moments []Moment, had []now) {
	for at := time.Duration(0); at < r.end(); at += time.Second {
		c := nows(at + time.Second/2) // the middle of the second stands for all of it
		shown := c.shown()
		moments = append(moments, Moment{
			At: at, Demand: q.demand(at), Rehearsed: inSpots(at, q.Spots),
			Low: shown.low, Mid: shown.mid, High: shown.high,
		})
		had = append(had, c)
	}
	return moments, had
}

// unobserved reports whether nothing was seen of a source at an instant.
func (r run) unobserved(source string, at timeline.Offset) bool {
	for _, g := range r.Gaps {
		if g.Source == source && g.From <= at && at < g.To {
			return true
		}
	}
	return false
}

// best is the middle estimate, or the bound there is.
func (m Moment) best() *float64 {
	switch {
	case m.Mid != nil:
		return m.Mid
	case m.Low != nil:
		return m.Low
	}
	return m.High
}

// Beyond is how far demand passes capacity, in req/s: its middle estimate, or
// its highest where there is no middle. A lower bound alone proves nothing.
func (m Moment) Beyond() float64 {
	ceiling := m.Mid
	if ceiling == nil {
		ceiling = m.High
	}
	if ceiling == nil {
		return 0
	}
	return max(0, m.Demand-*ceiling)
}

// rehearsed keeps the moments that the campaign is about.
func rehearsed(moments []Moment) []Moment {
	var kept []Moment
	for _, m := range moments {
		if m.Rehearsed {
			kept = append(kept, m)
		}
	}
	return kept
}

// Rehearses reports whether an instant belongs to what the campaign is about.
func (q Question) Rehearses(at time.Duration) bool { return inSpots(at, q.Spots) }

// inSpots reports whether an instant belongs to what the campaign is about: its
// spots, or all of the run where it has none. A staircase before the spot may
// overload on purpose.
func inSpots(at time.Duration, spots []Span) bool {
	for _, s := range spots {
		if at >= s.From && at < s.To {
			return true
		}
	}
	return len(spots) == 0
}

// headroom holds capacity against demand: by what was ready at the run's worst
// instant, and by what the service can grow to against the peak.
func (r run) headroom(q Question, fleets []FleetResult, limits []limit) Headroom {
	series, had := r.moments(q, r.nows(fleets))
	h := Headroom{Series: series, Deficit: deficit(rehearsed(series))}
	h.Ready, h.WorstAt, h.Hidden = r.worst(q, series, had)
	if h.Ready.Low == nil && h.Ready.High != nil && h.Hidden == nil {
		h.NoLow = noLow(fleets)
	}
	h.Grown = carriedOf(limits).against(cmp.Or(q.Required.Peak, q.peak()))
	h.Start = started(q, fleets)
	h.Margin = h.Ready
	if q.Required.Peak > 0 {
		h.Margin = h.Grown
	}
	h.Demand = h.Grown.Demand
	return h
}

// started is the margin of what production has ready at air time against the
// peak; nil where either is not given.
func started(q Question, fleets []FleetResult) *Margin {
	var parts []carried
	given := false
	for _, f := range fleets {
		units := f.ReadyStart
		if f.Production != nil && f.Production.Start > 0 {
			units = &f.Production.Start
			given = given || !f.carriesPods(fleets)
		}
		switch {
		case f.carriesPods(fleets):
		case units == nil:
			parts = append(parts, carried{})
		default:
			parts = append(parts, f.carries(float64(*units)))
		}
	}
	if !given || q.Required.Peak == 0 {
		return nil
	}
	for _, l := range fixed(q, fleets) {
		parts = append(parts, l.carried)
	}
	m := least(parts).against(q.Required.Peak)
	return &m
}

// peak is the highest planned rate of what the campaign is about, whether or not
// the run came to it.
func (q Question) peak() float64 {
	var peak float64
	for at := time.Duration(0); at < q.Demand.Duration(); at += time.Second {
		if inSpots(at, q.Spots) {
			peak = max(peak, q.demand(at))
		}
	}
	return peak
}

// demand is what was planned for the second that begins at an instant.
func (q Question) demand(at time.Duration) float64 {
	return q.Demand.Arrivals(at+time.Second) - q.Demand.Arrivals(at)
}

// deficit is the integral of demand beyond capacity; nil where it cannot be
// said, since capacity was not known all the time or demand passed a mere lower
// bound.
func deficit(moments []Moment) *float64 {
	var sum float64
	for _, m := range moments {
		if m.best() == nil || m.Mid == nil && m.High == nil && m.Demand > *m.Low {
			return nil
		}
		sum += m.Beyond()
	}
	if len(moments) == 0 || partlyKnown(moments) {
		return nil
	}
	return &sum
}

// partlyKnown reports whether capacity was estimated at some moments, and at
// others no more than bounds of it were known.
func partlyKnown(moments []Moment) bool {
	estimated := func(m Moment) bool { return m.Mid != nil }
	bounded := func(m Moment) bool { return m.Mid == nil }
	return slices.ContainsFunc(moments, estimated) && slices.ContainsFunc(moments, bounded)
}

// noLow says of what serves that it is not known what it carries at least.
func noLow(fleets []FleetResult) string {
	var missing []string
	for _, f := range fleets {
		switch u := f.PerUnit; {
		case f.carriesPods(fleets) || u.Low != nil:
		case u.High != nil:
			missing = append(missing, fmt.Sprintf("what a unit of %s sustains is known from above only", f.Name))
		default:
			missing = append(missing, fmt.Sprintf("what a unit of %s sustains is not known", f.Name))
		}
	}
	for _, l := range met(fleets) {
		if l.low == nil {
			missing = append(missing, fmt.Sprintf("what is %s is known from above only", l.Name))
		}
	}
	return strings.Join(missing, ", and ")
}

// worst takes the instant at which capacity stood lowest over demand. Where
// it was not known what was ready, or the run ended before all was demanded, it may
// have been lower still: then only the upper bound is left, and hidden is where most
// was demanded meanwhile.
func (r run) worst(q Question, moments []Moment, had []now) (m Margin, at *time.Duration, hidden *Hidden) {
	m.Demand = q.peak()
	var lowest carried
	for i, n := range had {
		c, moment := n.within, moments[i]
		if !moment.Rehearsed || moment.Demand <= 0 {
			continue
		}
		if b := c.best(); b != nil && (at == nil || *b/moment.Demand < *lowest.best()/m.Demand) {
			lowest, m.Demand, at = c, moment.Demand, &moments[i].At
		}
	}
	if at == nil {
		return m, nil, nil
	}
	for _, b := range r.blindOf(q, moments, had) {
		if b.maybeWorse(*lowest.best(), m.Demand) && (hidden == nil || b.demand > hidden.Demand) {
			hidden = &Hidden{Span: b.Span, Demand: b.demand}
		}
	}
	if hidden != nil {
		lowest = carried{high: lowest.high}
	}
	return lowest.against(m.Demand), at, hidden
}

// blind is a stretch in which it was not known what was ready.
type blind struct {
	Span
	demand float64  // the most of it
	beside *float64 // the lower of the capacities known just before and just after; nil where neither is
}

// maybeWorse reports whether capacity may have stood as low over demand as the
// least that was seen: as much was demanded, or what was known beside the stretch
// is no more against the demand in it.
func (b blind) maybeWorse(least, demand float64) bool {
	return b.demand >= demand || b.demand > 0 && b.beside != nil && *b.beside/b.demand <= least/demand
}

// blindOf is where it was not known what was ready, and at last what was planned for
// the time after a run that was cut short. That a unit's rate is known from above
// only hides nothing: it is the same all the time.
func (r run) blindOf(q Question, moments []Moment, had []now) []blind {
	var all []blind
	var last *float64
	open := false
	for i, n := range had {
		known := !n.unseen
		if known {
			last = n.within.best()
		}
		if known && open {
			gap := &all[len(all)-1]
			gap.beside = lower(gap.beside, last)
		}
		if !known && !open {
			all = append(all, blind{Span: Span{From: moments[i].At}, beside: last})
		}
		if open = !known; open {
			gap := &all[len(all)-1]
			gap.To = moments[i].At + time.Second
			if moments[i].Rehearsed {
				gap.demand = max(gap.demand, moments[i].Demand)
			}
		}
	}
	return append(all, blind{Span: Span{r.end(), q.Demand.Duration()}, demand: r.unreached(q), beside: last})
}

// unreached is the most that was planned for the time after a run that did not
// come to its planned end; 0 if it did.
func (r run) unreached(q Question) (demand float64) {
	if r.cutShort(q) == "" {
		return 0
	}
	for at := r.end(); at < q.Demand.Duration(); at += time.Second {
		if inSpots(at, q.Spots) {
			demand = max(demand, q.demand(at))
		}
	}
	return demand
}

// neverCame says why what was ready at worst is not known of a run that was cut
// short, though what its units carry is; empty where something else is the reason.
func (r run) neverCame(q Question, h Headroom) string {
	if planned := r.unreached(q); h.WorstAt != nil && h.Ready.Low == nil && planned > 0 && planned >= h.Ready.Demand {
		known := "not known"
		if h.Ready.High != nil {
			known = "known from above only"
		}
		return fmt.Sprintf("what was ready at worst is %s: the run ended before the %s that was planned for later, and capacity may have stood lowest over demand then", known, figure.Rate(planned))
	}
	return ""
}

// best is the middle estimate, or the bound there is.
func (c carried) best() *float64 {
	return Moment{Low: c.low, Mid: c.mid, High: c.high}.best()
}

func (c carried) least() *float64  { return c.low }
func (c carried) middle() *float64 { return c.mid }
func (c carried) most() *float64   { return c.high }

// Shortfall is when demand first passed what was ready in what was rehearsed of a
// second-by-second series, and the scale lag the time from then to the first instant
// after which, for as long as that stretch of spots lasts, capacity is at least demand.
// Spots that overlap or touch are one stretch: what one leaves behind is the next one's
// shortfall, and no recovery. Both are nil without a shortfall; the lag is nil if
// capacity never recovered, or was not known all the while; both where capacity was not
// known until then.
func Shortfall(series []Moment) (at, lag *time.Duration) {
	moments := rehearsed(series)
	var first, last int
	for i, m := range moments {
		if at != nil && m.At != moments[i-1].At+time.Second {
			break // another stretch
		}
		if m.Beyond() > 0 {
			if at == nil {
				if i > 0 && moments[i-1].best() == nil && moments[i-1].At == m.At-time.Second {
					return nil, nil // it began while nobody looked
				}
				at, first = &m.At, i
			}
			last = i
		}
	}
	if at == nil || last == len(moments)-1 || moments[last+1].At != moments[last].At+time.Second {
		return at, nil
	}
	lagging := moments[first : last+2]
	unknown := func(m Moment) bool { return m.best() == nil }
	if slices.ContainsFunc(lagging, unknown) || partlyKnown(lagging) {
		return at, nil
	}
	took := moments[last+1].At - *at
	return at, &took
}

// outgrown reports whether capacity had grown when a shortfall ended, or demand
// had only fallen back.
func outgrown(series []Moment, at, lag time.Duration) bool {
	var before, after float64
	for _, m := range series {
		switch m.At {
		case at:
			before = *m.best()
		case at + lag:
			after = *m.best()
		}
	}
	return after > before
}
