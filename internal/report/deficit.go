package report

import (
	"cmp"
	"math"
	"time"

	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// deficit is an area in which demand passes capacity, between the two as they are
// drawn: demand as a line that joins the middles of seconds, capacity in steps that
// hold for whole ones.
//
//	demand      ,-o-.
//	         ,-o/////`o-.
//	capacity _/|_____|/////`.__
//	           |     |______|
//	          second  a step ends where its second does
type deficit struct{ demand, capacity plotter.XYs }

// deficits finds where demand passes capacity in what the campaign is about: in the
// seconds whose requests are counted, and on the way of the line into them and out
// of them.
func deficits(series []capacity.Moment) []deficit {
	var all areas
	for i, m := range series {
		before, after := i > 0 && series[i-1].At+time.Second == m.At, i+1 < len(series) && m.At+time.Second == series[i+1].At
		from, to := m.Demand, m.Demand // where the second begins and ends
		if before {
			from = (series[i-1].Demand + m.Demand) / 2
		}
		if after {
			to = (m.Demand + series[i+1].Demand) / 2
		}
		counts := short(m)
		x := m.At.Seconds()
		all.half(m, counts || before && short(series[i-1]), plotter.XY{X: x, Y: from}, plotter.XY{X: x + 0.5, Y: m.Demand})
		all.half(m, counts || after && short(series[i+1]), plotter.XY{X: x + 0.5, Y: m.Demand}, plotter.XY{X: x + 1, Y: to})
	}
	return all.found
}

// short reports whether requests of a moment count as beyond capacity.
func short(m capacity.Moment) bool { return m.Rehearsed && m.Beyond() > 0 }

// areas grow from left to right; the last is open where the next may go on.
type areas struct {
	found []deficit
	open  bool
}

// half takes half a second, in which demand is a straight line and capacity one
// value: what of it lies above.
func (a *areas) half(m capacity.Moment, counts bool, from, to plotter.XY) {
	ceiling := cmp.Or(m.Mid, m.High) // as in Moment.Beyond
	if !counts || ceiling == nil || max(from.Y, to.Y) <= *ceiling {
		a.open = false
		return
	}
	if !a.open || from.Y < *ceiling {
		a.found = append(a.found, deficit{})
	}
	a.open = to.Y >= *ceiling
	if crossing := from.X + (to.X-from.X)*(*ceiling-from.Y)/(to.Y-from.Y); from.Y < *ceiling {
		from = plotter.XY{X: crossing, Y: *ceiling}
	} else if to.Y < *ceiling {
		to = plotter.XY{X: crossing, Y: *ceiling}
	}
	d := &a.found[len(a.found)-1]
	d.demand = append(d.demand, from, to)
	d.capacity = append(d.capacity, plotter.XY{X: from.X, Y: *ceiling}, plotter.XY{X: to.X, Y: *ceiling})
}

// bends leaves out the points of a line that make no difference to it.
func bends(points plotter.XYs) plotter.XYs {
	var line plotter.XYs
	for _, p := range points {
		if n := len(line); n > 1 && straight(line[n-2], line[n-1], p) || n == 1 && line[0] == p {
			line = line[:n-1]
		}
		line = append(line, p)
	}
	return line
}

// straight reports whether b lies on the way from a to c, but for what is rounded.
func straight(a, b, c plotter.XY) bool {
	size := math.Abs((c.X-a.X)*(b.Y-a.Y)) + math.Abs((b.X-a.X)*(c.Y-a.Y))
	return math.Abs((b.X-a.X)*(c.Y-b.Y)-(c.X-b.X)*(b.Y-a.Y)) <= 1e-9*size
}
