package awscall

import "time"

// slowest is how far throttling may widen an interval, unless four times what it
// was at first is more.
const slowest = time.Minute

// Pace is the rhythm of one poll.
type Pace struct {
	Next            time.Time // when the next poll is due
	least, interval time.Duration
}

// NewPace returns a rhythm of one beat each interval.
func NewPace(interval time.Duration) Pace { return Pace{least: interval, interval: interval} }

// Interval is the time between beats as it is now.
func (p *Pace) Interval() time.Duration { return p.interval }

// Skip moves to the next beat after now: a poll that took long makes later
// ones neither late nor closer together.
func (p *Pace) Skip(now time.Time) {
	for !p.Next.After(now) {
		p.Next = p.Next.Add(p.interval)
	}
}

// Widen doubles the interval, up to a minute or four times the first one.
func (p *Pace) Widen() { p.interval = min(2*p.interval, max(slowest, 4*p.least)) }

// Narrow takes a quarter off the interval, down to what it was at first. It
// keeps to whole seconds, so that the rhythm stays readable.
func (p *Pace) Narrow() { p.interval = max(p.least, (p.interval * 3 / 4).Truncate(time.Second)) }
