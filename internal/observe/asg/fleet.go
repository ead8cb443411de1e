package asg

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// fleet is what polls of the group have shown so far.
type fleet struct {
	desired   *int32 // nil: not known yet
	desiredAt time.Time
	units     map[string]unit // by instance; nil: not known yet
	unitsAt   time.Time
	suspended []string // processes, as they are told
}

// unit is an instance as the last poll showed it that told its state.
type unit struct {
	state  types.LifecycleState
	at     time.Time // of that poll
	served bool      // it was in service at some poll
	gone   bool      // it is told that it left
}

// tell records the group as a poll at now showed it, and what changed since
// the poll before.
func (f *fleet) tell(g types.AutoScalingGroup, now time.Time, h *history, rec *observe.Recorder) {
	read := func(name string, value *int32) {
		if value != nil {
			rec.Read(name, float64(*value), time.Time{})
		}
	}
	read(timeline.Desired, g.DesiredCapacity)
	read(timeline.Min, g.MinSize)
	read(timeline.Max, g.MaxSize)
	read(warmPool, g.WarmPoolSize)
	f.tellDecision(g.DesiredCapacity, now, rec)
	if g.Instances != nil {
		rec.Read(timeline.Ready, float64(inService(g.Instances)), time.Time{})
		f.tellUnits(g.Instances, now, h, rec)
	}
	f.tellSuspended(g, rec)
	if weighted(g) {
		rec.Warn(byWeight)
	}
	if withoutMetrics(g) {
		rec.Warn(metricsOff)
	}
}

func inService(instances []types.Instance) int {
	n := 0
	for _, i := range instances {
		if i.LifecycleState == types.LifecycleStateInService {
			n++
		}
	}
	return n
}

func (f *fleet) tellDecision(desired *int32, now time.Time, rec *observe.Recorder) {
	if desired == nil {
		return
	}
	if f.desired != nil && *f.desired != *desired {
		rec.Changed(f.desiredAt, timeline.Decision, "", fmt.Sprintf("desired %d -> %d, %s", *f.desired, *desired, within(f.desiredAt, now)))
	}
	f.desired, f.desiredAt = desired, now
}

// tellUnits compares the instances with those of the poll before. What the
// first poll shows was there already and is no event.
func (f *fleet) tellUnits(instances []types.Instance, now time.Time, h *history, rec *observe.Recorder) {
	before, first := f.units, f.units == nil
	f.units = make(map[string]unit, len(instances))
	for _, i := range instances {
		if i.InstanceId == nil {
			continue
		}
		id, state := *i.InstanceId, cmp.Or(i.LifecycleState, untold)
		u, known := before[id]
		switch {
		case first:
			u = unit{state: state, at: now, served: i.LifecycleState == types.LifecycleStateInService, gone: leaving(i.LifecycleState)}
			h.wasThere(id, u.served)
		case !known:
			u = unit{state: outside, at: f.unitsAt}
			h.appeared(id, now, fmt.Sprintf("first seen %s, %s", state, within(f.unitsAt, now)))
		case state == untold: // is no change
			f.units[id] = u
			continue
		}
		f.units[id] = u.tell(id, state, now, rec)
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, still := f.units[id]; !still {
			before[id].tellLeft(id, f.unitsAt, now, rec)
		}
	}
	f.unitsAt = now
}

// leaving tells the states from which no instance comes back.
func leaving(s types.LifecycleState) bool { return strings.HasPrefix(string(s), "Terminat") }

// within says how exactly a change is known.
func within(before, now time.Time) string {
	if before.IsZero() {
		return "seen at the first poll"
	}
	return fmt.Sprintf("within the %s before this poll", figure.Duration(now.Sub(before).Round(100*time.Millisecond)))
}
