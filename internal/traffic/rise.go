package traffic

import "time"

// SteepestRise returns the largest growth of the rate within any one second
// (a jump counts) and the start of that second, which is what an autoscaler
// and a pool of connections have to follow. That a run begins at some rate is
// no growth.
//
// The growth from t to u is linear between breakpoints in both, so it is
// largest where t or u is a breakpoint: it is enough to try the seconds that
// begin or end at one.
func (c Curve) SteepestRise() (growth float64, at time.Duration) {
	for i := range c.segments {
		for _, from := range [...]time.Duration{c.starts[i], c.starts[i+1] - time.Second} {
			if g := c.growth(max(from, 0)); g > growth {
				growth, at = g, max(from, 0)
			}
		}
	}
	return growth, at
}

// growth returns the largest growth within the second from t, where the second
// may begin just before or just after a jump at t and, to stay one second long,
// then also ends just before or just after a jump at t + 1 s.
func (c Curve) growth(t time.Duration) float64 {
	before, after := c.sides(t)
	endBefore, endAfter := c.sides(t + time.Second)
	highest := endBefore
	for i := c.at(t) + 1; i < len(c.segments) && c.starts[i] < t+time.Second; i++ {
		highest = max(highest, c.segments[i-1].To, c.segments[i].From)
	}
	return max(max(highest, after)-before, max(highest, endAfter)-after)
}
