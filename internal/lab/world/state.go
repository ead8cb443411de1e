package world

import "time"

// State is a copy of everything the staging's APIs may tell at one instant.
type State struct {
	Start, Now time.Time   // when the world began, and the instant of this copy
	Config     Config      // with defaults filled in
	Pods       []Pod       // in order of creation; terminated ones stay for a minute
	Deployment Deployment  // zero where instances are the units
	HPA        *HPAStatus  // nil without one
	Group      *GroupState // nil without one
	Events     []Event     // Kubernetes events, the latest last
	Usage      *Usage      // as measured last; nil where instances are the units; not to be written to
}

// Usage is what the pods use, as a metrics pipeline tells it: those that were
// ready for the whole window.
type Usage struct {
	At     time.Time // the end of the window
	Window time.Duration
	Pods   []PodUsage
}

// PodUsage is the mean share of busy slots of one pod, from 0 to 1.
type PodUsage struct {
	Name  string
	Share float64
}

// Pod is one unit. A zero time means: not yet.
type Pod struct {
	Name, UID, Instance, IP                        string
	Node                                           string // host name of its instance, empty until scheduled
	Created, Scheduled, Running, Ready, Terminated time.Time
	Unschedulable                                  time.Time // since when no instance has room, zero otherwise
	Healthy                                        time.Time // in the target group, and given requests; with no Balancer the same as Ready
	Deleted                                        time.Time // told to go: it takes no new request and finishes what it has before it is Terminated

	Crashed  time.Time // when its container last exited after it had been ready; it has no Ready then until it is again
	Failed   Failure   // the latest start of its container that failed, zero where none did; Running is of the start after it
	Restarts int       // times its container was started again
}

// Failure is a start of a container that exited, before it became ready or after.
type Failure struct {
	Started, Exited time.Time
	Wait            time.Duration // from Exited to the next start
}

// BacksOff says whether the pod's container waits to be started again.
func (p Pod) BacksOff() bool { return p.Failed.Exited.After(p.Running) }

// Deployment is the workload the pods belong to; pods told to go are not counted.
type Deployment struct {
	Desired, Ready, Total int
	Generation            int64
	Created               time.Time
}

// HPAStatus is what the controller publishes after each sync.
type HPAStatus struct {
	Current, Desired int
	Metric           *float64 // nil: not measured yet
	LastScale        time.Time
	Conditions       []Condition
	Created          time.Time
}

// Condition is an entry of the HPA's status.conditions; Status is True or False.
type Condition struct {
	Type, Status, Reason, Message string
	Since                         time.Time
}

// GroupState is the Auto Scaling group. A terminated instance is no longer in it.
type GroupState struct {
	Desired, Min, Max int
	Created           time.Time
	Instances         []Instance
	Activities        []Activity // newest first, as AWS lists them
	AlarmID           string     // ends the names of the target-tracking alarms
}

// Instance is one member of the group.
type Instance struct {
	ID, Zone, Type string
	Host           string // name of the node it is
	Lifecycle      string // Pending | InService | Terminating
	Health         string
	Launched       time.Time
	InService      time.Time // zero: not yet
	Healthy        time.Time // in the target group, where instances are the units; with no Balancer the same as InService; zero after a crash until it serves again
}

// Activity is one launch or termination, in AWS's words.
type Activity struct {
	ID, Description, Cause, StatusCode, StatusMessage string
	Start, End                                        time.Time // End zero: in progress
	Progress                                          int
}

// Event is a Kubernetes event. What happens again in the same words is the same event, counted; it expires
// an hour after the last time.
type Event struct {
	UID, Type, Reason, Message string    // Type Normal | Warning
	Kind, Name                 string    // the object concerned: HorizontalPodAutoscaler, Pod, Deployment
	First, At                  time.Time // At is the last time it happened
	Count                      int
}
