package report

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// chartHeight is that of a chart of one fleet.
const chartHeight = vg.Length(240)

// ratePicture shows what one unit of each fleet that serves was tried at, and where
// it turns from keeping the objectives to breaking them; nothing where none was
// tried.
//
//	sustains      |72/s
//	saturates           |80/s
//	100 %                 O
//	                   O
//	1 %   - - - - :##|#:- - - - - allowed 1 %
//	0     o  o  O        |
//	      20/s   40/s   60/s   a unit
func (r *Report) ratePicture() picture {
	var views []rateView
	for _, f := range r.Result.Fleets {
		if v := newRateView(f); len(v.trials) > 0 {
			views = append(views, v)
		}
	}
	if len(views) == 0 {
		return picture{}
	}
	title, note := "What one unit sustains", "A dot is a step of the load, larger with more requests; a hollow one proves nothing either way"
	if slices.ContainsFunc(views, rateView.slopes) {
		note = "A dot is a step; one with a tail 10 s of a slope: its mean rate to its highest, by which it counts; hollow: proves nothing"
	}
	if len(views) == 1 {
		title = views[0].says
	}
	return charts(title, note, views)
}

// chart is one of several charts below one another.
type chart interface{ draw(c draw.Canvas) }

// charts draws charts below a title.
func charts[C chart](title, note string, all []C) picture {
	const head = 48
	return picture{
		height: head + chartHeight*vg.Length(len(all)),
		about:  title + ". " + note,
		draw: func(c draw.Canvas) {
			writeTitle(c, title, note)
			for i, one := range all {
				top := c.Max.Y - head - chartHeight*vg.Length(i)
				one.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: c.Min.X + 14, Y: top - chartHeight + 12}, Max: vg.Point{X: c.Max.X - margin, Y: top}}})
			}
		},
	}
}

// rateView is one fleet's trials by one objective.
type rateView struct {
	fleet, objective, says string
	allowed                float64
	trials                 []capacity.Trial
	unit                   capacity.PerUnit
}

// newRateView takes the trials of the objective that a unit breaks first.
func newRateView(f capacity.FleetResult) rateView {
	v := rateView{fleet: f.Name, unit: f.PerUnit, says: "What one unit sustains is not known"}
	if u := f.PerUnit; u.Low != nil || u.High != nil {
		v.says = "One unit sustains " + figure.Estimate(u.Low, u.Mid, u.High, figure.Rate)
	}
	if len(f.PerUnit.Trials) == 0 {
		return v
	}
	first := slices.MinFunc(f.PerUnit.Trials, func(a, b capacity.Trial) int {
		return cmp.Or(cmp.Compare(breaksAt(a), breaksAt(b)), cmp.Compare(-excess(a), -excess(b)))
	})
	v.objective, v.allowed = first.Objective, first.Allowed
	for _, t := range f.PerUnit.Trials {
		if t.Objective == v.objective {
			v.trials = append(v.trials, t)
		}
	}
	return v
}

// slopes reports whether one of the trials counts by the highest rate of a slope: the
// share of the whole window then stands at a rate above the window's mean.
func (v rateView) slopes() bool {
	return slices.ContainsFunc(v.trials, tailed)
}

func tailed(t capacity.Trial) bool { return 0 < t.Mean && t.Mean < t.Rate }

// breaksAt is the rate at which a trial broke its objective; infinite where it did
// not.
func breaksAt(t capacity.Trial) float64 {
	if t.Verdict == capacity.Failed {
		return t.Rate
	}
	return math.Inf(1)
}

func share(t capacity.Trial) float64 { return float64(t.Over) / float64(t.Total) }

// excess is the share of what broke over what is allowed.
func excess(t capacity.Trial) float64 { return share(t) / max(t.Allowed, 1e-9) }

// highest is the highest rate that the chart shows.
func (v rateView) highest() float64 {
	top := 0.0
	for _, t := range v.trials {
		top = max(top, t.Rate)
	}
	for _, p := range []*float64{v.unit.Low, v.unit.Mid, v.unit.High} {
		if p != nil {
			top = max(top, *p)
		}
	}
	if s := v.unit.Saturation; s != nil {
		top = max(top, s.High)
	}
	return top * 1.06
}

// decade is the power of ten below every share that is not 0, and below what is
// allowed.
func (v rateView) decade() float64 {
	least := 0.1
	if v.allowed > 0 {
		least = min(least, v.allowed)
	}
	for _, t := range v.trials {
		if t.Over > 0 {
			least = min(least, share(t))
		}
	}
	return math.Ceil(math.Log10(least)-1e-9) - 1
}

// shares is an axis of shares by their logarithms, with 0 one decade below the
// least of them.
func shares(decade float64) (at func(share float64) float64, ticks plot.ConstantTicks) {
	at = func(share float64) float64 {
		if share <= 0 {
			return decade - 1
		}
		return max(math.Log10(share), decade)
	}
	ticks = plot.ConstantTicks{{Value: decade - 1, Label: "0 %"}}
	for d := decade; d <= 0; d++ {
		ticks = append(ticks, plot.Tick{Value: d, Label: figure.Share(math.Pow(10, d))})
	}
	return at, ticks
}

