package awsapi

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// snapshot reads a request as AWS's own tests of the SDK write it down, in
// whatever protocol it is.
func snapshot(t *testing.T, module, action string) (exchange, *refusal) {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/"+module).Output()
	if err != nil {
		t.Skipf("no go command to find the SDK with: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "request_snapshot", action+".request.snap"))
	if err != nil {
		t.Skipf("the SDK's module holds no snapshot: %v", err)
	}
	parts := strings.SplitN(string(text), "\n\n", 3)
	path, ok := strings.CutPrefix(parts[0], "POST ")
	if !ok || len(parts) != 3 {
		t.Fatalf("snapshot of %s = %q; want a post, headers and a body", action, text)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(parts[2]))
	for line := range strings.Lines(parts[1]) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c")
	return read(r)
}

// querySnapshot reads one of the Query protocol.
func querySnapshot(t *testing.T, module, action string) query {
	t.Helper()
	x, refused := snapshot(t, module, action)
	q, ok := x.(query)
	if !ok || refused != nil {
		t.Fatalf("read(%s) = %T, %v; want a query", action, x, refused)
	}
	return q
}

// Every call that is served goes by the name and protocol AWS gives it.
func TestSnapshotsOfServedCalls(t *testing.T) {
	modules := map[string]string{
		"autoscaling": "autoscaling", "sts": "sts", "elasticloadbalancing": "elasticloadbalancingv2",
		"cloudwatch": "cloudwatch", "servicequotas": "servicequotas",
	}
	check := func(c call) {
		t.Helper()
		asked, refused := snapshot(t, modules[c.service], c.action)
		if refused != nil {
			t.Errorf("read(%s) refuses with %v; want it read", c, *refused)
			return
		}
		if got := asked.call(); got != c {
			t.Errorf("call = %s; want %s", got, c)
		}
	}
	for _, a := range apis {
		for name := range a.actions {
			check(call{a.service, name})
		}
	}
	for c := range cborOperations {
		check(c)
	}
	check(call{"servicequotas", "GetServiceQuota"})
	check(call{"servicequotas", "GetAWSDefaultServiceQuota"})
}

// Every parameter is found where AWS puts it.
func TestSnapshotOfParameters(t *testing.T) {
	both := []string{"__Member__", "__Member__"}
	groups := querySnapshot(t, "autoscaling", "DescribeAutoScalingGroups")
	activities := querySnapshot(t, "autoscaling", "DescribeScalingActivities")
	health := querySnapshot(t, "elasticloadbalancingv2", "DescribeTargetHealth")
	targetGroups := querySnapshot(t, "elasticloadbalancingv2", "DescribeTargetGroups")
	filters := []filter{{"__Name__", both}, {"__Name__", both}}
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"target group", health.get("TargetGroupArn"), "__TargetGroupArn__"},
		{"targets", health.targetIDs(), []string{"__Id__", "__Id__"}},
		{"target group names", targetGroups.list("Names"), both},
		{"target group ARNs", targetGroups.list("TargetGroupArns"), both},
		{"load balancer", targetGroups.optional("LoadBalancerArn"), []string{"__LoadBalancerArn__"}},
		{"marker", targetGroups.get("Marker"), "__Marker__"},
		{"names", groups.list("AutoScalingGroupNames"), both},
		{"activities", activities.list("ActivityIds"), both},
		{"filters", activities.filters(), filters},
		{"group", activities.get("AutoScalingGroupName"), "__AutoScalingGroupName__"},
		{"token", activities.get("NextToken"), "__NextToken__"},
		{"instances", querySnapshot(t, "autoscaling", "DescribeAutoScalingInstances").list("InstanceIds"), both},
		{"policies", querySnapshot(t, "autoscaling", "DescribePolicies").list("PolicyNames"), both},
		{"policy types", querySnapshot(t, "autoscaling", "DescribePolicies").list("PolicyTypes"), both},
	} {
		if diff := cmp.Diff(c.want, c.got, cmp.AllowUnexported(filter{})); diff != "" {
			t.Errorf("%s differ (-want +got):\n%s", c.what, diff)
		}
	}
	if n, refused := activities.count("MaxRecords", 100, 100); n != 1 || refused != nil {
		t.Errorf("count(MaxRecords) = %d, %v; want 1", n, refused)
	}
	if on, refused := groups.boolean("IncludeInstances", false); !on || refused != nil {
		t.Errorf("boolean(IncludeInstances) = %v, %v; want true", on, refused)
	}
}

func TestParseTime(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Time
	}{
		{"2000-01-18T08:15:00Z", time.Date(2000, 1, 18, 8, 15, 0, 0, time.UTC)},
		{"2000-01-18T16:15:00+08:00", time.Date(2000, 1, 18, 8, 15, 0, 0, time.UTC)},
		{"2000-01-18T08:15:00", time.Date(2000, 1, 18, 8, 15, 0, 0, time.UTC)},
		{"2000-01-18T08:15:00.5", time.Date(2000, 1, 18, 8, 15, 0, 5e8, time.UTC)},
		{"2000-01-18", time.Date(2000, 1, 18, 0, 0, 0, 0, time.UTC)},
	} {
		if got, ok := parseTime(c.text); !ok || !got.Equal(c.want) {
			t.Errorf("parseTime(%q) = %v, %v; want %v", c.text, got, ok, c.want)
		}
	}
	if got, ok := parseTime("noon"); ok {
		t.Errorf("parseTime(noon) = %v; want none", got)
	}
}
