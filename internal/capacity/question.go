package capacity

import (
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// Question is what a run is asked about.
type Question struct {
	Zone       *time.Location // of the clock times in sentences; nil: UTC
	Demand     traffic.Curve  // planned, req/s at the entrance
	Baseline   float64        // 1x in req/s; 0 where the scenario has none
	Spots      []Span         // from each spot's start to the end of its influence
	Objectives []Objective
	Fleets     []Fleet
	Layers     []Layer // stated by the scenario
	Required   Required
	UnitHeader string               // of answers, that names the unit that answered; empty: none does
	Sources    []Source             // everything that is observed
	Plateaus   map[string][]Plateau // of other runs against the same staging, by the fleet's name
}

// Span is a stretch of the run's clock, From included and To not.
type Span struct{ From, To time.Duration }

// Objective is a condition on the requests of every window.
type Objective struct {
	Name     string        // as written, such as "p99 <= 800ms" or "errors <= 0.5%"
	Quantile float64       // 0.99 for p99; 0 for an error objective
	Limit    time.Duration // of the response time, where Quantile is set
	Errors   float64       // largest error ratio, where Quantile is 0
	Window   time.Duration
	Request  string // only this request's responses; empty: all
	During   bool   // judged only while a spot's influence lasts
}

// Fleet is something that scales.
type Fleet struct {
	Name       string // as readings name it: "hpa/default/web"
	Kind       string // HPA or ASG
	Production *Production
	Quotas     []string // sources of the quotas that bound it, besides its own account
}

// Source is something that is observed, with the least share of the spots, or of
// the run where it has none, in which it must be seen for a pass.
type Source struct {
	Name  string // as readings name it
	Least float64
}

// Kinds of fleets.
const (
	HPA = "hpa"
	ASG = "asg"
)

// Production is the real fleet's size, where staging's differs.
type Production struct {
	Start int // units ready before the spot
	Max   int // most it may have
	Min   int // fewest it may have; 0: not stated
}

// Layer is anything with a capacity of its own, in entrance requests per
// second.
type Layer struct {
	Name      string
	Rate      float64
	Low, High float64 // the range Rate may lie in; of a stated one Rate itself, or 0; High is 0 with AtLeast, Low with AtMost
	Source    string  // where the figure comes from, in words
	AtLeast   bool    // only a lower bound is known: never binding
	AtMost    bool    // only an upper bound is known, Rate and High; Low is 0 then
}

// Required is the headroom the scenario asks for.
type Required struct {
	Peak    float64 // req/s; 0: the run's own peak
	AtLeast float64 // ratio; 0 where not asked
	Asked   bool    // a headroom is asked for
}
