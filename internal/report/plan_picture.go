package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// SVG is the plan's picture.
func (p *Planned) SVG() ([]byte, error) { return p.picture().svg() }

// PNG is the plan's picture, 1200 pixels wide.
func (p *Planned) PNG() ([]byte, error) { return p.picture().png() }

// planPicture is the plan's; nothing where none was made.
func (r *Report) planPicture() picture {
	if r.Plan == nil {
		return picture{}
	}
	return r.Plan.picture()
}

// picture shows the airing, demand against what is held, and below it how the chance
// grows with the units.
//
//	apply    verify air                  release
//	  |        |     |   /\                 |
//	  .--------+---------------held---------.
//	 /         |     |  /  \                |
//	------------------o'----'o------------------ clock
//
//	100 % |              ,--o----o
//	 95 % |- - - - - - -o- - - - - -
//	      |          o  |
//	      +-------------+------------ units
//	                                  cost
func (p *Planned) picture() picture {
	const foot, gap, tall = 40, 64, 178
	air := p.airPanel()
	rows := labelled{p.instantMarks(), titleAbove}
	air.label(rows)
	panels := []*panel{air}
	if len(p.Risk) > 0 {
		panels = append(panels, p.riskPanel())
	}
	for _, panel := range panels {
		panel.Add(lineLabels(panel.labels))
	}
	head := 70 + rows.height()
	height := head + foot + tall*vg.Length(len(panels)) + gap*vg.Length(len(panels)-1)
	return picture{
		height: height,
		about:  "Plan: " + p.pictureTitle() + ". " + sentenceOf(p.pictureNote()),
		draw: func(c draw.Canvas) {
			writeTitle(c, p.pictureTitle(), strings.TrimSuffix(sentenceOf(p.pictureNote()), "."))
			tables := make([][]*plot.Plot, len(panels))
			for i, panel := range panels {
				tables[i] = []*plot.Plot{panel.Plot}
			}
			tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadY: gap}
			for i, row := range plot.Align(tables, tiles, draw.Crop(c, 14, -margin, foot-20, -head)) {
				panels[i].Draw(row[0])
			}
		},
	}
}

func (p *Planned) pictureTitle() string {
	switch {
	case p.refused():
		return "No number of units is enough"
	case p.Enough:
		return "Hold nothing more than there is"
	}
	if p.hoursInTitle() {
		return "Hold " + p.units() + " " + p.hours()
	}
	return "Hold " + p.units()
}

// hoursInTitle says whether the title has room for the hours; else they begin the
// line below.
func (p *Planned) hoursInTitle() bool {
	return p.Instants != nil && fitsTitle("Hold "+p.units()+" "+p.hours())
}

// pictureHours are the hours in fewer words, where no slip is asked for.
func (p *Planned) pictureHours() string {
	if p.Instants != nil || p.Slip > 0 {
		return p.hours()
	}
	return fmt.Sprintf("from %s before to %s after the airing's start", figure.Duration(p.Lead), figure.Duration(p.After))
}

func (p *Planned) pictureNote() string {
	switch {
	case p.refused():
		return "as things are, enough is served in " + p.airings(p.Without)
	case p.Enough:
		return "with today's minimum, enough is served in " + p.airings(p.Held)
	}
	served := "enough is served in " + chance(p.Held) + " of airings, as things are in " + chance(p.Without)
	if p.hoursInTitle() {
		return served
	}
	return p.pictureHours() + ": " + served
}

// The airing's clock: x is in seconds from its earliest start.

// from and to are the ends of what is shown around the airing.
func (p *Planned) from() float64 {
	if !p.holding() {
		return -p.Demand.Airs.Seconds()
	}
	return -p.Lead.Seconds() * 1.08
}

func (p *Planned) to() float64 {
	if !p.holding() {
		return float64(len(p.Band.P50)) - p.Demand.Airs.Seconds() + p.Slip.Seconds()
	}
	return p.released() + 0.08*p.Lead.Seconds()
}

// released is when the units are given back.
func (p *Planned) released() float64 {
	if i := p.Instants; i != nil {
		return i.Release.Sub(i.Air).Seconds()
	}
	return (p.Slip + p.After).Seconds()
}

// applied is when they are asked for.
func (p *Planned) applied() float64 {
	if i := p.Instants; i != nil {
		return i.Apply.Sub(i.Air).Seconds()
	}
	return -p.Lead.Seconds()
}

// verified is when they are all in service.
func (p *Planned) verified() float64 {
	if i := p.Instants; i != nil {
		return i.Verify.Sub(i.Air).Seconds()
	}
	return max(p.applied()/2, -300)
}

// instantMarks are the rows of what is done when, and of the window of the airing.
func (p *Planned) instantMarks() []marks {
	change := marks{name: "change", paint: able}
	look := marks{name: "look", paint: able}
	air := marks{name: "on air", paint: ink, list: []mark{{0, p.stamped("air", 0)}}}
	if p.holding() {
		change.list = []mark{{p.applied(), p.stamped("apply", p.applied())}, {p.released(), p.stamped("release", p.released())}}
		if p.Instants != nil {
			look.list = []mark{{p.verified(), p.stamped("verify", p.verified())}}
		}
	}
	if p.Slip > 0 {
		air.list = append(air.list, mark{p.Slip.Seconds(), p.stamped("latest", p.Slip.Seconds())})
	}
	return rowsOf(change, look, air)
}

