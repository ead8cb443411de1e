package report

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// mostBars is how many units the picture of scaling shows.
const mostBars = 40

// scalingPicture shows how each unit came, stage by stage, and the critical path
// through them; nothing where no unit was told of.
//
//	              short of capacity
//	              |---------------|
//	critical path [metric|decision|place|start|backlog]
//	hpa/default/web  10 of 38 units
//	…q9xgj        [metric|decision|place|start]38 s
//	…t2n4c                 [decision|place|start]31 s
func (r *Report) scalingPicture() picture {
	g := r.gantt()
	if len(g.fleets) == 0 {
		return picture{}
	}
	key := g.key()
	height := 56 + key.height() + ganttRow*vg.Length(g.lines()) + 34
	return picture{
		height: height,
		about:  "Scaling: " + g.title + ". " + g.note,
		draw:   func(c draw.Canvas) { g.draw(c, key) },
	}
}

// gantt is everything the picture of scaling shows.
type gantt struct {
	span        span
	from, to    float64 // what of the run is shown, in seconds from its start
	title, note string
	short       *curtain // when capacity was short, as far as it is shown
	path        []capacity.Leg
	fleets      []ganttFleet
}

type ganttFleet struct {
	title, note string
	bars        []bar
}

// bar is one unit from when more was needed until it served.
type bar struct {
	unit    string
	legs    []capacity.Leg
	came    bool
	awaited bool
}

func (b bar) from() time.Duration { return b.legs[0].From }
func (b bar) to() time.Duration   { return b.legs[len(b.legs)-1].To }

// gantt collects the bars of every fleet.
func (r *Report) gantt() gantt {
	g := gantt{span: r.span()}
	for _, o := range r.Result.Path {
		g.path = append(g.path, capacity.Leg{Span: o.Span, Stage: o.Stage})
	}
	var all [][]bar
	for _, f := range r.Result.Fleets {
		all = append(all, barsOf(f))
	}
	near := g.fit(all)
	shares := shareOut(mostBars, near)
	for i, f := range r.Result.Fleets {
		if len(near[i]) > 0 {
			bars := chosen(near[i], shares[i])
			g.fleets = append(g.fleets, ganttFleet{f.Name, unitsShown(len(bars), len(all[i])), bars})
		}
	}
	g.title, g.note = r.ganttTitle(), "One bar a unit, from when more was needed or decided until it came"
	if s := r.Result.Shortfall; s != nil {
		g.short = &curtain{s.Seconds(), g.to}
		if lag := r.Result.ScaleLag; lag != nil {
			g.short.to = min((*s + *lag).Seconds(), g.to)
		}
		g.note += "; shaded: capacity below demand"
	}
	return g
}

func (r *Report) ganttTitle() string {
	switch res := r.Result; {
	case res.Shortfall == nil:
		return "How units came"
	case res.ScaleLag == nil:
		return "Capacity did not catch up with demand from " + r.clock(*res.Shortfall) + " on"
	default:
		return "Scale lag " + figure.Duration(*res.ScaleLag) + ", from " + r.clock(*res.Shortfall)
	}
}

func unitsShown(shown, all int) string {
	switch {
	case shown < all:
		return figure.Count(shown) + " of " + figure.Count(all) + " units"
	case all == 1:
		return "1 unit"
	}
	return figure.Count(all) + " units"
}

// barsOf are the units of a fleet in the order in which they were asked for.
func barsOf(f capacity.FleetResult) []bar {
	var bars []bar
	for _, w := range f.Ways {
		b := bar{unit: w.Unit, came: w.Ready != nil, awaited: w.Awaited}
		if w.Growth != nil {
			b.legs = slices.Clone(f.Growths[*w.Growth].Legs)
		}
		if b.legs = append(b.legs, w.Legs...); len(b.legs) > 0 {
			bars = append(bars, b)
		}
	}
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Or(cmp.Compare(a.from(), b.from()), cmp.Compare(a.to(), b.to())) })
	return bars
}

// farOff is how many times the critical path is as long as all of scaling from
// which on only what happened about the path is shown: its bars would be slivers.
const farOff = 4

