package traffic

import (
	"math"
	"time"
)

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
	Weight   float64       // 0 where visits do not begin; then the others count
	After    time.Duration // 0 or more
	PerVisit float64       // 0 or more; 0 is a step that is never made
}

// begins reports whether visits can begin with this step.
func (s Step) begins() bool { return s.Weight > 0 }

// begin reports whether each visit begins with a request of its own, chosen by
// weight (or the only one there is).
func (p Plan) begin() bool {
	for _, s := range p.Steps {
		if s.begins() {
			return true
		}
	}
	return len(p.Steps) == 0
}

// PerVisit returns how many requests a visit makes on average.
func (p Plan) PerVisit() float64 {
	sum := 0.0
	if p.begin() {
		sum = 1
	}
	for _, s := range p.Steps {
		if !s.begins() {
			sum += rate(s.PerVisit)
		}
	}
	return sum
}

// Demand returns the planned request rate, in req/s: what each step makes of the
// visits, shifted by its After. It is what arrivals amount to on average; where
// visits come evenly and make whole numbers of requests, their number by any
// instant is within PerVisit/2 of Demand's integral.
func (p Plan) Demand() Curve {
	var curves []Curve
	if p.begin() {
		curves = append(curves, p.Visits)
	}
	for _, s := range p.Steps {
		if !s.begins() && s.PerVisit > 0 {
			curves = append(curves, p.Visits.Scale(s.PerVisit).Shift(s.After))
		}
	}
	return Sum(curves...)
}

// CountVisits returns how many visits there are, counting no further than most.
// Those of a Poisson plan have to be counted one by one.
func (p Plan) CountVisits(most uint64) uint64 {
	if !p.Poisson {
		if total := math.Round(p.Visits.Total()); total < float64(most) {
			return uint64(total)
		}
		return most
	}
	var n uint64
	for visits := newVisits(p); n < most && visits.advance(); {
		n++
	}
	return n
}
