package autoscale

import (
	"math"
	"time"
)

// limit bounds the stabilized count by the rate limits and by min and max, and returns ScalingLimited.
// Where both bind, the reason is the tighter one's.
func (h HPA) limit(now time.Time, current, stable int, changes []Change) (int, Condition) {
	low, high := h.pace().bounds(now, current, changes)
	limited := func(reason, message string) Condition { return Condition{"ScalingLimited", true, reason, message} }
	switch {
	case stable > min(high, h.Max) && h.Max > high:
		return high, limited("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
	case stable > h.Max:
		return h.Max, limited("TooManyReplicas", "the desired replica count is more than the maximum replica count")
	case stable < max(low, h.Min) && h.Min < low:
		return low, limited("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
	case stable < h.Min:
		return h.Min, limited("TooFewReplicas", "the desired replica count is less than the minimum replica count")
	}
	return stable, Condition{"ScalingLimited", false, "DesiredWithinRange", "the desired count is within the acceptable range"}
}

// allowed is the furthest count the rules let a sync go to: each policy counts from what there was at the
// start of its period, so changes within the period use its allowance up.
func allowed(r Rules, now time.Time, current int, changes []Change, direction int) int {
	if r.Select == SelectDisabled {
		return current
	}
	furthest, found := current, false
	for _, p := range r.Policies {
		n := p.reach(current-changed(changes, now, p.Period), direction)
		// Max is the policy that goes furthest in the direction, Min the one that goes least far.
		if further := (n-furthest)*direction > 0; !found || further == (r.Select != SelectMin) {
			furthest, found = n, true
		}
	}
	return furthest
}

// reach is the count a policy allows from that at the start of its period. Percent rounds away from no
// change on the way up, since 10 % of 1 pod would never grow, and towards zero pods on the way down.
func (p Policy) reach(start, direction int) int {
	if p.Type == Pods {
		return start + direction*p.Value
	}
	n := float64(start) * (1 + float64(direction*p.Value)/100)
	if direction > 0 {
		return ceil(n)
	}
	return int(math.Trunc(n + 1e-9))
}

// changed is the net change since the period began.
func changed(changes []Change, now time.Time, period time.Duration) int {
	sum := 0
	for _, c := range changes {
		if c.At.After(now.Add(-period)) {
			sum += c.By
		}
	}
	return sum
}
