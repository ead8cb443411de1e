package report

import (
	"fmt"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
)

// replayHeight is that of the strip that shows the replay, replayRoom of what stands
// above and below it.
const (
	replayHeight = vg.Length(52)
	replayRoom   = vg.Length(42)
)

// replayStrip shows how the model plays the rehearsal, above what it says of anything
// else: the ready units of each fleet, measured against those of the median replay,
// beside one another on the rehearsal's own clock.
//
//	hpa/default/web: the rehearsal, played again   units off by 4.2 %
//	8 |        ____        measured
//	  |    ___/- - -       played
//	2 |___/_______________
type replayStrip []*panel

// replayStrip is empty where no second was kept of the replay.
func (w *WhatIf) replayStrip() replayStrip {
	var strip replayStrip
	for _, u := range w.Replay.Units {
		if len(u.Measured) > 0 && len(u.Simulated) > 0 {
			strip = append(strip, replayPanel(u))
		}
	}
	return strip
}

func replayPanel(u forecast.UnitsError) *panel {
	measured, played := ofUnits(u.Measured), ofUnits(u.Simulated)
	s := span{end: float64(max(len(u.Measured), len(u.Simulated)))}
	p := newPanel(s, 0, max(highest(measured), highest(played), 1)*1.1, valueTicks{write: figure.Scaled, most: 2, whole: true}, false)
	p.X.Tick.Marker, p.X.Padding = elapsedTicks{s.ticks()}, 5
	for _, piece := range pieces(measured, 1.5) {
		p.Add(line{points: stairs(piece, piece[len(piece)-1].X+1), style: stroke(able, lineWidth)})
	}
	p.Add(line{points: stairs(played, s.end), style: stroke(scaling, 1.6, 4, 3)})
	off := "not compared, for they never moved"
	if u.Mean != nil {
		off = fmt.Sprintf("off by %s on average", figure.Share(*u.Mean))
	}
	p.Add(heading{
		title: "Rehearsal", above: titleAbove,
		note: fmt.Sprintf("ready units of %s, measured and played again: %s", u.Fleet, off),
	})
	p.labels = []label{{"measured", lastOf(measured), able}, {"played", lastOf(played), scaling}}
	p.Add(lineLabels(p.labels))
	return p
}

// ofUnits are the units of seconds at their beginnings, where they are known.
func ofUnits(units []int) plotter.XYs {
	var points plotter.XYs
	for t, n := range units {
		if n >= 0 {
			points = append(points, plotter.XY{X: float64(t), Y: float64(n)})
		}
	}
	return points
}

func lastOf(points plotter.XYs) float64 {
	if len(points) == 0 {
		return 0
	}
	return points[len(points)-1].Y
}

func (s replayStrip) height() vg.Length {
	return vg.Length(len(s)) * (replayHeight + replayRoom)
}

// draw stacks the strip below a distance from the top of a canvas.
func (s replayStrip) draw(c draw.Canvas, below vg.Length) {
	if len(s) == 0 {
		return
	}
	c.Max.Y -= below
	c.Min.Y = c.Max.Y - s.height()
	stack(c, s, replayRoom-20)
}
