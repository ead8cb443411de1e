package elb

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/diary"
)

// script is an API that answers by the time since it was made, and notes when
// it was asked for what.
type script struct {
	start    time.Time
	group    func(at time.Duration) (*types.TargetGroup, error)
	targets  func(at time.Duration) ([]types.TargetHealthDescription, error)
	reserved func(at time.Duration) (*elbv2.DescribeCapacityReservationOutput, error)
	state    *types.LoadBalancerState
	kind     types.LoadBalancerTypeEnum
	took     time.Duration // time an answer needs
	calls    []string
}

const arn = "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:targetgroup/web/1"

func newScript() *script {
	return &script{
		start:    time.Now(),
		group:    func(time.Duration) (*types.TargetGroup, error) { return groupOf("app"), nil },
		targets:  func(time.Duration) ([]types.TargetHealthDescription, error) { return targetsOf(), nil },
		reserved: func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) { return reservationOf(0), nil },
		state:    &types.LoadBalancerState{Code: types.LoadBalancerStateEnumActive},
		kind:     types.LoadBalancerTypeEnumApplication,
	}
}

func (s *script) asked(ctx context.Context, what string) (time.Duration, error) {
	at := time.Since(s.start)
	s.calls = append(s.calls, fmt.Sprintf("%v %s", at, what))
	if s.took > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(s.took):
		}
	}
	return at, ctx.Err()
}

func (s *script) DescribeTargetGroups(ctx context.Context, in *elbv2.DescribeTargetGroupsInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeTargetGroupsOutput, error) {
	at, err := s.asked(ctx, "group "+strings.Join(append(in.Names, in.TargetGroupArns...), ","))
	if err != nil {
		return nil, err
	}
	g, err := s.group(at)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeTargetGroupsOutput{}
	if g != nil {
		out.TargetGroups = []types.TargetGroup{*g}
	}
	return out, nil
}

func (s *script) DescribeTargetHealth(ctx context.Context, in *elbv2.DescribeTargetHealthInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeTargetHealthOutput, error) {
	at, err := s.asked(ctx, "targets")
	if err != nil {
		return nil, err
	}
	if *in.TargetGroupArn != arn {
		return nil, fmt.Errorf("targets asked of %s", *in.TargetGroupArn)
	}
	all, err := s.targets(at)
	return &elbv2.DescribeTargetHealthOutput{TargetHealthDescriptions: all}, err
}

// Each load balancer is on a page of its own.
func (s *script) DescribeLoadBalancers(ctx context.Context, in *elbv2.DescribeLoadBalancersInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeLoadBalancersOutput, error) {
	if _, err := s.asked(ctx, "fronts"+aws.ToString(in.Marker)); err != nil {
		return nil, err
	}
	n := len(aws.ToString(in.Marker))
	name := in.LoadBalancerArns[n]
	out := &elbv2.DescribeLoadBalancersOutput{LoadBalancers: []types.LoadBalancer{{LoadBalancerName: &name, LoadBalancerArn: &name, State: s.state, Type: s.kind}}}
	if n+1 < len(in.LoadBalancerArns) {
		out.NextMarker = aws.String(strings.Repeat("+", n+1))
	}
	return out, nil
}

func (s *script) DescribeCapacityReservation(ctx context.Context, in *elbv2.DescribeCapacityReservationInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeCapacityReservationOutput, error) {
	at, err := s.asked(ctx, "reservation of "+*in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	return s.reserved(at)
}

// groupOf is a target group behind load balancers.
func groupOf(fronts ...string) *types.TargetGroup {
	return &types.TargetGroup{TargetGroupName: aws.String("web"), TargetGroupArn: aws.String(arn), TargetType: types.TargetTypeEnumIp, LoadBalancerArns: fronts}
}

func targetsOf(all ...types.TargetHealthDescription) []types.TargetHealthDescription {
	return append([]types.TargetHealthDescription{}, all...)
}

// in is a target in a state, with AWS's reason for it.
func in(id string, state types.TargetHealthStateEnum, reason types.TargetHealthReasonEnum) types.TargetHealthDescription {
	return types.TargetHealthDescription{
		Target:       &types.TargetDescription{Id: aws.String(id), Port: aws.Int32(80)},
		TargetHealth: &types.TargetHealth{State: state, Reason: reason},
	}
}

// reservationOf is a reservation of so many units that stands so in each zone.
func reservationOf(units int32, zones ...types.CapacityReservationStateEnum) *elbv2.DescribeCapacityReservationOutput {
	out := &elbv2.DescribeCapacityReservationOutput{}
	if units > 0 {
		out.MinimumLoadBalancerCapacity = &types.MinimumLoadBalancerCapacity{CapacityUnits: &units}
	}
	for i, z := range zones {
		out.CapacityReservationState = append(out.CapacityReservationState, types.ZonalCapacityReservationState{
			AvailabilityZone: aws.String(string(rune('a' + i))), State: &types.CapacityReservationStatus{Code: z},
		})
	}
	return out
}

// supervised observes the script as a run does, and returns its warnings too.
func supervised(t *testing.T, s *script, length time.Duration) (*diary.Diary, []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	d := &diary.Diary{}
	warnings, err := observe.Watch(ctx, s.start, d, New(Options{API: s, Name: "web", Region: "ap-northeast-1"}))
	if err != nil {
		t.Fatal(err)
	}
	return d, warnings
}

func check(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differ (-want +got):\n%s", what, diff)
	}
}
