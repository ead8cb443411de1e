package report

import (
	"cmp"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// SVG is the history's picture.
func (h *History) SVG() ([]byte, error) { return h.picture().svg() }

// PNG is the history's picture, 1200 pixels wide.
func (h *History) PNG() ([]byte, error) { return h.picture().png() }

// picture shows every measure over the runs' starts, one panel above the other on
// one calendar. The row of marks above them tells every run's verdict, by shape
// and colour; a value that is not known is not drawn.
//
//	prime-time  60 runs, 25 Sep to 23 Nov
//	●●●●●▲●●○●●●●●●           verdict
//	 ' ' ' ' ' '
//	●-●-●-●   ●-●             72/s       value and 90 % interval of each run
func (h *History) picture() picture {
	s, head := h.calendar(), vg.Length(88)
	var panels []*panel
	for _, m := range h.measures() {
		if bars := h.bars(m, s); len(bars) > 0 || !m.fleet {
			panels = append(panels, h.panel(s, m, bars))
		}
	}
	panels[0].Add(verdictRow{h.verdicts(s), titleAbove + 16})
	last := panels[len(panels)-1]
	last.X.Tick.Marker, last.X.Padding = dateTicks{s, 6}, 6
	last.Add(zoneName{s})
	return picture{
		height: vg.Length(len(panels))*128 + head,
		about:  "History of " + h.Scenario + ": " + h.extent(),
		draw: func(c draw.Canvas) {
			stack(c, panels, head)
			h.writeHead(c)
		},
	}
}

// calendar is the time from the first run to the last, with room on both sides.
func (h *History) calendar() span {
	first, last := h.Runs[0].Started, h.last().Started
	width := last.Sub(first)
	room := max(width/30, time.Minute)
	if width < time.Minute {
		room = 24 * time.Hour
	}
	return span{start: first.Add(-room).In(h.Zone), end: (width + 2*room).Seconds()}
}

// nightly is one run's value in a panel.
type nightly struct {
	at             float64 // seconds of the span
	low, mid, high *float64
	verdict        string
	beyond         bool // larger than can be said: an arrow at the panel's top
	proven         int  // how many runs before it prove something
}

// value is where the nightly's mark stands: in the middle, or at the end that is known.
func (b nightly) value() float64 {
	if b.beyond {
		return math.Inf(1)
	}
	return *cmp.Or(b.mid, b.low, b.high)
}

// bound says which end of the interval the value is, where the other is not known.
func (b nightly) bound() string {
	switch {
	case b.low == nil && b.high == nil || b.low != nil && b.high != nil:
		return ""
	case b.low != nil:
		return "at least "
	}
	return "at most "
}

// bars are the runs that know a measure.
func (h *History) bars(m historyMeasure, s span) []nightly {
	var bars []nightly
	proven := 0
	for _, run := range h.Runs {
		v := m.value(run)
		b := nightly{at: run.Started.Sub(s.start).Seconds(), low: v.Low, mid: v.Mid, high: v.High, verdict: run.Verdict, proven: proven}
		if proves(run.Verdict) {
			proven++
		}
		b.beyond = m.lag && run.NeverRecovered()
		if b.beyond || b.low != nil || b.mid != nil || b.high != nil {
			bars = append(bars, b)
		}
	}
	return bars
}

func (h *History) panel(s span, m historyMeasure, bars []nightly) *panel {
	levels := m.levels(h.last())
	low, high := barRange(bars, levels, m.lag)
	p := newPanel(s, low, high, valueTicks{write: m.tick, most: 4}, false)
	p.Add(heading{title: m.title, note: m.note, above: titleAbove})
	if len(bars) == 0 {
		p.Y.Tick.Marker = plot.ConstantTicks{}
		p.Add(notice(m.nothing))
		return p
	}
	for _, l := range levels {
		p.Add(level{l.y, stroke(l.paint, 1.2, 5, 4)})
		p.labels = append(p.labels, l)
	}
	p.Add(trend(bars), barMarks(bars))
	if newest := bars[len(bars)-1]; newest.at == h.last().Started.Sub(s.start).Seconds() && !newest.beyond {
		p.labels = append(p.labels, label{newest.bound() + m.write(h.last(), newest.value()), newest.value(), ink})
	}
	p.Add(lineLabels(p.labels))
	return p
}

// barRange is what a panel shows: all values, and of intervals as much as leaves
// the values apart.
func barRange(bars []nightly, levels []label, fromZero bool) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	arrows := false
	take := func(v float64) { low, high = min(low, v), max(high, v) }
	for _, b := range bars {
		if b.beyond {
			arrows = true
		} else {
			take(b.value())
		}
	}
	for _, l := range levels {
		take(l.y)
	}
	if fromZero {
		take(0)
	}
	if math.IsInf(low, 1) {
		return 0, 1
	}
	room := max(high-low, 0.2*max(math.Abs(high), math.Abs(low)), 1e-3)
	least, most := low-room, high+room
	for _, b := range bars {
		if b.low != nil {
			low = max(min(low, *b.low), least)
		}
		if b.high != nil {
			high = min(max(high, *b.high), most)
		}
	}
	if arrows {
		high += 0.3 * room // so that they stand over every value
	}
	if fromZero {
		return 0, high + 0.15*room
	}
	return low - 0.12*room, high + 0.12*room
}

