package report

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	titleSize = vg.Length(14)
	labelSize = vg.Length(12)
	tickSize  = vg.Length(11.5)
	margin    = vg.Length(118) // to the right of the values, for the labels of their lines
	lineWidth = vg.Length(2)
)

// panel is one plot on the shared clock with the labels of its lines.
//
//	title          title in bold, note in grey
//	| values       label     at the line's end, moved apart where ends meet
//	+-----------   ticks of the clock under the last panel only
type panel struct {
	*plot.Plot
	span   span
	unit   unit // of its values
	labels []label
	behind []plot.Plotter
}

// label names a line at its end.
type label struct {
	text  string
	y     float64 // value at the line's end
	paint paint
}

// newPanel makes a panel with values from low to high and light rules at
// ticks. The clock is written only where clocked.
func newPanel(s span, low, high float64, ticks plot.Ticker, clocked bool) *panel {
	p := &panel{Plot: plot.New(), span: s}
	p.BackgroundColor = nil
	p.X.Min, p.X.Max = 0, s.end
	p.Y.Min, p.Y.Max = low, high
	p.X.Padding, p.Y.Padding = 0, 0
	p.X.LineStyle = draw.LineStyle{}
	p.Y.LineStyle = draw.LineStyle{}
	p.X.Tick.LineStyle = draw.LineStyle{}
	p.Y.Tick.LineStyle = draw.LineStyle{}
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.X.Tick.Marker = plot.ConstantTicks{}
	if clocked {
		p.X.Tick.Marker = s.ticks()
		p.X.Padding = 6
	}
	p.Y.Tick.Marker = ticks
	p.X.Tick.Label = letters(tickSize, muted, false)
	p.X.Tick.Label.Handler = clockLetters{p.X.Tick.Label.Handler}
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XCenter, text.YTop
	p.Y.Tick.Label = letters(tickSize, muted, false)
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	p.Add(rules{}, behind{p})
	return p
}

func (s span) ticks() clockTicks { return clockTicks{span: s, most: 6} }

// rules are the light lines behind the values.
type rules struct{}

// Plot implements plot.Plotter.
func (rules) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for i, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		style := stroke(grid, 0.8)
		if i == 0 && tick.Value == p.Y.Min {
			style = stroke(axis, 1)
		}
		c.StrokeLine2(style, c.Min.X, y(tick.Value), c.Max.X, y(tick.Value))
	}
}

// line draws points, one stroke for each piece.
type line struct {
	name    string // by which the page tells of it; empty: it does not
	points  plotter.XYs
	style   draw.LineStyle
	seconds bool    // points are the middles of seconds; the line runs to their ends
	gap     float64 // in seconds; points further apart are not joined; 0: all are
}

// Plot implements plot.Plotter.
func (l line) Plot(c draw.Canvas, p *plot.Plot) {
	for _, piece := range l.pieces() {
		if l.seconds {
			first, last := piece[0], piece[len(piece)-1]
			piece = slices.Concat(plotter.XYs{{X: first.X - 0.5, Y: first.Y}}, piece, plotter.XYs{{X: last.X + 0.5, Y: last.Y}})
		}
		c.StrokeLines(l.style, project(c, p, reduce(piece, p.X.Min, p.X.Max, columns)))
	}
}

// pieces are what is drawn in one stroke each.
func (l line) pieces() []plotter.XYs {
	gap := l.gap
	if gap == 0 {
		gap = math.Inf(1)
	}
	return pieces(l.points, gap)
}

// project turns values into points of the canvas; values beyond the panel lie
// on its edge.
func project(c draw.Canvas, p *plot.Plot, points plotter.XYs) []vg.Point {
	x, y := p.Transforms(&c)
	at := make([]vg.Point, len(points))
	for i, q := range points {
		at[i] = vg.Point{
			X: x(min(max(q.X, p.X.Min), p.X.Max)),
			Y: y(min(max(q.Y, p.Y.Min), p.Y.Max)),
		}
	}
	return at
}

// band fills what lies between two lines.
type band struct {
	name         string // as line's: it belongs to the line of that name
	lower, upper plotter.XYs
	paint        paint
	opacity      float64
}

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	if len(b.lower) == 0 || len(b.upper) == 0 {
		return
	}
	outline := project(c, p, reduce(b.upper, p.X.Min, p.X.Max, columns))
	back := project(c, p, reduce(b.lower, p.X.Min, p.X.Max, columns))
	slices.Reverse(back)
	c.FillPolygon(b.paint.faded(b.opacity), append(outline, back...))
}

