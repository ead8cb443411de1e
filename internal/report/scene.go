package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A scene is what the page's script needs to know of a picture on the run's clock
// to tell values at an instant, to zoom and to hide lines: where its panels are,
// what their axes mean, and the points of their lines, as they are drawn. The
// picture says everything without it.
//
//	+--SVG---------------------------+
//	|      left     width            |
//	|  top +------------------+ high |  y is a line's value, linear or as
//	|      |  line            |      |  a logarithm
//	|      +------------------+ low  |
//	|      from              to      |  x is in seconds from the run's start
//	+--------------------------------+
type scene struct {
	Start  float64      `json:"start"` // instant of x = 0, in seconds since 1970
	End    float64      `json:"end"`   // of the run, in seconds
	Step   float64      `json:"step"`  // what values are told for: a second, or as much of a longer run as fits a pixel
	Zones  []zone       `json:"zones"`
	Panels []scenePanel `json:"panels"`
}

// zone is what clocks show from an instant of the run on.
type zone struct {
	From   float64 `json:"from"`   // in seconds from the run's start
	Offset int     `json:"offset"` // in seconds east of UTC
}

type scenePanel struct {
	Title  string      `json:"title"`
	Left   float64     `json:"left"` // of the values, in the SVG's units
	Top    float64     `json:"top"`
	Width  float64     `json:"width"`
	Height float64     `json:"height"`
	From   float64     `json:"from"`
	To     float64     `json:"to"`
	Low    float64     `json:"low"`
	High   float64     `json:"high"`
	Log    bool        `json:"log"`
	Unit   unit        `json:"unit"`
	Lines  []sceneLine `json:"lines"`
}

// sceneLine is everything drawn under one name in one panel.
type sceneLine struct {
	Name   string      `json:"name"`
	Paint  string      `json:"paint"`
	Held   bool        `json:"held"`   // each value holds until the next; else it is that of one second
	Pieces [][]float64 `json:"pieces"` // x0, y0, x1, y1, …: nothing is known between two pieces
}

// unit is what the values of a panel are in, and so how they are written.
type unit string

const (
	ofNumber unit = ""
	ofRate   unit = "req/s"
	ofTime   unit = "s"
	ofBytes  unit = "bytes"
)

// A stage is the canvas of a picture in the page. Panels tell it what they draw,
// and it puts that into groups by which the script finds it:
//
//	<g data-line="2:0">   the first line of the third panel
//	<g data-part="moves"> what else belongs to instants: it moves when x is zoomed
//	<g data-part="names"> names of lines, in the margin
//	<g data-part="clock"> a tick of the clock
//
// The SVG writer cannot name groups. It writes a shift by nothing for each, and
// page puts the names there.
type stage struct {
	*vgsvg.Canvas
	height vg.Length
	scene  scene
	panels []*panel
	tags   []string
}

// stageOf finds the stage under a part of it; nil: the picture is not for the page.
func stageOf(c vg.Canvas) *stage {
	switch c := c.(type) {
	case *stage:
		return c
	case draw.Canvas:
		return stageOf(c.Canvas)
	case *draw.Canvas:
		return stageOf(c.Canvas)
	}
	return nil
}

const unnamedGroup = `<g transform="translate(0, 0)">`

// group draws something as a group of its own.
func (s *stage) group(tag string, draw func()) {
	s.tags = append(s.tags, tag)
	s.Push()
	s.Translate(vg.Point{})
	draw()
	s.Pop()
}

// named puts the tags of the groups into the SVG.
func (s *stage) named(svg string) string {
	var b strings.Builder
	for _, tag := range s.tags {
		before, after, _ := strings.Cut(svg, unnamedGroup)
		b.WriteString(before)
		b.WriteString("<g " + tag + ">")
		svg = after
	}
	b.WriteString(svg)
	return b.String()
}

// told is the scene of a picture whose panels are on the run's clock, which one of
// them has ticks of; nil: x is something else.
func (s *stage) told() *scene {
	if !slices.ContainsFunc(s.panels, onClock) {
		return nil
	}
	clock := s.panels[0].span
	s.scene.Start = float64(clock.start.UnixMicro()) / 1e6
	s.scene.End = clock.end
	s.scene.Zones = clock.zones()
	s.scene.Step = max(1, clock.end/columns)
	if clock.end <= 2*columns { // every second is drawn
		s.scene.Step = 1
	}
	return &s.scene
}

func onClock(p *panel) bool {
	_, ok := p.X.Tick.Marker.(clockTicks)
	return ok
}

// zones are the offsets of the clock over the run.
func (s span) zones() []zone {
	var all []zone
	for t := s.start; ; {
		_, offset := t.Zone()
		all = append(all, zone{From: t.Sub(s.start).Seconds(), Offset: offset})
		_, next := t.ZoneBounds()
		if next.IsZero() || next.Sub(s.start).Seconds() >= s.end {
			return all
		}
		t = next
	}
}