// trend joins the values of runs that prove something, where no such run lies
// between whose value is not known.
type trend []nightly

// Plot implements plot.Plotter.
func (t trend) Plot(c draw.Canvas, p *plot.Plot) {
	var before *nightly
	for i, b := range t {
		if !proves(b.verdict) || b.beyond {
			continue
		}
		if before != nil && b.proven == before.proven+1 {
			c.StrokeLines(stroke(axis, 1), project(c, p, plotter.XYs{{X: before.at, Y: before.value()}, {X: b.at, Y: b.value()}}))
		}
		before = &t[i]
	}
}

// proves reports whether a run of this verdict measured what it says.
func proves(verdict string) bool { return verdict == capacity.Pass || verdict == capacity.Fail }

// barMarks draw intervals and, on them, the values as marks of their verdicts. An end
// that is not known, or lies beyond the panel, is an arrow.
type barMarks []nightly

// Plot implements plot.Plotter.
func (bs barMarks) Plot(c draw.Canvas, p *plot.Plot) {
	radius := markRadius(len(bs))
	for _, b := range bs {
		if b.beyond {
			top := project(c, p, plotter.XYs{{X: b.at, Y: p.Y.Max}})[0]
			foot := vg.Point{X: top.X, Y: top.Y - 14}
			arrow(c, verdictPaint(b.verdict), foot, top.Y-4)
			drawVerdict(c, b.verdict, foot, radius)
			continue
		}
		at := project(c, p, plotter.XYs{{X: b.at, Y: b.value()}})[0]
		b.whisker(c, p, at, b.low, p.Y.Min, at.Y-12)
		b.whisker(c, p, at, b.high, p.Y.Max, at.Y+12)
		drawVerdict(c, b.verdict, at, radius)
	}
}

// whisker draws from a mark to an end of its interval, or, where the interval has
// only its other end, an arrow toward what is open.
func (b nightly) whisker(c draw.Canvas, p *plot.Plot, at vg.Point, end *float64, edge float64, open vg.Length) {
	if end == nil {
		if b.low != nil || b.high != nil {
			arrow(c, verdictPaint(b.verdict), at, open)
		}
		return
	}
	to := project(c, p, plotter.XYs{{X: b.at, Y: *end}})[0]
	if cut := (*end - edge) * (b.value() - edge); cut < 0 { // the end lies beyond the edge
		arrow(c, verdictPaint(b.verdict), at, to.Y)
		return
	}
	c.StrokeLine2(fadedStroke(verdictPaint(b.verdict), 0.55, 1.6), at.X, at.Y, to.X, to.Y)
}

func arrow(c draw.Canvas, of paint, from vg.Point, y vg.Length) {
	back := vg.Length(3)
	if y > from.Y {
		back = -back
	}
	style := fadedStroke(of, 0.55, 1.4)
	c.StrokeLine2(style, from.X, from.Y, from.X, y)
	c.StrokeLines(style, []vg.Point{{X: from.X - 2.2, Y: y + back}, {X: from.X, Y: y}, {X: from.X + 2.2, Y: y + back}})
}

// markRadius is smaller where marks would run into each other.
func markRadius(marks int) vg.Length {
	return max(min(3.4, 200/vg.Length(marks)), 1.4)
}

