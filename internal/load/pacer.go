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

	rate  window
	sent  uint64
	ended time.Duration // offset at which sending ended; read after the attack
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
		due := p.start.Add(a.Due)
		if !p.wait(p.ctx, due) {
			p.interrupted(a)
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
	return a, ok && a.Due < p.caps.Duration
}

// interrupted ends sending before its time. What was due already and only
// waited behind others is planned all the same, and dropped; what was not due
// yet is not planned.
func (p *pacer) interrupted(a traffic.Arrival) {
	p.ended = time.Since(p.start)
	for ok := true; ok && a.Due < p.ended; a, ok = p.next() {
		p.tally.drop(a.Due)
	}
}
