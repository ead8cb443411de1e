package autoscale

import "time"

// Behavior limits how fast an HPA changes the desired count. A nil direction has the API's defaults: up
// by the larger of 100 % and 4 pods per 15 s without stabilization, down by 100 % per 15 s with 300 s.
type Behavior struct{ ScaleUp, ScaleDown *Rules }

// Rules are the limits of one direction; what is left empty has that direction's default.
type Rules struct {
	Stabilization *time.Duration
	Select        Select
	Policies      []Policy
	Tolerance     *float64 // ratio; nil: the HPA's
}

// Select says which of several policies counts.
type Select string

// The policies' choice: the one that allows most (also where Select is empty), the one that allows
// least, or no change at all in this direction.
const (
	SelectMax      Select = "Max"
	SelectMin      Select = "Min"
	SelectDisabled Select = "Disabled"
)

// PolicyType is the unit of a policy's value.
type PolicyType string

// A policy's value is a number of pods, or percent of the count at the start of the period.
const (
	Pods    PolicyType = "Pods"
	Percent PolicyType = "Percent"
)

// Policy allows Value pods, or Value percent, of change within any Period.
type Policy struct {
	Type   PolicyType
	Value  int
	Period time.Duration
}

// Rules returns the rules of an HPA that has a Behavior with the API's defaults filled in.
func (h HPA) Rules() (up, down Rules) { return h.up(), h.down() }

// up returns the rules of scaling up with the API's defaults filled in.
func (h HPA) up() Rules {
	return h.Behavior.ScaleUp.or(Rules{
		Stabilization: new(time.Duration),
		Select:        SelectMax,
		Policies:      []Policy{{Pods, 4, 15 * time.Second}, {Percent, 100, 15 * time.Second}},
	})
}

// down returns the rules of scaling down with the API's defaults filled in.
func (h HPA) down() Rules {
	window := h.stabilization()
	return h.Behavior.ScaleDown.or(Rules{
		Stabilization: &window,
		Select:        SelectMax,
		Policies:      []Policy{{Percent, 100, 15 * time.Second}},
	})
}

func (h HPA) stabilization() time.Duration {
	if h.Stabilization == 0 {
		return defaultStabilization
	}
	return h.Stabilization
}

func (r *Rules) or(defaults Rules) Rules {
	if r == nil {
		return defaults
	}
	if r.Stabilization != nil {
		defaults.Stabilization = r.Stabilization
	}
	if r.Select != "" {
		defaults.Select = r.Select
	}
	if len(r.Policies) > 0 {
		defaults.Policies = r.Policies
	}
	return defaults
}

func longestPeriod(r Rules) time.Duration {
	var longest time.Duration
	for _, p := range r.Policies {
		longest = max(longest, p.Period)
	}
	return longest
}
