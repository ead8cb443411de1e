package report

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// layersPicture shows what each layer carries, the lowest first, against the peak;
// nothing where no layer is known.
//
//	              |required 4k/s
//	hpa/default/web max  3.46k/s (3.18k/s to 3.7k/s), binding
//	############::|
//	db  6k/s
//	==============|=======
func (r *Report) layersPicture() picture {
	w := r.waterfall()
	if len(w.layers) == 0 {
		return picture{}
	}
	return picture{
		height: 52 + labelled{rows: w.asked}.height() + layerRoom*vg.Length(len(w.layers)) + 34,
		about:  "Layers: " + w.title + ". " + w.note,
		draw:   w.draw,
	}
}

// waterfall is everything the picture of layers shows.
type waterfall struct {
	title, note string
	layers      []layerBar
	asked       []marks
	top         float64 // the highest rate that is shown
}

type layerBar struct {
	name      string
	low, high *float64 // nil: not known on that side
	mid       *float64
	binding   bool
}

func (r *Report) waterfall() waterfall {
	w := waterfall{title: "Which layer binds is not known", note: "What each carries once it has grown to its limits; pale: its interval; stripes: at least so much"}
	binding := r.Result.Binding
	for _, l := range r.Result.Layers {
		low, high := layerEnds(l)
		b := layerBar{name: l.Name, low: low, high: high, binding: binding != nil && l.Name == binding.Name}
		if !l.AtLeast {
			b.mid = finite(&l.Rate)
		}
		w.layers = append(w.layers, b)
	}
	if binding != nil {
		w.title = binding.Name + " binds"
		if !holds(r.Result.Layers, binding.Name) {
			w.layers = append([]layerBar{{name: binding.Name, high: finite(&binding.High), binding: true}}, w.layers...)
		}
		for _, b := range w.layers {
			if b.binding {
				w.title += ": " + b.figures()
			}
		}
	}
	w.asked = r.askedRows()
	w.top = w.highest()
	if slices.ContainsFunc(w.layers, func(b layerBar) bool { return b.beyond(w.top) }) {
		w.note += "; //: goes on"
	}
	return w
}

func holds(layers []capacity.Layer, name string) bool {
	for _, l := range layers {
		if l.Name == name {
			return true
		}
	}
	return false
}

// askedRows are the peak that layers are held against, and with the headroom that is
// required above it.
func (r *Report) askedRows() []marks {
	peak, required := r.Result.Headroom.Demand, r.Scenario.Headroom
	if peak <= 0 {
		return nil
	}
	words := "the peak asks "
	if required.Peak > 0 {
		words = "required "
	}
	rows := []marks{{list: []mark{{peak, words + figure.Rate(peak)}}, paint: ink, rule: stroke(ink, 1.4, 5, 4)}}
	if required.AtLeast > 0 {
		with := peak * (1 + required.AtLeast)
		words := figure.Rate(with) + " with " + figure.Change(required.AtLeast, 0) + " of headroom"
		rows = append(rows, marks{list: []mark{{with, words}}, paint: muted, rule: stroke(muted, 1, 2, 3), room: 240})
	}
	return rows
}

func (b layerBar) figures() string { return figure.Estimate(b.low, b.mid, b.high, figure.Rate) }

// highest is the highest rate that is shown. A layer far above anything asked would
// press the others to the left, so it may lie beyond the edge.
func (w waterfall) highest() float64 {
	asked, can := 0.0, 0.0
	for _, row := range w.asked {
		asked = max(asked, row.list[0].at)
	}
	for _, b := range w.layers {
		for _, p := range []*float64{b.low, b.mid, b.high} {
			if p == nil {
				continue
			}
			can = max(can, *p)
			if b.binding {
				asked = max(asked, *p)
			}
		}
	}
	if asked == 0 {
		return max(can, 1) * 1.06
	}
	return max(asked, min(can, 2*asked)) * 1.06
}

const (
	layerRoom = vg.Length(38) // that a layer takes
	layerBold = vg.Length(13) // of its bar
)

