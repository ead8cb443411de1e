package awsapi

import (
	"math"
	"slices"

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
	Alarms               members[string]
	MetricType           string  `xml:"TargetTrackingConfiguration>PredefinedMetricSpecification>PredefinedMetricType"`
	TargetValue          float64 `xml:"TargetTrackingConfiguration>TargetValue"` // percent
	DisableScaleIn       bool    `xml:"TargetTrackingConfiguration>DisableScaleIn"`
	Warmup               int     `xml:"EstimatedInstanceWarmup"` // seconds
	Enabled              bool
}

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
	return policyRecord{
		AutoScalingGroupName: g.Name,
		PolicyName:           name,
		PolicyARN:            g.arn("scalingPolicy", ":policyName/"+name),
		PolicyType:           "TargetTrackingScaling",
		MetricType:           "ASGAverageCPUUtilization",
		TargetValue:          math.Round(g.Target*100e6) / 1e6,
		Warmup:               int(g.Warmup.Seconds()),
		Enabled:              true,
	}
}
