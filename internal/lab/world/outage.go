package world

import "time"

// InForce returns the first of outages that is in force at an instant, told as
// the time since the world began; nil where none is.
func InForce(outages []Outage, at time.Duration) *Outage {
	for i := range outages {
		if o := &outages[i]; o.At <= at && at < o.End() {
			return o
		}
	}
	return nil
}

// NextOutage returns when the next of outages after an instant begins, both
// told as the time since the world began; ok is false where none is to come.
func NextOutage(outages []Outage, after time.Duration) (at time.Duration, ok bool) {
	for _, o := range outages {
		if o.At > after && (!ok || o.At < at) {
			at, ok = o.At, true
		}
	}
	return at, ok
}

// End is when the outage is over, as the time since the world began.
func (o Outage) End() time.Duration { return o.At + o.For }
