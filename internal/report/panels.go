package report

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// timelinePicture shows what was sent, what could be served, how requests were
// answered and how the fleets followed, one panel above the other on one clock,
// with what happened as rules through all of them.
func (r *Report) timelinePicture() picture {
	s := r.span()
	rows := labelled{r.happened(s.end, func(string) bool { return true }), titleAbove}
	panels := r.panels(s, rows.height())
	for i, p := range panels {
		if i == 0 {
			p.label(rows)
		} else {
			p.rule(rows.rows)
		}
		p.Add(lineLabels(p.labels))
	}
	last, head := panels[len(panels)-1], 34+rows.height()
	last.Add(zoneName{last.span})
	return picture{
		height: vg.Length(len(panels))*135 + head,
		about:  "Timeline: requests, capacity, response time, units and errors a second",
		draw:   func(c draw.Canvas) { stack(c, panels, head) },
	}
}

// panels are those of the timeline from the top; above the first one's values is
// room for rows of marks.
func (r *Report) panels(s span, rows vg.Length) []*panel {
	series := r.watchedSeries(s)
	own := guestsOf(series, "")
	rate := r.ratePanel(s, rows+titleAbove)
	rate.host(guestsOf(series, "load"))
	panels := []*panel{rate}
	if p := r.capacityPanel(s); p != nil {
		panels = append(panels, p)
	}
	panels = append(panels, r.responsePanel(s, guestsOf(series, "response")))
	for i, f := range r.Result.Fleets {
		panels = append(panels, r.fleetPanel(s, f))
		if i == 0 {
			panels[len(panels)-1].host(guestsOf(series, "units"))
		}
	}
	if len(r.Result.Fleets) == 0 {
		own = append(own, guestsOf(series, "units")...)
	}
	return append(append(panels, ownPanels(s, own)...), r.errorPanel(s, guestsOf(series, "errors")))
}

// happened are the rows of marks of the whole run: what ended it, its spots, how
// fleets were resized, and when some sources were not observed.
func (r *Report) happened(end float64, of func(source string) bool) []marks {
	return rowsOf(slices.Concat([]marks{r.ended(), r.onAir()}, r.decisions(end), []marks{r.unseen(end, of)})...)
}

// mostDeciding is how many fleets have a row of their decisions.
const mostDeciding = 2

// decisions are the rows of the fleets' changes of size, of those that changed
// first in the scenario's order.
func (r *Report) decisions(end float64) []marks {
	var rows []marks
	for _, f := range r.Result.Fleets {
		m := decisions(r.shortName(f.Name)+" desired", r.readings(f.Name, timeline.Desired, end))
		if len(m.list) > 0 && len(rows) < mostDeciding {
			rows = append(rows, m)
		}
	}
	return rows
}

// capacityPanel is the headroom picture in small; nil where no capacity is known.
func (r *Report) capacityPanel(s span) *panel {
	v := r.headroomView()
	if len(v.capacity) == 0 {
		return nil
	}
	v.sent, v.dotNote = nil, ""
	p := newPanel(s, 0, v.top(), valueTicks{write: figure.Scaled, most: 4}, false)
	p.unit = ofRate
	note := "requests a second"
	if v.worst != nil {
		note += "; ● least headroom"
	}
	if len(v.deficits) > 0 {
		note += "; shaded: beyond capacity"
	}
	if len(v.blind) > 0 {
		note += "; grey: not observed"
	}
	p.Add(heading{title: "Capacity against demand", note: note, above: titleAbove})
	v.addValues(p, v.top())
	return p
}

// stack draws panels of equal size below one another, under a head for the first
// one's title; the last has the clock.
func stack(c draw.Canvas, panels []*panel, head vg.Length) {
	rows := make([][]*plot.Plot, len(panels))
	for i, p := range panels {
		rows[i] = []*plot.Plot{p.Plot}
	}
	tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadY: 32}
	for i, row := range plot.Align(rows, tiles, draw.Crop(c, 14, -margin, 12, -head)) {
		panels[i].Draw(row[0])
	}
}

const titleAbove = vg.Length(9)

func (r *Report) ratePanel(s span, above vg.Length) *panel {
	planned := r.perSecond(func(s timeline.Second) int64 { return s.Planned })
	sent := r.perSecond(func(s timeline.Second) int64 { return s.Sent })
	succeeded := r.perSecond(func(s timeline.Second) int64 { return s.Succeeded })
	top := max(highest(planned), highest(sent), 1) * 1.08
	p := newPanel(s, 0, top, valueTicks{write: figure.Scaled, most: 4}, false)
	p.unit = ofRate
	p.Add(heading{title: "Requests a second", note: "by the second they were due", above: above})
	if len(planned) == 0 {
		p.Add(notice("nothing was planned"))
		return p
	}
	for _, l := range []struct {
		name   string
		points plotter.XYs
		paint  paint
		width  vg.Length
	}{{"sent", sent, pale, 5}, {"planned", planned, demand, 2.4}, {"succeeded", succeeded, able, 1.2}} {
		p.Add(line{name: l.name, points: l.points, seconds: true, style: stroke(l.paint, l.width)})
		p.labels = append(p.labels, label{l.name, l.points[len(l.points)-1].Y, l.paint})
	}
	return p
}

// wide is the ratio of values from which a linear axis hides the small ones.
const wide = 10

