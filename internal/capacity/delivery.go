package capacity

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A run proves something about the target only where the load was delivered:
// at least 99.5 % of what was planned sent over the run and 98 % in any 10 s
// window, and in every such window a lag whose 99th percentile stays below the
// smaller of 20 ms and a tenth of the tightest latency limit. What the target's
// own slowness held back counts as delivered.
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
	if s.Planned == 0 {
		return ""
	}
	if share := deliveredShare(s); share < deliveredInWindow {
		return fmt.Sprintf("only %s of the planned requests were sent", figure.ShareAgainst(share, deliveredInWindow))
	}
	if lag, ok := s.Lag.Quantile(0.99); ok && lag > d.lagLimit {
		return fmt.Sprintf("requests were sent late (lag p99 %s, at most %s is allowed)",
			figure.DurationAgainst(lag, d.lagLimit), figure.ExactDuration(d.lagLimit))
	}
	return ""
}

func deliveredShare(s timeline.Second) float64 {
	return float64(s.Sent+s.HeldBack) / float64(s.Planned)
}

// runShortcoming judges the whole run.
func (r run) runShortcoming(d delivery) string {
	if r.whole.Planned == 0 {
		return "no request was due"
	}
	for _, window := range tile(Span{0, r.end()}, deliveryWindow) {
		if short := d.shortcoming(r.sum(window)); short != "" {
			return fmt.Sprintf("between %s and %s %s", r.clock(window.From), r.clock(window.To), short)
		}
	}
	if share := deliveredShare(r.whole); share < deliveredOverall {
		return fmt.Sprintf("only %s of the planned requests were sent over the run", figure.ShareAgainst(share, deliveredOverall))
	}
	return ""
}

// generator sums up onair's own readings.
func (r run) generator(short string) Generator {
	return Generator{
		CPUMax:             r.highest(timeline.Generator, timeline.CPU),
		RSSMax:             r.highest(timeline.Generator, timeline.RSS),
		OpenConnectionsMax: r.highest(timeline.Generator, timeline.Connections),
		Delivered:          short == "",
		Shortcoming:        short,
	}
}

// highest is the largest reading; nil if there is none.
func (r run) highest(source, name string) *float64 {
	var most *float64
	for _, p := range r.Series(source, name) {
		if most == nil || p.Value > *most {
			most = &p.Value
		}
	}
	return most
}