func (v rateView) draw(c draw.Canvas) {
	at, ticks := shares(v.decade())
	p := newPanel(span{end: v.highest()}, ticks[0].Value-0.2, 0.2, ticks, false)
	p.X.Tick.Marker, p.X.Padding = valueTicks{write: figure.Rate, most: 6}, 6
	rows := labelled{rowsOf(v.sustains(p), v.saturates()), titleAbove}
	p.label(rows)
	p.Add(heading{title: v.fleet, note: "share of requests that broke " + v.objective, above: rows.height() + titleAbove})
	if v.allowed > 0 {
		p.Add(level{at(v.allowed), stroke(trouble, 1.2, 5, 4)})
		p.labels = append(p.labels, label{"allowed " + figure.ExactShare(v.allowed), at(v.allowed), trouble})
	}
	p.Add(dots{v.trials, at}, axisName("a unit"), lineLabels(p.labels))
	p.Draw(draw.Crop(c, 0, 0, 0, -rows.height()-26))
}

// sustains is the row of the sustainable rate; its interval is a band in the panel.
func (v rateView) sustains(p *panel) marks {
	m := marks{name: "sustains", paint: able, rule: stroke(able, lineWidth)}
	u := v.unit
	switch {
	case u.Mid != nil && u.Low != nil && u.High != nil:
		m.list = []mark{{*u.Mid, figure.Rate(*u.Mid)}}
		p.behind = append(p.behind, column{*u.Low, *u.High, able})
	case u.Low != nil:
		m.list, m.rule = []mark{{*u.Low, "at least " + figure.Rate(*u.Low)}}, stroke(able, lineWidth, 6, 3)
		p.behind = append(p.behind, column{*u.Low, p.X.Max, able})
	case u.High != nil:
		m.list, m.rule = []mark{{*u.High, "at most " + figure.Rate(*u.High)}}, stroke(able, lineWidth, 6, 3)
		p.behind = append(p.behind, column{p.X.Min, *u.High, able})
	}
	return m
}

func (v rateView) saturates() marks {
	m := marks{name: "saturates", paint: muted, rule: stroke(muted, 1.2, 5, 4)}
	if s := v.unit.Saturation; s != nil {
		m.list = []mark{{s.Mid, figure.Rate(s.Mid)}}
	}
	return m
}

// column shades a panel from one value of x to another.
type column struct {
	from, to float64
	paint    paint
}

// Plot implements plot.Plotter.
func (k column) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	box(c, k.paint.faded(0.2), x(max(k.from, p.X.Min)), x(min(k.to, p.X.Max)))
}

// dots are trials: what was shown to hold, what was shown to break, and hollow what
// proves nothing. Their areas are as the numbers of requests. On a slope the share is
// of all its rates, which the tail spans, while the dot is where the fit has it.
type dots struct {
	trials []capacity.Trial
	at     func(share float64) float64
}

const (
	largestDot = vg.Length(7) // radius
	leastDot   = vg.Length(2.2)
	tailEnd    = vg.Length(3) // half of the stroke that ends a tail
	roomyDots  = 40.0         // that the largest do not crowd
)

// Plot implements plot.Plotter.
func (d dots) Plot(c draw.Canvas, p *plot.Plot) {
	most := int64(1)
	for _, t := range d.trials {
		most = max(most, t.Total)
	}
	for _, t := range d.trials {
		at := project(c, p, plotter.XYs{{X: t.Rate, Y: d.at(share(t))}})[0]
		if tailed(t) {
			from := project(c, p, plotter.XYs{{X: t.Mean, Y: d.at(share(t))}})[0]
			c.StrokeLine2(stroke(trialPaint(t), 1.4), from.X, from.Y, at.X, at.Y)
			c.StrokeLine2(stroke(trialPaint(t), 1.4), from.X, from.Y-tailEnd, from.X, from.Y+tailEnd)
		}
		radius := radiusOf(float64(t.Total), float64(most), len(d.trials))
		if of := trialPaint(t); of != muted {
			disc(c, at, radius, of)
		} else {
			c.SetLineStyle(stroke(muted, 1.4))
			c.Stroke(circle(at, radius))
		}
	}
}

// trialPaint tells what a trial proves.
func trialPaint(t capacity.Trial) paint {
	switch t.Verdict {
	case capacity.Held:
		return able
	case capacity.Failed:
		return trouble
	}
	return muted
}

// radiusOf makes the area of a dot as large as what it stands for, of the most that
// one stands for; the smallest can still be seen. Of very many all are smaller.
func radiusOf(amount, most float64, dots int) vg.Length {
	largest := largestDot * vg.Length(math.Sqrt(min(1, roomyDots/float64(dots))))
	return max(largest*vg.Length(math.Sqrt(amount/most)), leastDot)
}

// disc is a dot with an edge, so that those that lie on one another are told apart.
func disc(c draw.Canvas, at vg.Point, radius vg.Length, of paint) {
	c.SetColor(of.faded(0.55))
	c.Fill(circle(at, radius))
	c.SetLineStyle(stroke(of, 1))
	c.Stroke(circle(at, radius))
}

func circle(at vg.Point, radius vg.Length) vg.Path {
	var path vg.Path
	path.Move(vg.Point{X: at.X + radius, Y: at.Y})
	path.Arc(at, radius, 0, 2*math.Pi)
	path.Close()
	return path
}

// axisName stands at the end of an axis of values.
type axisName string

// Plot implements plot.Plotter.
func (n axisName) Plot(c draw.Canvas, p *plot.Plot) {
	style := letters(tickSize, muted, false)
	style.YAlign = text.YTop
	descent := p.X.Tick.Label.FontExtents().Descent
	c.FillText(style, vg.Point{X: c.Max.X + 36, Y: c.Min.Y - p.X.Padding + descent}, string(n))
}
