package capacity

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// moments draws demand against capacity now, second by second: ready units
// times what one sustains, of the fleet that allows least.
func (r run) moments(q Question, fleets []FleetResult) []Moment {
	ready := make([]timeline.Series, len(fleets))
	for i, f := range fleets {
		ready[i] = r.Series(f.Name, timeline.Ready)
	}
	var moments []Moment
	for at := time.Duration(0); at < r.end(); at += time.Second {
		// The middle of the second stands for all of it.
		m := Moment{At: at, Demand: q.demand(at), Rehearsed: within(at, q.Spots)}
		for i, f := range fleets {
			middle := timeline.Offset(at + time.Second/2)
			units, ok := ready[i].At(middle)
			if !ok || r.unobserved(f.Name, middle) || f.PerUnit.Mid == nil && hasEstimate(fleets) {
				continue
			}
			m.Low = lower(m.Low, scaled(f.PerUnit.Low, units))
			m.Mid = lower(m.Mid, scaled(f.PerUnit.Mid, units))
			m.High = lower(m.High, scaled(f.PerUnit.High, units))
		}
		moments = append(moments, m)
	}
	return moments
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

// hasEstimate reports whether any fleet is known on both sides; those that are
// not then cannot say that they allow less.
func hasEstimate(fleets []FleetResult) bool {
	for _, f := range fleets {
		if f.PerUnit.Mid != nil {
			return true
		}
	}
	return false
}

func scaled(v *float64, by float64) *float64 {
	if v == nil {
		return nil
	}
	s := *v * by
	return &s
}

func lower(a, b *float64) *float64 {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
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

// within reports whether an instant belongs to what the campaign is about: its
// spots, or all of the run where it has none. A staircase before the spot may
// overload on purpose.
func within(at time.Duration, spots []Span) bool {
	for _, s := range spots {
		if at >= s.From && at < s.To {
			return true
		}
	}
	return len(spots) == 0
}

// headroom holds capacity against demand. Where a peak is required it is held
// against the binding layer, which says what the fleets can grow to; else
// against what was ready at the run's worst instant.
func (r run) headroom(q Question, fleets []FleetResult, layers []Layer, binding *Layer) Headroom {
	series := r.moments(q, fleets)
	h := Headroom{Series: series}
	moments := rehearsed(series)
	h.Demand = q.peak()
	h.Deficit = deficit(moments)
	if q.Required.Peak > 0 {
		h.Demand = q.Required.Peak
		h.against(fleets, layers)
	} else {
		h.atWorst(moments)
	}
	h.Sentence = h.inWords(q, r, binding)
	return h
}

// peak is the highest planned rate of what the campaign is about, whether or not
// the run came to it.
func (q Question) peak() float64 {
	var peak float64
	for at := time.Duration(0); at < q.Demand.Duration(); at += time.Second {
		if within(at, q.Spots) {
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
	if len(moments) == 0 {
		return nil
	}
	return &sum
}

// atWorst takes the instant at which capacity stood lowest over demand. Where
// capacity was not known while as much was demanded, it may have been lower
// still: then only the upper bound is left.
func (h *Headroom) atWorst(moments []Moment) {
	var worst Moment
	var worstRatio, unseen float64
	for _, m := range moments {
		c := m.best()
		switch {
		case m.Demand <= 0:
		case c == nil:
			unseen = max(unseen, m.Demand)
		case h.WorstAt == nil || *c/m.Demand < worstRatio:
			worst, worstRatio, h.WorstAt = m, *c/m.Demand, &m.At
		}
	}
	h.High = over(worst.High, worst.Demand)
	if unseen < worst.Demand {
		h.Low, h.Mid = over(worst.Low, worst.Demand), over(worst.Mid, worst.Demand)
	}
}

// against compares the lowest layer with the required peak. A fleet of which
// only a lower bound is known may be lower than every layer that is known: then
// the bound is all that can be said.
func (h *Headroom) against(fleets []FleetResult, layers []Layer) {
	var low, mid, high *float64
	for _, l := range layers {
		low, mid, high = lower(low, &l.Low), lower(mid, &l.Rate), lower(high, &l.High)
	}
	if len(fleets) == 0 {
		low, mid = nil, nil // what serves the traffic was not observed
	}
	for _, f := range fleets {
		if _, known := f.layer(); known {
			continue
		}
		least := f.atLeast()
		if least == nil || mid != nil && *least < *mid {
			mid = nil
		}
		if least == nil {
			low = nil
			break
		}
		low = lower(low, least)
	}
	h.Low, h.Mid, h.High = over(low, h.Demand), over(mid, h.Demand), over(high, h.Demand)
}

func over(rate *float64, demand float64) *float64 {
	if rate == nil || demand <= 0 {
		return nil
	}
	ratio := (*rate - demand) / demand // exact where the quotient less one is not
	return &ratio
}

// inWords is the answer in one sentence.
func (h Headroom) inWords(q Question, r run, binding *Layer) string {
	ask := "the peak asks " + figure.Rate(h.Demand)
	if q.Baseline > 0 {
		ask += fmt.Sprintf(" (%s the baseline)", figure.Times(h.Demand/q.Baseline))
	}
	if h.Low == nil && h.High == nil {
		return ask + "; what the service has is not known from this run"
	}
	where := ""
	if q.Required.Peak > 0 && binding != nil {
		where = " of " + binding.Name
	} else if h.WorstAt != nil {
		where = " at the worst instant, " + r.clock(*h.WorstAt)
	}
	return fmt.Sprintf("%s; headroom is %s%s", ask, h.InFigures(q.Required), where)
}

// InFigures writes the headroom as every sentence and picture gives it: in the
// middle with its range, or the bound that is known; never on the wrong side of
// what is required.
func (h Headroom) InFigures(required Required) string {
	write := func(ratio float64) string { return figure.Change(ratio, required.AtLeast) }
	ends := figure.Interval(h.Low, h.High, write)
	if h.Low == nil || h.High == nil || h.Mid == nil {
		return ends
	}
	if mid := write(*h.Mid); mid != ends {
		return fmt.Sprintf("%s (%s)", mid, ends)
	}
	return ends
}

// shortfall is when demand first passed what was ready, and the scale lag the
// time from then to the first instant after which, for as long as that spot
// lasts, capacity is at least demand. Both are nil without a shortfall; the lag
// is nil if capacity never recovered, or was not known all the while.
func shortfall(moments []Moment) (at, lag *time.Duration) {
	var first, last int
	for i, m := range moments {
		if at != nil && m.At != moments[i-1].At+time.Second {
			break // another spot
		}
		if m.Beyond() > 0 {
			if at == nil {
				at, first = &m.At, i
			}
			last = i
		}
	}
	if at == nil || last == len(moments)-1 || moments[last+1].At != moments[last].At+time.Second {
		return at, nil
	}
	for _, m := range moments[first : last+2] {
		if m.best() == nil {
			return at, nil
		}
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

// recovered is the time from the shortfall to the first of three 10 s windows
// in which every objective holds; nil if there is none.
func (r run) recovered(from time.Duration, objectives []Objective) *time.Duration {
	held := 0
	for _, w := range tile(Span{from, r.end()}, trialWindow) {
		if worstVerdict(objectives, r.sum(w)) != Held {
			held = 0
			continue
		}
		if held++; held == 3 {
			took := w.From - 2*trialWindow - from
			return &took
		}
	}
	return nil
}
