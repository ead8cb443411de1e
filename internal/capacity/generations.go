package capacity

import (
	"cmp"
	"fmt"
	"math"
	"sort"
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
	each, end, note := f.PerUnit.Mid, carried.middle, ""
	if each == nil && f.PerUnit.Low != nil {
		each, end, note = f.PerUnit.Low, carried.least, fmt.Sprintf(" (enough, where one sustains at least %s)", figure.Rate(*f.PerUnit.Low))
	}
	start, whose := r.countAt(f.Name, timeline.Ready, from), ""
	if f.Production != nil && f.Production.Start > 0 && q.Required.Peak > 0 { // the peak is production's
		start, whose = &f.Production.Start, "production's "
	}
	if each != nil && *each > 0 && start != nil {
		g.From, g.To = *start, f.USL.unitsFor(cmp.Or(q.Required.Peak, q.peak()), f.rates(end))
		g.Needed = needed(g.From, g.To, g.Growth)
	}
	g.Said = f.Name + ": " + g.inWords(note+f.beyondMax(g.To), whose)
	return g
}

// beyondMax says that so many units are more than the fleet may have; empty where
// they are not, or that is not known.
func (f FleetResult) beyondMax(units int) string {
	most, whose := f.Max, "its max"
	if f.Production.grows() {
		most, whose = &f.Production.Max, "production's max"
	}
	if most == nil || units <= *most {
		return ""
	}
	return fmt.Sprintf(", more than %s of %s,", whose, figure.Count(*most))
}

// rates tells what so many units of the fleet carry, req/s, by one end of it; it is
// worked out once for each number.
func (f FleetResult) rates(end func(carried) *float64) func(units float64) float64 {
	known := make(map[float64]float64)
	return func(units float64) float64 {
		rate, again := known[units]
		if !again {
			if found := end(f.carries(units)); found != nil {
				rate = *found
			}
			known[units] = rate
		}
		return rate
	}
}

// unitsFor is the fewest units that carry a rate, of those up to which more units
// carry more; 0 where none do. Without a law more always do.
func (u *USL) unitsFor(rate float64, carries func(units float64) float64) int {
	most := math.MaxInt32
	if u != nil {
		most = int(min(law{u.Gamma.Mid, u.Alpha.Mid, u.Beta.Mid}.peak(), math.MaxInt32))
	}
	enough := rate * (1 - 1e-12) // the last bits of a product are not meant
	below := sort.Search(most, func(i int) bool { return carries(float64(i+1)) >= enough })
	if below == most {
		return 0
	}
	return below + 1
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

// inWords says what holds growth back; note is in which sense To suffices, and
// what forbids it, and whose says of what From is where that is not staging.
func (g Generations) inWords(note, whose string) string {
	held := fmt.Sprintf("%s is at most %s of what is requested, for a target of %s", g.Metric, figure.ExactShare(g.Limit), figure.ExactShare(g.Target))
	if g.Growth <= 1+usualTolerance {
		return fmt.Sprintf("%s: no load makes it grow, for it has to pass the target by more than %s; lower the target or raise the limit",
			held, figure.ExactShare(usualTolerance))
	}
	held += fmt.Sprintf(": each generation multiplies units by at most %s", figure.Scaled(g.Growth))
	from, to := whose+figure.Count(g.From), fmt.Sprintf("%s units%s", figure.Count(g.To), note)
	switch {
	case g.From <= 0 || g.To <= 0:
		return held
	case g.Needed == 0:
		return fmt.Sprintf("%s; the peak needs %s, and %s", held, strings.TrimSuffix(to, ","), g.had(whose))
	case g.Needed == 1:
		return fmt.Sprintf("%s; from %s to %s takes at least 1 generation", held, from, to)
	}
	return fmt.Sprintf("%s; from %s to %s takes at least %s generations", held, from, to, figure.Count(g.Needed))
}

// had says what there was to grow from.
func (g Generations) had(whose string) string {
	if whose != "" {
		return "production starts with " + figure.Count(g.From)
	}
	return figure.Count(g.From) + " were ready"
}
