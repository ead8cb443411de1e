package asg

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// askPolicies reads by what the group scales.
func (o *Observer) askPolicies(ctx context.Context, _ time.Time) ([]fact, error) {
	pages := autoscaling.NewDescribePoliciesPaginator(o.api,
		&autoscaling.DescribePoliciesInput{AutoScalingGroupName: aws.String(o.name)},
		func(p *autoscaling.DescribePoliciesPaginatorOptions) { p.StopOnDuplicateToken = true })
	found, err := onAllPages(ctx, o.timeout, pages, func(p *autoscaling.DescribePoliciesOutput) []types.ScalingPolicy { return p.ScalingPolicies })
	if err != nil {
		return nil, err
	}
	var facts []fact
	for _, p := range found {
		facts = append(facts, fact{text: policyWords(p), scale: scalePolicy(p, o.alarmsRead), alarms: alarmNames(p)})
	}
	return facts, nil
}

// policyWords says what a policy does, as far as AWS tells:
// "TargetTrackingScaling cpu: ASGAverageCPUUtilization held to 50, warmup 300s".
func policyWords(p types.ScalingPolicy) string {
	said := []string{cmp.Or(aws.ToString(p.PolicyType), "policy") + " " + cmp.Or(aws.ToString(p.PolicyName), "without a name")}
	say := func(format string, a ...any) { said = append(said, fmt.Sprintf(format, a...)) }
	if t := p.TargetTrackingConfiguration; t != nil {
		if t.TargetValue != nil {
			say("%s held to %s", metricOf(t), number(*t.TargetValue))
		}
		if aws.ToBool(t.DisableScaleIn) {
			say("never scales in")
		}
	}
	for _, s := range p.StepAdjustments {
		if s.ScalingAdjustment != nil {
			say("%+d%s", *s.ScalingAdjustment, between(s))
		}
	}
	if p.ScalingAdjustment != nil {
		say("%+d", *p.ScalingAdjustment)
	}
	if p.AdjustmentType != nil {
		say("%s", *p.AdjustmentType)
	}
	if p.EstimatedInstanceWarmup != nil {
		say("warmup %ds", *p.EstimatedInstanceWarmup)
	}
	if p.Cooldown != nil {
		say("cooldown %ds", *p.Cooldown)
	}
	if p.Enabled != nil && !*p.Enabled {
		say("switched off")
	}
	if len(said) == 1 {
		return said[0]
	}
	return said[0] + ": " + strings.Join(said[1:], ", ")
}

// metricOf names what a target is set for.
func metricOf(t *types.TargetTrackingConfiguration) string {
	switch {
	case t.PredefinedMetricSpecification != nil:
		return string(t.PredefinedMetricSpecification.PredefinedMetricType)
	case t.CustomizedMetricSpecification != nil && t.CustomizedMetricSpecification.MetricName != nil:
		return aws.ToString(t.CustomizedMetricSpecification.Namespace) + " " + *t.CustomizedMetricSpecification.MetricName
	}
	return "a metric of its own"
}

// between is the distance from the alarm's threshold at which a step is taken.
func between(s types.StepAdjustment) string {
	bounds := ""
	if s.MetricIntervalLowerBound != nil {
		bounds += " from " + number(*s.MetricIntervalLowerBound)
	}
	if s.MetricIntervalUpperBound != nil {
		bounds += " to " + number(*s.MetricIntervalUpperBound)
	}
	return bounds
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
