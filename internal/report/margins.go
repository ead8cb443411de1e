package report

import (
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// marginRow is one way to hold capacity against demand.
type marginRow struct {
	Name        string
	Asked, Has  string // as multiples of the baseline where there is one, else as rates
	Headroom    string // ratio, with its range
	Probability string // that capacity is at least what is asked; empty where that is not known
}

// marginRows are what was ready at the run's worst instant, what production has
// ready at air time, and what the service can grow to.
func (r *Report) marginRows() []marginRow {
	h := r.Result.Headroom
	ready := "ready at worst"
	if h.WorstAt != nil {
		ready = "ready at " + r.clock(*h.WorstAt)
	}
	var start capacity.Margin
	if h.Start != nil {
		start = *h.Start
	}
	var rows []marginRow
	for _, m := range []struct {
		name string
		capacity.Margin
		asked bool
	}{{ready, h.Ready, r.Scenario.Headroom.Peak <= 0}, {"production at start", start, false}, {"grown to its limits", h.Grown, r.Scenario.Headroom.Peak > 0}} {
		if demanded(m.Margin) == nil {
			continue
		}
		required := capacity.Required{} // of the other margin nothing is required
		if m.asked {
			required = r.Scenario.Headroom
		}
		row := marginRow{Name: m.name, Headroom: marginFigures(m.Margin, required)}
		row.Asked, row.Has = r.askedAndHas(m.Margin)
		if p := finite(m.Probability); p != nil {
			row.Probability = figure.Probability(*p)
		}
		rows = append(rows, row)
	}
	return rows
}

func marginFigures(m capacity.Margin, required capacity.Required) string {
	return capacity.Headroom{Margin: m}.InFigures(required)
}

// askedAndHas writes demand and capacity, the latter on its true side of the
// former.
func (r *Report) askedAndHas(m capacity.Margin) (asked, has string) {
	if x := multiples(m, r.baseline()); x != nil {
		return figure.Times(*x.Demand), figure.Estimate(x.Low, x.Mid, x.High, func(v float64) string { return figure.TimesAgainst(v, *x.Demand) })
	}
	return figure.Rate(m.Demand), figure.Estimate(carried(m, m.Low), carried(m, m.Mid), carried(m, m.High), func(v float64) string { return figure.RateAgainst(v, m.Demand) })
}
