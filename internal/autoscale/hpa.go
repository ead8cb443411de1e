package autoscale

import (
	"fmt"
	"time"
)

// HPA is what decides in a HorizontalPodAutoscaler's spec. Min and Max must be set, 1 <= Min <= Max.
type HPA struct {
	Min, Max  int
	Tolerance float64   // ratio; 0 means the controller's default, 0.1
	Behavior  *Behavior // nil: growth to max(2 x current, 4) a sync, shrinking by stabilization alone
	// Stabilization of scaling down where Behavior says nothing; 0 means the controller's default, 300 s.
	Stabilization time.Duration
}

// Defaults of the controller's flags.
const (
	defaultTolerance     = 0.1
	defaultStabilization = 300 * time.Second
)

// Decision is what one sync came to.
type Decision struct {
	Desired     int
	Recommended int  // by the metrics alone, before any limit; equals Desired where no metric was asked
	Rescaled    bool // Desired differs from the current count
	// Reason says why, in the words of the event SuccessfulRescale. It is empty unless Rescaled, and also
	// where an older recommendation, held back until now, moves the count and the metrics ask for no change.
	Reason string
	// Conditions this sync set, in the order of the API; a type not among them keeps what it said before.
	Conditions []Condition
}

// Condition is one entry of an HPA's status.conditions.
type Condition struct {
	Type    string // AbleToScale | ScalingActive | ScalingLimited
	Status  bool
	Reason  string
	Message string
}

// History is what the controller remembers between syncs. The zero value is a controller just started.
type History struct {
	Recommendations []Recommendation // oldest first, before any limit
	Changes         []Change         // oldest first, both directions
}

// Recommendation is what the metrics alone asked for at an instant.
type Recommendation struct {
	At       time.Time
	Replicas int
}

// Change is one rescale; By is negative on the way down.
type Change struct {
	At time.Time
	By int
}

// Decide does one sync at now with the current (specified) number of replicas. It returns the decision
// and the history to pass to the next sync; past is not changed. Desired lies within [Min, Max], except
// that a workload scaled to 0 by hand stays there, and that nothing changes where no metric is known.
func (h HPA) Decide(now time.Time, current int, metrics []Metric, past History) (Decision, History) {
	if len(past.Recommendations) == 0 {
		// The controller takes what it finds for its first recommendation, so that it does not shrink at once.
		past.Recommendations = []Recommendation{{now, current}}
	}
	switch {
	case current == 0:
		return Decision{Conditions: []Condition{gotScale, {"ScalingActive", false, "ScalingDisabled",
			"scaling is disabled since the replica count of the target is zero"}}}, past
	case current > h.Max:
		return h.rescale(now, current, h.Max, Decision{Recommended: h.Max, Reason: "Current number of replicas above Spec.MaxReplicas"}, past)
	case current < h.Min:
		return h.rescale(now, current, h.Min, Decision{Recommended: h.Min, Reason: "Current number of replicas below Spec.MinReplicas"}, past)
	}
	recommended, name, active := h.recommend(current, metrics)
	if !active.Status {
		return Decision{Desired: current, Recommended: current, Conditions: []Condition{gotScale, active}}, past
	}
	stable, able := h.stabilize(now, current, recommended, past.Recommendations)
	past.Recommendations = h.remember(now, recommended, past.Recommendations)
	desired, limited := h.limit(now, current, stable, past.Changes)

	d := Decision{Recommended: recommended, Conditions: []Condition{able, active, limited}}
	switch {
	case recommended > current:
		d.Reason = name + " above target"
	case recommended < current:
		d.Reason = "All metrics below target"
	}
	return h.rescale(now, current, desired, d, past)
}

var gotScale = Condition{"AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale"}

// rescale completes d for the desired count and remembers the change.
func (h HPA) rescale(now time.Time, current, desired int, d Decision, past History) (Decision, History) {
	d.Desired = desired
	if desired == current {
		d.Reason = ""
		return d, past
	}
	d.Rescaled = true
	done := Condition{"AbleToScale", true, "SucceededRescale",
		fmt.Sprintf("the HPA controller was able to update the target scale to %d", desired)}
	if len(d.Conditions) == 0 {
		d.Conditions = []Condition{done}
	} else {
		d.Conditions[0] = done
	}
	past.Changes = append(h.recent(now, past.Changes), Change{now, desired - current})
	return d, past
}

// recent returns a copy of the changes that a policy may still count.
func (h HPA) recent(now time.Time, changes []Change) []Change {
	return h.pace().recent(now, changes, nil)
}
