package traffic

import (
	"math"
	"slices"
	"sort"
	"time"
)

// Segment is a stretch of a Curve on which the rate runs straight from From to
// To, both in requests (or visits) per second and never below zero.
type Segment struct {
	Length   time.Duration
	From, To float64
}

// rate returns the rate x after the segment's beginning.
func (s Segment) rate(x time.Duration) float64 {
	if x >= s.Length {
		return s.To
	}
	return s.From + (s.To-s.From)*(float64(x)/float64(s.Length))
}

// arrivals returns the integral of the rate over the first x of the segment.
func (s Segment) arrivals(x time.Duration) float64 {
	return (s.From + s.rate(x)) / 2 * x.Seconds()
}

// due inverts arrivals; k lies above 0 and at most at the segment's whole
// integral, give or take rounding.
func (s Segment) due(k float64) time.Duration {
	slope := (s.To - s.From) / s.Length.Seconds()
	root := math.Sqrt(max(s.From*s.From+2*slope*k, 0))
	seconds := 2 * k / (s.From + root)
	if !(seconds < s.Length.Seconds()) {
		return s.Length
	}
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

// Curve is a planned rate of requests, or of visits, over time: piecewise linear
// and possibly with jumps, from offset 0 until its duration; outside it the rate
// is 0. The zero value is an empty curve. Curves are immutable and may be shared.
type Curve struct {
	segments []Segment
	starts   []time.Duration // of each segment, and the end of the last
	sums     []float64       // the integral from 0 to each of starts
}

// NewCurve joins segments. Those without length are left out: they are how a
// jump is sometimes written. A rate below zero counts as zero, and so does
// what is no number.
func NewCurve(segments ...Segment) Curve {
	c := Curve{
		segments: make([]Segment, 0, len(segments)),
		starts:   make([]time.Duration, 1, len(segments)+1),
		sums:     make([]float64, 1, len(segments)+1),
	}
	for _, s := range segments {
		if s.Length > 0 {
			c.add(Segment{s.Length, rate(s.From), rate(s.To)})
		}
	}
	return c
}

// rate makes r a possible rate.
func rate(r float64) float64 {
	if r > 0 {
		return r
	}
	return 0
}

// add appends s to a curve that is still being made.
func (c *Curve) add(s Segment) {
	last := len(c.segments)
	c.segments = append(c.segments, s)
	c.starts = append(c.starts, c.starts[last]+s.Length)
	c.sums = append(c.sums, c.sums[last]+s.arrivals(s.Length))
}

// Segments returns a copy of the curve's pieces in order of time.
func (c Curve) Segments() []Segment { return slices.Clone(c.segments) }

// Duration returns the offset at which the curve ends.
func (c Curve) Duration() time.Duration {
	if len(c.segments) == 0 {
		return 0
	}
	return c.starts[len(c.segments)]
}

// Total returns the integral of the whole curve, in requests.
func (c Curve) Total() float64 {
	if len(c.segments) == 0 {
		return 0
	}
	return c.sums[len(c.segments)]
}

// Rate returns the rate at t in requests per second (at a jump, the rate after
// it; at the curve's end, 0).
func (c Curve) Rate(t time.Duration) float64 {
	if t < 0 || t >= c.Duration() {
		return 0
	}
	i := c.at(t)
	return c.segments[i].rate(t - c.starts[i])
}

// at returns the segment that holds t, for t in [0, Duration).
func (c Curve) at(t time.Duration) int {
	return sort.Search(len(c.segments), func(i int) bool { return c.starts[i+1] > t })
}

// sides returns the rates just before and just after t. The curve's own
// beginning and end are no jumps: both sides are the rate inside.
func (c Curve) sides(t time.Duration) (before, after float64) {
	end := c.Duration()
	switch {
	case t <= 0:
		return c.segments[0].From, c.segments[0].From
	case t >= end:
		last := c.segments[len(c.segments)-1].To
		return last, last
	}
	i := c.at(t)
	after = c.segments[i].rate(t - c.starts[i])
	if t == c.starts[i] {
		return c.segments[i-1].To, after
	}
	return after, after
}

// Arrivals returns the integral of the rate from 0 to t, in requests.
func (c Curve) Arrivals(t time.Duration) float64 {
	switch {
	case t <= 0:
		return 0
	case t >= c.Duration():
		return c.Total()
	}
	i := c.at(t)
	return c.sums[i] + c.segments[i].arrivals(t-c.starts[i])
}

// Due returns the first instant at which the integral reaches k, to the
// nanosecond; ok is false if it never does.
func (c Curve) Due(k float64) (t time.Duration, ok bool) {
	switch {
	case k <= 0:
		return 0, true
	case !(k <= c.Total()):
		return 0, false
	}
	i := sort.Search(len(c.segments), func(i int) bool { return c.sums[i+1] >= k })
	return c.dueIn(i, k), true
}

// dueIn is Due for a k that the integral reaches in segment i.
func (c Curve) dueIn(i int, k float64) time.Duration {
	return c.starts[i] + c.segments[i].due(k-c.sums[i])
}

// Peak returns the highest rate and the first instant it is reached.
func (c Curve) Peak() (rate float64, at time.Duration) {
	for i, s := range c.segments {
		if s.From > rate {
			rate, at = s.From, c.starts[i]
		}
		if s.To > rate {
			rate, at = s.To, c.starts[i+1]
		}
	}
	return rate, at
}

// Scale multiplies every rate by factor.
func (c Curve) Scale(factor float64) Curve {
	segments := c.Segments()
	for i := range segments {
		segments[i].From *= factor
		segments[i].To *= factor
	}
	return NewCurve(segments...)
}

// Shift moves the curve to a later time, with a rate of 0 before it; it has no
// place earlier, so that a d below zero does not move it.
func (c Curve) Shift(d time.Duration) Curve {
	if len(c.segments) == 0 {
		return c
	}
	return NewCurve(append([]Segment{{Length: d}}, c.segments...)...)
}

// Clip cuts the curve to [0, end).
func (c Curve) Clip(end time.Duration) Curve {
	if end >= c.Duration() {
		return c
	}
	if end <= 0 {
		return Curve{}
	}
	last := c.at(end)
	segments := c.Segments()[:last+1]
	inside := end - c.starts[last]
	segments[last].To = segments[last].rate(inside)
	segments[last].Length = inside
	return NewCurve(segments...)
}
