package traffic

import (
	"math"
	"time"
)

// stream yields, in due order, the arrivals that all visits make by one step, or
// those with which they begin. It goes through the visits by itself, so that no
// visit is remembered from its start to its last request.
type stream struct {
	visits  visits
	request func(visit uint64) int
	after   time.Duration
	whole   uint64  // requests that every visit makes
	share   float64 // of visits that make one more
	seed    uint64  // of which visits these are
	left    uint64  // requests that the visit at hand still makes after head
	head    Arrival // the arrival to yield next, without its number
}

// newStreams returns the streams of a plan: first, where visits begin, then the
// other steps in their order.
func newStreams(p Plan) []*stream {
	var streams []*stream
	if p.begin() {
		streams = append(streams, &stream{visits: newVisits(p), request: newMix(p).pick, whole: 1})
	}
	for i, s := range p.Steps {
		if s.begins() || !(s.PerVisit > 0) {
			continue
		}
		whole, share := math.Modf(s.PerVisit)
		streams = append(streams, &stream{
			visits:  newVisits(p),
			request: func(uint64) int { return i },
			after:   s.After,
			whole:   uint64(whole),
			share:   share,
			seed:    offspring(p.Seed, uint64(i)+1),
		})
	}
	return streams
}

// advance puts the next arrival into head; it reports false after the last.
func (s *stream) advance() bool {
	if s.left > 0 {
		s.left--
		return true
	}
	for s.visits.advance() {
		visit, start := s.visits.next-1, s.visits.start()
		if n := s.requests(visit); n > 0 {
			s.left = n - 1
			s.head = Arrival{Visit: visit, Due: start + s.after, Request: s.request(visit)}
			return true
		}
	}
	return false
}

// requests returns how many requests a visit makes.
func (s *stream) requests(visit uint64) uint64 {
	if s.share > 0 && Uniform(s.seed, visit) < s.share {
		return s.whole + 1
	}
	return s.whole
}
