package traffic

import (
	"slices"
	"time"
)

// Arrival is one request that is due.
type Arrival struct {
	N       uint64        // its number in due order, from 0
	Visit   uint64        // number of the visit that makes it, in order of their starts, from 0
	Due     time.Duration // since the start
	Request int           // index of the request it makes
}

// Schedule yields the arrivals of a Plan in due order, in memory that grows with
// the number of steps alone. Of arrivals due at the same nanosecond, those that
// begin a visit come first, then the other steps in their order, each by visit.
// It is read by one goroutine; Stripe gives others of their own.
type Schedule struct {
	plan    Plan
	stripe  uint64    // it yields the arrivals whose N mod stripes = stripe
	stripes uint64    // at least 1
	next    uint64    // number of the arrival that comes next, of whatever stripe
	streams []*stream // those that have a head
}

// NewSchedule lays out the arrivals of a plan.
func NewSchedule(p Plan) *Schedule {
	s := &Schedule{plan: p, stripes: 1}
	for _, stream := range newStreams(p) {
		if stream.advance() {
			s.streams = append(s.streams, stream)
		}
	}
	return s
}

// Stripe returns, from the first, the arrivals of the whole schedule whose
// N mod of = i; the stripes 0 to of-1 are together the whole, each arrival once.
// A stripe goes through the whole to number its arrivals. Machines that share a
// run are of one architecture: on another, floating point may round a due time
// otherwise.
func (s *Schedule) Stripe(i, of uint64) *Schedule {
	if i >= of {
		return &Schedule{plan: s.plan, stripes: 1}
	}
	stripe := NewSchedule(s.plan)
	stripe.stripe, stripe.stripes = i, of
	return stripe
}

// Next returns the next arrival; ok is false after the last.
func (s *Schedule) Next() (a Arrival, ok bool) {
	for {
		a, ok = s.merge()
		if !ok || a.N%s.stripes == s.stripe {
			return a, ok
		}
	}
}

// merge takes the next arrival, of whatever stripe, from the stream that has it.
func (s *Schedule) merge() (a Arrival, ok bool) {
	if len(s.streams) == 0 {
		return Arrival{}, false
	}
	first := 0
	for i, stream := range s.streams {
		if stream.head.Due < s.streams[first].head.Due {
			first = i
		}
	}
	a = s.streams[first].head
	a.N = s.next
	s.next++
	if !s.streams[first].advance() {
		s.streams = slices.Delete(s.streams, first, first+1)
	}
	return a, true
}
