package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
)

// next are the layers that bind above floors, lowest first: the fleets at them, by a
// name and from a source, and at the most they may grow to, and what else was asked with. A layer of
// which only a lower bound is known never binds.
func (w *work) next(f floors, name, source string) []capacity.Layer {
	var all []capacity.Layer
	for i, n := range f {
		all = append(all, w.carries(i, n, name, source))
		if most, why := w.grown(i, n); most > n {
			all = append(all, w.carries(i, most, "max", why))
		}
	}
	for _, l := range w.ask.Layers {
		if !w.moved(l.Name) {
			all = append(all, l)
		}
	}
	all = slices.DeleteFunc(all, func(l capacity.Layer) bool { return l.AtLeast || l.Rate <= 0 })
	slices.SortStableFunc(all, func(a, b capacity.Layer) int { return cmp.Compare(a.Rate, b.Rate) })
	return all
}

// carries is what n units of a fleet carry, as a layer.
func (w *work) carries(fleet, n int, name, source string) capacity.Layer {
	known := w.model.Fleets[fleet]
	l := capacity.Layer{
		Name:    known.Name + " " + name,
		Source:  fmt.Sprintf("%s units (%s)", figure.Count(n), source),
		AtLeast: known.AtLeast,
	}
	l.Low, l.Rate, l.High = w.sustained(fleet, n)
	if l.AtLeast {
		l.High = 0
	}
	return l
}

// grown is the most units that a fleet may grow to by itself while n are held, and
// why no more; n where it does not grow.
func (w *work) grown(fleet, n int) (int, string) {
	f, most, why := held(w.service.Fleets[fleet], n), n, "its max"
	switch {
	case f.Pods != nil:
		most = f.Pods.HPA.Max
		if nodes := f.Pods.Nodes; nodes != nil && nodes.Max*nodes.PodsPerInstance < most {
			most = nodes.Max * nodes.PodsPerInstance
			why = fmt.Sprintf("all that %s instances have room for, the max of its nodes", figure.Count(nodes.Max))
		}
	case f.Group != nil:
		most = f.Group.Max
	}
	if b := w.bound(fleet); b != nil && b.units < most {
		most, why = b.units, b.why
	}
	return most, why
}

// moved says whether a layer is a size that the plan knows better, of a fleet that is
// held or of the nodes under it: its maximum, and where production's counts are stated
// whatever else bounded what was rehearsed (a quota, launches that failed, a process that
// was suspended). Production's own are in the model.
func (w *work) moved(layer string) bool {
	for _, f := range w.model.Fleets {
		_, real := w.ask.Production[f.Name]
		if w.isSize(layer, f.Name, real) || f.Nodes != nil && w.isSize(layer, f.Nodes.Name, real) {
			return true
		}
	}
	return false
}

// isSize says whether a layer is named after a size of a fleet, or the room that it gives
// pods at that size: any size where it is production's that is planned for, else its
// maximum.
func (w *work) isSize(layer, fleet string, real bool) bool {
	size, ok := strings.CutPrefix(layer, fleet+" ")
	if _, stated := w.ask.Production[fleet]; ok && (stated || real) {
		return true
	}
	return ok && (size == "max" || strings.HasPrefix(size, "max for "))
}

// warn says what the plan raises, and what it rests on without knowing.
func (w *work) warn() {
	for _, h := range w.Holds {
		switch {
		case h.Max == nil || h.Units <= *h.Max:
		case h.Min == nil: // and so there is no text
			w.warnf("%s: its maximum of %s is below the %s units to hold: raise it by hand, for there is no text that does", h.Fleet, figure.Count(*h.Max), figure.Count(h.Units))
		default:
			w.warnf("%s: its maximum of %s is below the %s units to hold, so the plan raises it until release", h.Fleet, figure.Count(*h.Max), figure.Count(h.Units))
		}
	}
	for i, f := range w.model.Fleets {
		w.warnReady(i)
		w.warnSkipped(i)
		if f.AtLeast {
			w.warnf("%s: only a lower bound of what a unit sustains is known, so fewer units may do (rehearse a load that it does not hold)", f.Name)
		}
		w.warnNodes(i)
	}
	for _, h := range w.Holds {
		w.warnCounted(h)
	}
}

