package awsapi_test

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// The aws command, which is nobody's of this project, reads the same world.
// ONAIR_AWSCLI names another binary than the one in PATH.
func TestAWSCommand(t *testing.T) {
	command, err := exec.LookPath(cmp.Or(os.Getenv("ONAIR_AWSCLI"), "aws"))
	if err != nil {
		t.Skipf("no aws command: %v", err)
	}
	endpoint := *serve(t, balanced()).BaseEndpoint
	for _, c := range []struct{ args, query, want string }{
		{"sts get-caller-identity", "Account", `"000000000000"`},
		{"autoscaling describe-auto-scaling-groups --auto-scaling-group-names web-prod",
			"AutoScalingGroups[].[DesiredCapacity, Instances[].LifecycleState]", `[[3, ["InService", "Pending", "InService", "Terminating"]]]`},
		{"autoscaling describe-scaling-activities --auto-scaling-group-name web-prod --page-size 2",
			"Activities[].[ActivityId, StatusCode, StatusMessage, EndTime != null]",
			`[["activity-3", "Failed", "vCPU limit <32> reached.", true],
			  ["activity-2", "InProgress", null, false],
			  ["activity-1", "Successful", null, true]]`},
		{"elbv2 describe-target-groups --names web", "TargetGroups[].[TargetGroupArn, TargetType]",
			`[["` + targetGroupARN + `", "instance"]]`},
		{"elbv2 describe-target-health --target-group-arn " + targetGroupARN,
			"TargetHealthDescriptions[].[Target.Id, TargetHealth.State, TargetHealth.Reason]",
			`[["i-00000000000000001", "healthy", null],
			  ["i-00000000000000003", "initial", "Elb.InitialHealthChecking"],
			  ["i-00000000000000004", "draining", "Target.DeregistrationInProgress"]]`},
		{"elbv2 describe-load-balancers --page-size 1", "LoadBalancers[].[LoadBalancerArn, State.Code]",
			`[["` + loadBalancerARN + `", "active"]]`},
		{"service-quotas get-service-quota --service-code ec2 --quota-code L-1216C47A", "Quota.[Value, UsageMetric.MetricName]",
			`[64, "ResourceCount"]`},
		{"cloudwatch describe-alarms --alarm-name-prefix TargetTracking-web-prod-AlarmLow", "MetricAlarms[].[AlarmName, Period, EvaluationPeriods, Threshold, ComparisonOperator]",
			`[["TargetTracking-web-prod-AlarmLow-e5fa", 60, 15, 49.5, "LessThanThreshold"]]`},
		{"cloudwatch get-metric-data --start-time 2026-11-22T12:00:00Z --end-time 2026-11-22T13:00:00Z --metric-data-queries " +
			`[{"Id":"vcpus","MetricStat":{"Metric":{"Namespace":"AWS/Usage","MetricName":"ResourceCount"},"Period":60,"Stat":"p99"}}]`,
			"MetricDataResults[].[Id, Label, StatusCode, Values]",
			`[["vcpus", "ResourceCount", "Complete", []]]`},
	} {
		t.Run(strings.Fields(c.args)[1], func(t *testing.T) {
			t.Parallel()
			args := append([]string{"--endpoint-url", endpoint, "--output", "json", "--query", c.query}, strings.Fields(c.args)...)
			run := exec.CommandContext(t.Context(), command, args...)
			run.Env = append(os.Environ(),
				"AWS_EC2_METADATA_DISABLED=true", "AWS_ACCESS_KEY_ID=lab", "AWS_SECRET_ACCESS_KEY=lab",
				"AWS_REGION=ap-northeast-1", "AWS_DEFAULT_REGION=ap-northeast-1", "AWS_PAGER=",
				"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
				"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
			run.Stderr = t.Output()
			out, err := run.Output()
			if err != nil {
				t.Fatalf("%v: %v", run.Args, err)
			}
			if diff := gocmp.Diff(decode(t, c.want), decode(t, string(out))); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", c.args, diff)
			}
		})
	}
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%q is not JSON: %v", text, err)
	}
	return value
}
