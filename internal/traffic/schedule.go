package traffic

import (
	"math"
	"time"
)

// Arrival is one request that is due.
type Arrival struct {
	N       uint64        // its number in due order, from 0
	Visit   uint64        // number of the visit that makes it, in order of their starts, from 0
	Due     time.Duration // since the start
	Request int           // index of the request it makes
}

// Schedule yields the arrivals of a Curve in due order, each in constant time
// on average. It is read by one goroutine; Stripe gives others of their own.
type Schedule struct {
	curve   Curve
	mix     mix
	total   uint64 // arrivals of the whole curve
	first   uint64 // number of the first arrival of this stripe
	stride  uint64 // from one arrival of this stripe to the next
	next    uint64 // number of the arrival to yield next
	segment int    // of the curve: the arrival yielded last lies in it
}

// NewSchedule lays out the arrivals of a plan.
func NewSchedule(p Plan) *Schedule {
	var weights []float64
	for _, s := range p.Steps {
		weights = append(weights, s.Weight)
	}
	return &Schedule{
		curve:  p.Visits,
		mix:    newMix(weights, p.Seed),
		total:  uint64(math.Round(p.Visits.Total())),
		stride: 1,
	}
}

// Next returns the next arrival; ok is false after the last.
func (s *Schedule) Next() (a Arrival, ok bool) {
	if s.next >= s.total {
		return Arrival{}, false
	}
	n := s.next
	s.next += min(s.stride, s.total-n)
	k := float64(n) + 0.5
	// The last segment takes what rounding leaves over the whole integral.
	for s.segment < len(s.curve.segments)-1 && s.curve.sums[s.segment+1] < k {
		s.segment++
	}
	return Arrival{N: n, Due: s.curve.dueIn(s.segment, k), Request: s.mix.pick(n)}, true
}

// Stripe returns, from the first, the arrivals of the whole schedule whose
// N mod of = i; the stripes 0 to of-1 are together the whole, each arrival once.
func (s *Schedule) Stripe(i, of uint64) *Schedule {
	stripe := &Schedule{curve: s.curve, mix: s.mix, total: s.total, first: i, stride: of, next: i}
	if i >= of {
		stripe.total = 0
	}
	return stripe
}

// Len returns how many arrivals the schedule has from its first to its last,
// whether they were yielded already or not; for a stripe, its own.
func (s *Schedule) Len() uint64 {
	if s.first >= s.total {
		return 0
	}
	return (s.total-s.first-1)/s.stride + 1
}