// warnBeyond says which fleets are held far beyond what was measured of them.
func (w *work) warnBeyond() {
	for i, f := range w.model.Fleets {
		if text := capacity.Extrapolated(w.ask.Measured, f.Name, w.floors[i]); text != "" {
			w.warnf("%s: the plan's %s", f.Name, text)
		}
	}
}

// warnClose says where one unit fewer is as likely to do as chance can tell: within two
// standard errors of what is asked for.
func (w *work) warnClose() {
	for i, least := range w.least() {
		fewer := w.floors[i] - 1
		if fewer < least {
			continue
		}
		if c := w.finely(w.floors.with(i, fewer)).chance(); Sure-c.Probability <= 2*c.Error {
			w.warnf("%s: with %s units the chance is %s, within two errors of the %s asked for: one unit fewer may do, which more draws would tell",
				w.model.Fleets[i].Name, figure.Count(fewer), c, figure.ExactShare(Sure))
		}
	}
}

// warnSkipped says of a fleet where the answer is not the fewest units that would do.
func (w *work) warnSkipped(fleet int) {
	if s, ok := w.skipped[fleet]; ok && s.units < w.floors[fleet] {
		w.warnf("%s: %s units would do by these draws, %s would not: a scaler that is started higher may see no need for the units that are missing later. So %s are held, from which on more do too",
			w.model.Fleets[fleet].Name, figure.Count(s.units), figure.Count(s.worse), figure.Count(w.floors[fleet]))
	}
}

// warnReady says why as many are held as are ready today, or fewer.
func (w *work) warnReady(fleet int) {
	f, n := w.model.Fleets[fleet], w.floors[fleet]
	if f.Min != nil && n > *f.Min && n <= f.Start {
		w.warnf("%s: %s units are ready today, and its minimum of %s keeps no more than that: the autoscaler may have let the others go by the airing", f.Name, figure.Count(f.Start), figure.Count(*f.Min))
	}
}

// warnLayers says which layer is below the peak though nothing simulated knows it.
func (w *work) warnLayers() {
	for _, l := range w.ask.Layers {
		if !l.AtLeast && !w.moved(l.Name) && l.Rate > 0 && l.Rate < w.Peak.P95 {
			w.warnf("%s: it carries %s, less than the demand's peak of %s in one of 20 draws, and no unit of a fleet changes that", l.Name, figure.Rate(l.Rate), figure.Rate(w.Peak.P95))
		}
	}
}

// warnNodes says where nobody knows whether there is room for the pods.
func (w *work) warnNodes(fleet int) {
	f := w.model.Fleets[fleet]
	if f.Kind != capacity.HPA {
		return
	}
	switch {
	case f.Nodes == nil:
		w.warnf("%s: the group its pods stand on is not known: see that there is room for %s of them", f.Name, figure.Count(w.floors[fleet]))
	case f.Nodes.PodsPerInstance <= 0:
		w.warnf("%s: how many of its pods an instance of %s has room for is not known: see that there is room for %s of them", f.Name, f.Nodes.Name, figure.Count(w.floors[fleet]))
	}
}

// warnCounted says of a group of which nobody knows how many instances run what the lead
// and its cost rest on.
func (w *work) warnCounted(h Hold) {
	counted := func(f forecast.Fleet) bool { return f.Nodes != nil && f.Nodes.Name == h.Fleet && f.Nodes.Counted }
	if !slices.ContainsFunc(w.model.Fleets, counted) {
		return
	}
	sure, lead := w.surely(h), "has time for nodes to come"
	if h.Units <= sure {
		lead = "has none for nodes to come"
	}
	w.warnf("%s: how many of its instances are ready today is not known: its extra cost is of those beyond the %s that the pods of an ordinary evening need, and the lead %s, for %s are sure to be there, under the pods' minimum or its own",
		h.Fleet, figure.Count(w.ordinary(h.Fleet)), lead, figure.Count(sure))
}
