package world

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// unit serves requests: a number of slots, and a first-come queue in front of them. It has no goroutine;
// whoever brings a request, or has been served, moves the queue on.
//
// A slot has its own clock. While requests wait, a service begins at the instant at which the one before
// ideally ended, not at that at which its goroutine woke up, and every caller sleeps until its own ideal
// end. So the millisecond by which timers are late shows once in a response and never adds up:
//
//	ideal    |--- a ---|--- b ---|--- c ---|
//	woken    |--- a ----|            a answers late, b ends when it should
//	         |          |-- b ----|
type unit struct {
	name   string
	header http.Header // of every answer; shared, so never changed
	clock  func() int64
	calls  *sync.Pool
	limit  int     // requests that may wait
	shared *shared // taken before the unit's own time; nil: nothing

	crashed   chan struct{} // closed when it crashes; nil where none ever does
	withdrawn bool          // no further request reaches it; guarded by World.mu

	mu       sync.Mutex
	draw     func() int64 // the next service time of the unit's own, ns
	free     []int64      // when each slot has done what it was given, by the clock
	waiting  queue
	busy     int64  // sum of the times for which slots were given out so far, waiting for what is shared included
	answered int64  // requests answered or refused
	present  int    // requests inside
	drained  func() // called by the last request to go; nil unless draining
	dead     bool   // it crashed
}

// outcome of bringing a request to a unit.
type outcome int

const (
	served outcome = iota
	refused
	abandoned // the request's context ended first
	cut       // the unit crashed
)

// serve takes a request through the unit.
func (u *unit) serve(ctx context.Context) outcome {
	c, came := u.enter()
	if c == nil {
		return came
	}
	select {
	case <-c.begun:
	default:
		select {
		case <-c.begun:
		case <-ctx.Done():
			u.leave(c)
			return abandoned
		case <-u.crashed:
			u.cutOff(c)
			return cut
		}
	}
	if d := c.end - u.clock(); d > 0 {
		c.timer.Reset(time.Duration(d))
		select {
		case <-c.timer.C:
		case <-ctx.Done():
			c.timer.Stop()
			u.abandon(c)
			return abandoned
		case <-u.crashed:
			c.timer.Stop()
			u.cutOff(c)
			return cut
		}
	}
	u.exit(c, true)
	return served
}

// enter gives the request a slot or a place in the queue; nil, and why, where the queue is full or the unit
// is no more.
func (u *unit) enter() (*call, outcome) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.dead {
		return nil, cut
	}
	now := u.clock()
	u.advance(now)
	if slot := soonest(u.free); u.free[slot] <= now {
		c := u.newCall(now)
		u.begin(slot, c)
		u.present++
		return c, served
	}
	if u.waiting.len >= u.limit {
		u.answered++
		return nil, refused
	}
	c := u.newCall(now)
	u.waiting.push(c)
	u.present++
	return c, served
}

// leave takes a request out of the queue whose context ended, unless it has just begun.
func (u *unit) leave(c *call) {
	u.mu.Lock()
	if c.queued {
		u.waiting.remove(c)
		u.mu.Unlock()
		u.exit(c, false)
		return
	}
	u.mu.Unlock()
	select {
	case <-c.begun:
		u.abandon(c)
	case <-u.crashed:
		u.cutOff(c)
	}
}

// abandon leaves a service that goes on without its caller, as a server works on that does not notice.
// Nobody will be there at its end, so the queue gets a timer of its own.
func (u *unit) abandon(c *call) {
	time.AfterFunc(time.Duration(c.end-u.clock()), func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.advance(u.clock())
	})
	u.exit(c, false)
}

// crash ends the unit and what it has begun; those inside find crashed closed. Call it once.
func (u *unit) crash() {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.clock()
	u.advance(now)
	for slot, f := range u.free {
		u.busy -= max(0, f-now) // given out, never worked
		u.free[slot] = min(f, now)
	}
	for u.waiting.len > 0 {
		u.waiting.pop()
	}
	u.dead = true
	close(u.crashed)
}

