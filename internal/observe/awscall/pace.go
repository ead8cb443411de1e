package awscall

import "time"

// slowest is how many times its first interval throttling may widen one to: one
// poll in so many takes little from who else draws on the same bucket, and scaling
// is over in minutes.
const slowest = 4

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

// Widen doubles the interval, up to four times the first one.
func (p *Pace) Widen() { p.interval = min(2*p.interval, slowest*p.least) }

// Narrow brings the interval back to what it was at first: an answer shows that
// the bucket has tokens again, and what was not seen meanwhile is long already.
func (p *Pace) Narrow() { p.interval = p.least }
