package report

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/figure"
)

// SVG is the comparison's picture.
func (c *Comparison) SVG() ([]byte, error) { return c.picture().svg() }

// PNG is the comparison's picture, 1200 pixels wide.
func (c *Comparison) PNG() ([]byte, error) { return c.picture().png() }

// picture lays the head over the base runs on one clock, the head's: response time,
// and capacity against demand. What base runs span is a pale band, the head a line.
func (c *Comparison) picture() picture {
	s := c.head.span()
	rows := labelled{rowsOf(c.head.onAir()), titleAbove}
	above := rows.height() + titleAbove
	panels := []*panel{c.responsePanel(s, above), c.capacityPanel(s)}
	panels[0].label(rows)
	panels[1].rule(rows.rows)
	for _, p := range panels {
		p.Add(lineLabels(p.labels))
	}
	head := 65 + above
	panels[1].Add(zoneName{s})
	return picture{
		height: 2*165 + head,
		about:  "Comparison: " + c.pictureTitle() + ". Response time, and capacity against demand, of the run over those of its base runs",
		draw: func(canvas draw.Canvas) {
			stack(canvas, panels, head)
			at := func(down vg.Length) vg.Point { return vg.Point{X: canvas.Min.X + 14, Y: canvas.Max.Y - down} }
			canvas.FillText(letters(titleSize, ink, true), at(22), fit(c.pictureTitle(), titleSize*1.06, pictureWidth-28))
			canvas.FillText(letters(tickSize, muted, false), at(38), fit(c.pictureNote(), tickSize, pictureWidth-28))
		},
	}
}

// pictureTitle is the verdict, with the measure that changed most surely.
func (c *Comparison) pictureTitle() string {
	switch changed := append(c.With(compare.Worse), c.With(compare.Better)...); {
	case len(changed) > 0:
		row := rowOf(changed[0])
		if changed[0].Difference == nil {
			return row.Verdict + ": " + row.Name + " " + row.Head
		}
		return row.Verdict + ": " + row.Name + " " + row.Change
	case c.Verdict == compare.Same:
		return "Same"
	case c.Verdict == compare.NotShown:
		return "Not shown worse"
	}
	return "Cannot say"
}

func (c *Comparison) pictureNote() string {
	note := c.Head.Name + " " + c.against()
	if len(c.bases) > 1 {
		note += "; pale: from the lowest to the highest of the base runs"
	}
	return note
}

// extent is what base runs span, second by second.
type extent struct{ low, high plotter.XYs }

// extentOf spans series, each in the order of x; an x that only some have counts.
func extentOf(series []plotter.XYs) extent {
	type ends struct{ low, high float64 }
	at := make(map[float64]ends)
	for _, points := range series {
		for _, p := range points {
			e, ok := at[p.X]
			if !ok {
				e = ends{p.Y, p.Y}
			}
			at[p.X] = ends{min(e.low, p.Y), max(e.high, p.Y)}
		}
	}
	var xs []float64
	for x := range at {
		xs = append(xs, x)
	}
	slices.Sort(xs)
	var e extent
	for _, x := range xs {
		e.low, e.high = append(e.low, plotter.XY{X: x, Y: at[x].low}), append(e.high, plotter.XY{X: x, Y: at[x].high})
	}
	return e
}

// add draws the span as a band, with a hairline for where it has no height; pieces
// further apart than a few seconds are not joined.
func (e extent) add(p *panel, of paint, name string) {
	const gap = 3
	lower, upper := pieces(e.low, gap), pieces(e.high, gap)
	for i := range lower {
		p.Add(band{lower: lower[i], upper: upper[i], paint: of, opacity: 0.3})
	}
	p.Add(line{points: e.low, style: fadedStroke(of, 0.5, 0.8), gap: gap}, line{points: e.high, style: fadedStroke(of, 0.5, 0.8), gap: gap})
	if n := len(e.high); n > 0 {
		p.labels = append(p.labels, label{name, (e.low[n-1].Y + e.high[n-1].Y) / 2, muted})
	}
}

// spans is what a series of the base runs spans, up to the end of the head's clock.
func (c *Comparison) spans(series func(*Report) plotter.XYs, end float64) extent {
	var all []plotter.XYs
	for _, b := range c.bases {
		all = append(all, slices.DeleteFunc(series(b), func(p plotter.XY) bool { return p.X > end }))
	}
	return extentOf(all)
}

// basesName names the band.
func (c *Comparison) basesName() string {
	if len(c.bases) == 1 {
		return "base run"
	}
	return figure.Count(len(c.bases)) + " base runs"
}

func (c *Comparison) responsePanel(s span, above vg.Length) *panel {
	slowest := func(r *Report) plotter.XYs { return r.responses(0.99)[0] }
	bases, own := c.spans(slowest, s.end), slowest(c.head)
	low, high := valueRange(slices.Concat(bases.low, bases.high, own))
	write := func(x float64) string { return figure.Duration(time.Duration(x * float64(time.Second))) }
	p := newPanel(s, 0, max(high, 1e-3)*1.08, valueTicks{write: write, most: 4}, false)
	if low > 0 && high/low > wide {
		from := low / 1.3
		if len(decadeTicks{write}.Ticks(from, high*1.3)) < 2 {
			from = math.Pow(10, math.Floor(math.Log10(from)))
		}
		p = newPanel(s, from, high*1.3, decadeTicks{write}, false)
		p.Y.Scale = plot.LogScale{}
	}
	p.Add(heading{title: "Response time", note: "p99 of each second, due until answered", above: above})
	bases.add(p, demand, c.basesName())
	p.Add(line{points: own, style: stroke(demand, 1.8), seconds: true, gap: 3})
	if n := len(own); n > 0 {
		p.labels = append(p.labels, label{"this run", own[n-1].Y, demand})
	}
	return p
}

func (c *Comparison) capacityPanel(s span) *panel {
	bases, own, asked := c.spans((*Report).capacities, s.end), c.head.capacities(), c.head.planned()
	can := max(highest(bases.high), highest(own))
	top := max(highest(asked), min(can, 2.5*highest(asked)), 1)
	p := newPanel(s, 0, top*1.06, valueTicks{write: figure.Scaled, most: 4}, true)
	p.Add(heading{title: "Capacity", note: "of what was ready, against demand; requests a second", above: titleAbove})
	bases.add(p, able, c.basesName())
	p.Add(line{points: asked, seconds: true, style: stroke(ink, 1.2, 5, 3)})
	p.Add(line{points: own, style: stroke(able, 1.8), seconds: true, gap: 3})
	if n := len(asked); n > 0 {
		p.labels = append(p.labels, label{"demand", asked[n-1].Y, ink})
	}
	if n := len(own); n > 0 {
		p.labels = append(p.labels, label{"this run", own[n-1].Y, able})
	}
	return p
}

// capacities is what was ready could sustain, at the middle of each second where it
// is known.
func (r *Report) capacities() plotter.XYs {
	var points plotter.XYs
	for _, m := range r.Result.Headroom.Series {
		if at := known(m); at != nil {
			points = append(points, plotter.XY{X: m.At.Seconds() + 0.5, Y: *at})
		}
	}
	return points
}

// known is a moment's capacity, or the bound that is known.
func known(m capacity.Moment) *float64 {
	for _, v := range []*float64{m.Mid, m.Low, m.High} {
		if v != nil && !math.IsInf(*v, 0) {
			return v
		}
	}
	return nil
}
