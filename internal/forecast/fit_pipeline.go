package forecast

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// pipeline is how a metric comes from what units are asked: a reading at t is
//
//	base + slope x (mean of x over [t - delay - window, t - delay])
//
// where x is requests a second of one unit, or of the service. It is found by least
// squares, over a grid of windows and delays.
type pipeline struct {
	base, slope   float64
	window, delay time.Duration
	off           float64 // root of the mean square by which readings are off it
	explained     float64 // share of the readings' variance that it explains
	points        int
}

// The grid, and what is taken where readings do not tell: metrics-server reads every
// 15 s what a kubelet measured within the 15 s before
// (kubernetes/kubernetes#110317).
const (
	gridStep      = 5 * time.Second
	longestWindow = 60 * time.Second
	longestDelay  = 60 * time.Second
	usualWindow   = 15 * time.Second
	usualDelay    = 15 * time.Second
)

// enoughPoints is how many readings a pipeline needs: two for the line, two for the
// grid, and some that could contradict it.
const enoughPoints = 6

// stir is the share of its mean by which a metric must change for that to want an
// explanation.
const stir = 0.1

// gauge is a reading of a metric at an instant.
type gauge struct {
	at    time.Duration
	value float64
}

// gauges are the readings of a metric. One is told where it changed; the first, and the
// first after a gap, may be of any age.
func (f *fitting) gauges(fleet, name string) []gauge {
	var all []gauge
	for i, p := range f.Series(fleet, timeline.MetricOf+name) {
		if i > 0 && p.At > 0 && !f.afresh(fleet, p.At) {
			all = append(all, gauge{time.Duration(p.At), p.Value})
		}
	}
	return all
}

// fitPipeline finds the pipeline of readings; through says that it goes through the
// origin. ok is false where they are too few, or too much alike, to tell.
func fitPipeline(all []gauge, x sums, out sums, through bool) (best pipeline, ok bool) {
	most := 0
	var found []pipeline
	for window := gridStep; window <= longestWindow; window += gridStep {
		for delay := time.Duration(0); delay <= longestDelay; delay += gridStep {
			if p, enough := line(all, x, out, window, delay, through); enough {
				found, most = append(found, p), max(most, p.points)
			}
		}
	}
	best.off = math.Inf(1)
	for _, p := range found {
		if p.points*3 >= most*2 && p.off < best.off-1e-12 { // of a third less, the least is by chance
			best, ok = p, true
		}
	}
	return best, ok
}

// line is the least squares of one window and delay. A window that touches what is
// left out tells nothing.
func line(all []gauge, x sums, out sums, window, delay time.Duration, through bool) (p pipeline, ok bool) {
	p.window, p.delay = window, delay
	var xs, ys []float64
	for _, g := range all {
		w := capacity.Span{From: g.at - delay - window, To: g.at - delay}
		if w.From < 0 || out.over(w) > 1e-9 {
			continue
		}
		xs, ys = append(xs, x.over(w)/window.Seconds()), append(ys, g.value)
	}
	p.points = len(xs)
	if p.points < enoughPoints || alike(xs) {
		return p, false
	}
	p.base, p.slope = regress(xs, ys, through)
	if p.base < 0 {
		p.base, p.slope = regress(xs, ys, true)
	}
	if p.slope <= 0 {
		return p, false
	}
	p.judge(xs, ys)
	return p, true
}

// alike reports whether values do not span a tenth of the largest: a line through them
// would be anyone's.
func alike(xs []float64) bool {
	least, most := xs[0], xs[0]
	for _, x := range xs {
		least, most = min(least, x), max(most, x)
	}
	return most-least < 0.1*most || most == 0
}

// regress is the line of least squares, through the origin or not.
func regress(xs, ys []float64, through bool) (base, slope float64) {
	var n, sx, sy, sxx, sxy float64
	for i, x := range xs {
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+ys[i], sxx+x*x, sxy+x*ys[i]
	}
	if through {
		return 0, sxy / sxx
	}
	slope = (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return (sy - slope*sx) / n, slope
}

// judge says how well the line goes through the points.
func (p *pipeline) judge(xs, ys []float64) {
	var mean, left, whole float64
	for _, y := range ys {
		mean += y / float64(len(ys))
	}
	for i, x := range xs {
		off := ys[i] - p.base - p.slope*x
		left, whole = left+off*off, whole+(ys[i]-mean)*(ys[i]-mean)
	}
	p.off = math.Sqrt(left / float64(len(ys)))
	if p.explained = 1; math.Sqrt(whole/float64(len(ys))) > stir*mean {
		p.explained = 1 - left/whole
	}
}
