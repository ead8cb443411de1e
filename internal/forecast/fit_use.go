package forecast

import (
	"math"
	"slices"
	"strings"

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
	// ownUnit says that it is in the resource's own unit, such as cores, which an HPA
	// holds to an averageValue: else it is a share of what a pod requests.
	ownUnit bool
}

// inOwnUnit tells a resource that is held to an averageValue from a metric of pods: a
// pod uses no more of it than it may, however much it is asked.
func inOwnUnit(s autoscale.MetricSpec) bool {
	resource, _, _ := strings.Cut(s.Name, "/") // cpu/app is that of a container
	return s.Kind == autoscale.OfPod && (resource == "cpu" || resource == "memory")
}

func (f *fitting) use(r capacity.FleetResult, s autoscale.MetricSpec) use {
	at, loaded := f.pipeline(r, s)
	return use{
		name: s.Name, at: at, loaded: loaded, ownUnit: inOwnUnit(s),
		metric: simulation.Metric{Kind: simulation.Utilisation, Target: s.Target, OwnUnit: inOwnUnit(s), Window: at.window, Delay: at.delay},
		cpu:    simulation.CPU{Base: at.base, Request: at.slope, Limit: f.useLimit(r, s, at)},
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
func (f *fitting) useLimit(r capacity.FleetResult, s autoscale.MetricSpec, at pipeline) float64 {
	if limit := f.mayUse(r, s.Name); !math.IsInf(limit, 1) {
		return limit
	}
	most := at.base + at.slope*busiest(r)
	for _, p := range f.Series(r.Name, timeline.MetricOf+s.Name) {
		most = max(most, p.Value)
	}
	if inOwnUnit(s) && r.PerUnit.Saturation == nil {
		f.assume("%s: the most that a unit uses of %s was not seen: it is taken to be %s", r.Name, s.Name, figure.Scaled(most))
	}
	return most
}

// mayUse is the limit of a unit's use, +Inf where none was read.
func (f *fitting) mayUse(r capacity.FleetResult, name string) float64 {
	limits := f.Series(r.Name, timeline.LimitOf+name)
	if len(limits) == 0 {
		return math.Inf(1)
	}
	return limits[len(limits)-1].Value
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
func (f *fitting) pipeline(r capacity.FleetResult, s autoscale.MetricSpec) (at pipeline, loaded bool) {
	l, name := f.loadOn(r), s.Name
	all := f.gauges(r.Name, name)
	all = uncut(s, f.unbound(r, name, all), f.mayUse(r, name))
	if at, ok := fitPipeline(all, l.done, l.unknown, false); ok {
		if at.explained < follows { // a base of its own then is anyone's
			at, _ = fitPipeline(all, l.done, l.unknown, true)
		}
		f.doubt(r, name, at)
		return at, true
	}
	at = f.usual(r, s, all, l)
	f.assume("%s: too few readings of %s were seen to tell how it follows requests: it is taken to be %s at %s of a unit, by a window of %s, %s late",
		r.Name, name, figure.Scaled(at.slope*busiest(r)), figure.Rate(busiest(r)), seconds(at.window), seconds(at.delay))
	return at, false
}

// unbound leaves out readings at which units could use no more, where it is not known
// at how many requests that is.
func (f *fitting) unbound(r capacity.FleetResult, name string, all []gauge) []gauge {
	limit := f.mayUse(r, name)
	if math.IsInf(limit, 1) || r.PerUnit.Saturation != nil {
		return all
	}
	most := 0.97 * limit
	return slices.DeleteFunc(slices.Clone(all), func(g gauge) bool { return g.value >= most })
}

// usual is what is taken where readings do not tell: in proportion to requests, by the
// readings there are, else all of the limit when a unit has all the work it can do. Of
// what is in its own unit the target is taken to be usualShare of that.
func (f *fitting) usual(r capacity.FleetResult, s autoscale.MetricSpec, all []gauge, l load) pipeline {
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
	if limit := f.mayUse(r, s.Name); !math.IsInf(limit, 1) {
		full = limit
	} else if inOwnUnit(s) {
		full = s.Target / usualShare
	}
	at.slope = full / busiest(r)
	return at
}
