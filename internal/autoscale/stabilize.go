package autoscale

import "time"

// stabilize holds the recommendation against the recent ones: it may rise no higher than the lowest of
// the window up, and fall no lower than the highest of the window down. It returns AbleToScale with it.
func (h HPA) stabilize(now time.Time, current, recommended int, recent []Recommendation) (int, Condition) {
	stable := h.pace().stable(now, current, recommended, recent)
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

// windows returns the stabilization windows up and down.
func (h HPA) windows() (up, down time.Duration) {
	if h.Behavior == nil {
		return 0, h.stabilization()
	}
	return *h.up().Stabilization, *h.down().Stabilization
}

// remember returns a copy of the recommendations that a window still reaches, and the new one.
func (h HPA) remember(now time.Time, recommended int, recent []Recommendation) []Recommendation {
	return h.pace().remember(now, recommended, recent, nil)
}
