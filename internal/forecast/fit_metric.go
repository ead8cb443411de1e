package forecast

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// follows is the least share of a metric's changes that requests must explain for it
// to count as following them.
const follows = 0.8

// nearly is by how much two estimates of one rate may differ.
const nearly = 0.1

// metrics sets what an HPA looks at, and what units use of it.
func (f *fitting) metrics(fleet *simulation.Fleet, p *simulation.Pods, r capacity.FleetResult, specs []autoscale.MetricSpec) error {
	for _, s := range specs {
		var m simulation.Metric
		var ok bool
		switch s.Kind {
		case autoscale.OfRequest:
			m, ok = f.utilisation(fleet, r, s)
		case autoscale.OfTotal:
			m, ok = f.total(r, s)
		default:
			m, ok = f.perRequest(r, s)
		}
		if ok {
			p.Metrics = append(p.Metrics, m)
		}
	}
	if len(p.Metrics) == 0 {
		return fmt.Errorf("%s: none of the metrics that scale it follows requests, as far as the run shows: rehearse one that makes it grow", r.Name)
	}
	return nil
}

// utilisation is a metric of what pods use of their request. The published reading is
// the mean over those that are measured, which are those that were ready all of its
// window: as requests are spread evenly, what each of them was asked.
//
// An HPA may look at several resources. The first that follows requests is the CPU
// of the model; another is turned into it by what both are at the same requests.
func (f *fitting) utilisation(fleet *simulation.Fleet, r capacity.FleetResult, s autoscale.MetricSpec) (simulation.Metric, bool) {
	at, loaded := f.pipeline(r, s.Name)
	m := simulation.Metric{Kind: simulation.Utilisation, Target: s.Target, Window: at.window, Delay: at.delay}
	limit := f.useLimit(r, s.Name, at)
	if fleet.CPU.Request > 0 {
		f.assume("%s: it is scaled by %s too, of which the higher use by requests is taken", r.Name, s.Name)
		if at.slope/s.Target <= fleet.CPU.Request {
			return m, false
		}
	}
	fleet.CPU = simulation.CPU{Base: at.base, Request: at.slope, Limit: limit}
	if loaded {
		f.saturate(fleet)
	}
	return m, true
}

// useLimit is the most that a unit can use, or be seen to: its limit where it has one,
// else what it uses when it always has work.
func (f *fitting) useLimit(r capacity.FleetResult, name string, at pipeline) float64 {
	if limits := f.Series(r.Name, timeline.LimitOf+name); len(limits) > 0 {
		return limits[len(limits)-1].Value
	}
	most := at.base + at.slope*busiest(r)
	for _, p := range f.Series(r.Name, timeline.MetricOf+name) {
		most = max(most, p.Value)
	}
	return most
}

// saturate takes a unit to saturate where it uses all that it may, if it was seen to use
// as much, and that is about where it was seen to saturate, or nobody saw it do so.
func (f *fitting) saturate(fleet *simulation.Fleet) {
	most := (fleet.CPU.Limit - fleet.CPU.Base) / fleet.CPU.Request
	for i, r := range fleet.PerUnit {
		if most > r.Sustained && (r.Saturation == 0 || math.Abs(most/r.Saturation-1) < nearly) {
			fleet.PerUnit[i].Saturation = most
		}
	}
}

// perRequest is a metric that is one for each unit, in whatever measure: it is turned
// into requests. What it is of units that are asked for more than they can do (of what
// came, or of what was answered) is not told: that is left out where there is enough
// besides.
func (f *fitting) perRequest(r capacity.FleetResult, s autoscale.MetricSpec) (simulation.Metric, bool) {
	l, all := f.loadOn(r), f.gauges(r.Name, s.Name)
	at, ok := fitPipeline(all, l.each, l.beyond, true)
	if !ok {
		at, ok = fitPipeline(all, l.each, l.unknown, true)
	}
	if ok {
		f.doubt(r, s.Name, at)
	} else {
		at = pipeline{slope: 1, window: usualWindow, delay: usualDelay}
		f.assume("%s: too few readings of %s were seen to tell how it follows requests: it is taken to be those of a unit in a second, by a window of %s, %s late", r.Name, s.Name, seconds(at.window), seconds(at.delay))
	}
	return simulation.Metric{Kind: simulation.PerUnit, Target: s.Target / at.slope, Window: at.window, Delay: at.delay}, true
}

