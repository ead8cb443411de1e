package capacity

import (
	"math"
	"slices"
	"time"
)

// trialWindow is the length of the windows from which one unit is estimated,
// and of the bootstrap's blocks.
const trialWindow = 10 * time.Second

// trial is one window in which the number of ready units stood still: how many
// of its requests broke each objective at this rate?
//
//	rate per unit
//	 |          ______        a step: all windows but the first, in which the
//	 |  _______|  t  |        queue is still finding its level
//	 |    t  t       |_____
//	 |               x  t     x: began with the backlog of the step before
//	 +--------------------->  a slope is cut into windows from its beginning
type trial struct {
	rate     float64 // req/s per ready unit, of the window
	most     float64 // of its highest second
	units    int
	step     int // second in which the step or, on a slope, the window begins: windows of one step are one trial
	level    int // second in which the step of the load begins, or about when on a slope: the same for other fleets
	slope    bool
	each     float64 // requests that one unit got
	breaches []count
}

// held reports whether every objective was shown to hold.
func (t trial) held() bool {
	return len(t.breaches) > 0 && !slices.ContainsFunc(t.breaches, func(c count) bool { return c.judge() != Held })
}

// trials are the windows of the stretches that tell what a unit does at a rate:
// whole ones whose load was delivered, and which do not owe their queue to
// another rate.
func (r run) trials(stretches []stretch, q Question) []trial {
	var trials []trial
	backlog := largestBacklog(q.Objectives, r.calm)
	for _, st := range stretches {
		for _, piece := range pieces(st.Span, q) {
			inherited := r.queued(piece.From, backlog, q.Objectives)
			for i, window := range tile(piece.Span, trialWindow) {
				inherited = inherited && r.queued(window.From, backlog, q.Objectives)
				settling := piece.flat && i == 0 && piece.length() >= 3*trialWindow
				if inherited || settling || window.length() < trialWindow {
					continue
				}
				inherited = !piece.flat && r.queued(window.To, backlog, q.Objectives)
				if sent := r.sending(window); sent.planned == 0 || !sent.delivered() {
					continue // answers alone, whose lines of what was sent are lost, tell of no rate
				}
				t := r.trial(window, st, q)
				t.step, t.level, t.slope = ordinal(window.From), ordinal(window.From.Truncate(trialWindow)), !piece.flat
				if piece.flat {
					t.step, t.level = ordinal(piece.From), ordinal(q.sameSince(piece.From))
				}
				trials = append(trials, t)
			}
		}
	}
	return trials
}

func (r run) trial(window Span, st stretch, q Question) trial {
	planned := float64(r.sending(window).planned)
	t := trial{
		rate:  planned / window.length().Seconds() / st.units,
		units: int(st.units), each: planned / st.units,
	}
	for at := window.From; at < window.To; at += time.Second {
		t.most = max(t.most, q.demand(at)/st.units)
	}
	t.most = max(t.most, t.rate)
	for _, o := range q.Objectives {
		t.breaches = append(t.breaches, r.counts(o, window))
	}
	return t
}

// piece is a span of one rate, or a slope.
type piece struct {
	Span
	flat bool
}

// sameRate is by how much the demand of a step's seconds may differ.
const sameRate = 0.02

// pieces cuts a span where the planned rate changes: steps last at least a
// window, what lies between them is slope.
func pieces(span Span, q Question) []piece {
	var found []piece
	add := func(l piece) {
		last := len(found) - 1
		if !l.flat && last >= 0 && !found[last].flat {
			found[last].To = l.To
			return
		}
		found = append(found, l)
	}
	from := time.Duration(ceilSeconds(span.From)) * time.Second
	for from < span.To {
		rate, to := q.demand(from), from+time.Second
		for to < span.To && math.Abs(q.demand(to)-rate) <= sameRate*rate {
			to += time.Second
		}
		to = min(to, span.To)
		add(piece{Span{from, to}, to-from >= trialWindow})
		from = to
	}
	return found
}

// queued reports whether requests of the second before an instant waited so that
// the next ones will: for longer than the largest backlog, or so many of them
// that an objective was broken.
func (r run) queued(at, backlog time.Duration, objectives []Objective) bool {
	return r.waiting(at) > backlog || r.worstVerdict(objectives, Span{at - time.Second, at}) == Failed
}

// ordinal is the number of the second in which an offset lies.
func ordinal(at time.Duration) int { return int(at / time.Second) }

// sameSince is when the planned rate came to what it is in the second that begins
// at an instant.
func (q Question) sameSince(at time.Duration) time.Duration {
	for rate := q.demand(at); at >= time.Second && math.Abs(q.demand(at-time.Second)-rate) <= sameRate*rate; at -= time.Second {
	}
	return at
}

// largestBacklog is how long requests may already wait when a window begins
// that is to tell about its own rate: half the tightest latency limit, or twice
// the calm time where there is none.
func largestBacklog(objectives []Objective, calm time.Duration) time.Duration {
	most := time.Duration(math.MaxInt64)
	for _, o := range objectives {
		if o.Quantile > 0 {
			most = min(most, o.Limit/2)
		}
	}
	if most == math.MaxInt64 {
		return 2 * calm
	}
	return most
}
