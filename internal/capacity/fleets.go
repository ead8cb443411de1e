package capacity

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// fleets says what was learnt of every fleet. The entrance's traffic passes
// through each of them, so all are estimated in entrance requests; where pods
// run on a group's instances it is the pods that saturate, and an instance is
// known only to carry at least what it carried.
func (r run) fleets(q Question) []FleetResult {
	var results []FleetResult
	pods := hasKind(q.Fleets, HPA)
	carries := func(f Fleet) bool { return f.Kind == ASG && pods }
	serving := slices.DeleteFunc(slices.Clone(q.Fleets), carries)
	for _, f := range q.Fleets {
		shown := r.shown(f, q)
		result := FleetResult{
			Fleet:      f,
			Min:        r.lastCount(f.Name, timeline.Min),
			Max:        r.lastCount(f.Name, timeline.Max),
			ReadyStart: r.countAt(f.Name, timeline.Ready, 0),
			ReadyMax:   whole(r.highest(f.Name, timeline.Ready)),
			DesiredMax: whole(r.highest(f.Name, timeline.Desired)),
			PerUnit:    r.estimate(f, q, shown),
		}
		switch {
		case carries(f):
			result.PerUnit = result.PerUnit.carriedOnly(f.Name)
		case len(serving) > 1:
			result.PerUnit = r.spared(result.PerUnit, f.Name)
		}
		if carries(f) {
			result.NoUSL = "its pods saturate, not its instances"
		} else {
			r.throughput(&result, q, serving, shown)
		}
		results = append(results, result)
	}
	return results
}

// carriesPods reports whether f is a group whose instances pods run on: it is then
// the pods that serve.
func (f FleetResult) carriesPods(fleets []FleetResult) bool {
	return f.Kind == ASG && slices.ContainsFunc(fleets, func(other FleetResult) bool { return other.Kind == HPA })
}

func hasKind(fleets []Fleet, kind string) bool {
	return slices.ContainsFunc(fleets, func(f Fleet) bool { return f.Kind == kind })
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
