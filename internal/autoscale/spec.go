package autoscale

import "time"

// Spec is how a fleet is scaled, as its source told it: what a run keeps so that it can be played again.
// Exactly one of the two is set. In JSON durations are seconds.
type Spec struct {
	HPA   *HPASpec   `json:"hpa,omitempty"`
	Group *GroupSpec `json:"group,omitempty"`
}

// HPASpec is a HorizontalPodAutoscaler's spec.
type HPASpec struct {
	HPA
	Metrics []MetricSpec `json:"metrics"`
}

// MetricSpec is a metric that an HPA looks at.
type MetricSpec struct {
	Name   string  `json:"name"`   // as readings name it, after "metric/" and "target/"
	Kind   string  `json:"kind"`   // one of the kinds below
	Target float64 `json:"target"` // ratio of a utilisation, else in the metric's own unit
}

// The kinds of metrics, by what their target is held against.
const (
	OfRequest = "utilisation" // the mean over pods, as a ratio of what they request
	OfPod     = "average"     // the mean over pods
	OfWhole   = "total"       // one value for all pods, whatever their number: over the target it is a number of pods where the target is an average, else it scales the pods there are
)

// GroupSpec is what changes the size of an Auto Scaling group.
type GroupSpec struct {
	Min       int           `json:"min"`
	Max       int           `json:"max"`
	Cooldown  time.Duration `json:"cooldown"`
	Policies  []PolicySpec  `json:"policies"`
	Scheduled []Scheduled   `json:"scheduled"`
	Unread    []string      `json:"unread,omitempty"` // what could not be read, in words with the cause; nil: all was
}

// PolicySpec is a scaling policy of a group; neither Tracking nor Stepped is set where it is of another
// type, which Type names.
type PolicySpec struct {
	Name     string        `json:"name"`
	Type     string        `json:"type"`   // in AWS's words
	Metric   string        `json:"metric"` // in AWS's words, such as ASGAverageCPUUtilization
	Tracking *Tracking     `json:"tracking,omitempty"`
	Stepped  *Stepped      `json:"stepped,omitempty"`
	Warmup   time.Duration `json:"warmup"`
	Off      bool          `json:"off,omitempty"`
}
