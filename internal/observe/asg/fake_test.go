package asg

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// script is an API that answers by the time since it was made, and notes when
// it was asked for what.
type script struct {
	start      time.Time
	group      func(at time.Duration) (*types.AutoScalingGroup, error)
	activities func(at time.Duration) ([]types.Activity, error)
	settings   func(at time.Duration) (settingsOf, error)
	pageSize   int           // of activities; 0: all on one page
	took       time.Duration // time an answer needs
	calls      []string
	asides     []string // calls for settings
}

// settingsOf is what a script tells about a group besides the group.
type settingsOf struct {
	policies  []types.ScalingPolicy
	scheduled []types.ScheduledUpdateGroupAction
	pool      *types.WarmPoolConfiguration
	warm      []types.Instance
	refreshes []types.InstanceRefresh
	alarms    []autoscale.AlarmSpec
	noAlarms  error // why they cannot be read
}

func newScript() *script {
	return &script{
		start:      time.Now(),
		group:      func(time.Duration) (*types.AutoScalingGroup, error) { return groupOf(1), nil },
		activities: func(time.Duration) ([]types.Activity, error) { return nil, nil },
		settings:   func(time.Duration) (settingsOf, error) { return settingsOf{}, nil },
	}
}

// asked notes a call and waits as long as its answer takes.
func (s *script) asked(ctx context.Context, what string) (time.Duration, error) {
	at := time.Since(s.start)
	s.calls = append(s.calls, fmt.Sprintf("%v %s", at, what))
	return at, s.wait(ctx)
}

func (s *script) wait(ctx context.Context) error {
	if s.took > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(s.took):
		}
	}
	return ctx.Err()
}

// aside is a call for settings.
func (s *script) aside(ctx context.Context, what string) (settingsOf, error) {
	at := time.Since(s.start)
	s.asides = append(s.asides, fmt.Sprintf("%v %s", at, what))
	if err := s.wait(ctx); err != nil {
		return settingsOf{}, err
	}
	return s.settings(at)
}

func (s *script) DescribePolicies(ctx context.Context, in *autoscaling.DescribePoliciesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error) {
	all, err := s.aside(ctx, "policies")
	return &autoscaling.DescribePoliciesOutput{ScalingPolicies: all.policies}, err
}

// Each scheduled action is on a page of its own.
func (s *script) DescribeScheduledActions(ctx context.Context, in *autoscaling.DescribeScheduledActionsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeScheduledActionsOutput, error) {
	all, err := s.aside(ctx, "scheduled"+aws.ToString(in.NextToken))
	out := &autoscaling.DescribeScheduledActionsOutput{}
	n := len(aws.ToString(in.NextToken))
	if n < len(all.scheduled) {
		out.ScheduledUpdateGroupActions = all.scheduled[n : n+1]
	}
	if n+1 < len(all.scheduled) {
		out.NextToken = aws.String(strings.Repeat("+", n+1))
	}
	return out, err
}

func (s *script) DescribeWarmPool(ctx context.Context, in *autoscaling.DescribeWarmPoolInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeWarmPoolOutput, error) {
	all, err := s.aside(ctx, "pool")
	return &autoscaling.DescribeWarmPoolOutput{WarmPoolConfiguration: all.pool, Instances: all.warm}, err
}

func (s *script) DescribeInstanceRefreshes(ctx context.Context, in *autoscaling.DescribeInstanceRefreshesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeInstanceRefreshesOutput, error) {
	all, err := s.aside(ctx, "refreshes")
	return &autoscaling.DescribeInstanceRefreshesOutput{InstanceRefreshes: all.refreshes}, err
}

func (s *script) Alarms(ctx context.Context, names []string) ([]autoscale.AlarmSpec, error) {
	all, err := s.aside(ctx, "alarms "+strings.Join(names, ","))
	if err == nil {
		err = all.noAlarms
	}
	return all.alarms, err
}

func (s *script) DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	at, err := s.asked(ctx, "group "+strings.Join(in.AutoScalingGroupNames, ","))
	if err != nil {
		return nil, err
	}
	g, err := s.group(at)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DescribeAutoScalingGroupsOutput{}
	if g != nil {
		out.AutoScalingGroups = []types.AutoScalingGroup{*g}
	}
	return out, nil
}

func (s *script) DescribeScalingActivities(ctx context.Context, in *autoscaling.DescribeScalingActivitiesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	bound, err := time.Parse(time.RFC3339, in.Filters[0].Values[0])
	if err != nil {
		return nil, err
	}
	at, err := s.asked(ctx, fmt.Sprintf("activities since %v%s", bound.Sub(s.start), aws.ToString(in.NextToken)))
	if err != nil {
		return nil, err
	}
	all, err := s.activities(at)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(a types.Activity) bool { return a.StartTime.Before(bound) })
	return s.page(all, aws.ToString(in.NextToken))
}

// page cuts all where the token " from N" says.
func (s *script) page(all []types.Activity, token string) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	from := 0
	if token != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(token, " from "))
		if err != nil {
			return nil, err
		}
		from = n
	}
	out := &autoscaling.DescribeScalingActivitiesOutput{Activities: all[from:]}
	if s.pageSize > 0 && len(out.Activities) > s.pageSize {
		out.Activities = out.Activities[:s.pageSize]
		out.NextToken = aws.String(fmt.Sprintf(" from %d", from+s.pageSize))
	}
	return out, nil
}

func groupOf(desired int32, instances ...types.Instance) *types.AutoScalingGroup {
	return &types.AutoScalingGroup{
		AutoScalingGroupName: aws.String("web-prod"),
		DesiredCapacity:      aws.Int32(desired),
		MinSize:              aws.Int32(1),
		MaxSize:              aws.Int32(8),
		Instances:            append([]types.Instance{}, instances...),
	}
}

func instance(id string, state types.LifecycleState) types.Instance {
	return types.Instance{InstanceId: aws.String(id), LifecycleState: state}
}

// launch is an activity that launches an instance; a zero end is under way.
func launch(activity, instance string, start, end time.Time) types.Activity {
	a := types.Activity{
		ActivityId:  aws.String(activity),
		Description: aws.String("Launching a new EC2 instance: " + instance),
		Cause:       aws.String("capacity was increased for " + instance),
		StartTime:   aws.Time(start),
		StatusCode:  types.ScalingActivityStatusCodeInProgress,
	}
	if !end.IsZero() {
		a.EndTime, a.StatusCode = aws.Time(end), types.ScalingActivityStatusCodeSuccessful
	}
	return a
}
