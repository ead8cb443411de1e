package traffic

import "time"

// Flat is a constant rate.
func Flat(rate float64, length time.Duration) Curve {
	return NewCurve(Segment{length, rate, rate})
}

// Stage is one step of a hand-made curve.
type Stage struct {
	To   float64       // the rate it ends at, req/s; a hold stays where it is instead
	Over time.Duration // how long it takes; 0 is a jump
	Hold bool
}

// Stages joins steps to a curve that begins at rate from.
func Stages(from float64, stages ...Stage) Curve {
	segments := make([]Segment, 0, len(stages))
	for _, s := range stages {
		to := s.To
		if s.Hold {
			to = from
		}
		segments = append(segments, Segment{s.Over, from, to})
		from = to
	}
	return NewCurve(segments...)
}
