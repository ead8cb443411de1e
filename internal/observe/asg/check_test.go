package asg

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/smithy-go"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// looked makes the checks of a script's group, and writes what they found as
// lines.
func looked(t *testing.T, s *script) []string {
	t.Helper()
	o := New(Options{API: s, Alarms: s, Name: "web-prod", Region: "ap-northeast-1"})
	var lines []string
	for _, c := range o.Checks() { // one after the other: a script does not lock
		if c.Subject != "asg/web-prod" {
			t.Errorf("subject of a check = %q; want asg/web-prod", c.Subject)
		}
		for _, f := range c.Look(t.Context()) {
			if (f.ToDo == "") != (f.Status == preflight.OK) {
				t.Errorf("finding %+v: what is to do must stand there where something is, and only there", f)
			}
			lines = append(lines, fmt.Sprintf("%s %s: %s", f.Status, f.Asked, f.Text))
		}
	}
	return lines
}

// sound is a group that nothing spoils.
func sound() *types.AutoScalingGroup {
	g := groupOf(1, instance("i-1", types.LifecycleStateInService))
	g.SuspendedProcesses = []types.SuspendedProcess{}
	g.EnabledMetrics = []types.EnabledMetric{{Metric: aws.String("GroupDesiredCapacity")}}
	return g
}

func TestChecksOfASoundGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(time.Duration) (*types.AutoScalingGroup, error) { return sound(), nil }
		check(t, "findings", looked(t, s), []string{
			"ok exists: desired 1, from 1 to 8",
			"ok healthy: 1 in service of 1 desired",
			"ok able to scale: no process is suspended",
			"ok room to grow: 7 more up to its max of 8",
			"ok group metrics: on",
			"ok may autoscaling:DescribeScalingActivities: permitted",
			"ok scaling policies: none: onair sees what changes desired, not why",
			"ok no scheduled action: none",
			"ok warm pool: none",
			"ok no instance refresh: none",
		})
	})
}

func TestChecksOfAGroupThatSpoilsARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(time.Duration) (*types.AutoScalingGroup, error) {
			g := groupOf(8, instance("i-1", types.LifecycleStateInService), instance("i-2", "Pending:Wait"))
			g.Instances[0].HealthStatus = aws.String("Unhealthy")
			g.SuspendedProcesses = []types.SuspendedProcess{{ProcessName: aws.String("Launch")}}
			g.EnabledMetrics = []types.EnabledMetric{}
			return g, nil
		}
		s.settings = func(time.Duration) (settingsOf, error) {
			due := func(name string, in time.Duration) types.ScheduledUpdateGroupAction {
				return types.ScheduledUpdateGroupAction{ScheduledActionName: aws.String(name), Time: aws.Time(s.start.Add(in)), MaxSize: aws.Int32(2)}
			}
			return settingsOf{
				policies:  []types.ScalingPolicy{tracking("cpu", 50)},
				scheduled: []types.ScheduledUpdateGroupAction{due("soon", time.Minute), due("late", 2*time.Hour)},
				refreshes: []types.InstanceRefresh{{InstanceRefreshId: aws.String("r-1"), Status: types.InstanceRefreshStatusBaking}},
			}, nil
		}
		check(t, "findings", looked(t, s), []string{
			"ok exists: desired 8, from 1 to 8",
			"warning healthy: 1 in service of 8 desired, 1 of them unhealthy",
			"warning able to scale: Launch is suspended: the group adds no instance",
			"warning room to grow: none: it launches no instance, though its max is 8",
			"warning group metrics: group metrics are off: CloudWatch has no history of its sizes",
			"ok may autoscaling:DescribeScalingActivities: permitted",
			"ok scaling policies: TargetTrackingScaling cpu: ASGAverageCPUUtilization held to 50, warmup 300s",
			"warning no scheduled action: scheduled action soon sets max to 2 at 2000-01-01T00:01:00Z, whatever the load does",
			"ok no scheduled action: scheduled action late sets max to 2 at 2000-01-01T02:00:00Z",
			"ok warm pool: none",
			"warning no instance refresh: instance refresh r-1 replaces instances, whatever the load does",
		})
	})
}

// What AWS leaves out is neither well nor unwell, but unknown.
func TestChecksOfAGroupOfWhichLittleIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(time.Duration) (*types.AutoScalingGroup, error) {
			return &types.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod")}, nil
		}
		check(t, "findings", looked(t, s)[:5], []string{
			"ok exists: desired unknown, from unknown to unknown",
			"warning healthy: AWS does not tell its instances",
			"warning able to scale: AWS does not tell which processes are suspended",
			"warning room to grow: AWS does not tell its desired capacity and max",
			"warning group metrics: AWS does not tell whether they are on",
		})
	})
}

