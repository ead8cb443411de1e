package capacity

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// fleets says what was learnt of every fleet. The entrance's traffic passes
// through each of them, so all are estimated in entrance requests; where pods
// run on a group's instances it is the pods that saturate, and an instance is
// known only to carry at least what it carried.
func (r run) fleets(q Question, rule delivery) []FleetResult {
	var results []FleetResult
	pods := hasKind(q.Fleets, HPA)
	for _, f := range q.Fleets {
		result := FleetResult{
			Fleet:      f,
			Min:        r.lastCount(f.Name, timeline.Min),
			Max:        r.lastCount(f.Name, timeline.Max),
			ReadyStart: r.countAt(f.Name, timeline.Ready, 0),
			ReadyMax:   whole(r.highest(f.Name, timeline.Ready)),
			DesiredMax: whole(r.highest(f.Name, timeline.Desired)),
			PerUnit:    r.estimate(f, q.Objectives, rule),
		}
		if f.Kind == ASG && pods {
			result.PerUnit = result.PerUnit.carriedOnly(f.Name)
		}
		r.scaling(&result, q, f.Kind == ASG && pods)
		results = append(results, result)
	}
	return results
}

func hasKind(fleets []Fleet, kind string) bool {
	for _, f := range fleets {
		if f.Kind == kind {
			return true
		}
	}
	return false
}

// carriedOnly keeps of an estimate what holds for a fleet that other units run
// on: the rate it carried while every objective held.
func (u PerUnit) carriedOnly(fleet string) PerUnit {
	carried := PerUnit{Low: u.Low, Units: u.Units}
	if u.Low == nil {
		carried.Said = fleet + ": what one instance sustains is not known; its pods are estimated instead"
	} else {
		carried.Said = fmt.Sprintf("%s: one instance carries at least %s; its pods saturate first", fleet, figure.Rate(*u.Low))
	}
	return carried
}

func (r run) lastCount(source, name string) *int {
	series := r.Series(source, name)
	if len(series) == 0 {
		return nil
	}
	return whole(&series[len(series)-1].Value)
}

// countAt is the value that held at an instant, or the first one after it.
func (r run) countAt(source, name string, at time.Duration) *int {
	series := r.Series(source, name)
	if len(series) == 0 {
		return nil
	}
	value, ok := series.At(timeline.Offset(at))
	if !ok {
		value = series[0].Value
	}
	return whole(&value)
}

func whole(v *float64) *int {
	if v == nil {
		return nil
	}
	n := int(math.Round(*v))
	return &n
}

// layers lists everything with a known capacity: each fleet at its max (of
// production where given), the room a group gives to pods where they filled
// it, and what the scenario states. The binding layer is the lowest.
func (r run) layers(q Question, fleets []FleetResult) (layers []Layer, binding *Layer) {
	for _, f := range fleets {
		if l, ok := f.layer(); ok {
			layers = append(layers, l)
		}
	}
	if l, ok := r.roomLayer(fleets); ok {
		layers = append(layers, l)
	}
	for _, l := range q.Layers {
		l.Low, l.High = l.Rate, l.Rate
		layers = append(layers, l)
	}
	for i := range layers {
		if binding == nil || layers[i].Rate < binding.Rate {
			binding = &layers[i]
		}
	}
	return layers, binding
}

// atMost is the number of units the fleet can grow to, production's where that
// is given.
func (f FleetResult) atMost() (units *int, source string) {
	if f.Production != nil && f.Production.Max > 0 {
		return &f.Production.Max, "production's max"
	}
	return f.Max, "its max"
}

// layer is the fleet at its max; unknown where one unit's sustainable rate is,
// or where there is only a bound.
func (f FleetResult) layer() (Layer, bool) {
	units, source := f.atMost()
	if units == nil || f.PerUnit.Mid == nil {
		return Layer{}, false
	}
	return f.PerUnit.times(*units, Layer{
		Name:   f.Name + " max",
		Source: fmt.Sprintf("%s units (%s) of %s", figure.Count(*units), source, figure.Rate(*f.PerUnit.Mid)),
	}), true
}

// times is a layer of so many units.
func (u PerUnit) times(units int, l Layer) Layer {
	n := float64(units)
	l.Low, l.Rate, l.High = n**u.Low, n**u.Mid, n**u.High
	return l
}

// atLeast is what the fleet at its max is known to carry, whether or not more
// is known of it; nil where not even that is.
func (f FleetResult) atLeast() *float64 {
	units, _ := f.atMost()
	if units == nil {
		return nil
	}
	return scaled(f.PerUnit.Low, float64(*units))
}

// roomLayer is the group's max size times the pods that one instance was seen
// to hold, known only when pods could not be placed while the group stood at
// its max.
func (r run) roomLayer(fleets []FleetResult) (Layer, bool) {
	var pods, group *FleetResult
	for i := range fleets {
		switch fleets[i].Kind {
		case HPA:
			pods = &fleets[i]
		case ASG:
			group = &fleets[i]
		}
	}
	if pods == nil || group == nil || pods.PerUnit.Mid == nil || group.Max == nil || *group.Max == 0 || pods.ReadyMax == nil ||
		group.ReadyMax == nil || *group.ReadyMax < *group.Max || !r.unplaced(pods.Name) {
		return Layer{}, false
	}
	size, source := group.atMost()
	if group.Production == nil && pods.Production != nil {
		return Layer{}, false // the size of production's group is not known
	}
	each := *pods.ReadyMax / *group.ReadyMax
	return pods.PerUnit.times(*size*each, Layer{
		Name: group.Name + " max size",
		Source: fmt.Sprintf("%s instances (%s) with room for %s pods each of %s",
			figure.Count(*size), source, figure.Count(each), figure.Rate(*pods.PerUnit.Mid)),
	}), true
}

// unplaced reports whether a pod of the fleet waited for room until the end.
func (r run) unplaced(fleet string) bool {
	created, settled := make(map[string]bool), make(map[string]bool)
	for _, e := range r.Events {
		if e.Source != fleet {
			continue
		}
		switch e.Kind {
		case timeline.Create:
			created[e.Unit] = true
		case timeline.Place, timeline.Gone:
			settled[e.Unit] = true
		}
	}
	for unit := range created {
		if !settled[unit] {
			return true
		}
	}
	return false
}
