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
	endpoint := *serve(t, busy()).BaseEndpoint
	for _, c := range []struct{ args, query, want string }{
		{"sts get-caller-identity", "Account", `"000000000000"`},
		{"autoscaling describe-auto-scaling-groups --auto-scaling-group-names web-prod",
			"AutoScalingGroups[].[DesiredCapacity, Instances[].LifecycleState]", `[[3, ["InService", "Pending"]]]`},
		{"autoscaling describe-scaling-activities --auto-scaling-group-name web-prod --page-size 2",
			"Activities[].[ActivityId, StatusCode, StatusMessage, EndTime != null]",
			`[["activity-3", "Failed", "vCPU limit <32> reached.", true],
			  ["activity-2", "InProgress", null, false],
			  ["activity-1", "Successful", null, true]]`},
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
