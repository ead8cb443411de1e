package scenario

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// compile works out what a file means. It may be given a file with mistakes:
// then it finds those that only the whole shows, as far as the parts are sound.
func (d *decoder) compile(f *file) *Scenario {
	s := &Scenario{Name: f.name, Zone: f.zone, Connections: f.connections, Late: compileLate(f.late), Lab: f.lab}
	s.Target = d.compileTarget(f)
	s.Requests, s.Steps = d.compileRequests(f), d.compileSteps(f)
	s.Traffic = d.compileTraffic(f, s.Steps)
	s.Feed = d.compileFeed(f, s)
	d.checkPlaceholders(f, s.Feed)
	s.Objectives = d.compileObjectives(f)
	s.Observe = d.compileObserve(f)
	s.Production, s.Places = d.compileProduction(f, s)
	s.UnitCost = ofFleets(d, "unit_cost", f.unitCost, s)
	s.Viewers = f.viewers
	s.Layers = d.compileLayers(f, s)
	s.Headroom = d.compileHeadroom(f, s)
	if d.asked {
		return s
	}
	s.Caps = d.compileCaps(f, s)
	s.Abort = d.compileAbort(f, s)
	d.provesSomething(f, s)
	return s
}

// rateOf returns what an amount is a second; Nx is N times the baseline, which
// is one of visits in traffic and one of requests elsewhere. n is where it is
// written.
func (d *decoder) rateOf(f *file, baseline float64, a amountOf, n *yaml.Node, in, field string) float64 {
	if a.times == 0 {
		return a.rate
	}
	if child(child(f.node, "traffic"), "baseline") == nil {
		d.mistake(n, in, "%s %q needs a baseline (give traffic.baseline, or a rate such as 400/s)", field, d.quote(n))
		return 0
	}
	v := a.times * baseline
	if v > maxRate {
		d.mistake(n, in, "%s %q is %s (at most %s)", field, d.quote(n), figure.Rate(v), figure.Rate(maxRate))
		return 0
	}
	return v
}

// unique says so where a name that reports key on comes twice.
func (d *decoder) unique(seen map[string]bool, name string, src source) {
	if name == "" {
		return
	}
	if seen[name] {
		d.mistake(childOr(src.node, "name"), src.in, "name %q is taken (names are unique)", shorten(d.nameIn(src, name)))
	}
	seen[name] = true
}

// nameIn returns the name that an object gives itself, as written, or its default.
func (d *decoder) nameIn(src source, otherwise string) string {
	if n := child(src.node, "name"); n != nil {
		return d.written(n)
	}
	return otherwise
}

func (d *decoder) compileObjectives(f *file) []capacity.Objective {
	names := map[string]bool{}
	var out []capacity.Objective
	for i := range f.objectives {
		o := &f.objectives[i]
		if !o.sound {
			continue
		}
		objective := capacity.Objective{
			Quantile: o.quantile(), Limit: o.limit, Errors: o.errors,
			Window: o.window, Request: d.subject(f, o), During: o.during != "",
		}
		objective.Name = objectiveName(o, objective)
		d.notTwice(names, objective.Name, o.source)
		d.checkObjective(f, o)
		out = append(out, objective)
	}
	return out
}

// objectiveName writes an objective as a condition: "p99 of top <= 800ms during spots".
func objectiveName(o *objectiveFields, v capacity.Objective) string {
	name, limit := "errors", percentText(v.Errors)
	if v.Quantile > 0 {
		name, limit = "p"+o.percentile, lengthText(v.Limit)
	}
	if v.Request != "" {
		name += " of " + v.Request
	}
	name += " <= " + limit
	if v.Window != 10*time.Second {
		name += " over " + lengthText(v.Window)
	}
	if v.During {
		name += " during spots"
	}
	return name
}

func (d *decoder) checkObjective(f *file, o *objectiveFields) {
	if o.during != "" && len(f.traffic.spots) == 0 && f.traffic.node != nil && !d.asked {
		d.mistake(child(o.node, "during"), o.in, "during spots, but traffic has no spots")
	}
	d.percentileInReach(f, o.source, o.condition)
}

// notTwice says so where a condition, which reports key on, is there twice.
func (d *decoder) notTwice(names map[string]bool, name string, src source) {
	if names[name] {
		d.mistake(src.node, src.in, "%q is there twice", shorten(d.mask(name)))
	}
	names[name] = true
}

// subject returns the name of the request that an objective is about; "" for
// all. Names are compared as written, for that of a request without one is its
// path, which may hold a secret. What is none so is a setting, as names are.
func (d *decoder) subject(f *file, o *objectiveFields) string {
	n := child(o.node, "request")
	if n == nil || len(f.requests) == 0 {
		return o.request
	}
	var written []string
	for i := range f.requests {
		r := &f.requests[i]
		name := d.nameIn(r.source, r.title())
		if name == o.request {
			if r.name != "" && r.name != o.request {
				d.settle(n, r.name)
			}
			return r.title()
		}
		written = append(written, name)
	}
	text, ok := d.setting(n, place{o.in, "request"})
	if ok && !slices.ContainsFunc(f.requests, func(r requestFields) bool { return r.name == text }) {
		d.mistake(n, o.in, "request %q is not among the requests (%s)", d.quote(n), suggestion(o.request, written))
	}
	return text
}

// ofFleets returns what a field says of the fleets, by their names; nil where it
// says nothing.
func ofFleets[V any](d *decoder, in string, entries []entry[V], s *Scenario) map[string]V {
	if len(entries) == 0 {
		return nil
	}
	var fleets, shown []string
	for _, o := range s.Fleets() {
		fleets, shown = append(fleets, o.Source()), append(shown, d.mask(o.Source()))
	}
	out := map[string]V{}
	for _, e := range entries {
		name := e.key.Value
		switch {
		case slices.Contains(fleets, name):
		case len(fleets) == 0:
			d.mistake(e.key, in, "no fleet %q is observed (observe has none)", shorten(name))
		default:
			d.mistake(e.key, in, "no fleet %q is observed (%s)", shorten(name), suggestion(name, shown))
		}
		out[name] = e.value
	}
	return out
}

func (d *decoder) compileLayers(f *file, s *Scenario) []capacity.Layer {
	names := map[string]bool{}
	var out []capacity.Layer
	for _, l := range f.layers {
		if !l.sound {
			continue
		}
		d.unique(names, l.name, l.source)
		n := childOr(l.node, "rate")
		rate := d.rateOf(f, s.Traffic.Baseline, l.rate, n, l.in, "rate")
		if l.rate == (amountOf{}) {
			d.mistake(n, l.in, "rate %q is not a positive rate such as 6k/s", d.quote(n))
		}
		out = append(out, capacity.Layer{Name: l.name, Rate: rate, Source: "stated in the scenario"})
	}
	return out
}

func (d *decoder) compileHeadroom(f *file, s *Scenario) capacity.Required {
	h := f.headroom
	if h == nil || !h.sound {
		return capacity.Required{}
	}
	peak := d.rateOf(f, s.Traffic.Baseline, h.peak, childOr(h.node, "peak"), h.in, "peak")
	if n := child(h.node, "peak"); n != nil && h.peak == (amountOf{}) {
		d.mistake(n, h.in, "peak %q is not a positive rate such as 4k/s", d.quote(n))
	}
	return capacity.Required{Peak: peak, AtLeast: h.atLeast, Asked: true}
}
