package autoscale

import "time"

// stabilize holds the recommendation against the recent ones: it may rise no higher than the lowest of
// the window up, and fall no lower than the highest of the window down. It returns AbleToScale with it.
func (h HPA) stabilize(now time.Time, current, recommended int, recent []Recommendation) (int, Condition) {
	lowest, highest := recommended, recommended
	up, down := h.windows()
	for _, r := range recent {
		if r.At.After(now.Add(-up)) {
			lowest = min(lowest, r.Replicas)
		}
		if h.recentDown(r, now, down) {
			highest = max(highest, r.Replicas)
		}
	}
	stable := min(max(current, lowest), highest)
	if h.Behavior == nil {
		stable = highest
	}
	able := Condition{"AbleToScale", true, "ReadyForNewScale", "recommended size matches current size"}
	switch {
	case stable == recommended:
	case recommended >= current && h.Behavior != nil:
		able.Reason = "ScaleUpStabilized"
		able.Message = "recent recommendations were lower than current one, applying the lowest recent recommendation"
	default:
		able.Reason = "ScaleDownStabilized"
		able.Message = "recent recommendations were higher than current one, applying the highest recent recommendation"
	}
	return stable, able
}

// recentDown says whether r still holds scaling down. Without a behavior the controller counts a
// recommendation of exactly the window's age, with one it does not.
func (h HPA) recentDown(r Recommendation, now time.Time, window time.Duration) bool {
	start := now.Add(-window)
	return r.At.After(start) || h.Behavior == nil && r.At.Equal(start)
}

// windows returns the stabilization windows up and down.
func (h HPA) windows() (up, down time.Duration) {
	if h.Behavior == nil {
		return 0, h.stabilization()
	}
	return *h.up().Stabilization, *h.down().Stabilization
}

// remember returns a copy of the recommendations that a window still reaches, and the new one.
func (h HPA) remember(now time.Time, recommended int, recent []Recommendation) []Recommendation {
	up, down := h.windows()
	longest := max(up, down)
	var kept []Recommendation
	for _, r := range recent {
		if !r.At.Before(now.Add(-longest)) {
			kept = append(kept, r)
		}
	}
	return append(kept, Recommendation{now, recommended})
}
