package report

import (
	"cmp"
	"slices"

	"github.com/seed-f864f198/onair/internal/timeline"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curtain greys a stretch of a panel in which something was not observed. What it
// was, and for how long, stands in a row of marks.
type curtain struct{ from, to float64 }

// thinnest is the least width of a curtain: a gap of seconds in a run of hours
// must not vanish.
const thinnest = vg.Length(1)

// Plot implements plot.Plotter.
func (k curtain) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	left, right := x(max(k.from, p.X.Min)), x(min(k.to, p.X.Max))
	box(c, axis.faded(0.3), left, max(right, left+thinnest))
}

func (p *panel) addCurtains(list []curtain) {
	for _, k := range list {
		p.Add(k)
	}
}

// curtains are the times within the run in which any of the sources was not
// observed, united where they overlap.
func (r *Report) curtains(end float64, sources []string) []curtain {
	var list []curtain
	byStart := func(a, b timeline.Gap) int { return cmp.Compare(a.From, b.From) }
	for _, g := range slices.SortedFunc(slices.Values(r.Timeline.Gaps), byStart) {
		from, to := max(g.From.Seconds(), 0), min(g.To.Seconds(), end)
		if !slices.Contains(sources, g.Source) || from >= to {
			continue
		}
		if last := len(list) - 1; last >= 0 && from <= list[last].to {
			list[last].to = max(list[last].to, to)
		} else {
			list = append(list, curtain{from, to})
		}
	}
	return list
}

// measured are the fleets that capacity is drawn from: those with an estimate of
// one unit, or all where none has one.
func (r *Report) measured() []string {
	var measured, all []string
	for _, f := range r.Result.Fleets {
		all = append(all, f.Name)
		if f.PerUnit.Low != nil || f.PerUnit.High != nil {
			measured = append(measured, f.Name)
		}
	}
	if len(measured) == 0 {
		return all
	}
	return measured
}

// observed splits a step function where it was not observed: each piece is the
// corners of its line, from one curtain to the next.
func observed(points plotter.XYs, blind []curtain, end float64) []plotter.XYs {
	var split []plotter.XYs
	from := 0.0
	for _, k := range append(slices.Clone(blind), curtain{end, end}) {
		if piece := held(points, from, k.from); from < k.from && len(piece) > 0 {
			split = append(split, stairs(piece, k.from))
		}
		from = k.to
	}
	return split
}

// held returns a step function from one instant until another, beginning with
// the value that held at the first.
func held(points plotter.XYs, from, to float64) plotter.XYs {
	var kept plotter.XYs
	for _, p := range points {
		switch {
		case p.X >= to:
			return kept
		case p.X <= from:
			kept = plotter.XYs{{X: from, Y: p.Y}}
		default:
			kept = append(kept, p)
		}
	}
	return kept
}
