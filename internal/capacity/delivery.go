package capacity

import (
	"cmp"
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

// shortcoming says in words why the load of a window was not delivered; empty
// if it was.
func (d delivery) shortcoming(s timeline.Second) string {
	return cmp.Or(unsent(s, deliveredInWindow), d.late(s))
}

// unsent says that less than the least share of what was planned was sent;
// empty if it was not so.
func unsent(s timeline.Second, least float64) string {
	share := deliveredShare(s)
	if share >= least {
		return ""
	}
	return fmt.Sprintf("only %s of the planned requests were sent", figure.ShareAgainst(share, least))
}

// late says that too many requests were sent late; empty if they were not. More
// than 1 % are late exactly where the 99th percentile of the lag is.
func (d delivery) late(s timeline.Second) string {
	late, total := s.Lag.Over(d.lagLimit)-s.Queued, s.Lag.Count()
	if late*100 <= total {
		return ""
	}
	if s.Queued > 0 {
		return fmt.Sprintf("%s of %s requests were sent more than %s late, those not counted that waited for the target",
			figure.Count(late), figure.Count(total), figure.ExactDuration(d.lagLimit))
	}
	lag, _ := s.Lag.Quantile(0.99)
	return fmt.Sprintf("requests were sent late (lag p99 %s, at most %s is allowed)",
		figure.DurationAgainst(lag, d.lagLimit), figure.ExactDuration(d.lagLimit))
}

// deliveredShare is 1 where nothing was planned.
func deliveredShare(s timeline.Second) float64 {
	if s.Planned == 0 {
		return 1
	}
	return float64(s.Sent+s.HeldBack) / float64(s.Planned)
}

// runShortcoming judges the whole run: it says where the load was first not
// delivered, and whose doing that was; both empty if it was delivered.
func (r run) runShortcoming(d delivery) (short, cause string) {
	if r.whole.Planned == 0 {
		return "no request was due", ""
	}
	whole := Span{0, r.end()}
	for _, window := range tile(whole, deliveryWindow) {
		s, place := r.sum(window), fmt.Sprintf("between %s and %s ", r.clock(window.From), r.clock(window.To))
		if text := unsent(s, deliveredInWindow); text != "" {
			return place + text, r.unsentCause(window, d)
		}
		if text := d.late(s); text != "" {
			return place + text, r.lateCause(window, d)
		}
	}
	if text := unsent(r.whole, deliveredOverall); text != "" {
		return text + " over the run", r.unsentCause(whole, d)
	}
	return "", ""
}
