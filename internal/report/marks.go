package report

import (
	"cmp"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const markSize = vg.Length(11)

// markRow is the height of a row of marks.
const markRow = vg.Length(14)

// mark is an instant worth pointing at.
type mark struct {
	at   float64
	text string
}

// marks is one row of marks above a panel. Each has its label behind a thin rule
// through the panel, or before it at the right edge. Labels never overlap: marks
// that are closer than a label is wide are told as one, at the first of them.
//
//	on air      |CM 1              |CM 2 +2
//	web desired    |4→8   |8→12
//	+--------------|------|----------------
type marks struct {
	list   []mark
	name   string // of the row, in the right margin
	paint  paint
	rule   draw.LineStyle            // zero: a thin one of the row's paint
	room   vg.Length                 // that a label may take; 0: 150
	joined func(group []mark) string // the label of several; nil: that of the first, and how many more
}

// group is marks that have one label.
type group struct {
	marks []mark
	text  string
	at    vg.Length // of the rule
	left  vg.Length // of the label
	width vg.Length // of the label
}

const (
	markGap  = vg.Length(3) // between a rule and its label
	markRest = vg.Length(6) // between a label and the next rule
	beyond   = vg.Length(6) // by which a label may stick out of the panel on the right
)

// groups lays the row out over a panel: each group takes the marks that its label
// would touch, and at the right edge, where labels stand before their rules, joins
// the group that its own label would touch.
func (m marks) groups(c draw.Canvas, p *plot.Plot) []group {
	x, _ := p.Transforms(&c)
	var all []group
	for i := 0; i < len(m.list); {
		g := m.group(c, p, m.list[i:i+1])
		for end := 0; end != i+len(g.marks); {
			end = i + len(g.marks)
			next := end
			for next < len(m.list) && x(m.list[next].at) < g.left+g.width+markRest {
				next++
			}
			if next > end {
				g = m.group(c, p, m.list[i:next])
			}
		}
		i += len(g.marks)
		for n := len(all); n > 0 && min(g.left, g.at) < all[n-1].left+all[n-1].width+markRest; n = len(all) {
			g = m.group(c, p, slices.Concat(all[n-1].marks, g.marks))
			all = all[:n-1]
		}
		all = append(all, g)
	}
	return all
}

func (m marks) group(c draw.Canvas, p *plot.Plot, list []mark) group {
	x, _ := p.Transforms(&c)
	room := m.room
	if room == 0 {
		room = 150
	}
	g := group{marks: list, text: fit(list[0].text, markSize, room), at: x(min(max(list[0].at, p.X.Min), p.X.Max))}
	if len(list) > 1 && m.joined != nil {
		g.text = fit(m.joined(list), markSize, room)
	} else if len(list) > 1 {
		g.text += " " + more(list)
	}
	g.width = letters(markSize, m.paint, false).Width(g.text)
	g.left = g.at + markGap
	if g.left+g.width > c.Max.X+beyond { // behind the rule there is no room
		g.left = max(g.at-markGap-g.width, c.Min.X)
	}
	return g
}

// more is how many of a group are not told.
func more(group []mark) string { return "+" + figure.Count(len(group)-1) }

// ruled are the rules of rows of marks through a panel.
type ruled []marks

// Plot implements plot.Plotter.
func (rows ruled) Plot(c draw.Canvas, p *plot.Plot) {
	for _, m := range rows {
		m.stroke(c, p, c.Max.Y)
	}
}

// stroke draws the rules of a row from the panel's foot up to top.
func (m marks) stroke(c draw.Canvas, p *plot.Plot, top vg.Length) {
	style := m.rule
	if style.Width == 0 {
		style = fadedStroke(m.paint, 0.55, 0.8)
	}
	for _, g := range m.groups(c, p) {
		c.StrokeLine2(style, g.at, c.Min.Y, g.at, top)
	}
}

// labelled are rows of marks above a panel, the highest first, with their rules.
type labelled struct {
	rows  []marks
	above vg.Length // of the lowest row's foot over the panel
}

// Plot implements plot.Plotter. A label hides what rules of higher rows pass it.
func (l labelled) Plot(c draw.Canvas, p *plot.Plot) {
	for i, m := range l.rows {
		foot := c.Max.Y + l.above + markRow*vg.Length(len(l.rows)-1-i)
		m.stroke(c, p, foot+markSize*0.8)
		style := letters(markSize, m.paint, false)
		for _, g := range m.groups(c, p) {
			cover := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{Y: foot - 2}, Max: vg.Point{Y: foot + markRow - 3}}}
			box(cover, paper.solid(), g.left-1, g.left+g.width+1)
			c.FillText(style, vg.Point{X: g.left, Y: foot}, g.text)
		}
		bold := letters(markSize, m.paint, true)
		bold.XAlign = text.XLeft
		c.FillText(bold, vg.Point{X: c.Max.X + 10, Y: foot}, fit(m.name, markSize*1.06, margin-12))
	}
}

// height is what the rows take above a panel.
func (l labelled) height() vg.Length { return markRow * vg.Length(len(l.rows)) }

// label puts rows of marks above the panel; their rules lie behind its values.
func (p *panel) label(l labelled) { p.behind = append(p.behind, l) }

// rule draws the rules of rows that another panel labels.
func (p *panel) rule(rows []marks) { p.behind = append(p.behind, ruled(rows)) }

// behind draws what lies behind the values of a panel, and was known only after
// them.
type behind struct{ of *panel }

// Plot implements plot.Plotter.
func (b behind) Plot(c draw.Canvas, p *plot.Plot) {
	for _, plotter := range b.of.behind {
		plotter.Plot(c, p)
	}
}

// rowsOf leaves out the rows that have no marks.
func rowsOf(rows ...marks) []marks {
	return slices.DeleteFunc(rows, func(m marks) bool { return len(m.list) == 0 })
}

// decisions are the changes of a desired count as marks; several are told by where
// they led, and by how far they went on the way: 4→9, 4→12→8.
func decisions(name string, desired plotter.XYs) marks {
	m := marks{name: name, paint: scaling}
	for i := 1; i < len(desired); i++ {
		if desired[i-1].Y != desired[i].Y {
			m.list = append(m.list, mark{desired[i].X, way(desired[i-1 : i+1])})
		}
	}
	m.joined = func(group []mark) string {
		from := slices.IndexFunc(desired, func(p plotter.XY) bool { return p.X >= group[0].at })
		to := slices.IndexFunc(desired, func(p plotter.XY) bool { return p.X > group[len(group)-1].at })
		if to < 0 {
			to = len(desired)
		}
		return way(desired[max(from-1, 0):to])
	}
	return m
}

// way is a count from its first value to its last, by the one furthest beyond both.
func way(points plotter.XYs) string {
	from, to := points[0].Y, points[len(points)-1].Y
	off := func(y float64) float64 { return max(y-max(from, to), min(from, to)-y) }
	furthest := slices.MaxFunc(points, func(a, b plotter.XY) int { return cmp.Compare(off(a.Y), off(b.Y)) }).Y
	text := figure.Scaled(from) + "→"
	if off(furthest) > 0 {
		text += figure.Scaled(furthest) + "→"
	}
	return text + figure.Scaled(to)
}
