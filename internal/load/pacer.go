package load

import (
	"context"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// pacer decides the fate of every arrival at the instant it is due: let go, or
// dropped. Only vegeta's dispatching goroutine uses it.
type pacer struct {
	ctx       context.Context // its end ends sending
	start     time.Time
	schedule  *traffic.Schedule
	caps      Caps
	dropAfter time.Duration
	wait      wait
	flight    *flight
	tally     *tally

	rate   window
	sent   uint64
	ended  time.Duration // offset at which sending ended; read after the attack, as what follows
	cut    bool          // ctx ended it
	capped bool          // the cap on duration did
}

func (r *run) newPacer(ctx context.Context) *pacer {
	return &pacer{
		ctx:       ctx,
		start:     r.start,
		schedule:  r.plan.Schedule,
		caps:      r.plan.Caps,
		dropAfter: r.plan.DropAfter,
		wait:      r.wait,
		flight:    r.flight,
		tally:     r.tally,
		rate:      newWindow(r.plan.Caps.Rate),
	}
}

// Pace implements vegeta.Pacer. It returns when the next hit is due, so that vegeta has
// nothing to wait for, and says when there is no more. Each return without stop
// is exactly one hit, and hits is the number vegeta will give it.
func (p *pacer) Pace(_ time.Duration, hits uint64) (wait time.Duration, stop bool) {
	for {
		a, ok := p.next()
		if !ok {
			p.ended = time.Since(p.start)
			return 0, true
		}
		due, asked := p.start.Add(a.Due), time.Since(p.start)
		if !p.wait(p.ctx, due) {
			p.interrupted(a, asked)
			return 0, true
		}
		switch now := time.Now(); {
		case now.Sub(due) > p.dropAfter:
			p.tally.drop(a.Due)
		case p.flight.size() >= p.caps.InFlight:
			p.tally.holdBack(a.Due)
		case p.sent >= p.caps.Requests || !p.rate.take(now.Sub(p.start)):
			p.tally.drop(a.Due)
		default:
			p.flight.start(hits, a, due)
			p.tally.letGo(a.Due)
			p.sent++
			return 0, false
		}
	}
}

// Rate implements vegeta.Pacer; an attack does not ask for it.
func (p *pacer) Rate(time.Duration) float64 { return 0 }

// next returns the next arrival before the cap on duration.
func (p *pacer) next() (traffic.Arrival, bool) {
	a, ok := p.schedule.Next()
	p.capped = ok && a.Due >= p.caps.Duration
	return a, ok && !p.capped
}

// interrupted ends sending before its time, while it waited for arrival a since
// asked. What was due already then, and only waited behind others, is planned all
// the same, and dropped; sending ended before anything that was still to come.
func (p *pacer) interrupted(a traffic.Arrival, asked time.Duration) {
	p.ended, p.cut = time.Since(p.start), true
	if a.Due > asked {
		p.ended = min(p.ended, a.Due)
	}
	for ok := true; ok && a.Due < p.ended; a, ok = p.next() {
		p.tally.drop(a.Due)
	}
	p.capped = false
}
