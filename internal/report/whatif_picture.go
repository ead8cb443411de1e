package report

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/plan"
)

// SVG is the picture of the what-ifs.
func (w *WhatIf) SVG() ([]byte, error) { return w.picture().svg() }

// PNG is the picture of the what-ifs, 1200 pixels wide.
func (w *WhatIf) PNG() ([]byte, error) { return w.picture().png() }

// picture shows the columns one below the other, the one that leaves fewest requests
// unserved first, on one clock and one scale. What is above capacity is filled, and
// beside it stands in large letters in how many airings enough is served. Above them
// stands how the model plays the rehearsal, on a clock of its own.
//
//	min=20  12 ± 3 unserved on average, most units 24
//	|      /\
//	|-----/--\------- capacity           97.2 %
//	|____/    \____   demand             all but 0.1 % served
func (w *WhatIf) picture() picture {
	s := span{start: time.Time{}, end: float64(max(len(w.Band.P50), 1))}
	top := w.top()
	rows := labelled{rowsOf(w.onAir()), titleAbove}
	above := rows.height() + titleAbove
	var panels []*panel
	for i, c := range w.ranked() {
		p := w.columnPanel(s, top, c)
		title := heading{title: c.title(), note: c.lostWords() + " unserved on average, most units " + w.unitWords(c), above: above}
		if i == 0 {
			title.note += "; requests a second"
			p.label(rows)
		} else {
			p.rule(rows.rows)
		}
		p.Add(title)
		panels, above = append(panels, p), titleAbove
	}
	last := panels[len(panels)-1]
	last.X.Tick.Marker, last.X.Padding = elapsedTicks{s.ticks()}, 6
	last.Add(elapsedName{})
	legend, replay := w.legend(), w.replayStrip()
	const titles = 50
	head := titles + replay.height() + 28 + legend.height() + rows.height()
	return picture{
		height: vg.Length(len(panels))*w.panelHeight() + head,
		about:  "What if: " + w.headline() + ". Demand, capacity and what of demand goes unserved, second by second",
		draw: func(canvas draw.Canvas) {
			stack(canvas, panels, head)
			writeTitle(canvas, sentenceOf(w.pictureTitle()), sentenceOf(w.asked()))
			replay.draw(canvas, titles)
			legend.draw(canvas, vg.Point{X: canvas.Min.X + 14, Y: canvas.Max.Y - titles - replay.height() - 8})
		},
	}
}

// panelHeight leaves a picture of many columns no longer than a page, where what stands
// beside a panel has room.
func (w *WhatIf) panelHeight() vg.Length {
	return vg.Length(max(108, min(150, 640/len(w.Columns))))
}

func (w *WhatIf) legend() key {
	airing := "demand in the airing that is typical as is"
	if len(w.Columns) == 1 {
		airing = "demand in a typical airing"
	}
	k := key{{airing, demand}, {"capacity of what is ready", able}, {"unserved", trouble}}
	if w.uncertain() {
		k = append(k, keyEntry{"in 9 of 10 airings", pale})
	}
	return k
}

// uncertain reports whether demand differs between runs.
func (w *WhatIf) uncertain() bool {
	for t, low := range w.Band.P5 {
		if low != w.Band.P95[t] {
			return true
		}
	}
	return false
}

// tallest is how many times as high as demand a panel is for the sake of capacity: any
// higher, and demand were hard to read. beyondMark tells what is above.
const tallest = 1.6

// top is the highest value that every panel shows: all of demand, and of capacity as
// much as leaves demand tall.
func (w *WhatIf) top() float64 {
	asked, can := 1.0, 0.0
	for _, v := range w.Band.P95 {
		asked = max(asked, v)
	}
	for _, c := range w.Columns {
		for t, v := range c.Airing.Demand {
			asked, can = max(asked, v), max(can, c.Airing.Capacity[t])
		}
	}
	return max(asked, min(can, tallest*asked)) * 1.06
}

