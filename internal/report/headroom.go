package report

import (
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// headroomPicture shows demand against what the ready units could serve.
func (r *Report) headroomPicture() picture {
	view := r.headroomView()
	return picture{
		height: pictureWidth / 2,
		about:  "Headroom: " + r.headroomTitle() + ". " + view.note,
		draw:   view.draw,
	}
}

// headroomView is everything the headroom picture shows, ready to be drawn.
type headroomView struct {
	span         span
	title, note  string
	demand, sent plotter.XYs
	capacity     []stretch
	blind        []curtain
	required     capacity.Required
	layers       []capacity.Layer // that the scenario states
	rows         []marks
	deficits     []deficit
	worst        *plotter.XY // where the headroom is least
	dotNote      string      // with worst
}

func (r *Report) headroomView() headroomView {
	s := r.span()
	v := headroomView{
		span:     s,
		title:    r.headroomTitle(),
		demand:   r.planned(),
		sent:     r.perSecond(func(s timeline.Second) int64 { return s.Sent }),
		capacity: stretches(r.Result.Headroom.Series),
		blind:    r.curtains(s.end, r.measured()),
		required: r.Scenario.Headroom,
		layers:   r.Scenario.Layers,
		deficits: deficits(r.Result.Headroom.Series),
	}
	v.note = r.headroomNote(v)
	measured := r.measured()
	v.rows = r.happened(s.end, func(source string) bool { return slices.Contains(measured, source) })
	if at := r.Result.Headroom.WorstAt; at != nil {
		if v.worst = r.demandAt(*at); v.worst != nil {
			v.dotNote = r.dotNote()
		}
	}
	return v
}

// headroomTitle is the answer in a few words.
func (r *Report) headroomTitle() string {
	h := r.Result.Headroom
	title, peak := h.InFigures(r.Scenario.Headroom), r.Scenario.Headroom.Peak
	switch {
	case title == figure.Unknown:
	case peak > 0:
		title += " against " + figure.Rate(peak)
	case h.WorstAt != nil:
		title += " at " + r.clock(*h.WorstAt)
	}
	return title
}

// dotNote explains the dot at the worst instant: the title is about that
// instant, or else the note says what was ready then.
func (r *Report) dotNote() string {
	h := r.Result.Headroom
	if r.Scenario.Headroom.Peak <= 0 {
		return " ●"
	}
	ready := "lowest"
	if h.Ready.Mid != nil {
		ready = "ready " + figure.Change(*h.Ready.Mid, 0)
	}
	return "; " + ready + " at " + r.clock(*h.WorstAt) + " ●"
}

func (r *Report) headroomNote(v headroomView) string {
	if len(v.capacity) == 0 {
		for _, f := range r.Result.Fleets {
			if words := nameless(f, f.PerUnit.Said); words != "" {
				return "Capacity is not drawn: " + words
			}
		}
		return "Capacity is not drawn: no fleet was observed that it could be measured on"
	}
	note := "Requests a second"
	if f := r.Result.Fleets; len(f) == 1 && f[0].USL == nil && f[0].Ceiling == nil {
		if u := f[0].PerUnit; u.Low != nil || u.High != nil {
			note += "; capacity is ready units × " + figure.Interval(u.Low, u.High, figure.Rate)
		}
	}
	if d := r.Result.Headroom.Deficit; d != nil && *d >= 1 {
		where := "; "
		if len(v.deficits) > 0 {
			where = "; shaded: "
		}
		note += where + figure.Count(int64(math.Ceil(*d))) + " requests beyond capacity"
	}
	return note
}

// draw lays the picture out from the top: the answer, what the picture shows,
// the rows of marks, the values, the clock.
func (v headroomView) draw(c draw.Canvas) {
	rows := labelled{v.rows, 10}
	head := 52 + rows.height()
	top := v.top()
	p := newPanel(v.span, 0, top, valueTicks{write: figure.Scaled, most: 5}, true)
	p.unit = ofRate
	v.addValues(p, top)
	p.label(rows)
	p.Add(zoneName{v.span}, lineLabels(p.labels))
	p.Draw(draw.Crop(c, 14, -margin, 12, -head))
	writeTitle(c, "Headroom "+v.title+v.dotNote, v.note)
}

// dot marks one value of the demand.
type dot struct{ at plotter.XY }

// Plot implements plot.Plotter.
func (d dot) Plot(c draw.Canvas, p *plot.Plot) {
	at := project(c, p, plotter.XYs{d.at})[0]
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink.solid(), Radius: 3.6, Shape: draw.CircleGlyph{}}, at)
}

// top is the highest value drawn: capacity far above anything asked would press
// the demand to the floor, so it may lie beyond the edge.
func (v headroomView) top() float64 {
	asked := max(highest(v.demand), highest(v.sent), v.required.Peak)
	can := 0.0
	for _, s := range v.capacity {
		can = max(can, highest(s.low), highest(s.mid), highest(s.high))
	}
	top := max(asked, min(can, 2.5*asked))
	if top == 0 {
		top = max(can, 1)
	}
	return top * 1.06
}

func (v headroomView) addValues(p *panel, top float64) {
	p.addCurtains(v.blind)
	for _, d := range v.deficits {
		p.Add(band{lower: bends(d.capacity), upper: bends(d.demand), paint: trouble, opacity: 0.35})
	}
	v.addCapacity(p, top)
	if v.required.Peak > 0 {
		p.Add(level{v.required.Peak, stroke(ink, 1.2, 5, 4)})
		p.labels = append(p.labels, label{"required " + figure.Rate(v.required.Peak), v.required.Peak, ink})
	}
	for _, l := range v.layers {
		if l.Rate <= top {
			p.Add(level{l.Rate, stroke(muted, 0.8, 2, 3)})
			p.labels = append(p.labels, label{l.Name + " " + figure.Rate(l.Rate), l.Rate, muted})
		}
	}
	p.Add(line{name: "sent", points: v.sent, seconds: true, style: stroke(pale, lineWidth*1.6)})
	p.Add(line{name: "demand", points: v.demand, seconds: true, style: stroke(demand, lineWidth)})
	if v.worst != nil {
		p.Add(dot{*v.worst})
	}
	if n := len(v.demand); n > 0 {
		p.labels = append(p.labels, label{"demand", v.demand[n-1].Y, demand})
	}
	if n := len(v.sent); n > 0 {
		p.labels = append(p.labels, label{"sent", v.sent[n-1].Y, pale})
	}
}

func (v headroomView) addCapacity(p *panel, top float64) {
	for i, s := range v.capacity {
		if len(s.low) > 0 && len(s.high) > 0 {
			p.Add(band{name: "capacity", lower: stairs(s.low, s.end), upper: stairs(s.high, s.end), paint: able, opacity: 0.2})
		}
		name, shown, style := s.shown()
		if len(shown) == 0 {
			continue
		}
		p.Add(line{name: name, points: stairs(shown, s.end), style: style})
		if i == len(v.capacity)-1 {
			p.labels = append(p.labels, label{v.capacityLabel(name, shown, top), shown[len(shown)-1].Y, able})
		}
	}
}

// capacityLabel gives the capacity at the end of the run, if it is known there.
func (v headroomView) capacityLabel(name string, shown plotter.XYs, top float64) string {
	last := shown[len(shown)-1]
	if last.X+1 < v.span.end {
		return name
	}
	text := name + " " + figure.Rate(last.Y)
	if last.Y > top {
		text += " ↑"
	}
	return text
}
