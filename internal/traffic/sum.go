package traffic

import (
	"slices"
	"time"
)

// Sum adds curves; its duration is the longest one's. The breakpoints of the
// sum are those of all curves, so it is exact.
func Sum(curves ...Curve) Curve {
	breaks := breakpoints(curves)
	if len(breaks) == 0 {
		return Curve{}
	}
	segments := make([]Segment, len(breaks)-1)
	for i := range segments {
		segments[i].Length = breaks[i+1] - breaks[i]
	}
	for _, c := range curves {
		addTo(segments, breaks, c)
	}
	return NewCurve(segments...)
}

// breakpoints returns the instants at which any of the curves begins, bends,
// jumps or ends, in order and each once.
func breakpoints(curves []Curve) []time.Duration {
	var breaks []time.Duration
	for _, c := range curves {
		if len(c.segments) > 0 {
			breaks = append(breaks, c.starts...)
		}
	}
	slices.Sort(breaks)
	return slices.Compact(breaks)
}

// addTo adds the rates of c to segments, which lie between breaks; every
// breakpoint of c is one of breaks, so each of segments lies within one of c's.
func addTo(segments []Segment, breaks []time.Duration, c Curve) {
	at := 0
	for i := range segments {
		for at < len(c.segments) && c.starts[at+1] <= breaks[i] {
			at++
		}
		if at == len(c.segments) {
			return
		}
		s, start := c.segments[at], c.starts[at]
		segments[i].From += s.rate(breaks[i] - start)
		segments[i].To += s.rate(breaks[i+1] - start)
	}
}