// onAir are the airings, the first one first.
func (w *WhatIf) onAir() marks {
	m := marks{paint: ink}
	for i, s := range w.Demand.Spots {
		name := "spot " + figure.Count(i+1)
		if i < len(w.Demand.Called) {
			name = w.Demand.Called[i]
		}
		m.list = append(m.list, mark{s.From.Seconds(), name})
	}
	slices.SortStableFunc(m.list, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	return m
}

func (w *WhatIf) columnPanel(s span, top float64, c Column) *panel {
	p := newPanel(s, 0, top, valueTicks{write: figure.Scaled, most: 3}, false)
	if w.uncertain() {
		p.Add(band{lower: inMiddles(w.Band.P5), upper: inMiddles(w.Band.P95), paint: pale, opacity: 0.35})
	}
	t := c.Airing
	for _, piece := range unservedPieces(t.Demand, t.Unserved) {
		p.Add(piece)
	}
	p.Add(line{points: stairs(atBeginnings(t.Capacity), s.end), style: stroke(able, lineWidth)})
	p.Add(line{points: inMiddles(t.Demand), seconds: true, style: stroke(demand, 1.6)})
	p.Add(beyondMark(t.Capacity))
	p.Add(chanceMark{c})
	return p
}

// inMiddles are the values of seconds at their middles, atBeginnings at their
// beginnings.
func inMiddles(values []float64) plotter.XYs {
	points := atBeginnings(values)
	for i := range points {
		points[i].X += 0.5
	}
	return points
}

func atBeginnings(values []float64) plotter.XYs {
	points := make(plotter.XYs, len(values))
	for i, v := range values {
		points[i] = plotter.XY{X: float64(i), Y: v}
	}
	return points
}

// unservedPieces are the areas between demand and what of it is served, one for each
// stretch without a break.
func unservedPieces(demand, unserved []float64) []band {
	var all []band
	for t, lost := range unserved {
		if lost <= 0 {
			continue
		}
		if t == 0 || unserved[t-1] <= 0 {
			all = append(all, band{paint: trouble, opacity: 1})
		}
		b := &all[len(all)-1]
		from, to := float64(t), float64(t+1)
		low := max(demand[t]-lost, 0)
		b.upper = append(b.upper, plotter.XY{X: from, Y: demand[t]}, plotter.XY{X: to, Y: demand[t]})
		b.lower = append(b.lower, plotter.XY{X: from, Y: low}, plotter.XY{X: to, Y: low})
	}
	return all
}

// fitName shortens the name that stands between two parts of a picture's title until
// the title fits.
func fitName(name, before, after string) string {
	const bold = titleSize * 1.06 // as in fitTitle
	style := letters(bold, ink, false)
	return fit(name, bold, pictureWidth-28-style.Width(sentenceOf(before))-style.Width(after))
}

// chanceMark writes beside a panel, large, in how many airings enough is served, and
// below the share that goes unserved and how long capacity was behind, at the median.
type chanceMark struct{ Column }

// Plot implements plot.Plotter.
func (m chanceMark) Plot(c draw.Canvas, _ *plot.Plot) {
	p, _ := m.enough()
	big, small := letters(22, chancePaint(p), true), letters(tickSize, muted, false)
	at := vg.Point{X: c.Max.X + 12, Y: c.Center().Y + 21}
	c.FillText(big, at, m.chance())
	for _, said := range []string{allBut() + " served", "at the median:", "unserved " + unservedShare(m.unserved(middle)), "scale lag " + lagWords(m.lag(middle))} {
		at.Y -= 13
		c.FillText(small, at, fit(said, tickSize, margin-12))
	}
}

// chancePaint is chanceTone's paint.
func chancePaint(p float64) paint {
	switch {
	case p >= plan.Sure:
		return able
	case p < evens:
		return trouble
	}
	return caution
}

// elapsedTicks are round times since the beginning of the demand.
type elapsedTicks struct{ clockTicks }

// Ticks implements plot.Ticker.
func (e elapsedTicks) Ticks(from, to float64) []plot.Tick {
	step := e.step(to - from).Seconds()
	var ticks []plot.Tick
	for x := math.Ceil(from/step) * step; x <= to; x += step {
		ticks = append(ticks, plot.Tick{Value: x, Label: figure.Elapsed(time.Duration(x * float64(time.Second)))})
	}
	return ticks
}

// elapsedName stands at the end of the axis of elapsed times.
type elapsedName struct{}

// Plot implements plot.Plotter.
func (elapsedName) Plot(c draw.Canvas, p *plot.Plot) {
	style := letters(tickSize, muted, false)
	style.YAlign = text.YTop
	descent := p.X.Tick.Label.FontExtents().Descent
	c.FillText(style, vg.Point{X: c.Max.X + 36, Y: c.Min.Y - p.X.Padding + descent}, "min:s")
}
