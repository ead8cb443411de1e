package report

import (
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

// lawPicture shows throughput by the number of units, and the scalability law that
// was fitted to it; nothing where none was.
func (r *Report) lawPicture() picture {
	var views []lawView
	for _, f := range r.Result.Fleets {
		if f.USL != nil {
			views = append(views, lawView{f})
		}
	}
	if len(views) == 0 {
		return picture{}
	}
	title, note := "Throughput by the number of units", "A dot is a stretch in which all units always had work, larger the longer it was; dashed: extrapolated"
	if len(views) == 1 {
		title = views[0].says()
	}
	return charts(title, note, views)
}

type lawView struct{ capacity.FleetResult }

// says is what the law comes to.
func (v lawView) says() string {
	switch u := v.USL; {
	case u.PeakUnits != nil && u.PeakRate != nil:
		whole := func(n float64) string { return figure.Count(int(min(math.Round(n), math.MaxInt32))) }
		words := "Throughput is highest at " + figure.Estimate(&u.PeakUnits.Low, &u.PeakUnits.Mid, &u.PeakUnits.High, whole) + " units: " + figure.Rate(*u.PeakRate)
		if u.Beyond(u.PeakUnits.Mid) {
			words += ", by extrapolation"
		}
		return words
	case u.Model == capacity.Linear:
		return "Throughput grows with the units, " + figure.Rate(u.Gamma.Mid) + " each, up to " + figure.Count(u.Largest)
	}
	return "Throughput grows with the units up to " + figure.Count(v.USL.Largest) + ", each serves less the more there are"
}

// most is how many units the chart goes to: a little beyond what was measured, and
// as far as the highest throughput where the law is to be trusted there.
func (v lawView) most() float64 {
	most := float64(v.USL.Largest)
	for _, p := range v.Plateaus {
		most = max(most, float64(p.Units))
	}
	if c := v.Ceiling; c != nil {
		most = max(most, float64(c.To))
	}
	if peak := v.USL.PeakUnits; peak != nil && !v.USL.Beyond(peak.Mid) {
		most = max(most, peak.Mid)
	}
	return most * 1.1
}

// lawPieces is of how many pieces the line of a law is made.
const lawPieces = 80

// curve is the law from one number of units to another, with its interval.
func (v lawView) curve(from, to float64) (line, low, high plotter.XYs) {
	for i := range lawPieces + 1 {
		n := from + (to-from)*float64(i)/lawPieces
		line = append(line, plotter.XY{X: n, Y: v.USL.Throughput(n)})
		if between, ok := v.USL.Between(n); ok {
			low, high = append(low, plotter.XY{X: n, Y: between.Low}), append(high, plotter.XY{X: n, Y: between.High})
		}
	}
	return line, low, high
}

func (v lawView) draw(c draw.Canvas) {
	most, measured := v.most(), float64(v.USL.Largest)
	whole, low, high := v.curve(min(1, most), most)
	top := max(highest(whole), highest(high))
	for _, p := range v.Plateaus {
		top = max(top, p.Rate)
	}
	p := newPanel(span{end: most}, 0, top*1.06, valueTicks{write: figure.Rate, most: 5}, false)
	p.X.Tick.Marker, p.X.Padding = valueTicks{write: figure.Scaled, whole: true, most: 6}, 6
	rows := labelled{rowsOf(v.peak(p)), titleAbove}
	p.label(rows)
	p.Add(heading{title: v.Name, note: "throughput by units", above: rows.height() + titleAbove})
	p.Add(band{lower: low, upper: high, paint: demand, opacity: 0.2})
	if v.USL.Model != capacity.Linear {
		p.Add(proportional{v.USL.Gamma.Mid})
	}
	known, _, _ := v.curve(min(1, most), min(measured, most))
	further, _, _ := v.curve(min(measured, most), most)
	p.Add(line{points: known, style: stroke(demand, lineWidth)}, line{points: further, style: stroke(demand, lineWidth, 5, 4)})
	v.addCeiling(p)
	p.Add(plateaus{v.Plateaus})
	p.labels = append(p.labels, label{"fitted law", whole[len(whole)-1].Y, demand})
	p.Add(axisName("units"), lineLabels(p.labels))
	p.Draw(draw.Crop(c, 0, 0, 0, -rows.height()-26))
}

// proportional is what units would serve that do not hold each other up, as far as
// it lies within the panel.
type proportional struct{ each float64 }

// Plot implements plot.Plotter.
func (l proportional) Plot(c draw.Canvas, p *plot.Plot) {
	to := min(p.X.Max, p.Y.Max/l.each)
	line{points: plotter.XYs{{}, {X: to, Y: l.each * to}}, style: stroke(muted, 1, 2, 3)}.Plot(c, p)
	x, y := p.Transforms(&c)
	style := letters(markSize, muted, false)
	style.XAlign, style.YAlign = text.XRight, text.YTop
	drop := float64((markSize+2)/(c.Max.Y-c.Min.Y)) * (p.Y.Max - p.Y.Min) // by which the line falls beside the words
	c.FillText(style, vg.Point{X: x(to-drop/l.each) - 4, Y: y(l.each*to) - 2}, "in proportion")
}

// peak is the row of the number of units at which throughput is highest.
func (v lawView) peak(p *panel) marks {
	m := marks{name: "highest", paint: able, rule: stroke(able, 1.2, 5, 4)}
	if peak := v.USL.PeakUnits; peak != nil && peak.Mid <= p.X.Max {
		m.list = []mark{{peak.Mid, figure.Rate(*v.USL.PeakRate) + " at " + figure.Count(int(math.Round(peak.Mid)))}}
		p.behind = append(p.behind, column{peak.Low, peak.High, able})
	}
	return m
}

// addCeiling draws the throughput that more units did not raise.
func (v lawView) addCeiling(p *panel) {
	if c := v.Ceiling; c != nil && c.Throughput > 0 {
		p.Add(line{points: plotter.XYs{{X: float64(c.From), Y: c.Throughput}, {X: p.X.Max, Y: c.Throughput}}, style: stroke(trouble, lineWidth)})
		p.labels = append(p.labels, label{"ceiling " + figure.Rate(c.Throughput), c.Throughput, trouble})
	}
}

// plateaus are dots, with areas as their lengths.
type plateaus struct{ list []capacity.Plateau }

// Plot implements plot.Plotter.
func (d plateaus) Plot(c draw.Canvas, p *plot.Plot) {
	longest := time.Duration(1)
	for _, k := range d.list {
		longest = max(longest, k.To-k.From)
	}
	for _, k := range d.list {
		at := project(c, p, plotter.XYs{{X: float64(k.Units), Y: k.Rate}})[0]
		disc(c, at, radiusOf(float64(k.To-k.From), float64(longest), len(d.list)), ink)
	}
}
