package awsapi_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
)

// The alarms are the world's own, page by page, and a policy names both.
func TestSDKReadsAlarms(t *testing.T) {
	for _, c := range []struct {
		name  string
		world *still
		want  []string
	}{
		{"as AWS makes them", busy(), []string{
			"TargetTracking-web-prod-AlarmHigh-e5fa: AWS/EC2 CPUUtilization Average of web-prod GreaterThanThreshold 55, 3 of 60 s",
			"TargetTracking-web-prod-AlarmLow-e5fa: AWS/EC2 CPUUtilization Average of web-prod LessThanThreshold 49.5, 15 of 60 s"}},
		{"quick", quick(), []string{
			"TargetTracking-web-prod-AlarmHigh-e5fa: AWS/EC2 CPUUtilization Average of web-prod GreaterThanThreshold 55, 2 of 10 s",
			"TargetTracking-web-prod-AlarmLow-e5fa: AWS/EC2 CPUUtilization Average of web-prod LessThanThreshold 49.5, 6 of 10 s"}},
	} {
		config := serve(t, c.world)
		policies, err := autoscaling.NewFromConfig(config).DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{})
		if err != nil {
			t.Fatal(err)
		}
		in := &cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(1)}
		arns := map[string]string{}
		for _, a := range policies.ScalingPolicies[0].Alarms {
			in.AlarmNames = append(in.AlarmNames, *a.AlarmName)
			arns[*a.AlarmName] = *a.AlarmARN
		}
		var got []string
		for pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(config), in); pages.HasMorePages(); {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.MetricAlarms) != 1 || len(page.CompositeAlarms) != 0 {
				t.Errorf("%s: a page of %d alarms, %d composite; want 1 and none", c.name, len(page.MetricAlarms), len(page.CompositeAlarms))
			}
			for _, a := range page.MetricAlarms {
				got = append(got, fmt.Sprintf("%s: %s %s %s of %s %s %v, %d of %d s", *a.AlarmName, *a.Namespace, *a.MetricName, a.Statistic,
					*a.Dimensions[0].Value, a.ComparisonOperator, *a.Threshold, *a.EvaluationPeriods, *a.Period))
				if *a.AlarmArn != arns[*a.AlarmName] || !*a.ActionsEnabled || a.AlarmActions[0] != *policies.ScalingPolicies[0].PolicyARN {
					t.Errorf("%s: alarm %s acts on %v; want %s on the policy", c.name, *a.AlarmArn, a.AlarmActions, arns[*a.AlarmName])
				}
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: alarms differ (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestSDKChoosesAlarms(t *testing.T) {
	podsWait := busy()
	podsWait.state.Config.Group.ScalesOn = ""
	const low = "TargetTracking-web-prod-AlarmLow-e5fa"
	for _, c := range []struct {
		name  string
		world *still
		ask   cloudwatch.DescribeAlarmsInput
		want  int // alarms
		code  string
	}{
		{"all", busy(), cloudwatch.DescribeAlarmsInput{}, 2, ""},
		{"one", busy(), cloudwatch.DescribeAlarmsInput{AlarmNames: []string{low, "another"}}, 1, ""},
		{"none of the names", busy(), cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"another"}}, 0, ""},
		{"by prefix", busy(), cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("TargetTracking-web-prod-AlarmH")}, 1, ""},
		{"of metrics", busy(), cloudwatch.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}}, 2, ""},
		{"of others", busy(), cloudwatch.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}}, 0, ""},
		{"group that follows pods", podsWait, cloudwatch.DescribeAlarmsInput{}, 0, ""},
		{"too many on a page", busy(), cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(101)}, 0, "ValidationError"},
		{"too many names", busy(), cloudwatch.DescribeAlarmsInput{AlarmNames: make([]string, 101)}, 0, "ValidationError"},
		{"names and prefix", busy(), cloudwatch.DescribeAlarmsInput{AlarmNames: []string{low}, AlarmNamePrefix: aws.String("T")}, 0, "ValidationError"},
		{"token", busy(), cloudwatch.DescribeAlarmsInput{NextToken: aws.String("?")}, 0, "InvalidNextToken"},
	} {
		got, err := cloudwatch.NewFromConfig(serve(t, c.world)).DescribeAlarms(t.Context(), &c.ask)
		if refused, ok := errors.AsType[smithy.APIError](err); ok != (c.code != "") || ok && refused.ErrorCode() != c.code {
			t.Errorf("%s: DescribeAlarms() = %v; want code %q", c.name, err, c.code)
		}
		if err == nil && len(got.MetricAlarms) != c.want {
			t.Errorf("%s: %d alarms; want %d", c.name, len(got.MetricAlarms), c.want)
		}
	}
}

// The other two protocols tell the same.
func TestAlarmsInQueryAndJSON(t *testing.T) {
	status, answer := ask(busy(), "Version=2010-08-01&Action=DescribeAlarms&MaxRecords=1&AlarmNames.member.1=TargetTracking-web-prod-AlarmHigh-e5fa&AlarmNames.member.2=x", signature)
	golden(t, "alarms.xml", fmt.Sprintf("<!-- %d DescribeAlarms -->\n%s", status, answer))
	for body, want := range map[string]string{
		`{"MaxRecords":1}`: `"NextToken":"1"`,
		`{"AlarmNames":["TargetTracking-web-prod-AlarmLow-e5fa"]}`: `"Period":60,"EvaluationPeriods":15,"Threshold":49.5,"ComparisonOperator":"LessThanThreshold"}],"CompositeAlarms":[]}`,
		`{"NextToken":"1"}`:  `"AlarmName":"TargetTracking-web-prod-AlarmLow-e5fa"`,
		`{"MaxRecords":"1"}`: `Serialization`,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801.DescribeAlarms")
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("Authorization", signature)
		w := httptest.NewRecorder()
		awsapi.New(busy()).ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("answer to %s = %s; want %s in it", body, w.Body, want)
		}
	}
}
