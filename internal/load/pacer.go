package load

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// fate is what becomes of an arrival that is due.
type fate int

const (
	goAhead  fate = iota // let go
	tooLate              // dropped: it would be sent too late
	heldBack             // dropped: too many requests are in flight
	overCap              // dropped: the cap on rate or on requests forbids it
	stopped              // sending ended while it waited for room
)

// pacer decides the fate of every arrival at the instant it is due: let go, or
// dropped; to catch up it may first have it wait for room. Only vegeta's
// dispatching goroutine uses it.
type pacer struct {
	ctx    context.Context // its end ends sending
	within context.Context // ends with ctx, and when the cap on duration is reached

	start     time.Time
	schedule  *traffic.Schedule
	caps      Caps
	catchUp   bool
	lateAfter time.Duration
	dropAfter time.Duration
	wait      wait
	flight    *flight
	tally     *tally

	rate    window
	backlog backlog
	sent    uint64
	over    *atomic.Bool // set when sending has ended, which others read

	// The latest stretch in which one arrival after another waited because too
	// many requests were in flight.
	fullFrom, fullUntil time.Time

	ended  time.Duration // offset at which sending ended; read after the attack, as what follows
	cut    bool          // ctx ended it
	capped bool          // the cap on duration did
}

// newPacer returns the pacer of a run until ctx ends, and what releases it.
func (r *run) newPacer(ctx context.Context) (*pacer, context.CancelFunc) {
	within, release := context.WithDeadline(ctx, r.start.Add(r.plan.Caps.Duration))
	return &pacer{
		ctx:       ctx,
		within:    within,
		start:     r.start,
		schedule:  r.plan.Schedule,
		caps:      r.plan.Caps,
		catchUp:   r.plan.CatchUp,
		lateAfter: r.plan.LateAfter,
		dropAfter: r.plan.DropAfter,
		wait:      r.wait,
		flight:    r.flight,
		tally:     r.tally,
		rate:      newWindow(r.plan.Caps.Rate),
		backlog:   newBacklog(r.plan.Caps.Rate),
		over:      &r.over,
	}, release
}

// Pace implements vegeta.Pacer. It returns when the next hit is due, so that vegeta has
// nothing to wait for, and says when there is no more. Each return without stop
// is exactly one hit, and hits is the number vegeta will give it.
func (p *pacer) Pace(_ time.Duration, hits uint64) (wait time.Duration, stop bool) {
	defer func() { p.over.Store(stop) }()
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
		switch f, queued := p.decide(due); f {
		case goAhead:
			p.flight.start(hits, a, due)
			p.tally.letGo(a.Due, queued)
			p.sent++
			return 0, false
		case stopped:
			p.interrupted(a, a.Due)
			return 0, true
		default:
			p.tally.drop(a.Due, f)
		}
	}
}

// Rate implements vegeta.Pacer; an attack does not ask for it.
func (p *pacer) Rate(time.Duration) float64 { return 0 }

// next returns the next arrival before the cap on duration.
func (p *pacer) next() (traffic.Arrival, bool) {
	a, ok := p.schedule.Next()
	if ok && a.Due >= p.caps.Duration {
		p.capped = true
		return a, false
	}
	return a, ok
}

// decide returns the fate of an arrival whose time has come, and whether it had
// to wait because too many requests were in flight. One that is due just before
// the cap on duration and on time is sent, if a little behind it.
func (p *pacer) decide(due time.Time) (f fate, queued bool) {
	now := time.Now()
	lag := now.Sub(due)
	switch {
	case lag > p.lateAfter && p.within.Err() != nil:
		return p.outOfTime(), false
	case p.sent >= p.caps.Requests:
		return overCap, false
	case p.catchUp:
		return p.room(due, lag)
	case lag > p.dropAfter:
		return tooLate, false
	case p.full():
		return heldBack, false
	}
	return p.passRate(due), false
}

// room waits until the caps allow one more request, in flight and by the rate,
// and takes its place.
func (p *pacer) room(due time.Time, lag time.Duration) (f fate, queued bool) {
	if !p.landings(due, lag) {
		return p.outOfTime(), false
	}
	f = p.passRate(due)
	return f, f == goAhead && !due.Before(p.fullFrom) && due.Before(p.fullUntil)
}

// passRate takes the place of one more request under the cap on rate. It waits
// for one where that costs less than jitter, or to catch up until there is one;
// otherwise the arrival is dropped.
func (p *pacer) passRate(due time.Time) fate {
	soon := due.Add(min(jitter, p.dropAfter))
	for {
		now := time.Now()
		at := p.rateRoomAt(due, now)
		patient := p.ctx // it is on time, if a little behind the cap on duration
		switch {
		case !at.After(now):
			p.takeRate(due, now)
			return goAhead
		case at.Before(soon):
		case p.catchUp:
			patient = p.within
		default:
			return overCap
		}
		if !p.wait(patient, at) {
			return p.outOfTime()
		}
	}
}

// rateRoomAt returns the instant from which an arrival may go by the cap on rate.
func (p *pacer) rateRoomAt(due, now time.Time) time.Time {
	room := p.rate.roomAt(now.Sub(p.start))
	if p.spaced(due, now) {
		room = max(room, p.backlog.roomAt())
	}
	return p.start.Add(room)
}

func (p *pacer) takeRate(due, now time.Time) {
	p.rate.take(now.Sub(p.start))
	if p.spaced(due, now) {
		p.backlog.take(now.Sub(p.start))
	}
}

// spaced reports whether an arrival is part of a backlog, which catches up at the
// cap's rate. Where late ones are dropped there is none to speak of.
func (p *pacer) spaced(due, now time.Time) bool {
	return p.catchUp && now.Sub(due) > jitter
}

// landings waits until there is room in flight; false where sending ends before.
// Who was late already when the flight was found full did not wait for that, nor
// did those due before.
func (p *pacer) landings(due time.Time, lag time.Duration) bool {
	if !p.full() {
		return true
	}
	if due.After(p.fullUntil) {
		p.fullFrom = due
		if lag > p.lateAfter {
			p.fullFrom = due.Add(lag)
		}
	}
	for p.full() {
		select {
		case <-p.flight.landed:
		case <-p.within.Done():
			return false
		}
	}
	p.fullUntil = time.Now()
	return true
}

func (p *pacer) full() bool { return p.flight.size() >= p.caps.InFlight }

// outOfTime is the fate of an arrival that cannot be sent before sending ends.
func (p *pacer) outOfTime() fate {
	if p.ctx.Err() != nil {
		return stopped
	}
	p.capped = true
	return p.behind()
}

// behind is the fate of what only waited behind others when sending ended.
func (p *pacer) behind() fate {
	if p.full() {
		return heldBack
	}
	return tooLate
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
		p.tally.drop(a.Due, p.behind())
	}
	p.capped = false
}
