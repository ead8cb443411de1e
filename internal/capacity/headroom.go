package capacity

import (
	"fmt"
	"time"

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
		m := Moment{At: at, Demand: q.Demand.Arrivals(at+time.Second) - q.Demand.Arrivals(at)}
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

// rehearsed keeps the moments that the campaign is about: those of its spots,
// or all where it has none. A staircase before the spot may overload on
// purpose.
func rehearsed(moments []Moment, spots []Span) []Moment {
	if len(spots) == 0 {
		return moments
	}
	var kept []Moment
	for _, m := range moments {
		for _, s := range spots {
			if m.At >= s.From && m.At < s.To {
				kept = append(kept, m)
				break
			}
		}
	}
	return kept
}

// headroom holds capacity against demand. Where a peak is required it is held
// against the binding layer, which says what the fleets can grow to; else
// against what was ready at the run's worst instant.
func (r run) headroom(q Question, fleets []FleetResult, binding *Layer) Headroom {
	series := r.moments(q, fleets)
	h := Headroom{Series: series}
	moments := rehearsed(series, q.Spots)
	h.DemandPeak = peakDemand(moments)
	h.Deficit = deficit(moments)
	if q.Required.Peak > 0 {
		h.DemandPeak = q.Required.Peak
		h.against(fleets, q.Layers, binding)
	} else {
		h.atWorst(moments)
	}
	h.Sentence = h.inWords(q, binding)
	return h
}

func peakDemand(moments []Moment) float64 {
	var peak float64
	for _, m := range moments {
		peak = max(peak, m.Demand)
	}
	return peak
}

// deficit is the integral of demand beyond capacity; nil where capacity was
// never known.
func deficit(moments []Moment) *float64 {
	var sum float64
	known := false
	for _, m := range moments {
		if c := m.best(); c != nil {
			known = true
			sum += max(0, m.Demand-*c)
		}
	}
	if !known {
		return nil
	}
	return &sum
}

// atWorst takes the instant at which capacity stood lowest over demand.
func (h *Headroom) atWorst(moments []Moment) {
	var worst float64
	for _, m := range moments {
		c := m.best()
		if c == nil || m.Demand <= 0 {
			continue
		}
		if ratio := *c/m.Demand - 1; h.WorstAt == nil || ratio < worst {
			worst, h.WorstAt = ratio, &m.At
			h.Low, h.Mid, h.High = over(m.Low, m.Demand), over(m.Mid, m.Demand), over(m.High, m.Demand)
		}
	}
}

// against compares the lowest layer with the required peak. Its uncertainty is
// that of one unit; a stated layer has none.
func (h *Headroom) against(fleets []FleetResult, stated []Layer, binding *Layer) {
	if binding == nil {
		return
	}
	h.Mid = over(&binding.Rate, h.DemandPeak)
	h.Low, h.High = h.Mid, h.Mid
	for _, l := range stated {
		if l == *binding {
			return
		}
	}
	for _, f := range fleets {
		if u := f.PerUnit; u.Mid != nil {
			h.Low = over(scaled(u.Low, binding.Rate / *u.Mid), h.DemandPeak)
			h.High = over(scaled(u.High, binding.Rate / *u.Mid), h.DemandPeak)
		}
	}
}

func over(rate *float64, demand float64) *float64 {
	if rate == nil || demand <= 0 {
		return nil
	}
	ratio := *rate/demand - 1
	return &ratio
}

// inWords is the answer in one sentence.
func (h Headroom) inWords(q Question, binding *Layer) string {
	ask := fmt.Sprintf("the peak asks %s%s", perSecond(h.DemandPeak), multiple(h.DemandPeak, q.Baseline))
	where := ""
	if q.Required.Peak > 0 && binding != nil {
		where = " of " + binding.Name
	} else if h.WorstAt != nil {
		where = " at the worst instant, " + clock(*h.WorstAt)
	}
	switch {
	case h.Low == nil && h.High == nil:
		return ask + "; what the service has is not known from this run"
	case h.High == nil:
		return fmt.Sprintf("%s; headroom is at least %s%s", ask, signed(*h.Low), where)
	case h.Low == nil:
		return fmt.Sprintf("%s; headroom is at most %s%s", ask, signed(*h.High), where)
	}
	return fmt.Sprintf("%s; headroom is %s (%s to %s)%s", ask, signed(*h.Mid), signed(*h.Low), signed(*h.High), where)
}

func multiple(rate, baseline float64) string {
	if baseline <= 0 {
		return ""
	}
	return fmt.Sprintf(" (%s the baseline)", times(rate/baseline))
}

// shortfall is when demand first passed what was ready, and the scale lag the
// time from then to the first instant after which capacity stayed at least
// demand; nil without a shortfall, and the lag nil if it never recovered.
func shortfall(moments []Moment) (at, lag *time.Duration) {
	var last int
	for i, m := range moments {
		if c := m.best(); c != nil && m.Demand > *c {
			if at == nil {
				at = &m.At
			}
			last = i
		}
	}
	if at == nil || last == len(moments)-1 {
		return at, nil
	}
	took := moments[last+1].At - *at
	return at, &took
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
