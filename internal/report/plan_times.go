package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// shortest is what is worth a word among minutes.
const shortest = 100 * time.Millisecond

// leadOf says what the time between apply and the airing is made up of.
func (p *Planned) leadOf() string {
	l, unit := p.Stages.Lead(), "a pod of "
	if strings.HasPrefix(p.Slowest, "asg/") {
		unit = "an instance of "
	}
	var words []string
	for _, part := range []struct {
		lasts time.Duration
		what  string
	}{
		{l.Scheduler, "for a scheduler that is late"},
		{l.Nodes, "for a node"},
		{l.Unit, "for " + unit + p.Slowest},
		{l.Balancer, "for the load balancer"},
		{l.Spare, "to spare"},
	} {
		if part.lasts >= shortest {
			words = append(words, figure.Duration(part.lasts)+" "+part.what)
		}
	}
	return strings.Join(words, ", ") + ", to the whole minute"
}

// releaseBy says what release waits for.
func (p *Planned) releaseBy() string {
	sustained := fmt.Sprintf("%s, which %s sustains", figure.Rate(p.Quiet.Sustains), p.Quiet.By)
	switch {
	case !p.Quiet.Decides:
		return figure.Duration(prescale.HoldAfter) + " after the latest end, to the whole minute"
	case p.Quiet.Assumed:
		return fmt.Sprintf("%s after the latest start, for demand is not below %s, by its end", figure.Duration(p.Quiet.Lasts), sustained)
	}
	return fmt.Sprintf("when demand is below %s, to the whole minute", sustained)
}

// LeadSummary is what lies between apply and the airing, in seconds.
type LeadSummary struct {
	Fleet     string  `json:"fleet"`     // that takes longest
	Scheduler float64 `json:"scheduler"` // how late it may be
	Nodes     float64 `json:"nodes"`     // 0: none is launched
	Unit      float64 `json:"unit"`      // from created, or launched, to ready
	Balancer  float64 `json:"balancer"`  // from ready to in service
	Spare     float64 `json:"spare"`
	Rounded   float64 `json:"rounded"` // to the whole minute
}

func (p *Planned) leadSummary() *LeadSummary {
	l := p.Stages.Lead()
	return &LeadSummary{
		Fleet: p.Slowest, Scheduler: l.Scheduler.Seconds(), Nodes: l.Nodes.Seconds(), Unit: l.Unit.Seconds(),
		Balancer: l.Balancer.Seconds(), Spare: l.Spare.Seconds(), Rounded: (p.Lead - l.Sum()).Seconds(),
	}
}
