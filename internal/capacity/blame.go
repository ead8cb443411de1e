package capacity

import (
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// blame tells what the target is answerable for in every second from what the
// generator is. What was not sent, or not in time, since too many requests were
// in flight is the target's doing only where it was slow just then; where it was
// not, the cap is too low for this load. Requests that found no port or file
// left were never sent.
//
// Arrivals that wait are let go in the order in which they are due, so that
// after the target has recovered those behind are late as well, less and less:
//
//	lag |      .             those due during the stall
//	    |      |'.
//	    |      |  '.______   those behind them: as long as the lag does not grow,
//	    |      |  |      '.  it is still that of the stall
//	    +------+--+--------'----> due
//	        stall  recovered
func (r *run) blame(rule delivery) {
	var behind time.Duration // the largest lag that is still of the target's making
	for n := range r.seconds {
		s := &r.seconds[n]
		r.blameUnsent(s)
		if s.Planned == 0 {
			continue
		}
		lag, _ := s.Lag.Quantile(1)
		late := s.Lag.Over(rule.lagLimit)
		switch at := second(n); {
		case s.Queued > 0 && r.slow(at):
			behind = max(behind, lag)
			if r.full(at + time.Second) { // whoever was in the line waited, also where several were let go at once
				s.Queued = max(s.Queued, late)
			}
		case behind > rule.lagLimit && lag <= behind+rule.lagLimit && !r.idle(at):
			s.Queued = max(s.Queued, late)
			behind = lag
		default:
			s.Queued, behind = 0, 0
		}
	}
}

func (r *run) blameUnsent(s *timeline.Second) {
	if s.HeldBack > 0 && !r.slow(second(s.Second)) {
		r.capped += s.HeldBack
		r.whole.HeldBack -= s.HeldBack
		s.HeldBack = 0
	}
	none := s.Errors[timeline.GeneratorLimit]
	for _, judged := range []*timeline.Second{s, &r.whole} {
		judged.Sent -= none
		judged.Failed -= none
		judged.Dropped += none
	}
}

func second(n int) time.Duration { return time.Duration(n) * time.Second }

// slow reports whether the target took too long around an instant, or did not
// answer at all: more than twice its calm time, or more than the tightest limit
// allows. Requests that were due then tell, if they were sent then; and so does
// what the generator read, if they were not.
func (r *run) slow(at time.Duration) bool {
	if r.calm == 0 {
		return true
	}
	around := r.sum(Span{max(at-trialWindow/2, 0), at + trialWindow/2})
	p50, ok := around.Service.Quantile(0.5)
	return !ok || r.tooLong(p50) || r.tooLong(r.stay(at))
}

func (r *run) tooLong(took time.Duration) bool {
	return took > 2*r.calm || r.tightest > 0 && took > r.tightest
}

// stay is how long requests were in flight in the second from an instant on, by
// Little's law: those in flight over those answered a second; 0 where that was
// not read.
func (r *run) stay(at time.Duration) time.Duration {
	waiting, answers, ok := r.progress(at)
	switch {
	case !ok || waiting == 0:
		return 0
	case answers <= 0:
		return longestStay
	}
	return seconds(waiting / answers)
}

// longestStay stands for requests that are not answered at all.
const longestStay = time.Hour

// idle reports whether onair itself stood still in the second from an instant
// on: nothing was in flight and nothing was answered, or it did not even read
// how it does.
func (r *run) idle(at time.Duration) bool {
	waiting, answers, ok := r.progress(at)
	if !ok {
		return len(r.inFlight) > 0
	}
	return waiting == 0 && answers <= 0
}

// progress is how many requests were in flight in the second from an instant on,
// and how many were answered a second.
func (r *run) progress(at time.Duration) (waiting, answers float64, ok bool) {
	first, ok1 := nearest(r.answered, at)
	last, ok2 := nearest(r.answered, at+time.Second)
	before, ok3 := nearest(r.inFlight, at)
	after, ok4 := nearest(r.inFlight, at+time.Second)
	if !ok1 || !ok2 || !ok3 || !ok4 || last.At <= first.At {
		return 0, 0, false
	}
	return (before.Value + after.Value) / 2, (last.Value - first.Value) / (last.At - first.At).Seconds(), true
}

// full reports whether as many requests were in flight at an instant as the cap
// allows, or nearly.
func (r *run) full(at time.Duration) bool {
	inFlight, ok := nearest(r.inFlight, at)
	return ok && r.inFlightCap != nil && inFlight.Value >= 0.95**r.inFlightCap
}
