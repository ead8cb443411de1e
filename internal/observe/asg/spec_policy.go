package asg

import (
	"cmp"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// A target-tracking policy keeps its target, its metric and the period of that in
// itself. Its two alarms are AWS's own, 3 and 15 periods long where they are not
// read: an answer only names them. The alarm of any other policy is its user's, and
// so are its threshold, metric and periods, which stand in CloudWatch alone.

// scalePolicy adds a policy, with its alarms where they are read by then, to how a
// group is scaled.
func scalePolicy(p types.ScalingPolicy, read alarmsRead) scaler {
	return func(spec *autoscale.GroupSpec, g types.AutoScalingGroup) {
		made := autoscale.PolicySpec{
			Name: aws.ToString(p.PolicyName), Type: aws.ToString(p.PolicyType),
			Off: p.Enabled != nil && !*p.Enabled || isSuspended(g, "AlarmNotification"),
		}
		unread := func(format string, a ...any) {
			spec.Unread = append(spec.Unread, "policy "+cmp.Or(made.Name, "without a name")+": "+fmt.Sprintf(format, a...))
		}
		switch {
		case p.TargetTrackingConfiguration != nil:
			trackPolicy(&made, p, g, read, unread)
			warm(&made, p, g, unread)
		case made.Type == "StepScaling":
			stepPolicy(&made, p, g, read, unread)
			warm(&made, p, g, unread)
		case made.Type == "SimpleScaling":
			unread("it is of type SimpleScaling, which is not played")
		}
		spec.Policies = append(spec.Policies, made)
	}
}

// warm adds how long an instance warms up: a policy without a warmup of its own has
// its group's, and that, where none is set, its cooldown.
func warm(made *autoscale.PolicySpec, p types.ScalingPolicy, g types.AutoScalingGroup, unread func(string, ...any)) {
	if warmup := cmp.Or(secondsOf(p.EstimatedInstanceWarmup), secondsOf(g.DefaultInstanceWarmup), secondsOf(g.DefaultCooldown)); warmup != nil {
		made.Warmup = *warmup
	} else {
		unread("AWS does not tell its warmup")
	}
}

// trackPolicy adds to a policy what it holds its metric to, by what alarms.
func trackPolicy(made *autoscale.PolicySpec, p types.ScalingPolicy, g types.AutoScalingGroup, read alarmsRead, unread func(string, ...any)) {
	t := p.TargetTrackingConfiguration
	made.Metric = trackedMetric(t, aws.ToString(g.AutoScalingGroupName))
	made.Tracking = trackingOf(t, made.Metric)
	if made.Tracking == nil {
		unread("AWS does not tell its target")
		return
	}
	if made.Metric == "" {
		unread("what its metric is made of is not read")
	}
	all, known := read()
	for _, name := range alarmNames(p) {
		a, there := all[name]
		switch {
		case !known: // which is said once for all
		case !there:
			unread("CloudWatch does not know its alarm %s", name)
		default:
			if why := setOff(made.Tracking, a, *t.TargetValue); why != "" {
				unread("its alarm %s: %s", name, why)
			}
		}
	}
}

// setOff has a policy look at its metric as one of its alarms does, the high one or
// the low one; why says what cannot be played, and is as AWS makes it.
func setOff(t *autoscale.Tracking, a autoscale.AlarmSpec, target float64) (why string) {
	alarm, why := watched(a)
	if why != "" {
		return why
	}
	below, _, _ := a.Breaches()
	switch {
	case !below && a.Off:
		return "it is switched off"
	case !below:
		t.Out = alarm
		return ""
	case a.Off:
		t.DisableScaleIn = true
	}
	t.In = alarm
	if share := *a.Threshold / target; share > 0 && finite(share) {
		t.InBelow = share
	}
	return ""
}

// trackingOf is what a policy holds its metric to; nil: not told.
func trackingOf(t *types.TargetTrackingConfiguration, metric string) *autoscale.Tracking {
	if t.TargetValue == nil {
		return nil
	}
	target := *t.TargetValue / inUnit(metric)
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
// over before since: that of its last, if it recurs.
func scaleAt(a types.ScheduledUpdateGroupAction, since time.Time) scaler {
	return func(spec *autoscale.GroupSpec, g types.AutoScalingGroup) {
		name := cmp.Or(aws.ToString(a.ScheduledActionName), "without a name")
		at := aws.ToTime(cmp.Or(a.StartTime, a.Time))
		switch {
		case at.IsZero():
			spec.Unread = append(spec.Unread, "scheduled action "+name+": AWS does not tell its time")
		case isOver(a, at, since.Add(-late)) || isSuspended(g, "ScheduledActions"):
		default:
			made := autoscale.Scheduled{Name: name, At: at.UTC(), Min: whole(a.MinSize), Max: whole(a.MaxSize), Desired: whole(a.DesiredCapacity)}
			if recurs(a) {
				made.Recurrence, made.Zone, made.End = *a.Recurrence, aws.ToString(a.TimeZone), aws.ToTime(a.EndTime).UTC()
			}
			spec.Scheduled = append(spec.Scheduled, made)
		}
	}
}

func recurs(a types.ScheduledUpdateGroupAction) bool { return aws.ToString(a.Recurrence) != "" }

// isOver says whether an action whose next time is known is not due any more.
func isOver(a types.ScheduledUpdateGroupAction, next, since time.Time) bool {
	if recurs(a) {
		return a.EndTime != nil && a.EndTime.Before(since)
	}
	return next.Before(since)
}

func whole(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}