func (w waterfall) draw(c draw.Canvas) {
	writeTitle(c, w.title, w.note)
	p := newPanel(span{end: w.top}, 0, float64(len(w.layers)), plot.ConstantTicks{{Value: 0}}, false)
	p.X.Tick.Marker, p.X.Padding = valueTicks{write: figure.Rate, most: 5}, 6
	rows := labelled{w.asked, 4}
	p.Add(eachLayer{w, layerBar.draw}, rows, eachLayer{w, layerBar.write}) // the peak is seen on the bars, and hides no words
	p.Draw(draw.Crop(c, 14, -40, 12, -52-rows.height()))
}

// eachLayer draws something of every layer, with the foot of its bar.
type eachLayer struct {
	waterfall
	of func(b layerBar, c draw.Canvas, p *plot.Plot, foot vg.Length)
}

// Plot implements plot.Plotter.
func (e eachLayer) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for i, b := range e.layers {
		e.of(b, c, p, y(float64(len(e.layers)-1-i))+5)
	}
}

// write names the layer above its bar, over what rules pass there.
func (b layerBar) write(c draw.Canvas, _ *plot.Plot, foot vg.Length) {
	words := b.figures()
	if b.binding {
		words += ", binding"
	}
	foot += layerBold + 5
	name := letters(tickSize, ink, b.binding)
	rest := letters(tickSize, muted, b.binding)
	text := fit(b.name, tickSize*1.06, c.Max.X-c.Min.X-rest.Width(words)-8)
	left := c.Min.X + name.Width(text) + 8
	cover := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{Y: foot - 4}, Max: vg.Point{Y: foot + 14}}}
	box(cover, paper.solid(), c.Min.X, left+rest.Width(words)+2)
	c.FillText(name, vg.Point{X: c.Min.X, Y: foot}, text)
	c.FillText(rest, vg.Point{X: left, Y: foot}, words)
}

// draw draws what is certain, the interval behind it, and an end that is open where
// there is no upper bound.
func (b layerBar) draw(c draw.Canvas, p *plot.Plot, foot vg.Length) {
	x, _ := p.Transforms(&c)
	at := func(rate float64) vg.Length { return x(min(max(rate, p.X.Min), p.X.Max)) }
	row := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{Y: foot}, Max: vg.Point{Y: foot + layerBold}}}
	strong, weak := able.faded(0.55), able.faded(0.2)
	if b.binding {
		strong, weak = able.solid(), able.faded(0.35)
	}
	certain := 0.0
	if b.low != nil {
		certain = *b.low
		box(row, strong, at(0), at(certain))
	}
	switch {
	case b.high != nil && *b.high > certain:
		box(row, weak, at(certain), at(*b.high))
	case b.high == nil:
		for i, opacity := range []float64{0.35, 0.3, 0.2} {
			from := at(certain) + 3 + 8*vg.Length(i)
			box(row, able.faded(opacity), from, from+5)
		}
	}
	if b.beyond(p.X.Max) {
		cut(row, c.Max.X)
	}
	if b.mid != nil && b.high != nil && *b.high > certain && *b.mid <= p.X.Max {
		row.StrokeLine2(stroke(ink, 1.6), at(*b.mid), row.Min.Y-1.5, at(*b.mid), row.Max.Y+1.5)
	}
}

// beyond reports whether the bar goes on where the axis ends.
func (b layerBar) beyond(end float64) bool {
	for _, p := range []*float64{b.low, b.high} {
		if p != nil && *p > end {
			return true
		}
	}
	return false
}

// cut marks a bar that goes on beyond the edge by two gaps aslant near its end, as
// axes are broken.
//
//	===========//==//==
func cut(row draw.Canvas, edge vg.Length) {
	const lean, wide, apart = 5, 2.5, 7
	row.SetColor(paper.solid())
	for i := range 2 {
		left := edge - 22 + apart*vg.Length(i)
		var gap vg.Path
		gap.Move(vg.Point{X: left, Y: row.Min.Y - 1})
		gap.Line(vg.Point{X: left + lean, Y: row.Max.Y + 1})
		gap.Line(vg.Point{X: left + lean + wide, Y: row.Max.Y + 1})
		gap.Line(vg.Point{X: left + wide, Y: row.Min.Y - 1})
		gap.Close()
		row.Fill(gap)
	}
}
