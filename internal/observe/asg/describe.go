package asg

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// describeGroup returns the group as it is now.
func (o *Observer) describeGroup(ctx context.Context) (types.AutoScalingGroup, error) {
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(o.api,
		&autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{o.name}},
		func(p *autoscaling.DescribeAutoScalingGroupsPaginatorOptions) { p.StopOnDuplicateToken = true })
	found, err := onAllPages(ctx, o.timeout, pages, func(p *autoscaling.DescribeAutoScalingGroupsOutput) []types.AutoScalingGroup {
		return p.AutoScalingGroups
	})
	if err != nil {
		return types.AutoScalingGroup{}, err
	}
	for _, g := range found {
		if aws.ToString(g.AutoScalingGroupName) == o.name {
			return g, nil
		}
	}
	return types.AutoScalingGroup{}, errNoGroup
}

// describeActivities returns the activities that may hold news, newest first;
// with an error, those it got before.
func (o *Observer) describeActivities(ctx context.Context) ([]types.Activity, error) {
	return o.recentActivities(ctx, o.history.newsSince(o.began))
}

// recentActivities returns those that started at bound or later, likewise.
func (o *Observer) recentActivities(ctx context.Context, bound time.Time) ([]types.Activity, error) {
	pages := autoscaling.NewDescribeScalingActivitiesPaginator(o.api,
		&autoscaling.DescribeScalingActivitiesInput{
			AutoScalingGroupName: aws.String(o.name),
			Filters: []types.Filter{{
				Name:   aws.String("StartTimeLowerBound"),
				Values: []string{bound.UTC().Format(time.RFC3339)},
			}},
		},
		func(p *autoscaling.DescribeScalingActivitiesPaginatorOptions) { p.StopOnDuplicateToken = true })
	return onAllPages(ctx, o.timeout, pages, func(p *autoscaling.DescribeScalingActivitiesOutput) []types.Activity { return p.Activities })
}
