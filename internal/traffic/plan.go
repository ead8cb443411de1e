package traffic

import "time"

// Plan is all that decides the arrivals of a run.
type Plan struct {
	Visits  Curve  // visits a second
	Steps   []Step // the kinds of requests that visits make; none: one request a visit
	Poisson bool   // visits come at random, as people do, instead of evenly
	Seed    uint64 // of all that is random
}

// Step is one kind of request that visits make, in one of two ways.
//
// Those with a Weight are where visits begin: each visit makes one of them, at
// its start, chosen in proportion to the weights. Every other step is made
// PerVisit times by each visit, After its start, all of these at once; of a
// fraction, that share of the visits makes one more.
type Step struct {
	Weight   float64
	After    time.Duration
	PerVisit float64
}

// PerVisit returns how many requests a visit makes on average.
func (p Plan) PerVisit() float64 { return 1 }

// Demand returns the planned request rate, in req/s: what each step makes of the
// visits, shifted by its After.
func (p Plan) Demand() Curve { return p.Visits }

// CountVisits returns how many visits there are, counting no further than most.
func (p Plan) CountVisits(most uint64) uint64 { return 0 }