// total is a metric of the whole service, of which readings tell the share of each unit
// that is desired.
func (f *fitting) total(r capacity.FleetResult, s autoscale.MetricSpec) (simulation.Metric, bool) {
	l := f.loadOn(r)
	all := f.gauges(r.Name, s.Name)
	desired := f.Series(r.Name, timeline.Desired)
	for i, g := range all {
		units, known := desired.At(timeline.Offset(g.at) - 1) // what the sync found
		if !known {
			units = 1
		}
		all[i].value *= max(units, 1)
	}
	m := simulation.Metric{Kind: simulation.Total, Target: s.Target, Window: usualWindow, Delay: usualDelay}
	at, ok := fitPipeline(all, l.all, l.all.none(), true)
	if !ok {
		f.assume("%s: too few readings of %s were seen to tell how it follows requests: it is taken to be the requests of a second, by a window of %s, %s late", r.Name, s.Name, seconds(usualWindow), seconds(usualDelay))
		return m, true
	}
	f.doubt(r, s.Name, at)
	m.Target, m.Window, m.Delay = s.Target/at.slope, at.window, at.delay
	return m, true
}

// pipeline is how a metric follows what one unit is asked; loaded says that readings
// told. Where they do not, it is the usual one, and what is not known of it is said.
func (f *fitting) pipeline(r capacity.FleetResult, name string) (at pipeline, loaded bool) {
	l := f.loadOn(r)
	all := f.gauges(r.Name, name)
	all = f.unbound(r, name, all)
	if at, ok := fitPipeline(all, l.done, l.unknown, false); ok {
		if at.explained < follows { // a base of its own then is anyone's
			at, _ = fitPipeline(all, l.done, l.unknown, true)
		}
		f.doubt(r, name, at)
		return at, true
	}
	at = f.usual(r, name, all, l)
	f.assume("%s: too few readings of %s were seen to tell how it follows requests: it is taken to be %s at %s of a unit, by a window of %s, %s late",
		r.Name, name, figure.Scaled(at.slope*busiest(r)), figure.Rate(busiest(r)), seconds(at.window), seconds(at.delay))
	return at, false
}

// unbound leaves out readings at which units could use no more, where it is not known
// at how many requests that is.
func (f *fitting) unbound(r capacity.FleetResult, name string, all []gauge) []gauge {
	limits := f.Series(r.Name, timeline.LimitOf+name)
	if len(limits) == 0 || r.PerUnit.Saturation != nil {
		return all
	}
	most := 0.97 * limits[len(limits)-1].Value
	return slices.DeleteFunc(slices.Clone(all), func(g gauge) bool { return g.value >= most })
}

// usual is what is taken where readings do not tell: in proportion to requests, by the
// readings there are, else all of the limit when a unit has all the work it can do.
func (f *fitting) usual(r capacity.FleetResult, name string, all []gauge, l load) pipeline {
	at := pipeline{window: usualWindow, delay: usualDelay}
	var xs, ys []float64
	for _, g := range all {
		w := capacity.Span{From: g.at - at.delay - at.window, To: g.at - at.delay}
		if w.From >= 0 && l.unknown.over(w) == 0 && l.done.over(w) > 0 {
			xs, ys = append(xs, l.done.over(w)/at.window.Seconds()), append(ys, g.value)
		}
	}
	if len(xs) > 0 {
		_, at.slope = regress(xs, ys, true)
	}
	if at.slope > 0 {
		return at
	}
	full := 1.0
	if limits := f.Series(r.Name, timeline.LimitOf+name); len(limits) > 0 {
		full = limits[len(limits)-1].Value
	}
	at.slope = full / busiest(r)
	return at
}

// doubt says that a metric follows something else than requests too.
func (f *fitting) doubt(r capacity.FleetResult, name string, at pipeline) {
	if at.explained < follows {
		f.assume("%s: requests explain only %s of how %s changed: it is taken to follow nothing else", r.Name, figure.Share(max(0, at.explained)), name)
	}
}
