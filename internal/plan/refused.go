package plan

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
)

// refused says why no number of units suffices: what binds, at what rate, against
// which peak, and how far one gets.
func (w *work) refused(r refusal) string {
	return fmt.Sprintf("no number of units suffices: %s, and the demand's peak is %s; the best chance within reach that all but %s is served is %s",
		w.binds(r), written(w.Peak), figure.Share(Unserved), w.try(r.best).chance())
}

func written(p forecast.Peak) string {
	mid, low, high := figure.Rate(p.P50), figure.Rate(p.P5), figure.Rate(p.P95)
	if low == high { // as shown: what differs by less is one figure
		return mid
	}
	return fmt.Sprintf("%s (%s to %s in 9 of 10 draws)", mid, low, high)
}

// String writes the probability with its standard error, where draws differ:
// 62.1 % ± 1 %.
func (c Chance) String() string {
	p := figure.ShareAgainst(c.Probability, Sure)
	if c.Probability > 0 && c.Probability < 1 {
		p += " ± " + figure.Share(figure.Significant(c.Error, 1))
	}
	return p
}

func (w *work) binds(r refusal) string {
	switch {
	case r.alone != nil:
		return w.crowded(r)
	case r.behind:
		c := w.service.Ceiling
		return fmt.Sprintf("%s carries %s, which no unit more changes", w.ceiling(c), figure.Rate(c))
	case r.fleet == free:
		return "the fleets do not hold together, each at the most it can have"
	}
	name, most := w.model.Fleets[r.fleet].Name, r.best[r.fleet]
	_, carried, _ := w.sustained(r.fleet, most)
	if r.bound == nil {
		return fmt.Sprintf("%s does not hold with %s units either, which carry %s (was something lost on the way, or lowered?)", name, figure.Count(most), figure.Rate(carried))
	}
	return fmt.Sprintf("%s carries %s with %s units, and %s", name, figure.Rate(carried), figure.Count(most), r.bound.why)
}

// ceiling is the name of the layer that carries as much.
func (w *work) ceiling(rate float64) string {
	var names []string
	for _, l := range w.ask.Layers {
		if !l.AtLeast && math.Abs(l.Rate-rate) <= 1e-6*rate {
			names = append(names, l.Name)
		}
	}
	if names == nil {
		return "what stands behind the fleets"
	}
	return strings.Join(names, " and ")
}
