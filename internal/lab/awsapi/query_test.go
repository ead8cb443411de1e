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

// snapshot reads a request as AWS's own tests of the SDK write it down.
func snapshot(t *testing.T, module, action string) query {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/"+module).Output()
	if err != nil {
		t.Skipf("no go command to find the SDK with: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "request_snapshot", action+".request.snap"))
	if err != nil {
		t.Skipf("the SDK's module holds no snapshot: %v", err)
	}
	head, body, _ := strings.Cut(string(text), "\n\nAction=")
	if !strings.HasPrefix(head, "POST /") || !strings.Contains(head, "application/x-www-form-urlencoded") {
		t.Fatalf("snapshot of %s = %s; want a form post", action, text)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action="+body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c")
	q, refused := readQuery(httptest.NewRecorder(), r)
	if refused != nil {
		t.Fatalf("readQuery(%s) = %v; want it accepted", action, *refused)
	}
	return q
}

// Every action that is served goes by the name and version AWS gives it.
func TestSnapshotsOfServedActions(t *testing.T) {
	for version, module := range map[string]string{"2011-01-01": "autoscaling", "2011-06-15": "sts"} {
		for action := range apis[version].actions {
			q := snapshot(t, module, action)
			if got := q.get("Version"); got != version {
				t.Errorf("version of %s = %q; want %q", action, got, version)
			}
			if _, refused := find(q); refused != nil {
				t.Errorf("find(%s) = %v; want it served", action, *refused)
			}
		}
	}
}

// Every parameter is found where AWS puts it.
func TestSnapshotOfParameters(t *testing.T) {
	both := []string{"__Member__", "__Member__"}
	groups := snapshot(t, "autoscaling", "DescribeAutoScalingGroups")
	activities := snapshot(t, "autoscaling", "DescribeScalingActivities")
	filters := []filter{{"__Name__", both}, {"__Name__", both}}
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"names", groups.list("AutoScalingGroupNames"), both},
		{"activities", activities.list("ActivityIds"), both},
		{"filters", activities.filters(), filters},
		{"group", activities.get("AutoScalingGroupName"), "__AutoScalingGroupName__"},
		{"token", activities.get("NextToken"), "__NextToken__"},
		{"instances", snapshot(t, "autoscaling", "DescribeAutoScalingInstances").list("InstanceIds"), both},
		{"policies", snapshot(t, "autoscaling", "DescribePolicies").list("PolicyNames"), both},
		{"policy types", snapshot(t, "autoscaling", "DescribePolicies").list("PolicyTypes"), both},
	} {
		if diff := cmp.Diff(c.want, c.got, cmp.AllowUnexported(filter{})); diff != "" {
			t.Errorf("%s differ (-want +got):\n%s", c.what, diff)
		}
	}
	if n, refused := activities.maxRecords(100, 100); n != 1 || refused != nil {
		t.Errorf("maxRecords() = %d, %v; want 1", n, refused)
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
