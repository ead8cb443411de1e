package capacity

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A run proves something about the target only where the load was delivered:
// at least 99.5 % of what was planned sent over the run and 98 % in any 10 s
// window, and in every such window at most 1 % of the requests sent later than
// the smaller of 20 ms and a tenth of the tightest latency limit. What the
// target's own slowness held back counts as delivered, and what it made wait as
// on time (blame.go). Whose doing the rest was is told in cause.go; it decides
// nothing.
const (
	deliveredOverall  = 0.995
	deliveredInWindow = 0.98
	deliveryWindow    = 10 * time.Second
	largestLag        = 20 * time.Millisecond
)

// delivery is the rule as it applies to one run's objectives.
type delivery struct{ lagLimit time.Duration }

func newDelivery(objectives []Objective) delivery {
	limit := largestLag
	for _, o := range objectives {
		if o.Quantile > 0 {
			limit = min(limit, o.Limit/10)
		}
	}
	return delivery{limit}
}

// sending is what was sent of a load, and how late.
type sending struct {
	planned, sent int64 // what the target held back counts as sent
	timed, late   int64 // requests whose lag is known, and those of them that came too late, but not for waiting for the target
}

func (d delivery) of(s timeline.Second) sending {
	return sending{s.Planned, s.Sent + s.HeldBack, s.Lag.Count(), s.Lag.Over(d.lagLimit) - s.Queued}
}

// sumUp gives, for every second, what was sent before it.
func (d delivery) sumUp(seconds []timeline.Second) []sending {
	sums := make([]sending, 1, len(seconds)+1)
	for n, s := range seconds {
		sums = append(sums, sums[n].plus(d.of(s)))
	}
	return sums
}

func (a sending) plus(b sending) sending {
	return sending{a.planned + b.planned, a.sent + b.sent, a.timed + b.timed, a.late + b.late}
}

func (a sending) minus(b sending) sending {
	return sending{a.planned - b.planned, a.sent - b.sent, a.timed - b.timed, a.late - b.late}
}

// Delivered reports whether the load of some seconds of a run, a window's, was sent
// as planned but for what the target held back.
func Delivered(seconds []timeline.Second, objectives []Objective) bool {
	rule, sum := newDelivery(objectives), sending{}
	for _, s := range seconds {
		sum = sum.plus(rule.of(s))
	}
	return sum.delivered()
}

// delivered reports whether the load of a window was.
func (a sending) delivered() bool { return a.share() >= deliveredInWindow && !a.tooLate() }

// share is 1 where nothing was planned.
func (a sending) share() float64 {
	if a.planned == 0 {
		return 1
	}
	return float64(a.sent) / float64(a.planned)
}

// tooLate reports whether more than 1 % came too late: exactly where the 99th
// percentile of the lag does.
func (a sending) tooLate() bool { return a.late*100 > a.timed }

// unsent says that less than the least share of what was planned was sent;
// empty if it was not so.
func (a sending) unsent(least float64) string {
	share := a.share()
	if share >= least {
		return ""
	}
	return fmt.Sprintf("only %s of the planned requests were sent", figure.ShareAgainst(share, least))
}

// lateInWords says that the requests of a window were sent too late.
func (d delivery) lateInWords(window timeline.Second) string {
	a := d.of(window)
	if window.Queued > 0 {
		return fmt.Sprintf("%s of %s requests were sent more than %s late, those not counted that waited for the target",
			figure.Count(a.late), figure.Count(a.timed), figure.ExactDuration(d.lagLimit))
	}
	lag, _ := window.Lag.Quantile(0.99)
	return fmt.Sprintf("requests were sent late (lag p99 %s, at most %s is allowed)",
		figure.DurationAgainst(lag, d.lagLimit), figure.ExactDuration(d.lagLimit))
}

// runShortcoming judges the whole run: it says where the load was first not
// delivered, in how many windows it was not, and whose doing the first was; both
// empty if it was delivered.
func (r run) runShortcoming(d delivery) (short, cause string) {
	if r.whole.Planned == 0 {
		return "no request was due", ""
	}
	whole := Span{0, r.end()}
	windows, fell := tile(whole, deliveryWindow), 0
	for _, window := range windows {
		if r.sending(window).delivered() {
			continue
		}
		if fell++; fell == 1 {
			short, cause = r.windowShortcoming(window, d)
		}
	}
	switch {
	case fell > 1:
		return fmt.Sprintf("%s, the first of %s windows of %s that were not delivered", short, figure.Count(fell), figure.Count(len(windows))), cause
	case fell == 1:
		return short, cause
	}
	if text := r.sending(whole).unsent(deliveredOverall); text != "" {
		return text + " over the run", r.unsentCause(whole, d)
	}
	return "", ""
}

// windowShortcoming says how the load of a window was not delivered, and whose doing
// that was.
func (r run) windowShortcoming(window Span, d delivery) (short, cause string) {
	place := fmt.Sprintf("between %s and %s ", r.clock(window.From), r.clock(window.To))
	if text := r.sending(window).unsent(deliveredInWindow); text != "" {
		return place + text, r.unsentCause(window, d)
	}
	return place + d.lateInWords(r.sum(window)), r.lateCause(window, d)
}
