package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/plan"
)

// riskPanel is the risk curve.
func (p *Planned) riskPanel() *panel {
	first, last := float64(p.Risk[0].Units), float64(p.Risk[len(p.Risk)-1].Units)
	room := max((last-first)*0.03, 0.5)
	percent := func(x float64) string { return figure.ExactShare(x) }
	panel := newPanel(span{end: last}, 0, 1.04, valueTicks{write: percent, most: 4}, false)
	panel.X.Min, panel.X.Max, panel.X.Padding = first-room, last+room, 6
	ticks := p.riskTicks()
	panel.X.Tick.Marker = plot.ConstantTicks(ticks)
	panel.Add(heading{title: "Units against risk", note: "share of simulated airings in which all but " + figure.ExactShare(plan.Unserved) + " is served", above: titleAbove + 14})
	rows := labelled{rowsOf(p.answerMarks()), titleAbove}
	panel.label(rows)
	panel.Add(level{plan.Sure, stroke(trouble, 1.2, 5, 4)})
	var curve, low, high plotter.XYs
	for _, k := range p.Risk {
		x := float64(k.Units)
		curve = append(curve, plotter.XY{X: x, Y: k.Probability})
		low = append(low, plotter.XY{X: x, Y: max(k.Probability-2*k.Error, 0)})
		high = append(high, plotter.XY{X: x, Y: min(k.Probability+2*k.Error, 1)})
	}
	panel.Add(band{lower: low, upper: high, paint: demand, opacity: 0.22}, line{points: curve, style: stroke(demand, 1.6)}, points{curve, p.answerAt()})
	panel.labels = append(panel.labels, label{"asked for " + figure.ExactShare(plan.Sure), plan.Sure, trouble})
	panel.Add(axisName("units"))
	if p.costed() {
		panel.Add(costs{p, ticks})
	}
	return panel
}

// answerMarks is the row of the answer.
func (p *Planned) answerMarks() marks {
	m := marks{name: "", paint: able, rule: stroke(able, lineWidth), room: 260}
	if i := p.answerAt(); i >= 0 {
		k := p.Risk[i]
		words := figure.Count(k.Units) + " units, " + chance(k.Chance)
		if k.Cost != nil {
			words += ", extra cost " + costOf(k.Cost)
		}
		m.list = []mark{{float64(k.Units), words}}
	}
	return m
}

// mostTicks is how many numbers of units are written below the risk curve.
const mostTicks = 12

// riskTicks are points of the curve, so that what they cost is known, not drawn
// between.
func (p *Planned) riskTicks() []plot.Tick {
	var ticks []plot.Tick
	for _, i := range spaced(len(p.Risk), -1, mostTicks) {
		units := p.Risk[i].Units
		ticks = append(ticks, plot.Tick{Value: float64(units), Label: figure.Count(units)})
	}
	return ticks
}

// points are the dots of a curve; one may be the answer.
type points struct {
	at     plotter.XYs
	answer int
}

// Plot implements plot.Plotter.
func (d points) Plot(c draw.Canvas, p *plot.Plot) {
	for i, at := range project(c, p, d.at) {
		paint, radius := demand, vg.Length(2.2)
		if i == d.answer {
			paint, radius = able, 4.5
		}
		disc(c, at, radius, paint)
	}
}

// costs is the second scale below the risk curve.
type costs struct {
	planned *Planned
	ticks   []plot.Tick
}

// Plot implements plot.Plotter.
func (k costs) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	style := letters(tickSize, brown, false)
	style.XAlign, style.YAlign = text.XCenter, text.YTop
	y := c.Min.Y - p.X.Padding - 13
	for _, tick := range k.ticks {
		for _, risk := range k.planned.Risk {
			if float64(risk.Units) == tick.Value && risk.Cost != nil {
				c.FillText(style, vg.Point{X: x(tick.Value), Y: y}, costOf(risk.Cost))
			}
		}
	}
	style.XAlign = text.XLeft
	c.FillText(style, vg.Point{X: c.Max.X + 36, Y: y}, "extra cost")
}
