package capacity

import (
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// blame tells what the target is answerable for in every second from what the
// generator is. What was not sent, or not in time, since too many requests were
// in flight is the target's doing only where it was slow just then; where it was
// not, the cap is too low for this load. Requests that found no port or file
// left were never sent, and those cut off when the run was stopped are nobody's
// failures.
//
// Arrivals that wait are let go in the order in which they are due, so that
// after the target has recovered those behind are late as well, less and less:
//
//	lag |      .             those due during the stall
//	    |      |'.
//	    |      |  '.__       those behind them: as long as the line drains, or stands
//	    |      |  |   '.     still for want of room in flight, it is still the stall's
//	    +------+--+-----'----> due
//	        stall  recovered
func (r *run) blame(rule delivery) {
	var behind time.Duration // the largest lag that can still be of the target's making
	for n := range r.seconds {
		s := &r.seconds[n]
		r.blameUnsent(s)
		if s.Planned == 0 {
			continue
		}
		lag, _ := s.Lag.Quantile(1)
		late := s.Lag.Over(rule.lagLimit)
		at := second(n)
		waited := s.Queued > 0 && r.slow(at)
		draining := behind > rule.lagLimit && lag <= behind+rule.lagLimit && !r.idle(at)
		if draining || waited && r.full(at+time.Second) { // whoever was in the line waited, also where several were let go at once
			s.Queued = max(s.Queued, late)
		}
		switch {
		case waited:
			behind = lag
		case !draining:
			s.Queued, behind = 0, 0
		case r.full(at + lag): // when the first of them were sent
			behind = min(behind, lag)
		default:
			behind = min(behind, lag) - drains
		}
	}
}

// drains is by how much a line gets shorter in a second in which there is room in
// flight: a generator that runs lets those in it go as fast as it can.
const drains = 10 * time.Millisecond

func (r *run) blameUnsent(s *timeline.Second) {
	if s.HeldBack > 0 && !r.slow(second(s.Second)) {
		r.capped += s.HeldBack
		r.whole.HeldBack -= s.HeldBack
		s.HeldBack = 0
	}
	none, cut := s.Errors[timeline.GeneratorLimit], s.Errors[timeline.Cancelled]
	for _, judged := range []*timeline.Second{s, &r.whole} {
		judged.Sent -= none + cut
		judged.Failed -= none + cut
		judged.Dropped += none
		judged.Planned -= cut // nobody knows what would have become of them
	}
}

func second(n int) time.Duration { return time.Duration(n) * time.Second }

// slow reports whether the target took too long around an instant, or did not
// answer at all. Requests that were due then tell, if they were sent then; so does
// what the generator read, if they were not; and a stall too short for either is
// told by those that filled the flight.
func (r *run) slow(at time.Duration) bool {
	if r.calm == 0 {
		return true
	}
	around := r.service(Span{max(at-trialWindow/2, 0), at + trialWindow/2})
	p50, ok := around.Quantile(0.5)
	return !ok || p50 > r.patience() || r.stay(at) > r.patience() ||
		slices.ContainsFunc(r.jams, func(jam Span) bool { return jam.From <= at && at < jam.To })
}

// collapsed is how many times its calm time a target takes that has collapsed,
// where no limit says what is too long.
const collapsed = 10

// patience is how long a request may take before the target is slow: what the
// tightest limit allows. Half of that is enough where it is more than twice the
// calm time: it leaves those that waited no time to be answered in. A target that
// is merely not as fast as in its calmest window, and far from any limit, needs
// more room in flight and is not slow.
func (r *run) patience() time.Duration {
	if r.tightest == 0 {
		return collapsed * r.calm
	}
	return min(r.tightest, max(2*r.calm, r.tightest/2))
}

// findJams finds where requests that took too long filled the flight. While the
// target stands still for a second or two, hardly any are sent, and the many that
// it answered just before hide them.
func (r *run) findJams() (jams []Span) {
	for n, s := range r.seconds {
		if s.HeldBack+s.Queued == 0 {
			continue
		}
		until := second(n + 1)
		filled := Span{until - 2*time.Second, until} // they may have begun to just before
		if took, ok := r.filledBySlow(filled); ok {
			jams = append(jams, Span{filled.From, until + took})
		}
	}
	return merge(jams, Span{0, r.end()})
}

// filledBySlow reports whether of the requests due in a span as many took too
// long as the flight holds, and how long they took: more than is usual, and
// together longer than all others, for a few slow ones among very many fill
// nothing.
func (r *run) filledBySlow(span Span) (took time.Duration, ok bool) {
	if r.inFlightCap == nil {
		return 0, false
	}
	service := r.service(span)
	all, slow := float64(service.Count()), float64(service.Over(r.patience()))
	usual := float64(r.usual.Over(r.patience())) / float64(r.usual.Count())
	if slow < nearlyFull**r.inFlightCap || slow <= 2*usual*all {
		return 0, false
	}
	took, _ = service.Quantile(1 - slow/all/2)
	others, _ := service.Quantile((1 - slow/all) / 2)
	return took, slow*took.Seconds() > (all-slow)*others.Seconds()
}

// stay is how long requests were in flight in the second from an instant on, by
// Little's law: those in flight over those answered a second; 0 where that was
// not read.
func (r *run) stay(at time.Duration) time.Duration {
	waiting, answers, ok := r.progress(at)
	switch {
	case !ok || waiting == 0:
		return 0
	case answers <= 0 && r.answersWithin(at, r.patience()):
		return 0 // the first of them only take their time
	case answers <= 0:
		return longestStay
	}
	return seconds(waiting / answers)
}

// answersWithin reports whether any request was answered from an instant on until
// so much later, and a second.
func (r *run) answersWithin(at, length time.Duration) bool {
	first, ok1 := nearest(r.answered, at)
	last, ok2 := nearest(r.answered, at+length+time.Second)
	return ok1 && ok2 && last.Value > first.Value
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
	return ok && r.inFlightCap != nil && inFlight.Value >= nearlyFull**r.inFlightCap
}

// nearlyFull is the share of the cap in flight from which readings, which come
// now and then, count as full.
const nearlyFull = 0.95