// fit chooses what of the run is shown, from the first that was needed to the last
// that came, and returns the bars that lie within it.
func (g *gantt) fit(all [][]bar) [][]bar {
	first, last := reach(slices.Concat(slices.Concat(all...), []bar{{legs: g.path}}))
	near := all
	if n := len(g.path); n > 0 {
		from, to := g.path[0].From, g.path[n-1].To
		if last-first > farOff*(to-from) {
			near = make([][]bar, len(all))
			for i, bars := range all {
				near[i] = slices.DeleteFunc(slices.Clone(bars), func(b bar) bool { return b.to() < from || b.from() > to })
			}
			first, last = reach(slices.Concat(slices.Concat(near...), []bar{{legs: g.path}}))
		}
	}
	g.from, g.to = first.Seconds(), max(last, first+time.Second).Seconds()
	return near
}

// reach is from the first beginning of bars to the last end of a stage that ended.
func reach(bars []bar) (first, last time.Duration) {
	first, last = math.MaxInt64, math.MinInt64
	for _, b := range bars {
		for _, l := range b.legs {
			first, last = min(first, l.From), max(last, l.From)
			if !l.Open {
				last = max(last, l.To)
			}
		}
	}
	return first, last
}

// shareOut gives each fleet as many bars as it has units, or its share of those
// there may be.
func shareOut(most int, fleets [][]bar) []int {
	order := make([]int, len(fleets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(fleets[a]), len(fleets[b])) })
	shares := make([]int, len(fleets))
	for n, i := range order {
		shares[i] = min(len(fleets[i]), most/(len(fleets)-n))
		most -= shares[i]
	}
	return shares
}

// chosen are at most so many of the bars, in their order: those that the critical
// path waited for, and of the others as many as there is room for, evenly.
func chosen(bars []bar, most int) []bar {
	if len(bars) <= most {
		return bars
	}
	awaited := func(b bar) bool { return b.awaited }
	keep := make(map[string]bool)
	pick := func(from []bar, room int) {
		for i := range min(room, len(from)) {
			keep[from[i*len(from)/min(room, len(from))].unit] = true
		}
	}
	pick(slices.DeleteFunc(slices.Clone(bars), func(b bar) bool { return !awaited(b) }), most)
	pick(slices.DeleteFunc(slices.Clone(bars), awaited), most-len(keep))
	return slices.DeleteFunc(slices.Clone(bars), func(b bar) bool { return !keep[b.unit] })
}

const (
	ganttRow  = vg.Length(12)
	ganttSize = vg.Length(10)
	ganttName = vg.Length(96) // for the names of units
	ganttEnd  = vg.Length(70) // for what is said behind bars
	pathRoom  = 2.4           // lines for the critical path and the words above it
	fleetRoom = 1.5           // lines for the name of a fleet
)

// lines is how many lines the chart has.
func (g gantt) lines() (n float64) {
	if len(g.path) > 0 {
		n += pathRoom
	}
	for _, f := range g.fleets {
		n += fleetRoom + float64(len(f.bars))
	}
	return n
}

func (g gantt) draw(c draw.Canvas, key key) {
	writeTitle(c, g.title, g.note)
	key.draw(c, vg.Point{X: c.Min.X + 14, Y: c.Max.Y - 58})
	p := newPanel(g.span, 0, g.lines(), plot.ConstantTicks{}, true)
	pad := (g.to - g.from) * 0.01
	p.X.Min, p.X.Max = g.from-pad, g.to+pad
	p.Add(g, zoneName{span{g.span.start, g.to}})
	p.Draw(draw.Crop(c, 14+ganttName, -ganttEnd, 12, -56-key.height()))
}

// Plot implements plot.Plotter. The lines are filled from the top.
func (g gantt) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	if g.short != nil {
		box(c, trouble.faded(0.2), x(g.short.from), max(x(g.short.to), x(g.short.from)+thinnest))
	}
	line := g.lines()
	if len(g.path) > 0 {
		line -= pathRoom
		g.drawPath(c, p, y(line+pathRoom-1.5))
	}
	for _, f := range g.fleets {
		line -= fleetRoom
		f.writeName(c, y(line)+ganttRow*0.2)
		for _, b := range f.bars {
			line--
			b.draw(c, p, y(line+0.5))
		}
	}
}