// Add adds what is to be drawn, so that a stage learns of each. The ranges of a
// panel are set by hand: what a plotter may know of its own is not asked.
func (p *panel) Add(plotters ...plot.Plotter) {
	for _, q := range plotters {
		p.Plot.Add(part{q, p})
	}
}

// part is a plotter of a panel.
type part struct {
	plot.Plotter
	panel *panel
}

// Plot implements plot.Plotter.
func (q part) Plot(c draw.Canvas, p *plot.Plot) {
	if s := stageOf(c); s != nil {
		s.draw(q, c, p)
		return
	}
	q.Plotter.Plot(c, p)
}

func (s *stage) draw(q part, c draw.Canvas, p *plot.Plot) {
	at := s.panel(q.panel, c)
	panel := &s.scene.Panels[at]
	asIs := func() { q.Plotter.Plot(c, p) }
	switch d := q.Plotter.(type) {
	case rules, level, notice, zoneName:
		asIs()
	case heading:
		panel.Title = printable(d.title)
		asIs()
	case lineLabels:
		s.group(fmt.Sprintf(`data-part="names" data-panel="%d"`, at), asIs)
	case line:
		s.group(panel.tag(at, d.name), asIs)
		panel.tell(d)
	case band:
		s.group(panel.tag(at, d.name), asIs)
	default:
		s.group(`data-part="moves"`, asIs)
	}
}

// panel is the place of a panel in the scene.
func (s *stage) panel(p *panel, c draw.Canvas) int {
	if at := slices.Index(s.panels, p); at >= 0 {
		return at
	}
	s.panels = append(s.panels, p)
	_, logarithmic := p.Y.Scale.(plot.LogScale)
	s.scene.Panels = append(s.scene.Panels, scenePanel{
		Left: float64(c.Min.X), Top: float64(s.height - c.Max.Y), Width: float64(c.Max.X - c.Min.X), Height: float64(c.Max.Y - c.Min.Y),
		From: p.X.Min, To: p.X.Max, Low: p.Y.Min, High: p.Y.Max, Log: logarithmic, Unit: p.unit, Lines: []sceneLine{},
	})
	return len(s.panels) - 1
}

// tag finds the line of a name, or begins it; what has no name only moves.
func (p *scenePanel) tag(panel int, name string) string {
	if name == "" {
		return `data-part="moves"`
	}
	at := slices.IndexFunc(p.Lines, func(l sceneLine) bool { return l.Name == name })
	if at < 0 {
		at = len(p.Lines)
		p.Lines = append(p.Lines, sceneLine{Name: name, Pieces: [][]float64{}})
	}
	return fmt.Sprintf(`data-line="%d:%d"`, panel, at)
}

// tell keeps the points of a line, as few as are drawn.
func (p *scenePanel) tell(l line) {
	at := slices.IndexFunc(p.Lines, func(known sceneLine) bool { return known.Name == l.name })
	if at < 0 {
		return
	}
	to := &p.Lines[at]
	to.Held, to.Paint = !l.seconds, paintOf(l.style)
	for _, piece := range l.pieces() {
		var flat []float64
		for _, point := range reduce(piece, p.From, p.To, columns) {
			flat = append(flat, figure.Significant(point.X, 8), p.Unit.rounded(point.Y))
		}
		to.Pieces = append(to.Pieces, flat)
	}
}

// rounded leaves of a value what is written of it, so that the script need not
// round: its ways differ from those of package figure.
func (u unit) rounded(v float64) float64 {
	switch {
	case u == ofTime && math.Abs(v) >= 60:
		return math.Round(v)
	case u == ofBytes:
		return roundedBytes(v)
	}
	return figure.Significant(v, 3)
}

// roundedBytes rounds in the kilo, mega or gigabytes that are written.
func roundedBytes(v float64) float64 {
	for _, size := range []float64{1e3, 1e6} {
		if scaled := figure.Significant(v/size, 3); math.Abs(scaled) < 1e3 {
			return figure.Significant(scaled*size, 6)
		}
	}
	return figure.Significant(figure.Significant(v/1e9, 3)*1e9, 6)
}

// written is a value as people read it.
func (u unit) written(v float64) string {
	switch u {
	case ofRate:
		return figure.Rate(v)
	case ofTime:
		return figure.Duration(time.Duration(math.Round(v * float64(time.Second))))
	case ofBytes:
		return figure.Bytes(v)
	}
	return figure.Scaled(v)
}

// paintOf is the name of the paint that a line is drawn in.
func paintOf(style draw.LineStyle) string {
	t, _ := style.Color.(tint)
	for _, p := range palette {
		if p.light == t.rgb {
			return p.name
		}
	}
	return ""
}

// clockLetters mark the ticks of the clock for the script, which writes others
// when x is zoomed.
type clockLetters struct{ text.Handler }

// Draw implements text.Handler.
func (h clockLetters) Draw(c vg.Canvas, txt string, style text.Style, at vg.Point) {
	write := func() { h.Handler.Draw(c, txt, style, at) }
	if s := stageOf(c); s != nil {
		s.group(`data-part="clock"`, write)
		return
	}
	write()
}