// level is a horizontal rule across the panel.
type level struct {
	y     float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (l level) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	c.StrokeLine2(l.style, c.Min.X, y(l.y), c.Max.X, y(l.y))
}

// heading writes a title above the panel, and a note behind it.
type heading struct {
	title, note string
	above       vg.Length // distance from the panel's top
}

// Plot implements plot.Plotter.
func (h heading) Plot(c draw.Canvas, _ *plot.Plot) {
	bold := letters(labelSize, ink, true)
	at := vg.Point{X: c.Min.X, Y: c.Max.Y + h.above}
	title := fit(h.title, labelSize*1.06, c.Max.X+margin-at.X)
	c.FillText(bold, at, title)
	if h.note != "" {
		at.X += bold.Width(title) + 8
		c.FillText(letters(tickSize, muted, false), at, fit(h.note, tickSize, c.Max.X+margin-at.X))
	}
}

// notice is a sentence in the middle of a panel that has nothing to show.
type notice string

// Plot implements plot.Plotter.
func (n notice) Plot(c draw.Canvas, _ *plot.Plot) {
	style := letters(labelSize, muted, false)
	style.XAlign, style.YAlign = text.XCenter, text.YCenter
	c.FillText(style, c.Center(), printable(string(n)))
}

// fit shortens s until it is no wider than room.
func fit(s string, size, room vg.Length) string {
	style := letters(size, ink, false)
	s = printable(s)
	if style.Width(s) <= room {
		return s
	}
	letters := []rune(s)
	n := sort.Search(len(letters), func(n int) bool { return style.Width(string(letters[:n+1])+"…") > room })
	if n == 0 {
		return ""
	}
	return string(letters[:n]) + "…"
}

// zoneName stands at the end of the clock's axis.
type zoneName struct{ span span }

// Plot implements plot.Plotter.
func (z zoneName) Plot(c draw.Canvas, p *plot.Plot) {
	style := letters(tickSize, muted, false)
	style.YAlign = text.YTop
	name, _ := z.span.at(z.span.end).Zone()
	descent := p.X.Tick.Label.FontExtents().Descent
	c.FillText(style, vg.Point{X: c.Max.X + 36, Y: c.Min.Y - p.X.Padding + descent}, name)
}

// lineLabels writes the labels in the right margin, moved apart as little as
// possible; a label that had to move is joined to its line.
type lineLabels []label

// Plot implements plot.Plotter.
func (ls lineLabels) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	sorted := slices.Clone(ls)
	slices.SortStableFunc(sorted, func(a, b label) int { return cmp.Compare(a.y, b.y) })
	wanted := make([]float64, len(sorted))
	for i, l := range sorted {
		wanted[i] = float64(y(min(max(l.y, p.Y.Min), p.Y.Max)))
	}
	half := float64(labelSize) * 0.55
	placed := spread(wanted, 2*half, float64(c.Min.Y)+half-4, float64(c.Max.Y))
	for i, l := range sorted {
		at := vg.Length(placed[i])
		c.StrokeLine2(fadedStroke(l.paint, 0.55, 0.8), c.Max.X+2, vg.Length(wanted[i]), c.Max.X+8, at)
		style := letters(labelSize, l.paint, true)
		style.YAlign = text.YCenter
		c.FillText(style, vg.Point{X: c.Max.X + 10, Y: at + 1.2}, fit(l.text, labelSize*1.06, margin-12))
	}
}

// spread moves ascending positions apart until neighbours are at least distance
// from one another and all lie between low and high, if there is room. Groups
// that touch stay centred on where they wanted to be.
func spread(wanted []float64, distance, low, high float64) []float64 {
	type group struct {
		first, size int
		centre      float64
	}
	bound := func(g group) group {
		half := float64(g.size-1) / 2 * distance
		g.centre = max(min(g.centre, high-half), low+half)
		return g
	}
	var groups []group
	for i, w := range wanted {
		g := bound(group{i, 1, w})
		for len(groups) > 0 {
			before := groups[len(groups)-1]
			if g.centre-float64(g.size-1)/2*distance-before.centre-float64(before.size-1)/2*distance >= distance {
				break
			}
			sum := 0.0
			for k := before.first; k <= i; k++ {
				sum += wanted[k]
			}
			size := before.size + g.size
			g = bound(group{before.first, size, sum / float64(size)})
			groups = groups[:len(groups)-1]
		}
		groups = append(groups, g)
	}
	placed := make([]float64, len(wanted))
	for _, g := range groups {
		for k := range g.size {
			placed[g.first+k] = g.centre + (float64(k)-float64(g.size-1)/2)*distance
		}
	}
	return placed
}