// along is where on the panel an offset of the run lies, or the panel's edge.
func along(c draw.Canvas, p *plot.Plot) func(time.Duration) vg.Length {
	x, _ := p.Transforms(&c)
	return func(d time.Duration) vg.Length { return x(min(max(d.Seconds(), p.X.Min), p.X.Max)) }
}

func (f ganttFleet) writeName(c draw.Canvas, foot vg.Length) {
	bold := letters(markSize, ink, true)
	at := vg.Point{X: c.Min.X - ganttName, Y: foot}
	c.FillText(bold, at, printable(f.title))
	at.X += bold.Width(printable(f.title)) + 8
	c.FillText(letters(markSize, muted, false), at, f.note)
}

// writeRow names a line in the left margin.
func writeRow(c draw.Canvas, name string, of paint, middle vg.Length) {
	style := letters(ganttSize, of, of == ink)
	style.XAlign, style.YAlign = text.XRight, text.YCenter
	c.FillText(style, vg.Point{X: c.Min.X - 5, Y: middle + 1}, fitEnd(name, ganttSize, ganttName-5))
}

// draw draws one unit: a thin line that leads to its bar, and behind the bar how
// long it is, or that the unit never came.
func (b bar) draw(c draw.Canvas, p *plot.Plot, middle vg.Length) {
	at := along(c, p)
	writeRow(c, b.unit, muted, middle)
	c.StrokeLine2(stroke(grid, 0.8), c.Min.X, middle, at(b.from()), middle)
	drawLegs(c, b.legs, at, middle, ganttRow*0.33)
	style := letters(ganttSize, muted, false)
	words := figure.Duration((b.to() - b.from()).Round(100 * time.Millisecond))
	if !b.came {
		style, words = letters(ganttSize, trouble, false), "never ready"
	}
	style.YAlign = text.YCenter
	c.FillText(style, vg.Point{X: at(b.to()) + 4, Y: middle + 1}, words)
}

// drawPath draws the critical path, with words above the stretches that are wide
// enough for them, or the figure alone.
func (g gantt) drawPath(c draw.Canvas, p *plot.Plot, middle vg.Length) {
	at := along(c, p)
	writeRow(c, "critical path", ink, middle)
	drawLegs(c, g.path, at, middle, ganttRow*0.45)
	for _, l := range g.path {
		style := letters(ganttSize, stagePaint(l.Stage), true)
		took := figure.Duration(l.To - l.From)
		for _, words := range []string{stageWords(l.Stage) + " " + took, took} {
			if style.Width(words)+3 <= at(l.To)-at(l.From) {
				c.FillText(style, vg.Point{X: at(l.From), Y: middle + ganttRow*0.62}, words)
				break
			}
		}
	}
}

// drawLegs draws stages one behind the other; one that never ended is hollow.
func drawLegs(c draw.Canvas, legs []capacity.Leg, at func(time.Duration) vg.Length, middle, half vg.Length) {
	for _, l := range legs {
		row := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{Y: middle - half}, Max: vg.Point{Y: middle + half}}}
		from, to := at(l.From), at(l.To)
		of := stagePaint(l.Stage)
		if !l.Open {
			box(row, of.solid(), from, to)
			continue
		}
		box(row, paper.solid(), from, to)
		box(row, of.faded(0.2), from, to)
		row.StrokeLines(stroke(of, 0.8), []vg.Point{{X: to, Y: row.Min.Y}, {X: from, Y: row.Min.Y}, {X: from, Y: row.Max.Y}, {X: to, Y: row.Max.Y}})
	}
}

// key names the stages that the chart shows, in their order.
func (g gantt) key() key {
	shown := make(map[string]bool)
	legs := slices.Clone(g.path)
	for _, f := range g.fleets {
		for _, b := range f.bars {
			legs = append(legs, b.legs...)
		}
	}
	for _, l := range legs {
		shown[l.Stage] = true
	}
	var k key
	for _, c := range stageColours {
		if shown[c.stage] {
			k = append(k, keyEntry{stageWords(c.stage), c.paint})
		}
	}
	if shown[capacity.NotKnown] {
		k = append(k, keyEntry{capacity.NotKnown, axis})
	}
	return k
}
