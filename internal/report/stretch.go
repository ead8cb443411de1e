package report

import (
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// stretch is a time without a break in which the same bounds of the capacity
// are known. Nothing is drawn between two stretches.
//
//	   high ___            ___
//	---mid-/          ----/
//	---low            ----
//	|      |  unknown |    |
//	from  end         from end
type stretch struct {
	low, mid, high plotter.XYs // one point a second; empty where unknown
	end            float64     // in seconds from the start of the run
}

// stretches splits the moments where knowledge of the capacity comes, changes
// or goes.
func stretches(moments []capacity.Moment) []stretch {
	var all []stretch
	var before capacity.Moment
	for _, m := range moments {
		if m.Low == nil && m.Mid == nil && m.High == nil {
			before = m
			continue
		}
		if len(all) == 0 || !sameBounds(before, m) || m.At > before.At+time.Second {
			all = append(all, stretch{})
		}
		all[len(all)-1].add(m)
		before = m
	}
	return all
}

func sameBounds(a, b capacity.Moment) bool {
	return (a.Low == nil) == (b.Low == nil) && (a.Mid == nil) == (b.Mid == nil) && (a.High == nil) == (b.High == nil)
}

func (s *stretch) add(m capacity.Moment) {
	s.end = (m.At + time.Second).Seconds()
	with := func(points plotter.XYs, value *float64) plotter.XYs {
		if value == nil {
			return points
		}
		return append(points, plotter.XY{X: m.At.Seconds(), Y: *value})
	}
	s.low, s.mid, s.high = with(s.low, m.Low), with(s.mid, m.Mid), with(s.high, m.High)
}

// shown is the line that stands for the capacity: its middle, or the only bound
// that is known.
func (s stretch) shown() (name string, points plotter.XYs, style draw.LineStyle) {
	switch {
	case len(s.mid) > 0:
		return "capacity", s.mid, stroke(able, lineWidth)
	case len(s.high) == 0:
		return "at least", s.low, stroke(able, lineWidth, 6, 3)
	case len(s.low) == 0:
		return "at most", s.high, stroke(able, lineWidth, 6, 3)
	}
	return "", nil, draw.LineStyle{}
}
