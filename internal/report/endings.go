package report

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// endings rule off the instants at which sending ended before its time: a guard
// fired, a cap forbade more, the user stopped the run.
type endings []mark

// endings are the events that ended sending, each in a few words.
func (r *Report) endings() endings {
	var list endings
	for _, e := range r.Timeline.Events {
		switch e.Kind {
		case timeline.GuardFired, timeline.CutShort, timeline.Interrupted:
			words, _, _ := strings.Cut(e.Text, " (")
			list = append(list, mark{e.At.Seconds(), words})
		}
	}
	return list
}

// Plot implements plot.Plotter.
func (e endings) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for _, m := range e {
		at := x(min(max(m.at, p.X.Min), p.X.Max))
		c.StrokeLine2(stroke(trouble, 1.4), at, c.Min.Y, at, c.Max.Y)
	}
}

// row is the endings in words, above a panel.
func (e endings) row(above vg.Length) marks {
	return marks{list: e, name: "ended early", paint: trouble, above: above, room: 320}
}
