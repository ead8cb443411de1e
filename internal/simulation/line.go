package simulation

import (
	"math"
	"time"
)

// line is a Queue at work: a fluid, so that everybody in it waits for what is
// before them at the rate at which it is served.
//
//	 demand ──┐                 ┌──> served
//	          v                 │
//	again ─> (+) ──> [ waits ] ─┤
//	  ^                         │ no room, or no patience
//	  └──── Pause <── Retry ────┴──> lost
type line struct {
	Queue
	waits float64
	again []float64 // requests that come again, by second
	late  float64   // that would come again after the end
}

func newLine(q Queue, seconds int) *line { return &line{Queue: q, again: make([]float64, seconds)} }

func (l *line) clear() {
	l.waits, l.late = 0, 0
	clear(l.again)
}

// second plays one second and says how many requests were offered, served,
// turned away, and of those how many do not come again.
func (l *line) second(now int, demand, saturation float64, units int) (offered, served, refused, lost float64) {
	offered = demand + l.again[now]
	present := l.waits + offered
	served = min(present, saturation)
	l.waits = present - served
	if room := l.room(saturation, units); l.waits > room {
		refused = l.waits - room
		l.waits = room
	}
	again := refused * l.Retry
	if at := now + int(l.Pause/time.Second); at < len(l.again) {
		l.again[at] += again
	} else {
		l.late += again
	}
	return offered, served, refused, refused - again
}

// room is how many may wait.
func (l *line) room(saturation float64, units int) float64 {
	room := math.Inf(1)
	if l.Room > 0 {
		room = l.Room * float64(units)
	}
	if l.Patience > 0 {
		room = min(room, l.Patience.Seconds()*saturation)
	}
	return room
}

// left is who was not served by the end: who waits, and who would come again.
func (l *line) left() float64 { return l.waits + l.late }