// Where what is wrong with the group is wrong with all that is asked about it, it is
// told once, and nothing else is asked.
func TestChecksThatFail(t *testing.T) {
	deleted := sound()
	deleted.Status = aws.String("Delete in progress")
	for _, c := range []struct {
		group *types.AutoScalingGroup
		err   error
		want  string
		alone bool
	}{
		{nil, nil, "fail exists: no such group in ap-northeast-1", true},
		{deleted, nil, "fail exists: its status is Delete in progress", false},
		{nil, &smithy.GenericAPIError{Code: "AccessDenied"}, "fail may autoscaling:DescribeAutoScalingGroups: access denied (needs autoscaling:DescribeAutoScalingGroups)", false},
		{nil, &smithy.GenericAPIError{Code: "ExpiredToken", Message: "old"}, "fail credentials accepted: credentials refused (ExpiredToken: old)", true},
		{nil, &smithy.GenericAPIError{Code: "Throttling"}, "warning answers: throttled by AWS (autoscaling:DescribeAutoScalingGroups)", false},
		{nil, context.DeadlineExceeded, "fail answers: DescribeAutoScalingGroups: no answer within 4 s", true},
		{nil, &url.Error{Op: "Post", Err: syscall.ECONNREFUSED}, "fail answers: DescribeAutoScalingGroups: connection refused", true},
		{nil, &url.Error{Op: "Post", Err: &net.DNSError{Err: "no such host", Name: "tokyo", IsNotFound: true}}, "fail answers: DescribeAutoScalingGroups: lookup tokyo: no such host", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.group = func(time.Duration) (*types.AutoScalingGroup, error) { return c.group, c.err }
			got := looked(t, s)
			if got[0] != c.want {
				t.Errorf("first finding = %q; want %q", got[0], c.want)
			}
			if others := len(got) - 1; (others == 0) != c.alone || (len(s.asides) == 0) != c.alone {
				t.Errorf("after %q there are %d others of %v; want none = %v", got[0], others, s.asides, c.alone)
			}
		})
	}
}

// A check that takes all the time leaves the others nothing to say.
func TestChecksWaitForTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.took = time.Hour
		o := New(Options{API: s, Name: "web-prod", Timeout: 20 * time.Second})
		found := preflight.Run(t.Context(), 9*time.Second, o.Checks()...)
		if len(found) != 1 || found[0].Status != preflight.Fail || !strings.Contains(found[0].Text, "no answer within 9 s") || len(s.asides) > 0 {
			t.Errorf("checks of a group of which nobody tells = %v, and %v were asked; want that it was not told within 9 s, and nothing else", found, s.asides)
		}
	})
}

func TestWeightedInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(time.Duration) (*types.AutoScalingGroup, error) {
			g := sound()
			g.DesiredCapacity = aws.Int32(4)
			g.Instances[0].WeightedCapacity = aws.String("4")
			return g, nil
		}
		const want = "instances are weighted: desired, min and max count weights, ready counts instances"
		if got := looked(t, s); got[1] != "warning healthy: "+want {
			t.Errorf("second finding = %q; want a warning of weights", got[1])
		}
		_, warnings := supervised(t, s, 11*time.Second)
		check(t, "warnings", warnings, []string{"asg/web-prod: " + want})
	})
}

// Only the group itself is needed for a run; the rest, each by its own name, is
// worth a warning.
func TestChecksOfMissingPermissions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		denied := &smithy.GenericAPIError{Code: "AccessDenied"}
		s.group = func(time.Duration) (*types.AutoScalingGroup, error) { return nil, denied }
		s.activities = func(time.Duration) ([]types.Activity, error) { return nil, denied }
		s.settings = func(time.Duration) (settingsOf, error) { return settingsOf{}, denied }
		got := looked(t, s)
		if len(got) != len(Actions()) {
			t.Errorf("findings = %q; want one for each of %v", got, Actions())
		}
		for i, a := range Actions() {
			status := "warning"
			if i == 0 {
				status = "fail"
			}
			if want := fmt.Sprintf("%s may %s: access denied (needs %s)", status, a, a); !slices.Contains(got, want) {
				t.Errorf("findings = %q; want %q among them", got, want)
			}
		}
	})
}
