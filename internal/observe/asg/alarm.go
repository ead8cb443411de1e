package asg

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// unasked is CloudWatch where nobody gave a way to it.
type unasked struct{}

func (unasked) Alarms(context.Context, []string) ([]autoscale.AlarmSpec, error) {
	return nil, errors.New("CloudWatch is not asked for it")
}

// alarmNames are those of a policy's alarms.
func alarmNames(p types.ScalingPolicy) (names []string) {
	for _, a := range p.Alarms {
		if a.AlarmName != nil {
			names = append(names, *a.AlarmName)
		}
	}
	return names
}

// named are the alarms that facts name, in order and each once.
func named(facts []fact) (names []string) {
	for _, f := range facts {
		names = append(names, f.alarms...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// askAlarms reads the alarms that the policies named when they were read last. Where
// they name none, nothing is asked.
func (o *Observer) askAlarms(ctx context.Context, _ time.Time) ([]fact, error) {
	return o.readAlarms(ctx, named(o.setting(policyCall).facts))
}

func (o *Observer) readAlarms(ctx context.Context, names []string) ([]fact, error) {
	if len(names) == 0 {
		return nil, nil
	}
	found, err := o.alarms.Alarms(ctx, names)
	if err != nil {
		return nil, err
	}
	var facts []fact
	for _, name := range names {
		gone := "alarm " + name + ": CloudWatch does not know it"
		f := fact{text: gone, spoils: gone}
		if i := slices.IndexFunc(found, func(a autoscale.AlarmSpec) bool { return a.Name == name }); i >= 0 {
			f = fact{text: alarmWords(found[i]), alarm: &found[i]}
		}
		facts = append(facts, f)
	}
	return facts, nil
}

// alarmWords says when an alarm sets a policy off, as far as AWS tells:
// "alarm high: AWS/EC2 CPUUtilization (Average) GreaterThanThreshold 60, for 3 of 60s".
func alarmWords(a autoscale.AlarmSpec) string {
	text := "alarm " + a.Name + ": a formula"
	if a.Metric != "" {
		text = fmt.Sprintf("alarm %s: %s %s (%s)", a.Name, a.Namespace, a.Metric, a.Statistic)
	}
	text += " " + a.Comparison
	if a.Threshold != nil {
		text += " " + number(*a.Threshold)
	}
	text += fmt.Sprintf(", for %d of %s", a.Periods, number(a.Period.Seconds())+"s")
	if a.Breaching != a.Periods {
		text = fmt.Sprintf("%s, of which %d must breach", text, a.Breaching)
	}
	if a.Off {
		text += ", switched off"
	}
	return text
}

// alarmsRead are the alarms that were read, by name; ok is false where they were not.
func (o *Observer) alarmsRead() (all map[string]autoscale.AlarmSpec, ok bool) {
	s := o.setting(alarmCall)
	all = map[string]autoscale.AlarmSpec{}
	for _, f := range s.facts {
		if f.alarm != nil {
			all[f.alarm.Name] = *f.alarm
		}
	}
	return all, s.known
}

// watched is an alarm in the terms of the algorithms; why says what of it cannot be
// played.
func watched(a autoscale.AlarmSpec) (alarm autoscale.Alarm, why string) {
	_, _, plain := a.Breaches()
	switch {
	case a.Period <= 0 || a.Periods <= 0:
		return alarm, "AWS does not tell its periods"
	case a.Breaching != a.Periods:
		return alarm, fmt.Sprintf("%d of %d data points set it off, which is not played", a.Breaching, a.Periods)
	case a.Threshold == nil || !plain || !finite(*a.Threshold):
		return alarm, "it has no threshold, but a band"
	}
	return autoscale.Alarm{Periods: a.Periods, Period: a.Period}, ""
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// metricOfAlarm names an alarm's metric as that of a policy is; empty: a formula.
func metricOfAlarm(a autoscale.AlarmSpec, group string) string {
	if a.Metric == "" {
		return ""
	}
	var of []types.MetricDimension
	for name, value := range a.Dimensions {
		of = append(of, types.MetricDimension{Name: &name, Value: &value})
	}
	return metricName(aws.String(a.Namespace), &a.Metric, of, a.Statistic, group)
}
