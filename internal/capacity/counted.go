package capacity

import "github.com/seed-f864f198/onair/internal/timeline"

// Windows of all lengths are judged again and again, and what is judged are
// counts. They are kept summed up from the start of the run, so that those of any
// window are a difference, however long the run and many the names of its
// requests:
//
//	second      0    1    2    3    4
//	over        |  3 |  0 |  5 |  1 |
//	summed up   0    3    3    8    9
//	                 '---------'
//	                 window: 8 - 3 = 5

// tally is what requests are to one objective.
type tally struct {
	total, over int64 // requests, and those that break the condition
	failed      int64 // of those the objective is about
	lost        int64 // sent and never accounted for, in a run that was killed
	heldBack    int64 // never sent, since the target kept too many others waiting
}

func (a tally) plus(b tally) tally {
	return tally{a.total + b.total, a.over + b.over, a.failed + b.failed, a.lost + b.lost, a.heldBack + b.heldBack}
}

func (a tally) minus(b tally) tally {
	return tally{a.total - b.total, a.over - b.over, a.failed - b.failed, a.lost - b.lost, a.heldBack - b.heldBack}
}

// count is the tally of one stretch with the objective it is of.
type count struct {
	Objective
	tally
}

// counts are the requests of a span that an objective is about. The seconds are
// gone through when it is first asked about.
func (r run) counts(o Objective, span Span) count {
	sums, ok := r.tallies[o]
	if !ok {
		sums = make([]tally, 1, len(r.seconds)+1)
		for n, s := range r.seconds {
			sums = append(sums, sums[n].plus(o.tally(s)))
		}
		r.tallies[o] = sums
	}
	return count{o, sums[r.last(span)].minus(sums[r.first(span)])}
}

// sending is what was sent of the load of a span.
func (r run) sending(span Span) sending {
	return r.sendings[r.last(span)].minus(r.sendings[r.first(span)])
}

// worstVerdict judges all objectives over one span, whether or not they ask to be
// judged during spots only: failed if any failed, held if all held.
func (r run) worstVerdict(objectives []Objective, span Span) string {
	verdict := Held
	for _, o := range objectives {
		switch r.counts(o, span).judge() {
		case Failed:
			return Failed
		case Undecided:
			verdict = Undecided
		}
	}
	return verdict
}

// tally counts the requests of s that an objective is about. A request that
// failed has no response time that could hold: however fast the error came, it
// breaches. So does an arrival that could not be sent because the target kept
// too many others waiting.
func (o Objective) tally(s timeline.Second) tally {
	t := tally{failed: s.Failed, lost: s.Unanswered(), heldBack: s.HeldBack}
	if o.Quantile == 0 {
		t.total, t.over = s.Sent+s.HeldBack, s.Failed+s.HeldBack
		return t
	}
	var failed int64
	for name, h := range s.Response {
		if o.isAbout(name) {
			t.total, t.over = t.total+h.Count(), t.over+h.Over(o.Limit)
		}
	}
	for name, h := range s.Failures {
		if o.isAbout(name) {
			failed += h.Count()
		}
	}
	t.total, t.over = t.total+failed, t.over+failed
	if o.Request == "" {
		t.total, t.over = t.total+s.HeldBack, t.over+s.HeldBack
	} else {
		t.failed = failed
	}
	return t
}

// isAbout reports whether the objective judges the requests of a name.
func (o Objective) isAbout(name string) bool { return o.Request == "" || o.Request == name }

// judge says what the requests prove about the condition. Those that were lost
// may have broken it.
func (c count) judge() string {
	verdict := judge(c.total, c.over, c.allowed())
	if c.lost <= 0 || verdict != Held {
		return verdict
	}
	total := c.total
	if c.Quantile > 0 {
		total += c.lost
	}
	if judge(total, c.over+c.lost, c.allowed()) != Held {
		return Undecided
	}
	return verdict
}
