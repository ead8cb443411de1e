package report

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
)

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
	return word + " " + p.Instants.Air.Add(time.Duration(at*float64(time.Second))).Format(p.clock())
}

// clock is how the picture writes times of day: with their zone where the clocks
// change in what it shows.
func (p *Planned) clock() string {
	if p.clocksChange() {
		return "15:04 MST"
	}
	return "15:04"
}

func (p *Planned) clocksChange() bool {
	if p.Instants == nil {
		return false
	}
	at := func(seconds float64) string {
		zone, _ := p.Instants.Air.Add(time.Duration(seconds * float64(time.Second))).Zone()
		return zone
	}
	return at(p.from()) != at(p.to())
}

// airTicks are the clock's where it is known, else the time from the airing. They
// are not those of the run, so that the page does not zoom this picture with it.
type airTicks struct {
	air   *time.Time
	zoned bool // each tick names its zone
}

// Ticks implements plot.Ticker.
func (t airTicks) Ticks(from, to float64) []plot.Tick {
	const most = 6
	if t.air != nil {
		ticks := clockTicks{span{start: *t.air, end: to}, most}.Ticks(from, to)
		for i := 0; t.zoned && i < len(ticks); i++ {
			ticks[i].Label = t.air.Add(time.Duration(ticks[i].Value * float64(time.Second))).Format("15:04 MST")
		}
		return ticks
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
	panel.X.Tick.Marker = airTicks{p.air(), p.clocksChange()}
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
	if air := p.air(); air != nil && !p.clocksChange() {
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
	if behind := p.Model.Service.Ceiling; p.refused() && behind > 0 {
		panel.Add(line{points: flat(p.from(), p.to(), behind), style: stroke(trouble, 1.2, 5, 4)})
		panel.labels = append(panel.labels, label{name("behind", behind), behind, trouble})
	}
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
