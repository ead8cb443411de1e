package report

import (
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const markSize = vg.Length(11)

// mark is an instant worth pointing at.
type mark struct {
	at   float64
	text string
}

// marks is one row of marks above a panel. Each has a thin rule through the
// panel and its label behind that, or before it at the right edge; labels never
// overlap: where there is no room the earlier mark keeps its label.
//
//	spots     |CM 1              |CM 2
//	desired      |4→8   |8→12
//	+------------|------|--------------
type marks struct {
	list  []mark
	name  string // of the row, in the right margin
	paint paint
	above vg.Length // of the labels' foot over the panel
	room  vg.Length // that a label may take; 0: 150
}

// Plot implements plot.Plotter.
func (m marks) Plot(c draw.Canvas, p *plot.Plot) {
	if len(m.list) == 0 {
		return
	}
	x, _ := p.Transforms(&c)
	style := letters(markSize, m.paint, false)
	free, room := c.Min.X, m.room
	if room == 0 {
		room = 150
	}
	for _, k := range m.list {
		at := x(min(max(k.at, p.X.Min), p.X.Max))
		label := fit(k.text, markSize, room)
		width := style.Width(label)
		left := at + 3
		if left > c.Max.X+6-width { // behind the rule there is no room
			left = at - 4 - width
		}
		if left < free {
			left = min(at+3, c.Max.X+6-width)
		}
		if left < free || label == "" {
			continue
		}
		c.StrokeLine2(fadedStroke(m.paint, 0.55, 0.8), at, c.Min.Y, at, c.Max.Y+m.above+markSize*0.8)
		c.FillText(style, vg.Point{X: left, Y: c.Max.Y + m.above}, label)
		free = left + width + 8
	}
	if m.name != "" {
		bold := letters(markSize, m.paint, true)
		bold.XAlign = text.XLeft
		c.FillText(bold, vg.Point{X: c.Max.X + 10, Y: c.Max.Y + m.above}, fit(m.name, markSize*1.06, margin-12))
	}
}

// decisions turns the desired count of a fleet into marks. Changes closer than
// apart seconds are told as one: "4→9".
func decisions(desired plotter.XYs, apart float64) []mark {
	type step struct{ at, from, to float64 }
	var steps []step
	for i := 1; i < len(desired); i++ {
		from, to := desired[i-1], desired[i]
		if from.Y == to.Y {
			continue
		}
		if n := len(steps); n > 0 && to.X-steps[n-1].at < apart {
			steps[n-1].to = to.Y
			continue
		}
		steps = append(steps, step{to.X, from.Y, to.Y})
	}
	steps = slices.DeleteFunc(steps, func(s step) bool { return s.from == s.to })
	list := make([]mark, len(steps))
	for i, s := range steps {
		list[i] = mark{s.at, figure.Scaled(s.from) + "→" + figure.Scaled(s.to)}
	}
	return list
}
