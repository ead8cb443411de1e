package traffic

import "time"

// Bin is a count of requests over a stretch of time.
type Bin struct {
	Start    time.Time
	Length   time.Duration
	Requests float64
}

// SliceBins returns the bins that begin at from or later and before to; the
// zero time leaves that side open.
func SliceBins(bins []Bin, from, to time.Time) []Bin {
	first, end := 0, len(bins)
	for first < end && !from.IsZero() && bins[first].Start.Before(from) {
		first++
	}
	for end > first && !to.IsZero() && !bins[end-1].Start.Before(to) {
		end--
	}
	return bins[first:end]
}

// Replay turns bins into constant-rate segments. Speed compresses time and
// keeps rates: a bin of R requests over L has the rate R/L x scale and lasts
// L/speed; both are above 0. At speed 1 and scale 1 every bin so keeps its exact count.
func Replay(bins []Bin, speed, scale float64) Curve {
	segments := make([]Segment, 0, len(bins))
	var played, planned time.Duration
	for _, b := range bins {
		rate := b.Requests / b.Length.Seconds() * scale
		// Lengths are differences of rounded ends, so that rounding never adds up.
		planned += b.Length
		end := time.Duration(float64(planned)/speed + 0.5)
		segments = append(segments, Segment{end - played, rate, rate})
		played = end
	}
	return NewCurve(segments...)
}
