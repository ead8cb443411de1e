package awsapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

const (
	targetGroupARN  = "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:targetgroup/web/9baf9b3d107e0ed7"
	loadBalancerARN = "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:loadbalancer/app/web/a43a6a0389d2a481"
)

// Every answer about the load balancer, each in a golden file named after its row.
func TestBalancerAnswers(t *testing.T) {
	for _, c := range []struct {
		name, action string
		world        *still
	}{
		{"load-balancers", "DescribeLoadBalancers", balanced()},
		{"load-balancers-none", "DescribeLoadBalancers", busy()},
		{"load-balancers-unknown", "DescribeLoadBalancers&Names.member.1=api", balanced()},
		{"target-groups", "DescribeTargetGroups&Names.member.1=web", balanced()},
		{"target-groups-of-pods", "DescribeTargetGroups&TargetGroupArns.member.1=" + targetGroupARN, podded()},
		{"target-groups-unknown", "DescribeTargetGroups&Names.member.1=api", balanced()},
		{"target-health", "DescribeTargetHealth&TargetGroupArn=" + targetGroupARN, balanced()},
		{"target-health-of-pods", "DescribeTargetHealth&TargetGroupArn=" + targetGroupARN, podded()},
		{"target-health-of-two", "DescribeTargetHealth&TargetGroupArn=" + targetGroupARN +
			"&Targets.member.1.Id=i-00000000000000009&Targets.member.2.Id=i-00000000000000001", balanced()},
		{"target-health-without-balancer", "DescribeTargetHealth&TargetGroupArn=" + targetGroupARN, busy()},
		{"target-health-no-arn", "DescribeTargetHealth&TargetGroupArn=web", balanced()},
		{"capacity-reservation", "DescribeCapacityReservation&LoadBalancerArn=" + loadBalancerARN, balanced()},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := ask(c.world, "Version=2015-12-01&Action="+c.action, signature)
			golden(t, c.name+".xml", fmt.Sprintf("<!-- %d %s -->\n%s", status, c.action, answer))
		})
	}
}

func TestSDKReadsTargets(t *testing.T) {
	for _, c := range []struct {
		world *still
		kind  types.TargetTypeEnum
		want  map[string]string
	}{
		{balanced(), types.TargetTypeEnumInstance, map[string]string{
			"i-00000000000000001": "healthy",
			"i-00000000000000003": "initial Elb.InitialHealthChecking",
			"i-00000000000000004": "draining Target.DeregistrationInProgress",
		}},
		{podded(), types.TargetTypeEnumIp, map[string]string{
			"10.0.0.5 ap-northeast-1c": "healthy",
			"10.0.0.6 ap-northeast-1a": "initial Elb.InitialHealthChecking",
			"10.0.0.8":                 "draining Target.DeregistrationInProgress",
		}},
	} {
		client := elb.NewFromConfig(serve(t, c.world))
		groups, err := client.DescribeTargetGroups(t.Context(), &elb.DescribeTargetGroupsInput{Names: []string{"web"}})
		if err != nil {
			t.Fatal(err)
		}
		group := groups.TargetGroups[0]
		if group.TargetType != c.kind {
			t.Errorf("target type = %s; want %s", group.TargetType, c.kind)
		}
		health, err := client.DescribeTargetHealth(t.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: group.TargetGroupArn})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, d := range health.TargetHealthDescriptions {
			where := strings.TrimSpace(*d.Target.Id + " " + aws.ToString(d.Target.AvailabilityZone))
			got[where] = strings.TrimSpace(string(d.TargetHealth.State) + " " + string(d.TargetHealth.Reason))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("targets of %s differ (-want +got):\n%s", c.kind, diff)
		}
	}
}

// An instance whose first checks must be over and that is not healthy has
// failed later ones: its service crashed.
func TestCrashedInstanceIsUnhealthy(t *testing.T) {
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{0, "initial"}, {7 * time.Second, "initial"}, {7*time.Second + 1, "unhealthy"}, {time.Hour, "unhealthy"},
	} {
		w := balanced()
		w.state.Group.Instances[2].InService = onAir.Add(-c.ago)
		_, answer := ask(w, "Version=2015-12-01&Action=DescribeTargetHealth&TargetGroupArn="+targetGroupARN+"&Targets.member.1.Id=i-00000000000000003", signature)
		if !strings.Contains(answer, "<State>"+c.want+"</State>") {
			t.Errorf("health of an instance in service for %v and not healthy = %s; want %s", c.ago, answer, c.want)
		}
	}
}

func TestSDKReadsReservation(t *testing.T) {
	world := balanced()
	client := elb.NewFromConfig(serve(t, world))
	ask := func() *elb.DescribeCapacityReservationOutput {
		out, err := client.DescribeCapacityReservation(t.Context(), &elb.DescribeCapacityReservationInput{LoadBalancerArn: aws.String(loadBalancerARN)})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	reserved := ask()
	if got := *reserved.MinimumLoadBalancerCapacity.CapacityUnits; got != 300 {
		t.Errorf("CapacityUnits = %d; want 300", got)
	}
	total := 0.0
	for _, z := range reserved.CapacityReservationState {
		if total += *z.EffectiveCapacityUnits; z.State.Code != types.CapacityReservationStateEnumProvisioned {
			t.Errorf("state of %s = %s; want provisioned", *z.AvailabilityZone, z.State.Code)
		}
	}
	if total != 300 {
		t.Errorf("EffectiveCapacityUnits of all zones = %v; want 300", total)
	}
	world.state.Config.Balancer.ReservedLCU = 0
	if got := ask().MinimumLoadBalancerCapacity; got != nil {
		t.Errorf("MinimumLoadBalancerCapacity without a reservation = %v; want none", *got.CapacityUnits)
	}
}

func TestSDKReadsMissingBalancers(t *testing.T) {
	bare := elb.NewFromConfig(serve(t, busy()))
	client := elb.NewFromConfig(serve(t, balanced()))
	for name, c := range map[string]struct {
		call func() error
		want string
	}{
		"group without a balancer": {func() error {
			_, err := bare.DescribeTargetGroups(t.Context(), &elb.DescribeTargetGroupsInput{Names: []string{"web"}})
			return err
		}, (&types.TargetGroupNotFoundException{}).ErrorCode()},
		"one of two names": {func() error {
			_, err := client.DescribeTargetGroups(t.Context(), &elb.DescribeTargetGroupsInput{Names: []string{"web", "api"}})
			return err
		}, (&types.TargetGroupNotFoundException{}).ErrorCode()},
		"group's ARN": {func() error {
			_, err := client.DescribeTargetHealth(t.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(targetGroupARN + "0")})
			return err
		}, (&types.TargetGroupNotFoundException{}).ErrorCode()},
		"load balancer of a group": {func() error {
			_, err := client.DescribeTargetGroups(t.Context(), &elb.DescribeTargetGroupsInput{LoadBalancerArn: aws.String("other")})
			return err
		}, (&types.LoadBalancerNotFoundException{}).ErrorCode()},
		"load balancer with a reservation": {func() error {
			_, err := client.DescribeCapacityReservation(t.Context(), &elb.DescribeCapacityReservationInput{LoadBalancerArn: aws.String("other")})
			return err
		}, (&types.LoadBalancerNotFoundException{}).ErrorCode()},
	} {
		err := c.call()
		refused, ok := errors.AsType[smithy.APIError](err)
		if !ok || refused.ErrorCode() != c.want {
			t.Errorf("%s: error = %v; want code %s", name, err, c.want)
		}
	}
}
