package report

import (
	"math"

	"gonum.org/v1/plot/plotter"
)

// reduce keeps of points, which are in order of x, what a picture so many
// pixels wide can show: in each column the first, the lowest, the highest and
// the last point, so that no peak is lost however long the run.
func reduce(points plotter.XYs, from, to float64, columns int) plotter.XYs {
	if len(points) <= 2*columns || to <= from {
		return points
	}
	var kept plotter.XYs
	for start := 0; start < len(points); {
		column := columnOf(points[start].X, from, to, columns)
		end := start + 1
		for end < len(points) && columnOf(points[end].X, from, to, columns) == column {
			end++
		}
		kept = append(kept, extremes(points[start:end])...)
		start = end
	}
	return kept
}

func columnOf(x, from, to float64, columns int) int {
	return int(math.Floor((x - from) / (to - from) * float64(columns)))
}

// extremes returns the first, lowest, highest and last point in order, each
// once.
func extremes(points plotter.XYs) plotter.XYs {
	low, high := 0, 0
	for i, p := range points {
		if p.Y < points[low].Y {
			low = i
		}
		if p.Y > points[high].Y {
			high = i
		}
	}
	kept := plotter.XYs{points[0]}
	last := 0
	for _, i := range []int{min(low, high), max(low, high), len(points) - 1} {
		if i > last {
			kept = append(kept, points[i])
			last = i
		}
	}
	return kept
}

// stairs turns points of a step function into the corners of its line, each
// value held until the next point and the last one until end.
func stairs(points plotter.XYs, end float64) plotter.XYs {
	var line plotter.XYs
	for i, p := range points {
		if i > 0 && points[i-1].Y != p.Y {
			line = append(line, plotter.XY{X: p.X, Y: points[i-1].Y})
		}
		if i == 0 || points[i-1].Y != p.Y {
			line = append(line, p)
		}
	}
	if n := len(points); n > 0 && end > line[len(line)-1].X {
		line = append(line, plotter.XY{X: end, Y: points[n-1].Y})
	}
	return line
}

// pieces splits points wherever two are further apart than gap.
func pieces(points plotter.XYs, gap float64) []plotter.XYs {
	var split []plotter.XYs
	for i, p := range points {
		if i == 0 || p.X-points[i-1].X > gap {
			split = append(split, nil)
		}
		split[len(split)-1] = append(split[len(split)-1], p)
	}
	return split
}

func highest(points plotter.XYs) float64 {
	top := 0.0
	for _, p := range points {
		top = max(top, p.Y)
	}
	return top
}
