package report

import (
	"cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// Layer is anything with a capacity of its own.
type Layer struct {
	Name    string   `json:"name"`
	Rate    *float64 `json:"rate"`
	Low     *float64 `json:"low"`
	High    *float64 `json:"high"`
	AtLeast bool     `json:"at_least"` // rate is only a lower bound
	AtMost  bool     `json:"at_most"`  // rate is only an upper bound, and low null
	Source  string   `json:"source"`
}

// Headroom is capacity over demand less one: the margin that is asked about,
// which is that of what the service can grow to where the scenario names a peak,
// and that of what was ready at the worst instant where it does not; then both,
// and what production has ready at air time.
type Headroom struct {
	DemandPeak      float64    `json:"demand_peak"`
	Required        *Required  `json:"required"` // null: no headroom is asked for
	Demand          *float64   `json:"demand"`   // what low, mid and high are held against
	Low             *float64   `json:"low"`
	Mid             *float64   `json:"mid"`
	High            *float64   `json:"high"`
	Probability     *float64   `json:"probability"` // that capacity is at least the demand
	Multiples       *Multiples `json:"multiples"`   // null: the scenario has no baseline
	WorstAt         *float64   `json:"worst_at"`
	Hidden          *Hidden    `json:"hidden"` // where it may have been worse than at worst_at; null: nowhere
	DeficitRequests *float64   `json:"deficit_requests"`
	Ready           Margin     `json:"ready"`
	Start           *Margin    `json:"start"` // null: what production starts with is not given, or no peak is named
	Grown           Margin     `json:"grown"`
}

// Hidden is a stretch in which what was ready is not known, or which the run did
// not come to.
type Hidden struct {
	From   float64  `json:"from"`
	To     float64  `json:"to"`
	Demand *float64 `json:"demand"` // the most that was asked in it
}

// Required is the headroom that the scenario asks for.
type Required struct {
	Peak    *float64 `json:"peak"` // null: the run's own
	AtLeast float64  `json:"at_least"`
}

// Margin is the headroom against one demand.
type Margin struct {
	Demand      *float64   `json:"demand"`
	Low         *float64   `json:"low"`
	Mid         *float64   `json:"mid"`
	High        *float64   `json:"high"`
	Probability *float64   `json:"probability"`
	Multiples   *Multiples `json:"multiples"`
}

// Multiples are demand and capacity as multiples of the baseline.
type Multiples struct {
	Demand *float64 `json:"demand"`
	Low    *float64 `json:"low"`
	Mid    *float64 `json:"mid"`
	High   *float64 `json:"high"`
}

// Owned is a stretch of the critical path: what capacity, or in the end the
// objectives, waited for.
type Owned struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Stage string  `json:"stage"` // one of a fleet's stages, or limit | backlog | unknown
	Fleet *string `json:"fleet"`
	Limit *string `json:"limit"` // with limit: what let nothing more grow, as layers have it; null elsewhere
}

func summaryLayer(l capacity.Layer) Layer {
	low, high := layerEnds(l)
	return Layer{Name: l.Name, Rate: finite(&l.Rate), Low: low, High: high, AtLeast: l.AtLeast, AtMost: l.AtMost, Source: l.Source}
}

// layerEnds is the range of a layer's rate. One that is stated without a range
// is certain, one that is only known to carry at least so much has no upper end, and
// one that carries at most so much no lower one.
func layerEnds(l capacity.Layer) (low, high *float64) {
	switch {
	case l.AtLeast:
		return finite(&l.Rate), nil
	case l.AtMost:
		return nil, finite(&l.Rate)
	case l.Low == 0 && l.High == 0:
		return finite(&l.Rate), finite(&l.Rate)
	}
	return finite(&l.Low), finite(&l.High)
}

func summaryHeadroom(h capacity.Headroom, required capacity.Required, baseline float64) Headroom {
	asked := h.Margin
	if required.Peak <= 0 {
		asked.Demand = cmp.Or(h.Ready.Demand, h.Demand) // h.Demand is the peak's in either case
	}
	out := Headroom{
		DemandPeak: h.Demand, Required: summaryRequired(required), Demand: demanded(asked), Low: finite(h.Low), Mid: finite(h.Mid), High: finite(h.High),
		Probability: finite(h.Probability), Multiples: multiples(asked, baseline),
		WorstAt: inSeconds(h.WorstAt), DeficitRequests: finite(h.Deficit),
		Ready: summaryMargin(h.Ready, baseline), Grown: summaryMargin(h.Grown, baseline),
	}
	if h.Hidden != nil {
		out.Hidden = &Hidden{*inSeconds(&h.Hidden.From), *inSeconds(&h.Hidden.To), finite(&h.Hidden.Demand)}
	}
	if h.Start != nil {
		start := summaryMargin(*h.Start, baseline)
		out.Start = &start
	}
	return out
}

func summaryRequired(r capacity.Required) *Required {
	if !r.Asked {
		return nil
	}
	out := &Required{AtLeast: r.AtLeast}
	if r.Peak > 0 {
		out.Peak = finite(&r.Peak)
	}
	return out
}

func summaryMargin(m capacity.Margin, baseline float64) Margin {
	return Margin{demanded(m), finite(m.Low), finite(m.Mid), finite(m.High), finite(m.Probability), multiples(m, baseline)}
}

// demanded is what a margin is held against; nil where it was not made.
func demanded(m capacity.Margin) *float64 {
	if m.Demand <= 0 {
		return nil
	}
	return finite(&m.Demand)
}

// multiples are nil without a baseline.
func multiples(m capacity.Margin, baseline float64) *Multiples {
	if baseline <= 0 {
		return nil
	}
	of := func(rate *float64) *float64 {
		if rate == nil {
			return nil
		}
		n := *rate / baseline
		return finite(&n)
	}
	return &Multiples{of(demanded(m)), of(carried(m, m.Low)), of(carried(m, m.Mid)), of(carried(m, m.High))}
}

// carried is the capacity, in req/s, behind a margin's ratio.
func carried(m capacity.Margin, ratio *float64) *float64 {
	if finite(ratio) == nil || demanded(m) == nil {
		return nil
	}
	rate := m.Demand * (1 + *ratio)
	return finite(&rate)
}

func summaryPath(path []capacity.Owned) []Owned {
	out := []Owned{}
	for _, o := range path {
		out = append(out, Owned{*inSeconds(&o.From), *inSeconds(&o.To), o.Stage, stated(o.Fleet), stated(o.Limit)})
	}
	return out
}

// baseline is 1x in req/s; 0 where the scenario has none.
func (r *Report) baseline() float64 { return r.Scenario.Traffic.Baseline }
