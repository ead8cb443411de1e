package autoscale

import (
	"math"
	"time"
)

// Group is the size of an Auto Scaling group as a policy sees it.
type Group struct {
	Min, Max, Desired int
	Warm              int // instances in service whose warm-up is over; the rest of Desired is on its way
}

// bound holds n within the group's limits.
func (g Group) bound(n int) int { return min(max(n, g.Min), g.Max) }

// Alarm says when a run of data points breaches.
type Alarm struct {
	Periods int           // consecutive data points that must breach
	Period  time.Duration // of one data point
}

// The alarms that a target-tracking policy makes for itself.
var (
	AlarmOut = Alarm{3, time.Minute}
	AlarmIn  = Alarm{15, time.Minute}
)

// fires says whether the newest points (last) all breach. A missing point is NaN, and breaches nothing:
// the policy does not act on insufficient data.
func (a Alarm) fires(points []float64, breach func(float64) bool) bool {
	if a.Periods < 1 || len(points) < a.Periods {
		return false
	}
	for _, p := range points[len(points)-a.Periods:] {
		if math.IsNaN(p) || !breach(p) {
			return false
		}
	}
	return true
}

// Move is what a group's policy decides.
type Move struct {
	Desired int
	Alarm   string // AlarmHigh | AlarmLow, the alarm in whose name the count changes; empty: no change
}

// Tracking is a target-tracking scaling policy.
type Tracking struct {
	Target         float64
	Out, In        Alarm // zero Periods: AlarmOut, AlarmIn
	DisableScaleIn bool
	// InBelow is the share of the target under which the low alarm breaches; 0 means the constant.
	InBelow float64
}

// InBelow is the usual share of the target under which a low alarm breaches. AWS chooses the threshold by
// itself and does not publish the rule: the alarm tells.
const InBelow = 0.9

// Decide looks at the data points, oldest first, one per alarm period, each the mean over the warm
// instances. The group grows by proportion and at once; it shrinks only when nothing warms up, so that a
// scale-out under way is never undone.
func (t Tracking) Decide(g Group, points []float64) Move {
	t = t.complete()
	hold := Move{Desired: g.Desired}
	if len(points) == 0 {
		return hold
	}
	proportion := ceil(float64(g.Warm) * points[len(points)-1] / t.Target)
	switch {
	case t.Out.fires(points, func(p float64) bool { return p > t.Target }):
		if n := g.bound(proportion); n > g.Desired {
			return Move{n, "AlarmHigh"}
		}
	case !t.DisableScaleIn && g.Warm >= g.Desired && t.In.fires(points, func(p float64) bool { return p < t.InBelow*t.Target }):
		if n := g.bound(proportion); n < g.Desired {
			return Move{n, "AlarmLow"}
		}
	}
	return hold
}

func (t Tracking) complete() Tracking {
	if t.Out.Periods == 0 {
		t.Out = AlarmOut
	}
	if t.In.Periods == 0 {
		t.In = AlarmIn
	}
	if t.InBelow == 0 {
		t.InBelow = InBelow
	}
	return t
}