func (r *Report) responsePanel(s span, guests []watched) *panel {
	quantiles := r.responses(0.5, 0.99)
	p50, p99 := quantiles[0], quantiles[1]
	limits := r.limits()
	shown := append(slices.Clone(p50), p99...)
	for _, w := range guests {
		shown = append(shown, slices.DeleteFunc(slices.Clone(w.values), func(v plotter.XY) bool { return v.Y <= 0 })...)
	}
	low, high := valueRange(shown)
	for _, l := range limits {
		high = max(high, l.Limit.Seconds())
	}
	write := func(x float64) string { return figure.Duration(time.Duration(x * float64(time.Second))) }
	p := newPanel(s, 0, max(high, 1e-3)*1.08, valueTicks{write: write, most: 4}, false)
	if low > 0 && high/low > wide {
		p = newPanel(s, low/1.3, high*1.3, decadeTicks{write}, false)
		p.Y.Scale = plot.LogScale{}
	}
	p.unit = ofTime
	p.Add(heading{title: "Response time", note: "due until answered", above: titleAbove})
	for _, l := range limits {
		p.Add(level{l.Limit.Seconds(), stroke(trouble, 1.2, 5, 4)})
		p.labels = append(p.labels, label{quantileName(l.Quantile) + " ≤ " + figure.ExactDuration(l.Limit), l.Limit.Seconds(), trouble})
	}
	for _, w := range guests {
		w.draw(p)
	}
	if len(p99) == 0 {
		p.Add(notice("no answers"))
		return p
	}
	p.Add(line{name: "p99", points: p99, style: stroke(demand, 1.6), seconds: true, gap: 3})
	p.Add(line{name: "p50", points: p50, style: stroke(able, 1.6), seconds: true, gap: 3})
	p.labels = append(p.labels, label{"p99", p99[len(p99)-1].Y, demand}, label{"p50", p50[len(p50)-1].Y, able})
	return p
}

// limits are the objectives on response time, each limit once.
func (r *Report) limits() []capacity.Judged {
	var limits []capacity.Judged
	for _, o := range r.Result.Objectives {
		same := func(l capacity.Judged) bool { return l.Limit == o.Limit && l.Quantile == o.Quantile }
		if o.Quantile > 0 && !slices.ContainsFunc(limits, same) {
			limits = append(limits, o)
		}
	}
	return limits
}

func valueRange(points plotter.XYs) (low, high float64) {
	if len(points) == 0 {
		return 0, 0
	}
	low = math.Inf(1)
	for _, p := range points {
		low, high = min(low, p.Y), max(high, p.Y)
	}
	return low, high
}

func (r *Report) fleetPanel(s span, f capacity.FleetResult) *panel {
	desired := r.readings(f.Name, timeline.Desired, s.end)
	ready := r.readings(f.Name, timeline.Ready, s.end)
	top := max(highest(desired), highest(ready), 1)
	note := "units"
	limited := f.Max != nil && float64(*f.Max) <= 2*top
	if limited {
		top = max(top, float64(*f.Max))
	} else if f.Max != nil {
		note += ", max " + figure.Count(*f.Max)
	}
	p := newPanel(s, 0, top*1.12, valueTicks{write: figure.Scaled, whole: true, most: 4}, false)
	blind := r.curtains(s.end, []string{f.Name})
	if len(blind) > 0 {
		note += "; grey: not observed"
	}
	p.addCurtains(blind)
	p.Add(heading{title: f.Name, note: note, above: titleAbove})
	if limited {
		p.Add(level{float64(*f.Max), stroke(muted, 1.2, 5, 4)})
		p.labels = append(p.labels, label{"max " + figure.Count(*f.Max), float64(*f.Max), muted})
	}
	if len(desired)+len(ready) == 0 {
		p.Add(notice("no readings"))
		return p
	}
	p.addUnits("ready", ready, blind, stroke(able, 2.2), able)
	p.addUnits("desired", desired, blind, stroke(scaling, 1.6, 4, 3), scaling)
	return p
}

// addUnits draws a count of units, and names it by its number at the end of the
// run if it is known there.
func (p *panel) addUnits(name string, points plotter.XYs, blind []curtain, style draw.LineStyle, of paint) {
	split := observed(points, blind, p.span.end)
	if len(split) == 0 {
		return
	}
	for _, piece := range split {
		p.Add(line{name: name, points: piece, style: style})
	}
	lastPiece := split[len(split)-1]
	last := lastPiece[len(lastPiece)-1]
	if last.X >= p.span.end {
		name += " " + figure.Scaled(last.Y)
	}
	p.labels = append(p.labels, label{name, last.Y, of})
}

func (r *Report) errorPanel(s span, guests []watched) *panel {
	failed := r.perSecond(func(s timeline.Second) int64 { return s.Failed })
	dropped := r.perSecond(func(s timeline.Second) int64 { return s.Dropped })
	top := max(highest(failed), highest(dropped))
	for _, w := range guests {
		top = max(top, highest(w.values))
	}
	p := newPanel(s, 0, max(top, 1)*1.12, valueTicks{write: figure.Scaled, whole: true, most: 4}, true)
	p.unit = ofRate
	p.Add(heading{title: "Errors a second", note: "failed, and dropped: never sent", above: titleAbove})
	if top == 0 {
		p.Y.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}}
		p.Add(notice("none"))
		return p
	}
	p.host(guests)
	p.Add(line{name: "dropped", points: dropped, seconds: true, style: stroke(caution, 1.6)})
	p.Add(line{name: "failed", points: failed, seconds: true, style: stroke(trouble, 1.6)})
	p.labels = append(p.labels,
		label{"dropped", dropped[len(dropped)-1].Y, caution},
		label{"failed", failed[len(failed)-1].Y, trouble})
	return p
}