// cutOff lets a request go whose unit crashed. It may have begun unnoticed.
func (u *unit) cutOff(c *call) {
	select {
	case <-c.begun:
	default:
	}
	u.exit(c, false)
}

// exit lets a request go and the queue move on.
func (u *unit) exit(c *call, answered bool) {
	u.mu.Lock()
	u.advance(u.clock())
	u.present--
	if answered {
		u.answered++
	}
	done := u.takeDrained()
	u.mu.Unlock()
	u.calls.Put(c)
	if done != nil {
		done()
	}
}

// advance gives every slot that is free by now the next request that waits.
func (u *unit) advance(now int64) {
	for u.waiting.len > 0 {
		slot := soonest(u.free)
		if u.free[slot] > now {
			return
		}
		u.begin(slot, u.waiting.pop())
	}
}

// begin starts a service at the later of the slot's ideal end and the request's arrival: first what all
// units share, then the unit's own time.
func (u *unit) begin(slot int, c *call) {
	began := max(u.free[slot], c.arrived)
	own := began
	if u.shared != nil {
		own = u.shared.take(began)
	}
	c.end = own + u.draw()
	u.free[slot] = c.end
	u.busy += c.end - began
	c.begun <- struct{}{}
}

// soonest is the slot that is free first.
func soonest(free []int64) int {
	slot := 0
	for i, f := range free {
		if f < free[slot] {
			slot = i
		}
	}
	return slot
}

// drain lets the unit finish what it has: it returns true where nothing is inside, else done is called
// once by the last request to go. The caller has taken the unit out of the router; a request that had
// picked it just before is still served.
func (u *unit) drain(done func()) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.present == 0 {
		return true
	}
	u.drained = done
	return false
}

// takeDrained returns what is to be called when the last request of a draining unit has gone.
func (u *unit) takeDrained() func() {
	if u.present > 0 {
		return nil
	}
	done := u.drained
	u.drained = nil
	return done
}

// meter is what a unit has done up to an instant.
type meter struct {
	at       int64 // ns by the clock
	busy     int64 // slot-nanoseconds
	answered int64
}

func (u *unit) meter() meter {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.clock()
	u.advance(now)
	return u.read(now)
}

// peek is the meter without moving the queue on.
func (u *unit) peek() meter {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.read(u.clock())
}

// read is the meter at an instant. The caller holds u.mu.
func (u *unit) read(now int64) meter {
	m := meter{now, u.busy, u.answered}
	for _, f := range u.free {
		m.busy -= max(0, f-now) // given out, not yet worked
	}
	return m
}

// utilisation is the mean share of busy slots between two meters.
func (u *unit) utilisation(from, to meter) float64 {
	if to.at <= from.at {
		return 0
	}
	return float64(to.busy-from.busy) / float64(to.at-from.at) / float64(len(u.free))
}

// rate is the answers per second between two meters, refusals included: a server counts both.
func (u *unit) rate(from, to meter) float64 {
	if to.at <= from.at {
		return 0
	}
	return float64(to.answered-from.answered) / time.Duration(to.at-from.at).Seconds()
}

// call is one request inside a unit. Calls are used again, with their timer and channel.
type call struct {
	arrived, end int64
	begun        chan struct{} // holds one token from the instant end is known
	timer        *time.Timer
	queued       bool
	prev, next   *call
}

func newCalls() *sync.Pool {
	return &sync.Pool{New: func() any {
		t := time.NewTimer(time.Hour)
		t.Stop()
		return &call{begun: make(chan struct{}, 1), timer: t}
	}}
}

func (u *unit) newCall(now int64) *call {
	c := u.calls.Get().(*call)
	c.arrived, c.end = now, 0
	return c
}

// queue is a doubly linked list, so that a request may leave from the middle.
type queue struct {
	first, last *call
	len         int
}

func (q *queue) push(c *call) {
	c.queued, c.prev, c.next = true, q.last, nil
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
	q.len++
}

func (q *queue) pop() *call {
	c := q.first
	q.remove(c)
	return c
}

func (q *queue) remove(c *call) {
	if c.prev == nil {
		q.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		q.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.queued, c.prev, c.next = false, nil, nil
	q.len--
}
