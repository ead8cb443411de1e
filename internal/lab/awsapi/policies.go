package awsapi

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

type policiesResult struct {
	ScalingPolicies members[policyRecord]
	NextToken       string `xml:",omitempty"`
}

type policyRecord struct {
	AutoScalingGroupName string
	PolicyName           string
	PolicyARN            string
	PolicyType           string
	Alarms               members[alarmName]
	Predefined           *predefinedMetric `xml:"TargetTrackingConfiguration>PredefinedMetricSpecification"`
	Customized           *customizedMetric `xml:"TargetTrackingConfiguration>CustomizedMetricSpecification"`
	TargetValue          float64           `xml:"TargetTrackingConfiguration>TargetValue"` // percent
	DisableScaleIn       bool              `xml:"TargetTrackingConfiguration>DisableScaleIn"`
	Warmup               int               `xml:"EstimatedInstanceWarmup"` // seconds
	Enabled              bool
}

type alarmName struct{ AlarmName, AlarmARN string }

type predefinedMetric struct{ PredefinedMetricType string }

// customizedMetric is that of a policy with another period than a predefined one
// has. How many of them its alarms look at, CloudWatch tells with the alarms.
type customizedMetric struct {
	MetricName string
	Namespace  string
	Dimensions members[dimension]
	Statistic  string
	Period     int // seconds
}

type dimension struct{ Name, Value string }

// usualPeriod is that of a predefined metric.
const usualPeriod = time.Minute

// describePolicies tells the policy of a group that tracks a target. A group
// that grows for pending pods has none: its cluster's autoscaler sets desired.
func describePolicies(s world.State, q query) (any, *refusal) {
	of, refused := optionalGroups(s, q)
	if refused != nil {
		return nil, refused
	}
	names, types := q.list("PolicyNames"), q.list("PolicyTypes")
	var found []policyRecord
	for _, g := range of {
		if g.ScalesOn != world.TargetTracking {
			continue
		}
		p := g.policy()
		named := names == nil || slices.Contains(names, p.PolicyName) || slices.Contains(names, p.PolicyARN)
		if named && (types == nil || slices.Contains(types, p.PolicyType)) {
			found = append(found, p)
		}
	}
	found, next, refused := page(found, func(p policyRecord) string { return p.PolicyARN }, q, records(50, 100))
	if refused != nil {
		return nil, refused
	}
	return policiesResult{listOf(found...), next}, nil
}

func (g group) policy() policyRecord {
	name := g.Name + "-target-tracking"
	p := policyRecord{
		AutoScalingGroupName: g.Name,
		PolicyName:           name,
		PolicyARN:            g.arn("scalingPolicy", ":policyName/"+name),
		PolicyType:           "TargetTrackingScaling",
		Alarms:               listOf(alarmName{g.alarmName("AlarmHigh"), g.alarmARN("AlarmHigh")}, alarmName{g.alarmName("AlarmLow"), g.alarmARN("AlarmLow")}),
		Predefined:           &predefinedMetric{"ASGAverageCPUUtilization"},
		TargetValue:          math.Round(g.Target*100e6) / 1e6,
		Warmup:               wholeSeconds(g.Warmup),
		Enabled:              true,
	}
	if g.Period != 0 && g.Period != usualPeriod {
		// What ASGAverageCPUUtilization stands for, spelled out.
		p.Predefined, p.Customized = nil, &customizedMetric{
			MetricName: "CPUUtilization", Namespace: "AWS/EC2", Statistic: "Average", Period: max(1, wholeSeconds(g.Period)),
			Dimensions: listOf(dimension{"AutoScalingGroupName", g.Name}),
		}
	}
	return p
}

func wholeSeconds(d time.Duration) int { return int(math.Round(d.Seconds())) }
