package asg

import (
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// A step policy says what is done how far beyond a threshold. The threshold itself,
// what it is of and for how long, stand in its alarm.

// stepPolicy adds to a policy of steps what its alarm tells. unread is told what of
// that cannot be played: then Stepped stays nil.
func stepPolicy(made *autoscale.PolicySpec, p types.ScalingPolicy, g types.AutoScalingGroup, read alarmsRead, unread func(string, ...any)) {
	all, known := read()
	names := alarmNames(p)
	switch {
	case len(names) == 0:
		made.Off = true // nothing sets it off
		return
	case !known:
		unread("the threshold, metric and periods of its alarm %s are not read", strings.Join(names, ", "))
		return
	}
	names = slices.DeleteFunc(names, func(name string) bool { return all[name].Off })
	if len(names) == 0 {
		made.Off = true
		return
	}
	if len(names) > 1 {
		unread("%d alarms set it off, %s, and only one can be played", len(names), strings.Join(names, ", "))
		return
	}
	a, there := all[names[0]]
	if !there {
		unread("CloudWatch does not know its alarm %s", names[0])
		return
	}
	made.Metric, made.Statistic = metricOfAlarm(a, aws.ToString(g.AutoScalingGroupName)), a.Statistic
	stepped, why := steppedOf(p, a, made.Metric)
	if why == "" {
		why = elsewhere(a, g)
	}
	switch {
	case why != "":
		unread("its alarm %s: %s", a.Name, why)
	case made.Metric == "":
		unread("its alarm %s: what its metric is made of is not read", a.Name)
	default:
		made.Stepped = stepped
	}
}

// alarmsRead are the alarms that were read, by name; ok is false where they were not.
type alarmsRead = func() (all map[string]autoscale.AlarmSpec, ok bool)

// steppedOf is what a policy does by its alarm; why says what cannot be played.
func steppedOf(p types.ScalingPolicy, a autoscale.AlarmSpec, metric string) (made *autoscale.Stepped, why string) {
	alarm, why := watched(a)
	if why != "" {
		return nil, why
	}
	below, edgeBelow, _ := a.Breaches()
	per := inUnit(metric)
	made = &autoscale.Stepped{
		Threshold: *a.Threshold / per, Below: below, EdgeBelow: edgeBelow, Alarm: alarm,
		Type: autoscale.Adjustment(aws.ToString(p.AdjustmentType)), Least: int(aws.ToInt32(p.MinAdjustmentMagnitude)),
	}
	switch made.Type {
	case autoscale.ChangeInCapacity, autoscale.PercentChangeInCapacity, autoscale.ExactCapacity:
	default:
		return nil, "what its policy adjusts is not told"
	}
	if how := aws.ToString(p.MetricAggregationType); how != "" && how != "Average" {
		return nil, "its policy goes by the " + how + " of the data points, and only by their Average can be played"
	}
	for _, s := range p.StepAdjustments {
		step := autoscale.Step{From: bound(s.MetricIntervalLowerBound, per, math.Inf(-1)), To: bound(s.MetricIntervalUpperBound, per, math.Inf(+1))}
		if s.ScalingAdjustment == nil || !(step.From < step.To) || math.IsInf(step.From, +1) || math.IsInf(step.To, -1) {
			return nil, "what a step of its policy does is not told"
		}
		step.Adjust = float64(*s.ScalingAdjustment)
		made.Steps = append(made.Steps, step)
	}
	return made, ""
}

// bound is that of a step; open where none is told.
func bound(x *float64, per, open float64) float64 {
	if x == nil {
		return open
	}
	return *x / per
}

// inUnit is what in a metric's own unit is 1 in the terms of the algorithms.
func inUnit(metric string) float64 {
	if metric == autoscale.CPU || metric == autoscale.EC2CPU {
		return 100 // percent
	}
	return 1
}

// elsewhere says where an alarm looks, if that is at the targets of another group;
// empty: at its own, or AWS does not tell.
func elsewhere(a autoscale.AlarmSpec, g types.AutoScalingGroup) string {
	at := a.Dimensions["TargetGroup"]
	if at == "" || len(g.TargetGroupARNs) == 0 || slices.ContainsFunc(g.TargetGroupARNs, func(arn string) bool { return strings.HasSuffix(arn, ":"+at) }) {
		return ""
	}
	return "it looks at " + at + ", where the group's instances are not"
}
