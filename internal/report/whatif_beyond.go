package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/figure"
)

// beyondMark says of capacity above a panel's top, whose line lies on the edge, how
// much it is. It stands where capacity is there longest, at the end, for demand is
// highest at the beginning.
//
//	--------------.           .---
//	     977/s ↑  |           |
//	              '-----------'
type beyondMark []float64 // capacity by seconds

// Plot implements plot.Plotter.
func (m beyondMark) Plot(c draw.Canvas, p *plot.Plot) {
	text, from, to := m.told(p.Y.Max)
	if text == "" {
		return
	}
	x, _ := p.Transforms(&c)
	style := letters(markSize, able, true)
	width := style.Width(text)
	at := x(float64(to)) - markRest - width
	if at < x(float64(from)) { // the stretch is too short to stand under
		at = x(float64(to)) + markRest
	}
	at = min(max(at, c.Min.X), c.Max.X-width)
	c.FillText(style, vg.Point{X: at, Y: c.Max.Y - 13}, text)
}

// told is what is above a top, at most, and the longest stretch of it, from a second
// until another; empty where nothing is.
func (m beyondMark) told(top float64) (text string, from, to int) {
	low, high, begun := 0.0, 0.0, 0
	for t, v := range m {
		if v <= top {
			begun = t + 1
			continue
		}
		if high == 0 {
			low = v
		}
		low, high = min(low, v), max(high, v)
		if t+1-begun > to-from {
			from, to = begun, t+1
		}
	}
	if high == 0 {
		return "", 0, 0
	}
	return figure.Interval(&low, &high, figure.Rate) + " ↑", from, to
}
