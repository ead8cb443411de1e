package asg

import "time"

// slowest is how far throttling may widen an interval.
const slowest = time.Minute

// pace is the rhythm of one poll.
type pace struct {
	least, interval time.Duration
	next            time.Time // when the next poll is due
}

func newPace(interval time.Duration) pace { return pace{least: interval, interval: interval} }

// skip moves to the next beat after now: a poll that took long makes later
// ones neither late nor closer together.
func (p *pace) skip(now time.Time) {
	for !p.next.After(now) {
		p.next = p.next.Add(p.interval)
	}
}

func (p *pace) widen() { p.interval = max(p.least, min(2*p.interval, slowest)) }

// narrow keeps to whole seconds, so that the rhythm stays readable.
func (p *pace) narrow() { p.interval = max(p.least, (p.interval * 3 / 4).Truncate(time.Second)) }
