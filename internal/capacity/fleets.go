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
			Able:       r.able(f.Name),
			PerUnit:    r.estimate(f, q, shown),
		}
		if carries(f) {
			result.NoUSL = "its pods saturate, not its instances"
		} else {
			if len(serving) > 1 {
				result.PerUnit = r.spared(result.PerUnit, f.Name)
			}
			r.throughput(&result, q, serving, shown)
		}
		results = append(results, result)
	}
	for i := range results {
		results[i].Stuck = r.stuck(results[i], results)
		if carries(results[i].Fleet) {
			results[i].PerUnit = r.carriedOnly(results[i], results)
		}
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

// carriedOnly keeps of the estimate of a group that pods run on what holds for it:
// the rate an instance carried while every objective held. That is no more than
// what its pods are known to sustain: an instance looks like one queue with the
// slots of all its pods, which would wait less for each other than they do.
func (r run) carriedOnly(group FleetResult, fleets []FleetResult) PerUnit {
	low := group.PerUnit.Low
	for _, f := range fleets {
		if f.Kind == HPA && f.PerUnit.Low != nil && low != nil {
			low = lower(low, scaled(f.PerUnit.Low, r.densest(f.Name, group.Name)))
		}
	}
	if low == nil {
		return PerUnit{Units: group.PerUnit.Units, Said: group.Name + ": what one instance sustains is not known; its pods are estimated instead"}
	}
	return PerUnit{Low: low, Units: group.PerUnit.Units,
		Said: fmt.Sprintf("%s: one instance carries at least %s; its pods saturate first", group.Name, figure.Rate(*low))}
}

// densest is the most ready pods there were for each ready instance, whenever the
// number of pods changed.
func (r run) densest(pods, group string) float64 {
	most := 0.0
	for _, p := range r.Series(pods, timeline.Ready) {
		if n := r.countAt(group, timeline.Ready, time.Duration(p.At)); n != nil && *n > 0 {
			most = max(most, p.Value/float64(*n))
		}
	}
	return most
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
