package capacity

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// stageOrder is the life of a unit from the autoscaler's decision on. A stage
// is named by the event that ends it.
//
//	decision   create     place      start      ready
//	   |--create--|--place---|--start---|--ready---|
var stageOrder = []string{
	timeline.Decision, timeline.Create, timeline.Place, timeline.Start,
	timeline.UnitReady, timeline.InService, timeline.Serving,
}

// stages measures how long each step of scaling took, over the units of one
// fleet that came up during the run.
func (r run) stages(fleet Fleet) []Stage {
	took := make(map[string][]time.Duration)
	for _, unit := range r.units(fleet) {
		for i, from := 0, 1; from < len(stageOrder); from++ {
			begun, ok1 := unit[stageOrder[i]]
			ended, ok2 := unit[stageOrder[from]]
			if ok1 && ok2 {
				took[stageOrder[from]] = append(took[stageOrder[from]], max(ended-begun, 0))
			}
			if ok2 {
				i = from
			}
		}
	}
	var stages []Stage
	for _, name := range stageOrder {
		if d := took[name]; len(d) > 0 {
			slices.Sort(d)
			stages = append(stages, Stage{
				Name: name, P50: rank(d, 0.5), P90: rank(d, 0.9), Max: d[len(d)-1], Units: len(d),
			})
		}
	}
	return stages
}

// decisionReach is how long after a decision a unit may be created because of
// it; a later one replaces a unit that went.
const decisionReach = time.Minute

// units gives, for every unit created during the run, when each of its stages
// ended. The decision is the last one at or before the unit's creation.
//
// A group is polled: its decision is seen seconds after the launch it led to,
// and cannot be told from the one before. So groups have no stage create.
func (r run) units(fleet Fleet) map[string]map[string]time.Duration {
	const wholeSecond = time.Second // creation times are cut to whole seconds
	units := make(map[string]map[string]time.Duration)
	var decisions []time.Duration
	for _, e := range r.Events {
		if e.Source != fleet.Name {
			continue
		}
		at := time.Duration(e.At)
		switch {
		case e.Kind == timeline.Decision && fleet.Kind == HPA:
			decisions = append(decisions, at)
		case e.Unit != "" && slices.Contains(stageOrder, e.Kind):
			if units[e.Unit] == nil {
				units[e.Unit] = make(map[string]time.Duration)
			}
			units[e.Unit][e.Kind] = at
		}
	}
	for _, unit := range units {
		created, ok := unit[timeline.Create]
		if !ok {
			continue
		}
		for _, d := range decisions {
			if d <= created+wholeSecond && created-d <= decisionReach {
				unit[timeline.Decision] = d
			}
		}
	}
	return units
}

// rank is the nearest-rank quantile of sorted durations.
func rank(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(int(math.Ceil(q*float64(len(sorted))-1e-9)), 1)-1]
}
