package capacity

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// The objectives hold again from the first second on after which they hold in three
// windows one after the other:
//
//	short            recovered
//	  |  broken  broken  | held | held | held |
//
// A run may end before three windows are over, or have too few requests in them to
// prove anything. Where no window failed at its end, it is then not known whether the
// objectives held again: neither that they did nor that they did not.

// recoveryWindows are so many as have to hold one after the other.
const recoveryWindows = 3

// recovered is the time from the shortfall to the first second from which on every
// objective holds in three windows; nil if there is none.
func (r run) recovered(from time.Duration, objectives []Objective) *time.Duration {
	for at := from; at < r.end(); at += time.Second {
		windows := tile(Span{at, min(at+recoveryWindows*trialWindow, r.end())}, trialWindow)
		open := func(w Span) bool { return r.worstVerdict(objectives, w) != Held }
		if len(windows) == recoveryWindows && !slices.ContainsFunc(windows, open) {
			took := at - from
			return &took
		}
	}
	return nil
}

// unbroken is the first instant since a shortfall from which on no window failed to
// the end of the run; nil where the last that can be judged did, and one is at least
// half as long as another.
func (r run) unbroken(from time.Duration, objectives []Objective) *time.Duration {
	var since *time.Duration
	for at := r.end() - trialWindow/2; at >= from; at -= time.Second {
		if r.worstVerdict(objectives, Span{at, min(at+trialWindow, r.end())}) == Failed {
			break
		}
		since = &at
	}
	return since
}

// unjudged says why it is not known whether the objectives held again, of a run in
// which no window failed from an instant on.
func (r run) unjudged(since time.Duration) string {
	text := fmt.Sprintf("could not be judged: no window of %s failed from %s on, ", figure.Duration(trialWindow), r.clock(since))
	if left := r.end() - since; left < recoveryWindows*trialWindow-trialWindow/2 {
		return text + fmt.Sprintf("and the %s that were left of the run are too few for %d", figure.Duration(left), recoveryWindows)
	}
	return text + fmt.Sprintf("and too few requests came to show that %d in a row held", recoveryWindows)
}

// heldAgain fills in when the objectives held again, and until when the critical path
// goes: empty without a shortfall.
func (r run) heldAgain(q Question, res *Result) (path Span) {
	if res.Shortfall == nil {
		return Span{}
	}
	from := *res.Shortfall
	path = Span{from, r.spotEnd(q, from)}
	if res.Recovered = r.recovered(from, q.Objectives); res.Recovered != nil {
		path.To = from + *res.Recovered
		return path
	}
	if since := r.unbroken(from, q.Objectives); since != nil {
		res.Unjudged = r.unjudged(*since)
		path.To = min(path.To, max(*since, shortUntil(res.Headroom.Series, path)))
	}
	return path
}

// spotEnd is the end of the spot in which an instant lies, or of the run.
func (r run) spotEnd(q Question, at time.Duration) time.Duration {
	for _, spot := range merge(q.Spots, Span{0, r.end()}) {
		if at >= spot.From && at < spot.To {
			return spot.To
		}
	}
	return r.end()
}

// shortUntil is the end of the last second of a span in which demand passed capacity.
func shortUntil(moments []Moment, span Span) (until time.Duration) {
	for _, m := range moments {
		if m.At >= span.From && m.At < span.To && m.Beyond() > 0 {
			until = m.At + time.Second
		}
	}
	return until
}
