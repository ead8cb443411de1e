package capacity

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// usualTolerance is the share by which a metric may pass its target without a
// decision, where neither the autoscaler's behavior nor the controller's flag
// says otherwise.
const usualTolerance = 0.1

// generations says how an autoscaler that reads the use of a resource is held
// back by it: a unit that is as busy as its limit allows looks no busier under
// any load. The controller computes (kubernetes.io, "Horizontal Pod
// Autoscaling", algorithm details)
//
//	desired = ceil(ready x use / target), and use <= limit
//
// with use, target and limit as ratios of the request, and reads new units only
// once they are ready. It takes the highest count that any metric asks for: nil
// where one of them knows no such bound. What the rate rules of its behavior
// forbid is no part of this.
func (r run) generations(q Question, f FleetResult, from time.Duration) *Generations {
	if f.Kind != HPA {
		return nil
	}
	g := r.fastest(f.Name)
	if g == nil {
		return nil
	}
	peak := q.peak()
	each, enough := f.PerUnit.Mid, ""
	if each == nil && f.PerUnit.Low != nil {
		each, enough = f.PerUnit.Low, fmt.Sprintf(" (enough, where one sustains at least %s)", figure.Rate(*f.PerUnit.Low))
	}
	start := r.countAt(f.Name, timeline.Ready, from)
	if each != nil && *each > 0 && start != nil {
		g.From, g.To = *start, ceilUnits(peak / *each)
		g.Needed = needed(g.From, g.To, g.Growth)
	}
	g.Said = f.Name + ": " + g.inWords(enough)
	return g
}

// fastest is the metric that allows the largest growth, with its newest target
// and limit; nil where a metric is not bounded, or none was read.
func (r run) fastest(source string) *Generations {
	var fastest *Generations
	for _, m := range r.targets(source) {
		limit := r.latest(source, timeline.LimitOf+m.name)
		if limit == nil || *limit <= 0 || m.value <= 0 {
			return nil
		}
		if growth := *limit / m.value; fastest == nil || growth > fastest.Growth {
			fastest = &Generations{Metric: m.name, Target: m.value, Limit: *limit, Growth: growth}
		}
	}
	return fastest
}

// target is what an autoscaler holds a metric to.
type target struct {
	name  string
	value float64
}

// targets are the newest of a source, in the order in which they were read first.
func (r run) targets(source string) []target {
	var all []target
	known := make(map[string]int)
	for _, reading := range r.Readings {
		name, ok := strings.CutPrefix(reading.Name, timeline.TargetOf)
		if !ok || reading.Source != source {
			continue
		}
		i, again := known[name]
		if !again {
			i = len(all)
			known[name], all = i, append(all, target{name: name})
		}
		all[i].value = reading.Value
	}
	return all
}

// latest is the last value of a reading; nil where there is none.
func (r run) latest(source, name string) *float64 {
	series := r.Series(source, name)
	if len(series) == 0 {
		return nil
	}
	return &series[len(series)-1].Value
}

// needed is the fewest generations from some units to others, each multiplied by
// growth and rounded up as the controller does; 0 where none is needed or none
// would do.
func needed(from, to int, growth float64) (generations int) {
	if from <= 0 || growth <= 1+usualTolerance {
		return 0
	}
	for units := from; units < to; generations++ {
		units = ceilUnits(float64(units) * growth)
	}
	return generations
}

// ceilUnits rounds up, but not for the last bits of a quotient.
func ceilUnits(x float64) int { return int(math.Ceil(min(x, math.MaxInt32) * (1 - 1e-12))) }

// inWords says what holds growth back; enough is in which sense To suffices.
func (g Generations) inWords(enough string) string {
	held := fmt.Sprintf("%s is at most %s of what is requested, for a target of %s", g.Metric, figure.ExactShare(g.Limit), figure.ExactShare(g.Target))
	if g.Growth <= 1+usualTolerance {
		return fmt.Sprintf("%s: no load makes it grow, for it has to pass the target by more than %s; lower the target or raise the limit",
			held, figure.ExactShare(usualTolerance))
	}
	held += fmt.Sprintf(": each generation multiplies units by at most %s", figure.Scaled(g.Growth))
	to := fmt.Sprintf("%s units%s", figure.Count(g.To), enough)
	switch {
	case g.From <= 0 || g.To <= 0:
		return held
	case g.Needed == 0:
		return fmt.Sprintf("%s; the peak needs %s, and %s were ready", held, to, figure.Count(g.From))
	case g.Needed == 1:
		return fmt.Sprintf("%s; from %s to %s takes at least 1 generation", held, figure.Count(g.From), to)
	}
	return fmt.Sprintf("%s; from %s to %s takes at least %s generations", held, figure.Count(g.From), to, figure.Count(g.Needed))
}
