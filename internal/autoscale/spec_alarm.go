package autoscale

import "time"

// AlarmSpec is an alarm that sets policies off, as CloudWatch told it: in its words and in the metric's own
// unit, which of CPU is percent.
type AlarmSpec struct {
	Name              string
	Namespace, Metric string // both empty: a formula of several metrics
	Dimensions        map[string]string
	Statistic         string        // such as Average, Sum, p99
	Period            time.Duration // of a data point; 0: not told
	Periods           int           // data points it looks at; 0: not told
	Breaching         int           // of these, as many must breach; there need be no more than that
	Threshold         *float64      // nil: a band, or not told
	Comparison        string        // of a data point with the threshold, such as GreaterThanThreshold
	Off               bool          // it sets nothing off
}

// Breaches says on which side of its threshold an alarm breaches, as Stepped has it; ok is false where its
// comparison is another than with one threshold.
func (a AlarmSpec) Breaches() (below, edgeBelow, ok bool) {
	switch a.Comparison {
	case "GreaterThanOrEqualToThreshold":
		return false, false, true
	case "GreaterThanThreshold":
		return false, true, true
	case "LessThanThreshold":
		return true, false, true
	case "LessThanOrEqualToThreshold":
		return true, true, true
	}
	return false, false, false
}