// verdictPaint and verdictShape tell a verdict twice, so that neither colours nor a
// black and white print lose it.
func verdictPaint(verdict string) paint {
	switch verdict {
	case capacity.Pass:
		return able
	case capacity.Fail:
		return trouble
	case capacity.Aborted:
		return caution
	}
	return muted
}

func verdictShape(verdict string) draw.GlyphDrawer {
	switch verdict {
	case capacity.Pass:
		return draw.CircleGlyph{}
	case capacity.Fail:
		return draw.PyramidGlyph{}
	case capacity.Aborted:
		return cross{}
	}
	return ring{}
}

// cross and ring are as strong as the marks that are filled.
type cross struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (cross) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := s.Radius * 0.8
	style := draw.LineStyle{Color: s.Color, Width: 1.5}
	c.StrokeLine2(style, at.X-r, at.Y-r, at.X+r, at.Y+r)
	c.StrokeLine2(style, at.X-r, at.Y+r, at.X+r, at.Y-r)
}

type ring struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (ring) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: s.Color, Width: 1.3})
	var round vg.Path
	round.Move(vg.Point{X: at.X + s.Radius, Y: at.Y})
	round.Arc(at, s.Radius, 0, 2*math.Pi)
	round.Close()
	c.Stroke(round)
}

func drawVerdict(c draw.Canvas, verdict string, at vg.Point, radius vg.Length) {
	if verdict == capacity.Fail {
		radius *= 1.25 // a triangle looks smaller than a disc
	}
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: verdictPaint(verdict).solid(), Radius: radius, Shape: verdictShape(verdict)}, at)
}

// verdicts are all runs, for the row that tells nothing else.
func (h *History) verdicts(s span) []nightly {
	all := make([]nightly, len(h.Runs))
	for i, run := range h.Runs {
		all[i] = nightly{at: run.Started.Sub(s.start).Seconds(), verdict: run.Verdict}
	}
	return all
}

// verdictRow is a row of marks over a panel.
type verdictRow struct {
	runs  []nightly
	above vg.Length
}

// Plot implements plot.Plotter.
func (v verdictRow) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	y := c.Max.Y + v.above + 4
	for _, run := range v.runs {
		drawVerdict(c, run.verdict, vg.Point{X: x(run.at), Y: y}, markRadius(len(v.runs)))
	}
	style := letters(markSize, ink, true)
	style.YAlign = text.YCenter
	c.FillText(style, vg.Point{X: c.Max.X + 10, Y: y + 1}, "verdict")
}

// writeHead names the scenario, and each kind of mark with how many there are.
func (h *History) writeHead(c draw.Canvas) {
	at := func(down vg.Length) vg.Point { return vg.Point{X: c.Min.X + 14, Y: c.Max.Y - down} }
	bold := letters(titleSize, ink, true)
	title := fit(h.Scenario, titleSize*1.06, pictureWidth/2)
	c.FillText(bold, at(22), title)
	behind := at(22)
	behind.X += bold.Width(title) + 8
	c.FillText(letters(tickSize, muted, false), behind, h.extent()+"; bars: 90 % intervals")
	legend, style := at(40), letters(tickSize, ink, false)
	style.YAlign = text.YCenter
	legend.X += 4
	for _, verdict := range []string{capacity.Pass, capacity.Fail, capacity.Invalid, capacity.Aborted} {
		n := 0
		for _, run := range h.Runs {
			if run.Verdict == verdict {
				n++
			}
		}
		if n == 0 {
			continue
		}
		drawVerdict(c, verdict, legend, 3.4)
		words := verdict + " " + figure.Count(n)
		c.FillText(style, vg.Point{X: legend.X + 8, Y: legend.Y + 1}, words)
		legend.X += 8 + style.Width(words) + 18
	}
}

// levels are the rules of a panel: of headroom that which is demanded, and what the
// last run required.
func (r historyMeasure) levels(last Past) []label {
	if !r.demanded {
		return nil
	}
	all := []label{{"demand", 0, demand}}
	if last.Required != nil && last.Required.AtLeast > 0 {
		all = append(all, label{"required " + figure.ExactShare(last.Required.AtLeast), last.Required.AtLeast, trouble})
	}
	return all
}
