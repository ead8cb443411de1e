package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

// inWords is the answer in one sentence, as it is given in a meeting: what the
// peak asks, what was ready at worst, what the service can grow to and what binds
// then.
func (h Headroom) inWords(q Question, r run, binding *Layer, rivals []limit) string {
	write := h.writer(q)
	text := "the peak asks " + write(h.Demand)
	if q.Baseline > 0 {
		text = fmt.Sprintf("the peak asks %s (%s the baseline)", figure.Rate(h.Demand), write(h.Demand))
	}
	ready, grown := h.Ready.inRates(write), h.Grown.inRates(write)
	if ready == figure.Unknown && grown == figure.Unknown {
		return text + "; what the service has is not known from this run"
	}
	if ready != figure.Unknown {
		text += fmt.Sprintf("; what was ready could carry %s at worst, %s", ready, r.clock(*h.WorstAt))
		if then := write(h.Ready.Demand); then != write(h.Demand) {
			text += fmt.Sprintf(", when %s was asked", then)
		}
		text += h.Hidden.inWords(r, write)
		if h.NoLow != "" {
			text += fmt.Sprintf(" (it may be less: %s)", h.NoLow)
		}
	}
	if h.Start != nil {
		text += "; what production starts with carries " + h.Start.inRates(write)
	}
	switch {
	case grown == figure.Unknown:
		return text
	case grown == ready:
		text += "; the service cannot grow beyond that"
	default:
		text += "; grown to its limits the service has " + grown
	}
	return text + binds(binding, rivals, write)
}

// inWords says where it may have been worse; empty if that is nowhere.
func (h *Hidden) inWords(r run, write func(float64) string) string {
	switch {
	case h == nil:
		return ""
	case h.From >= r.end():
		return fmt.Sprintf(" (it may have been worse after %s, when the run had ended and %s was planned)", r.clock(h.From), write(h.Demand))
	}
	return fmt.Sprintf(" (it may have been worse between %s and %s, when nobody knows what was ready and up to %s was asked)", r.clock(h.From), r.clock(h.To), write(h.Demand))
}

// binds names the binding layer, and which others may bind before it.
func binds(binding *Layer, rivals []limit, write func(float64) string) string {
	if binding == nil {
		return ""
	}
	var earlier []string
	for _, l := range rivals {
		known := "of which nothing is known"
		switch {
		case l.AtLeast:
			known = "at least " + write(l.Rate)
		case l.high != nil:
			known = "at most " + write(*l.high)
		}
		earlier = append(earlier, fmt.Sprintf("%s (%s)", l.Name, known))
	}
	text := fmt.Sprintf(", and %s binds", binding.Name)
	if len(earlier) > 0 {
		text += fmt.Sprintf(" unless %s does first", strings.Join(earlier, " or "))
	}
	return text
}

// inRates writes what is carried, in the middle with its range, or the bound that
// is known.
func (m Margin) inRates(write func(float64) string) string {
	rate := func(ratio *float64) *float64 {
		if ratio == nil {
			return nil
		}
		r := m.carries(*ratio)
		return &r
	}
	ends := figure.Interval(rate(m.Low), rate(m.High), write)
	if m.Low == nil || m.High == nil || m.Mid == nil {
		return ends
	}
	if mid := write(*rate(m.Mid)); mid != ends {
		return fmt.Sprintf("%s (%s)", mid, ends)
	}
	return ends
}

// exact drops what binary arithmetic leaves beyond the figures that are meant.
func exact(x float64) float64 { return figure.Significant(x, 12) }

// writer writes rates, as multiples of the baseline where there is one, in as many
// figures as it takes for every capacity to stand on its true side of the demand
// it is held against and of what is required.
func (h Headroom) writer(q Question) func(rate float64) string {
	write := figure.RateFiner
	unit := 1.0
	if q.Baseline > 0 {
		write, unit = figure.TimesFiner, q.Baseline
	}
	margins := []Margin{h.Ready, h.Grown}
	if h.Start != nil {
		margins = append(margins, *h.Start)
	}
	more := 0
	shown := func(rate float64) float64 { _, s := write(exact(rate/unit), more); return s }
	for more < mostFigures && slices.ContainsFunc(margins, func(m Margin) bool { return !m.faithful(shown, q.Required, unit) }) {
		more++
	}
	return func(rate float64) string { text, _ := write(exact(rate/unit), more); return text }
}

// mostFigures is how many figures more than usual a rate may be written in.
const mostFigures = 8

// faithful reports whether every end of the margin, as it would be shown, stands
// on its true side.
func (m Margin) faithful(shown func(rate float64) float64, required Required, unit float64) bool {
	for _, ratio := range []*float64{m.Low, m.Mid, m.High} {
		if ratio == nil {
			continue
		}
		rate := shown(m.carries(*ratio))
		enough := rate >= exact(m.carries(required.AtLeast)/unit)
		if cmp.Compare(rate, shown(m.Demand)) != cmp.Compare(*ratio, 0) || required.Asked && enough != (*ratio >= required.AtLeast) {
			return false
		}
	}
	return true
}

// carries is the rate that is so much beyond the demand.
func (m Margin) carries(ratio float64) float64 { return exact(m.Demand * (1 + ratio)) }

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
