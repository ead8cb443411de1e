package forecast

import (
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// nearly is by how much two estimates of one rate may differ.
const nearly = 0.1

// use is what pods use of a resource that they request, and how an HPA sees it. The
// published reading is the mean over the pods that are measured, which are those that
// were ready all of its window: as requests are spread evenly, what each of them was
// asked.
type use struct {
	name   string
	metric simulation.Metric
	cpu    simulation.CPU
	at     pipeline
	loaded bool // readings told
}

func (f *fitting) use(r capacity.FleetResult, s autoscale.MetricSpec) use {
	at, loaded := f.pipeline(r, s.Name)
	return use{
		name: s.Name, at: at, loaded: loaded,
		metric: simulation.Metric{Kind: simulation.Utilisation, Target: s.Target, Window: at.window, Delay: at.delay},
		cpu:    simulation.CPU{Base: at.base, Request: at.slope, Limit: f.useLimit(r, s.Name, at)},
	}
}

// leading is the resource that the model has: of those that follow requests the one
// that reaches its target first as they grow. The others would not be what makes the
// fleet grow.
func (f *fitting) leading(r capacity.FleetResult, all []use) use {
	best := all[0]
	for _, u := range all[1:] {
		if u.leads() > best.leads() {
			best = u
		}
	}
	for _, u := range all {
		if u.name != best.name {
			f.assume("%s: it is scaled by %s too, which by the run is not what makes it grow: that is left out", r.Name, u.name)
		}
	}
	return best
}

// leads is by how much of the target use grows with a request a second.
func (u use) leads() float64 {
	if u.at.explained < follows {
		return 0
	}
	return u.cpu.Request / (u.metric.Target - min(u.cpu.Base, 0.9*u.metric.Target))
}

// set gives a fleet what its units use.
func (u use) set(fleet *simulation.Fleet) {
	fleet.CPU = u.cpu
	if u.loaded {
		saturate(fleet)
	}
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
func saturate(fleet *simulation.Fleet) {
	most := (fleet.CPU.Limit - fleet.CPU.Base) / fleet.CPU.Request
	for i, r := range fleet.PerUnit {
		if most > r.Sustained && (r.Saturation == 0 || math.Abs(most/r.Saturation-1) < nearly) {
			fleet.PerUnit[i].Saturation = most
		}
	}
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
