package asg

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// A target-tracking policy keeps its target, its metric and the period of that in
// itself. Its two alarms are AWS's own, 3 and 15 periods long: an answer only names
// them. The alarm of any other policy is its user's, and so are its threshold,
// metric and periods, which stand in CloudWatch alone.

// scalePolicy adds a policy to how a group is scaled.
func scalePolicy(p types.ScalingPolicy) scaler {
	return func(spec *autoscale.GroupSpec, g types.AutoScalingGroup) {
		made := autoscale.PolicySpec{
			Name: aws.ToString(p.PolicyName), Type: aws.ToString(p.PolicyType),
			Off: p.Enabled != nil && !*p.Enabled || isSuspended(g, "AlarmNotification"),
		}
		unread := func(format string, a ...any) {
			spec.Unread = append(spec.Unread, "policy "+cmp.Or(made.Name, "without a name")+": "+fmt.Sprintf(format, a...))
		}
		if t := p.TargetTrackingConfiguration; t != nil {
			made.Metric = trackedMetric(t, aws.ToString(g.AutoScalingGroupName))
			made.Tracking = trackingOf(t, made.Metric)
			switch {
			case made.Tracking == nil:
				unread("AWS does not tell its target")
			case made.Metric == "":
				unread("what its metric is made of is not read")
			}
			// A policy without a warmup of its own has its group's, and that, where none is set, its cooldown.
			if warmup := cmp.Or(secondsOf(p.EstimatedInstanceWarmup), secondsOf(g.DefaultInstanceWarmup), secondsOf(g.DefaultCooldown)); warmup != nil {
				made.Warmup = *warmup
			} else {
				unread("AWS does not tell its warmup")
			}
		}
		if made.Type == "StepScaling" || made.Type == "SimpleScaling" {
			unread("the threshold, metric and periods of its alarm%s stand in CloudWatch, where onair does not read them", alarmNames(p))
		}
		spec.Policies = append(spec.Policies, made)
	}
}

func alarmNames(p types.ScalingPolicy) string {
	var names []string
	for _, a := range p.Alarms {
		if a.AlarmName != nil {
			names = append(names, *a.AlarmName)
		}
	}
	if names == nil {
		return ""
	}
	return " " + strings.Join(names, ", ")
}

// trackingOf is what a policy holds its metric to; nil: not told.
func trackingOf(t *types.TargetTrackingConfiguration, metric string) *autoscale.Tracking {
	if t.TargetValue == nil {
		return nil
	}
	target := *t.TargetValue
	if metric == autoscale.CPU || metric == autoscale.EC2CPU {
		target /= 100 // percent
	}
	period := periodOf(t)
	return &autoscale.Tracking{
		Target: target, DisableScaleIn: aws.ToBool(t.DisableScaleIn),
		Out: autoscale.Alarm{Periods: autoscale.AlarmOut.Periods, Period: period},
		In:  autoscale.Alarm{Periods: autoscale.AlarmIn.Periods, Period: period},
	}
}

// trackedMetric names a policy's metric in AWS's words; empty: it is a formula, or
// not told. What is the mean CPU of the group in other words is called by its one
// name.
func trackedMetric(t *types.TargetTrackingConfiguration, group string) string {
	if p := t.PredefinedMetricSpecification; p != nil {
		return string(p.PredefinedMetricType)
	}
	c := t.CustomizedMetricSpecification
	switch {
	case c == nil:
		return ""
	case len(c.Metrics) == 1 && c.Metrics[0].MetricStat != nil && c.Metrics[0].MetricStat.Metric != nil:
		s := c.Metrics[0].MetricStat
		return metricName(s.Metric.Namespace, s.Metric.MetricName, s.Metric.Dimensions, aws.ToString(s.Stat), group)
	case len(c.Metrics) > 0:
		return ""
	}
	return metricName(c.Namespace, c.MetricName, c.Dimensions, string(c.Statistic), group)
}

func metricName(namespace, name *string, of []types.MetricDimension, statistic, group string) string {
	if name == nil {
		return ""
	}
	full := aws.ToString(namespace) + " " + *name
	if full == autoscale.EC2CPU && statistic == string(types.MetricStatisticAverage) && len(of) == 1 &&
		aws.ToString(of[0].Name) == "AutoScalingGroupName" && aws.ToString(of[0].Value) == group {
		return autoscale.CPU
	}
	return full
}

// periodOf is that of a policy's data points: the longest its metric is made of.
func periodOf(t *types.TargetTrackingConfiguration) time.Duration {
	var longest int32
	if c := t.CustomizedMetricSpecification; c != nil {
		longest = aws.ToInt32(c.Period)
		for _, m := range c.Metrics {
			longest = max(longest, aws.ToInt32(m.Period))
			if m.MetricStat != nil {
				longest = max(longest, aws.ToInt32(m.MetricStat.Period))
			}
		}
	}
	if longest <= 0 {
		return autoscale.AlarmOut.Period // the default, and that of every predefined metric
	}
	return time.Duration(longest) * time.Second
}

// scaleAt adds a scheduled action to how a group is scaled, unless its time was
// over before since.
func scaleAt(a types.ScheduledUpdateGroupAction, since time.Time) scaler {
	return func(spec *autoscale.GroupSpec, g types.AutoScalingGroup) {
		name := cmp.Or(aws.ToString(a.ScheduledActionName), "without a name")
		at := aws.ToTime(cmp.Or(a.StartTime, a.Time))
		switch {
		case at.IsZero():
			spec.Unread = append(spec.Unread, "scheduled action "+name+": AWS does not tell its time")
		case at.Before(since.Add(-late)) || isSuspended(g, "ScheduledActions"):
		default:
			spec.Scheduled = append(spec.Scheduled, autoscale.Scheduled{
				Name: name, At: at.UTC(), Min: whole(a.MinSize), Max: whole(a.MaxSize), Desired: whole(a.DesiredCapacity),
			})
		}
	}
}

func whole(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}
