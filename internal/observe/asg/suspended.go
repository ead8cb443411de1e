package asg

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/observe"
)

// Kinds of events.
const (
	suspended = "suspended" // a process of the group does nothing from here on
	resumed   = "resumed"
)

// metricsOff is what a group lacks whose metrics CloudWatch does not get.
const metricsOff = "group metrics are off: CloudWatch has no history of its sizes"

// spoiltBy is what does not happen while a process of a group is suspended.
var spoiltBy = map[string]string{
	"Launch":            "the group adds no instance",
	"Terminate":         "the group removes no instance",
	"AddToLoadBalancer": "new instances get no requests from the load balancer",
	"AlarmNotification": "scaling policies that wait for alarms do nothing",
	"AZRebalance":       "zones stay as uneven as they become",
	"HealthCheck":       "an instance that fails is not noticed",
	"InstanceRefresh":   "instance refreshes do nothing",
	"ReplaceUnhealthy":  "an instance that fails is not replaced",
	"ScheduledActions":  "scheduled actions do nothing",
}

// suspensions are the suspended processes of a group, each with what it spoils;
// nil where AWS does not tell.
func suspensions(g types.AutoScalingGroup) []string {
	if g.SuspendedProcesses == nil {
		return nil
	}
	all := []string{}
	for _, p := range g.SuspendedProcesses {
		name := aws.ToString(p.ProcessName)
		spoilt, known := spoiltBy[name]
		if !known {
			spoilt = "onair does not know what that spoils"
		}
		all = append(all, cmp.Or(name, "a process without a name")+" is suspended: "+spoilt)
	}
	slices.Sort(all)
	return all
}

// launchesNothing reports whether AWS tells that a group cannot grow.
func launchesNothing(g types.AutoScalingGroup) bool {
	return isSuspended(g, "Launch")
}

// isSuspended reports whether a process of a group is suspended.
func isSuspended(g types.AutoScalingGroup, process string) bool {
	return slices.ContainsFunc(g.SuspendedProcesses, func(p types.SuspendedProcess) bool { return aws.ToString(p.ProcessName) == process })
}

// withoutMetrics reports whether AWS tells that a group's metrics are off.
func withoutMetrics(g types.AutoScalingGroup) bool {
	return g.EnabledMetrics != nil && len(g.EnabledMetrics) == 0
}

// tellSuspended records which processes stopped and resumed since the poll before.
func (f *fleet) tellSuspended(g types.AutoScalingGroup, rec *observe.Recorder) {
	now := suspensions(g)
	if now == nil {
		return
	}
	for _, text := range now {
		if !slices.Contains(f.suspended, text) {
			rec.Event(time.Time{}, suspended, "", text)
			rec.Warn(text)
		}
	}
	for _, text := range f.suspended {
		if !slices.Contains(now, text) {
			rec.Event(time.Time{}, resumed, "", "no longer: "+text)
		}
	}
	f.suspended = now
}