// stamped is a word with the time of day, where that is known.
func (p *Planned) stamped(word string, at float64) string {
	if p.Instants == nil {
		return word
	}
	return word + " " + p.Instants.Air.Add(time.Duration(at*float64(time.Second))).Format("15:04")
}

// airTicks are the clock's where it is known, else the time from the airing. They
// are not those of the run, so that the page does not zoom this picture with it.
type airTicks struct{ air *time.Time }

// Ticks implements plot.Ticker.
func (t airTicks) Ticks(from, to float64) []plot.Tick {
	const most = 6
	if t.air != nil {
		return clockTicks{span{start: *t.air, end: to}, most}.Ticks(from, to)
	}
	var ticks []plot.Tick
	step := clockTicks{most: most}.step(to - from)
	for n := math.Ceil(from / step.Seconds()); n*step.Seconds() <= to; n++ {
		ticks = append(ticks, plot.Tick{Value: n * step.Seconds(), Label: fromAir(time.Duration(n) * step)})
	}
	return ticks
}

// fromAir writes a time from the airing.
func fromAir(d time.Duration) string {
	switch {
	case d < 0:
		return "−" + figure.Duration(-d)
	case d > 0:
		return "+" + figure.Duration(d)
	}
	return "air"
}

// held is how many units of a fleet are held, which may be fewer than are ready today,
// and today how many there are.
func (p *Planned) held(f simulation.Fleet) int {
	for _, h := range p.Holds {
		if h.Fleet == f.Name {
			return h.Units
		}
	}
	return f.Start
}

func today(f simulation.Fleet) int { return f.Start }

// airPanel is demand against what the units sustain.
func (p *Planned) airPanel() *panel {
	sinceAir := func(rates []float64) plotter.XYs { return moved(inMiddles(rates), -p.Demand.Airs.Seconds()) }
	low, mid, high := sinceAir(p.Band.P5), sinceAir(p.Band.P50), sinceAir(p.Band.P95)
	certain := slices.Equal(p.Band.P5, p.Band.P95)
	before, with := sustained(p.Model.Service, today), sustained(p.Model.Service, p.held)
	asked := highest(high)
	top := max(asked, min(max(with, before), 2.2*asked), 1) * 1.08
	note := "requests a second"
	if !certain {
		note += "; band: 9 of 10 airings"
	}
	if p.Slip > 0 {
		note += "; grey: it may start"
	}
	panel := newPanel(span{end: p.to()}, 0, top, valueTicks{write: figure.Scaled, most: 4}, false)
	panel.X.Min, panel.X.Max, panel.X.Padding = p.from(), p.to(), 6
	panel.X.Tick.Marker = airTicks{p.air()}
	panel.Add(heading{title: "The airing", note: note, above: labelled{rows: p.instantMarks()}.height() + titleAbove + 2})
	if p.Slip > 0 {
		panel.Add(column{0, p.Slip.Seconds(), axis})
	}
	if !certain {
		panel.Add(band{lower: low, upper: high, paint: demand, opacity: 0.22})
	}
	p.addCapacity(panel, before, with)
	if p.Slip > 0 {
		panel.Add(line{points: within(moved(mid, p.Slip.Seconds()), p.to()), style: stroke(pale, 1.2, 4, 3)})
	}
	mid = within(mid, p.to())
	panel.Add(line{points: mid, style: stroke(demand, lineWidth)})
	if n := len(mid); n > 0 {
		panel.labels = append(panel.labels, label{"demand", mid[n-1].Y, demand})
	}
	p.nameClock(panel)
	return panel
}

// air is the earliest start; nil: not known.
func (p *Planned) air() *time.Time {
	if p.Instants == nil {
		return nil
	}
	return &p.Instants.Air
}

// nameClock says what the clock shows.
func (p *Planned) nameClock(panel *panel) {
	if air := p.air(); air != nil {
		zone, _ := air.Zone()
		panel.Add(axisName(zone))
	}
}

// addCapacity draws what the units sustain: those of today, and those that are held.
func (p *Planned) addCapacity(panel *panel, before, with float64) {
	name := func(word string, rate float64) string {
		text := word + " " + figure.Rate(rate)
		if rate > panel.Y.Max {
			text += " ↑"
		}
		return text
	}
	flat := func(from, to, y float64) plotter.XYs { return plotter.XYs{{X: from, Y: y}, {X: to, Y: y}} }
	if math.IsInf(before, 1) {
		return
	}
	panel.Add(line{points: flat(p.from(), p.to(), before), style: stroke(muted, 1.2, 5, 4)})
	panel.labels = append(panel.labels, label{name("today", before), before, muted})
	if !p.holding() {
		return
	}
	panel.Add(line{points: plotter.XYs{{X: p.applied(), Y: before}, {X: p.verified(), Y: with}}, style: stroke(able, lineWidth, 3, 3)})
	panel.Add(line{points: plotter.XYs{{X: p.verified(), Y: with}, {X: p.released(), Y: with}, {X: p.released(), Y: before}}, style: stroke(able, lineWidth)})
	panel.labels = append(panel.labels, label{name("held", with), with, able})
}

// moved shifts points to the right.
func moved(points plotter.XYs, by float64) plotter.XYs {
	out := slices.Clone(points)
	for i := range out {
		out[i].X += by
	}
	return out
}

// within leaves out what lies to the right of an end: a line would go on at the edge.
func within(points plotter.XYs, end float64) plotter.XYs {
	return slices.DeleteFunc(slices.Clone(points), func(p plotter.XY) bool { return p.X > end })
}

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
