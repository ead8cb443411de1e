package autoscale

import "time"

// Spec is how a fleet is scaled, as its source told it: what a run keeps so that it can be played again.
// Exactly one of the two is set. In JSON durations are seconds.
type Spec struct {
	HPA   *HPASpec
	Group *GroupSpec
}

// HPASpec is a HorizontalPodAutoscaler's spec. Its Tolerance and Stabilization are 0: they are flags of
// the controller, of which no API tells.
type HPASpec struct {
	HPA
	Metrics []MetricSpec
	Unread  []string // what is not known of it, in words with the cause; nil: all is
}

// MetricSpec is a metric that an HPA looks at.
type MetricSpec struct {
	Name   string  `json:"name"`   // as readings name it, after "metric/" and "target/"
	Kind   string  `json:"kind"`   // one of the kinds below
	Target float64 `json:"target"` // ratio of a utilisation, else in the metric's own unit
}

// The kinds of metrics, by what their target is held against. The API says Utilization, AverageValue of
// pods, AverageValue of anything else, and Value.
const (
	OfRequest = "utilisation" // the mean over pods, as a ratio of what they request
	OfPod     = "average"     // the mean over pods
	OfTotal   = "total"       // one value for all pods, shared out: over the target it is the number of pods (its readings are one pod's share)
	OfValue   = "value"       // one value held to the target as it is: the pods there are grow as value over target
)

// GroupSpec is what changes the size of an Auto Scaling group.
type GroupSpec struct {
	Min       int
	Max       int
	Cooldown  time.Duration // after an activity, of simple policies only: the others go by their Warmup
	Policies  []PolicySpec
	Scheduled []Scheduled // those that are still to come
	Unread    []string    // what could not be read, in words with the cause; nil: all was
}

// PolicySpec is a scaling policy of a group. The targets of CPU and of EC2CPU are ratios, though AWS tells
// them in percent; all others are in the metric's own unit. Neither Tracking nor Stepped is set where it is of another
// type, which Type names, or where what it does is not known, which the group's Unread tells.
type PolicySpec struct {
	Name      string
	Type      string // in AWS's words
	Metric    string // in AWS's words, such as ASGAverageCPUUtilization; empty: not told
	Statistic string // of Metric that a Stepped's alarm looks at, in AWS's words; empty: the one in its name
	Tracking  *Tracking
	Stepped   *Stepped
	Warmup    time.Duration // in service to counted by the policy
	Off       bool          // it does nothing
}

// Metrics of a group in AWS's words.
const (
	CPU    = "ASGAverageCPUUtilization" // the mean over its instances, however a policy spells that
	EC2CPU = "AWS/EC2 CPUUtilization"   // of other instances, or another statistic than the mean
)
