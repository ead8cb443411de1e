package awsapi_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
)

// serve starts the endpoint of src on loopback and returns what the SDK needs
// to talk to it.
func serve(t *testing.T, src awsapi.Source) aws.Config {
	t.Helper()
	server := httptest.NewServer(awsapi.New(src))
	t.Cleanup(server.Close)
	return aws.Config{
		Region:       "ap-northeast-1",
		BaseEndpoint: aws.String(server.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("lab", "lab", ""),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func TestSDKReadsGroup(t *testing.T) {
	client := autoscaling.NewFromConfig(serve(t, busy()))
	out, err := client.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{"other", "web-prod"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(out.AutoScalingGroups); n != 1 {
		t.Fatalf("DescribeAutoScalingGroups() = %d groups; want 1", n)
	}
	g := out.AutoScalingGroups[0]
	type read struct {
		Desired, Min, Max int32
		Zones             []string
		States            map[string]types.LifecycleState
		Created           time.Time
	}
	got := read{*g.DesiredCapacity, *g.MinSize, *g.MaxSize, g.AvailabilityZones, map[string]types.LifecycleState{}, *g.CreatedTime}
	for _, i := range g.Instances {
		got.States[*i.InstanceId] = i.LifecycleState
	}
	want := read{3, 1, 8, []string{"ap-northeast-1a", "ap-northeast-1c"}, map[string]types.LifecycleState{
		"i-00000000000000001": types.LifecycleStateInService,
		"i-00000000000000002": types.LifecycleStatePending,
	}, onAir.Add(-time.Hour)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("group differs (-want +got):\n%s", diff)
	}
}

func TestSDKPagesThroughActivities(t *testing.T) {
	client := autoscaling.NewFromConfig(serve(t, busy()))
	pages := autoscaling.NewDescribeScalingActivitiesPaginator(client, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String("web-prod"), MaxRecords: aws.Int32(1),
	})
	var got []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Activities {
			got = append(got, *a.ActivityId+" "+string(a.StatusCode))
		}
	}
	want := []string{"activity-3 Failed", "activity-2 InProgress", "activity-1 Successful"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("activities differ (-want +got):\n%s", diff)
	}
}

func TestSDKReadsPolicyAndIdentity(t *testing.T) {
	config := serve(t, busy())
	policies, err := autoscaling.NewFromConfig(config).DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{})
	if err != nil {
		t.Fatal(err)
	}
	tracking := policies.ScalingPolicies[0].TargetTrackingConfiguration
	if got := *tracking.TargetValue; got != 55 {
		t.Errorf("TargetValue = %v; want 55", got)
	}
	if got, want := tracking.PredefinedMetricSpecification.PredefinedMetricType, types.MetricTypeASGAverageCPUUtilization; got != want {
		t.Errorf("PredefinedMetricType = %v; want %v", got, want)
	}
	policies, err = autoscaling.NewFromConfig(serve(t, quick())).DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{})
	if err != nil {
		t.Fatal(err)
	}
	want := &types.CustomizedMetricSpecification{
		Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"), Statistic: types.MetricStatisticAverage, Period: aws.Int32(10),
		Dimensions: []types.MetricDimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String("web-prod")}},
	}
	spelled := policies.ScalingPolicies[0].TargetTrackingConfiguration
	if diff := cmp.Diff(want, spelled.CustomizedMetricSpecification, cmpopts.IgnoreUnexported(types.CustomizedMetricSpecification{}, types.MetricDimension{})); diff != "" || spelled.PredefinedMetricSpecification != nil {
		t.Errorf("policy of 10 s: predefined %v, and its own metric differs (-want +got):\n%s", spelled.PredefinedMetricSpecification, diff)
	}
	identity, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *identity.Arn, "arn:aws:iam::000000000000:user/onair-lab"; got != want {
		t.Errorf("Arn = %s; want %s", got, want)
	}
}

func TestSDKReadsRefusals(t *testing.T) {
	config := serve(t, busy())
	unsigned := config.Copy()
	unsigned.Credentials = aws.AnonymousCredentials{}
	client := autoscaling.NewFromConfig(config)
	for _, c := range []struct {
		call func() error
		want string
	}{
		{func() error {
			_, err := client.DescribeScalingActivities(t.Context(), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("other")})
			return err
		}, "ValidationError"},
		{func() error {
			_, err := client.DescribeLaunchConfigurations(t.Context(), &autoscaling.DescribeLaunchConfigurationsInput{})
			return err
		}, "InvalidAction"},
		{func() error {
			_, err := client.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{NextToken: aws.String("?")})
			return err
		}, (&types.InvalidNextToken{}).ErrorCode()},
		{func() error {
			_, err := autoscaling.NewFromConfig(unsigned).DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{})
			return err
		}, "MissingAuthenticationToken"},
	} {
		err := c.call()
		refused, ok := errors.AsType[smithy.APIError](err)
		if !ok || refused.ErrorCode() != c.want {
			t.Errorf("error = %v; want code %s", err, c.want)
		}
	}
}

// A suspended process is told in AWS's words, with the reason AWS gives.
func TestSuspendedProcesses(t *testing.T) {
	source := busy()
	source.state.Config.Group.Suspended = []string{"Launch"}
	got, err := autoscaling.NewFromConfig(serve(t, source)).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	want := []types.SuspendedProcess{{ProcessName: aws.String("Launch"), SuspensionReason: aws.String("User suspended at 2026-11-22T11:54:00Z")}}
	if diff := cmp.Diff(want, got.AutoScalingGroups[0].SuspendedProcesses, cmpopts.IgnoreUnexported(types.SuspendedProcess{})); diff != "" {
		t.Errorf("suspended processes (-want +got):\n%s", diff)
	}
}
