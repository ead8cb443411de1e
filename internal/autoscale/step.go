package autoscale

import "math"

// Adjustment is how a step's value changes the capacity.
type Adjustment string

// The adjustment types of a step policy.
const (
	ChangeInCapacity        Adjustment = "ChangeInCapacity"
	PercentChangeInCapacity Adjustment = "PercentChangeInCapacity"
	ExactCapacity           Adjustment = "ExactCapacity"
)

// Step adjusts by Adjust where the metric lies From to To beyond the threshold. Infinite bounds are open.
// On the high side From is inclusive and To exclusive, on the low side the other way round.
type Step struct {
	From, To float64
	Adjust   float64
}

// Stepped is a step scaling policy with its alarm.
type Stepped struct {
	Threshold float64
	Below     bool // the alarm breaches below the threshold, else above it
	EdgeBelow bool // the threshold itself counts as below it, else as above it
	Alarm     Alarm
	Type      Adjustment
	Least     int // MinAdjustmentMagnitude, of percent only
	Steps     []Step
}

// Decide looks at the data points, oldest first, and applies the step in which the newest lies. Instances
// that warm up count as already there: two breaches of one step grow the group once, and a breach of a
// higher step adds only the difference. Nothing shrinks while instances warm up.
func (s Stepped) Decide(g Group, points []float64) Move {
	hold := Move{Desired: g.Desired}
	if !s.Alarm.fires(points, s.breach) {
		return hold
	}
	step, ok := s.step(points[len(points)-1] - s.Threshold)
	if !ok {
		return hold
	}
	n := g.bound(s.adjusted(g.Warm, step.Adjust))
	switch {
	case n > g.Desired:
		return Move{n, s.name()}
	case n < g.Desired && g.Warm >= g.Desired:
		return Move{n, s.name()}
	}
	return hold
}

func (s Stepped) breach(p float64) bool {
	below := p < s.Threshold || s.EdgeBelow && p == s.Threshold
	return below == s.Below
}

func (s Stepped) name() string {
	if s.Below {
		return "AlarmLow"
	}
	return "AlarmHigh"
}

func (s Stepped) step(beyond float64) (Step, bool) {
	for _, st := range s.Steps {
		high := beyond >= st.From && beyond < st.To
		low := beyond > st.From && beyond <= st.To
		if s.Below && low || !s.Below && high {
			return st, true
		}
	}
	return Step{}, false
}

// adjusted applies an adjustment to a capacity. A percentage moves by at least one instance, and beyond
// one rounds towards zero: 12.7 is 12, 0.67 is 1, -0.58 is -1, -6.67 is -6.
func (s Stepped) adjusted(capacity int, by float64) int {
	switch s.Type {
	case ExactCapacity:
		return int(by)
	case PercentChangeInCapacity:
		delta := float64(capacity) * by / 100
		if size := math.Abs(delta); size > 0 && size < 1 {
			delta /= size
		}
		n := int(math.Trunc(delta))
		if n > 0 {
			n = max(n, s.Least)
		} else if n < 0 {
			n = min(n, -s.Least)
		}
		return capacity + n
	}
	return capacity + int(by)
}
