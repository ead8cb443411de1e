package autoscale

import (
	"fmt"
	"math"
	"strings"
)

// Metric is one of an HPA's metrics as it is seen at a sync: per pod, so that pods without it can be
// accounted for.
type Metric struct {
	Name   string  // as the event names it, e.g. "cpu resource utilization (percentage of request)"
	Target float64 // of the mean over pods, above 0
	// Utilisation says that values are ratios of a request. Their mean is then cut to whole percent, and a
	// pod without a value counts as using all of its request on the way down (or the target, where that is
	// higher). Else the mean is as it is, to the controller in whole thousandths, and such a pod counts as
	// using the target.
	Utilisation bool
	Pods        []Pod
}

// Pod is what one pod contributes to a metric.
type Pod struct {
	Ready    bool
	Measured bool    // false: ready, but the metrics API has nothing on it yet
	Value    float64 // in the unit of the target, not negative
}

// recommend returns the highest count any metric asks for, that metric's name, and ScalingActive. A
// metric nobody knows stops scaling down, since it may be the one that needs the pods.
func (h HPA) recommend(current int, metrics []Metric) (int, string, Condition) {
	best, name, known := 0, "", 0
	var unknown []string
	for _, m := range metrics {
		n, ok := m.replicas(current, h.tolerances())
		if !ok {
			unknown = append(unknown, m.Name)
			continue
		}
		if known++; known == 1 || n > best {
			best, name = n, m.Name
		}
	}
	if known == 0 || len(unknown) > 0 && best < current {
		return current, "", Condition{"ScalingActive", false, "FailedGetMetric", fmt.Sprintf(
			"the HPA was unable to compute the replica count: did not receive %s for targeted pods (pods might be unready)", strings.Join(unknown, ", "))}
	}
	return best, name, Condition{"ScalingActive", true, "ValidMetricFound",
		"the HPA was able to successfully calculate a replica count from " + name}
}

// replicas is the count this metric alone asks for; ok is false where no ready pod is measured.
func (m Metric) replicas(current int, t tolerances) (n int, ok bool) {
	return m.load().replicas(current, t)
}

// ceil rounds up, but not for the last bits of a quotient: 0.6/0.2 pods are 3, not 4. (The controller
// divides whole percents, or thousandths, by such ones, and seldom has such bits.)
func ceil(x float64) int { return int(math.Ceil(min(x, math.MaxInt32) * (1 - 1e-12))) }

// tolerances are the shares of the target by which use may differ without a change.
type tolerances struct{ up, down float64 }

func (t tolerances) within(ratio float64) bool {
	const bits = 1e-12 // as in ceil: 0.55/0.5 is 1.1 and so within 0.1
	return ratio >= 1-t.down-bits && ratio <= 1+t.up+bits
}

func (h HPA) tolerances() tolerances {
	t := tolerances{h.Tolerance, h.Tolerance}
	if h.Tolerance == 0 {
		t = tolerances{defaultTolerance, defaultTolerance}
	}
	if h.Behavior == nil {
		return t
	}
	if r := h.Behavior.ScaleUp; r != nil && r.Tolerance != nil {
		t.up = *r.Tolerance
	}
	if r := h.Behavior.ScaleDown; r != nil && r.Tolerance != nil {
		t.down = *r.Tolerance
	}
	return t
}
