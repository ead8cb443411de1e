package forecast

import (
	"fmt"
	"strings"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// follows is the least share of a metric's changes that requests must explain for it
// to count as following them.
const follows = 0.8

// nothing is the share below which they explain no more than chance does: a line through
// some readings has one at the best of its windows and delays.
const nothing = 0.1

// metrics sets what an HPA looks at, and what units use of it.
func (f *fitting) metrics(fleet *simulation.Fleet, known *Fleet, p *simulation.Pods, r capacity.FleetResult, specs []autoscale.MetricSpec) error {
	add := func(name string, m simulation.Metric) {
		p.Metrics, known.Metrics = append(p.Metrics, m), append(known.Metrics, name)
	}
	var uses []use
	for _, s := range specs {
		switch {
		case s.Kind == autoscale.OfRequest, inOwnUnit(s):
			uses = append(uses, f.use(r, s))
		case isCron(s):
			f.assume("%s: %s asks for units at certain times: it is taken to ask for none in the campaign", r.Name, s.Name)
		case s.Kind == autoscale.OfTotal:
			add(s.Name, f.total(r, s))
		case s.Kind == autoscale.OfValue:
			add(s.Name, f.value(r, s))
		default:
			add(s.Name, f.perRequest(r, s))
		}
	}
	if len(uses) > 0 {
		u := f.leading(r, uses)
		u.set(fleet)
		known.OwnUnit = u.ownUnit
		add(u.name, u.metric)
	}
	if len(p.Metrics) == 0 {
		return fmt.Errorf("%s: none of the metrics that scale it follows requests: there is nothing to play", r.Name)
	}
	return nil
}

// isCron tells the trigger of KEDA's that asks for units by the clock: it calls its
// metric s0-cron-Asia-Tokyo-….
func isCron(s autoscale.MetricSpec) bool {
	_, after, numbered := strings.Cut(s.Name, "-")
	return numbered && strings.HasPrefix(s.Name, "s") && strings.HasPrefix(after, "cron-")
}

// perRequest is a metric that is one for each unit, in whatever measure: it is turned
// into requests. What it is of units that are asked for more than they can do (of what
// came, or of what was answered) is not told: that is left out where there is enough
// besides.
func (f *fitting) perRequest(r capacity.FleetResult, s autoscale.MetricSpec) simulation.Metric {
	at, ok := f.eachPipeline(r, s)
	if ok {
		f.doubt(r, s.Name, at)
	} else {
		at = pipeline{slope: 1, window: usualWindow, delay: usualDelay}
		f.assume("%s: too few readings of %s were seen to tell how it follows requests: it is taken to be those of a unit in a second, by a window of %s, %s late", r.Name, s.Name, seconds(at.window), seconds(at.delay))
	}
	return simulation.Metric{Kind: simulation.PerUnit, Target: s.Target / at.slope, Window: at.window, Delay: at.delay}
}

// eachPipeline is how a metric follows the requests of a unit; ok is false where
// readings do not tell.
func (f *fitting) eachPipeline(r capacity.FleetResult, s autoscale.MetricSpec) (at pipeline, ok bool) {
	l, all := f.loadOn(r), f.gauges(r.Name, s.Name)
	if at, ok = fitPipeline(all, l.each, l.beyond, true); !ok {
		at, ok = fitPipeline(all, l.each, l.unknown, true)
	}
	return at, ok
}

// better is the share of a metric's changes that requests of one kind must explain beyond
// those of another to be taken for what it follows.
const better = 0.05

// value is a metric that is held to its target as it is: so many times as many units as
// are ready are asked for. One that falls as they grow, such as the requests of each, is
// as one of each unit; one of the whole service asks for ever more of them while it is
// above its target. Its readings tell which it is, where units changed.
func (f *fitting) value(r capacity.FleetResult, s autoscale.MetricSpec) simulation.Metric {
	all := f.loadOn(r).all
	whole, ok := fitPipeline(f.gauges(r.Name, s.Name), all, all.none(), true)
	each, alsoEach := f.eachPipeline(r, s)
	switch {
	case !ok || alsoEach && each.explained > whole.explained+better:
		return f.perRequest(r, s)
	case alsoEach && whole.explained <= each.explained+better:
		f.assume("%s: whether %s falls as units are added was not seen: it is taken to, as the requests of each do", r.Name, s.Name)
		return f.perRequest(r, s)
	}
	f.doubt(r, s.Name, whole)
	f.assume("%s: %s follows the requests of the whole service, and does not fall as units are added: while it is above its target, a Value, every look asks for more of them", r.Name, s.Name)
	return simulation.Metric{Kind: simulation.Value, Target: s.Target / whole.slope, Window: whole.window, Delay: whole.delay}
}

// total is a metric of the whole service, of which readings tell the share of each unit
// that is desired.
func (f *fitting) total(r capacity.FleetResult, s autoscale.MetricSpec) simulation.Metric {
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
		return m
	}
	f.doubt(r, s.Name, at)
	m.Target, m.Window, m.Delay = s.Target/at.slope, at.window, at.delay
	return m
}

// doubt says that a metric follows something else than requests too.
func (f *fitting) doubt(r capacity.FleetResult, name string, at pipeline) {
	switch {
	case at.explained < nothing:
		f.assumeFirst("%s: requests explain nothing of how %s changed, and it is played as if they did: ask what it follows", r.Name, name)
	case at.explained < follows:
		f.assume("%s: requests explain only %s of how %s changed: it is taken to follow nothing else", r.Name, figure.Share(max(0, at.explained)), name)
	}
}
