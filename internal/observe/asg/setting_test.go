package asg

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/smithy-go"
)

// fleetWords stand in what is told of the group itself.
var fleetWords = []string{" desired ", " ready ", " min ", " max "}

func TestSettingsAreReadTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.settings = func(at time.Duration) (settingsOf, error) {
			return settingsOf{
				policies: []types.ScalingPolicy{tracking("cpu", 50)},
				pool:     &types.WarmPoolConfiguration{MinSize: aws.Int32(2), PoolState: types.WarmPoolStateStopped},
				warm: []types.Instance{
					instance("i-7", "Warmed:Stopped"), instance("i-8", "Warmed:Stopped"), instance("i-9", "Warmed:Pending"),
				},
			}, nil
		}
		d, warnings := supervised(t, s, 62*time.Second)
		check(t, "calls", s.asides, []string{
			"0s policies", "0s scheduled", "0s pool", "0s refreshes",
			"30s pool", "1m0s pool", // which moves
			"1m2s policies", "1m2s scheduled", "1m2s pool", "1m2s refreshes",
		})
		check(t, "events", d.Without(fleetWords...), []string{
			"0s policy [] TargetTrackingScaling cpu: ASGAverageCPUUtilization held to 50, warmup 300s",
			"0s warm_pool [] warm pool: 3 instances (1 Warmed:Pending, 2 Warmed:Stopped), kept Stopped, at least 2",
		})
		check(t, "warnings", warnings, nil)
	})
}

func tracking(name string, target float64) types.ScalingPolicy {
	return types.ScalingPolicy{
		PolicyName: aws.String(name), PolicyType: aws.String("TargetTrackingScaling"), EstimatedInstanceWarmup: aws.Int32(300),
		TargetTrackingConfiguration: &types.TargetTrackingConfiguration{
			TargetValue:                   aws.Float64(target),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeASGAverageCPUUtilization},
		},
	}
}

func TestPolicyWords(t *testing.T) {
	for _, c := range []struct {
		policy types.ScalingPolicy
		want   string
	}{
		{types.ScalingPolicy{}, "policy without a name"},
		{types.ScalingPolicy{PolicyName: aws.String("x"), PolicyType: aws.String("Clairvoyance")}, "Clairvoyance x"},
		{types.ScalingPolicy{
			PolicyName: aws.String("req"), PolicyType: aws.String("TargetTrackingScaling"), Enabled: aws.Bool(false),
			TargetTrackingConfiguration: &types.TargetTrackingConfiguration{
				TargetValue: aws.Float64(12.5), DisableScaleIn: aws.Bool(true),
				CustomizedMetricSpecification: &types.CustomizedMetricSpecification{Namespace: aws.String("Shop"), MetricName: aws.String("Requests")},
			},
		}, "TargetTrackingScaling req: Shop Requests held to 12.5, never scales in, switched off"},
		{types.ScalingPolicy{
			PolicyName: aws.String("math"), PolicyType: aws.String("TargetTrackingScaling"),
			TargetTrackingConfiguration: &types.TargetTrackingConfiguration{TargetValue: aws.Float64(3), CustomizedMetricSpecification: &types.CustomizedMetricSpecification{}},
		}, "TargetTrackingScaling math: a metric of its own held to 3"},
		{types.ScalingPolicy{
			PolicyName: aws.String("steps"), PolicyType: aws.String("StepScaling"), AdjustmentType: aws.String("ChangeInCapacity"),
			StepAdjustments: []types.StepAdjustment{
				{ScalingAdjustment: aws.Int32(2), MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(20)},
				{ScalingAdjustment: aws.Int32(4), MetricIntervalLowerBound: aws.Float64(20)}, {},
			},
		}, "StepScaling steps: +2 from 0 to 20, +4 from 20, ChangeInCapacity"},
		{types.ScalingPolicy{
			PolicyName: aws.String("down"), PolicyType: aws.String("SimpleScaling"), AdjustmentType: aws.String("ChangeInCapacity"),
			ScalingAdjustment: aws.Int32(-1), Cooldown: aws.Int32(60),
		}, "SimpleScaling down: -1, ChangeInCapacity, cooldown 60s"},
	} {
		if got := policyWords(c.policy); got != c.want {
			t.Errorf("policyWords(%s) = %q; want %q", aws.ToString(c.policy.PolicyName), got, c.want)
		}
	}
}

// An action weakens the run when its time comes while the group is watched, or came
// so shortly before that AWS may still take it: not one that is due later, one that
// was taken, nor one whose time is not known.
func TestScheduledActions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		due := func(name string, in time.Duration) types.ScheduledUpdateGroupAction {
			return types.ScheduledUpdateGroupAction{
				ScheduledActionName: aws.String(name), StartTime: aws.Time(s.start.Add(in)),
				MinSize: aws.Int32(4), DesiredCapacity: aws.Int32(6),
			}
		}
		s.settings = func(at time.Duration) (settingsOf, error) {
			evening := due("evening", 40*time.Second)
			if at > 40*time.Second {
				evening = due("evening", 24*time.Hour) // of one that repeats AWS tells the next time
			}
			return settingsOf{scheduled: []types.ScheduledUpdateGroupAction{
				evening, due("night", time.Hour), due("yesterday", -24*time.Hour), due("just now", -time.Minute), {ScheduledActionName: aws.String("some day")},
			}}, nil
		}
		d, warnings := supervised(t, s, time.Minute)
		check(t, "events", d.Without(" desired 1", " ready ", " min 1", " max "), []string{
			"0s scheduled_action [] scheduled action evening sets min to 4, desired to 6 at 2000-01-01T00:00:40Z",
			"0s scheduled_action [] scheduled action night sets min to 4, desired to 6 at 2000-01-01T01:00:00Z",
			"0s scheduled_action [] scheduled action yesterday sets min to 4, desired to 6 at 1999-12-31T00:00:00Z",
			"0s scheduled_action [] scheduled action just now sets min to 4, desired to 6 at 1999-12-31T23:59:00Z",
			"0s scheduled_action [] scheduled action some day sets what AWS does not tell",
			"1m0s scheduled_action [] scheduled action evening sets min to 4, desired to 6 at 2000-01-02T00:00:00Z",
		})
		check(t, "warnings", warnings, []string{
			"asg/web-prod: scheduled action evening sets min to 4, desired to 6 at 2000-01-01T00:00:40Z, whatever the load does",
			"asg/web-prod: scheduled action just now sets min to 4, desired to 6 at 1999-12-31T23:59:00Z, whatever the load does",
		})
	})
}

// A refresh that goes on, one that ends meanwhile, and one in a state of which
// onair does not know; but not one that was over before.
func TestInstanceRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		refresh := func(id string, status types.InstanceRefreshStatus, end time.Duration) types.InstanceRefresh {
			r := types.InstanceRefresh{InstanceRefreshId: aws.String(id), Status: status}
			if end != 0 {
				r.EndTime = aws.Time(s.start.Add(end))
			}
			return r
		}
		s.settings = func(at time.Duration) (settingsOf, error) {
			old := refresh("r-0", types.InstanceRefreshStatusSuccessful, -time.Hour)
			if at == 0 {
				return settingsOf{refreshes: []types.InstanceRefresh{refresh("r-1", types.InstanceRefreshStatusInProgress, 0), old}}, nil
			}
			return settingsOf{refreshes: []types.InstanceRefresh{
				refresh("r-2", "Dithering", 0), refresh("r-1", types.InstanceRefreshStatusCancelled, 30*time.Second), old,
			}}, nil
		}
		d, warnings := supervised(t, s, time.Minute)
		check(t, "events", d.Without(fleetWords...), []string{
			"0s instance_refresh [] instance refresh r-1 is InProgress",
			"1m0s instance_refresh [] instance refresh r-2 is Dithering",
			"1m0s instance_refresh [] instance refresh r-1 is Cancelled",
		})
		check(t, "warnings", warnings, []string{
			"asg/web-prod: instance refresh r-1 replaces instances, whatever the load does",
			"asg/web-prod: instance refresh r-2 replaces instances, whatever the load does",
		})
	})
}

func TestPoliciesChangedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.settings = func(at time.Duration) (settingsOf, error) {
			return settingsOf{policies: []types.ScalingPolicy{tracking("cpu", 50-at.Minutes()*10)}}, nil
		}
		_, warnings := supervised(t, s, time.Minute)
		check(t, "warnings", warnings, []string{"asg/web-prod: scaling policies were changed meanwhile"})
	})
}

// Settings that cannot be read leave no gap. They are asked for again, more rarely
// where AWS throttles; what stayed unknown is a warning.
func TestSettingsUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.settings = func(at time.Duration) (settingsOf, error) {
			switch {
			case at < 40*time.Second:
				return settingsOf{}, &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
			case at < 80*time.Second:
				return settingsOf{policies: []types.ScalingPolicy{tracking("cpu", 50)}}, nil
			}
			return settingsOf{}, &smithy.GenericAPIError{Code: "AccessDenied"}
		}
		d, warnings := supervised(t, s, 90*time.Second)
		check(t, "events", d.Without(fleetWords...), []string{
			"0s settings_unobserved [] scaling policies are not observed: throttled by AWS (autoscaling:DescribePolicies)",
			"0s settings_unobserved [] scheduled actions are not observed: throttled by AWS (autoscaling:DescribeScheduledActions)",
			"0s settings_unobserved [] the instances of the warm pool are not observed: throttled by AWS (autoscaling:DescribeWarmPool)",
			"0s settings_unobserved [] instance refreshes are not observed: throttled by AWS (autoscaling:DescribeInstanceRefreshes)",
			"1m0s policy [] TargetTrackingScaling cpu: ASGAverageCPUUtilization held to 50, warmup 300s",
		})
		check(t, "warnings", warnings, []string{
			"asg/web-prod: scaling policies were not looked at again at the end: access denied (needs autoscaling:DescribePolicies)",
			"asg/web-prod: scheduled actions were not looked at again at the end: access denied (needs autoscaling:DescribeScheduledActions)",
			"asg/web-prod: the instances of the warm pool were not looked at again at the end: access denied (needs autoscaling:DescribeWarmPool)",
			"asg/web-prod: instance refreshes were not looked at again at the end: access denied (needs autoscaling:DescribeInstanceRefreshes)",
		})
	})
}

func TestSettingsNeverRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.settings = func(at time.Duration) (settingsOf, error) {
			return settingsOf{}, &smithy.GenericAPIError{Code: "AccessDenied"}
		}
		_, warnings := supervised(t, s, time.Minute)
		if len(warnings) != 4 || warnings[0] != "asg/web-prod: scaling policies were not observed: access denied (needs autoscaling:DescribePolicies)" {
			t.Errorf("warnings = %q; want four, the first of the policies", warnings)
		}
	})
}

// Suspended processes, and whether metrics are on, stand in the group's own record.
func TestSuspendedProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			g := groupOf(1, instance("i-1", types.LifecycleStateInService))
			process := func(name string) types.SuspendedProcess {
				return types.SuspendedProcess{ProcessName: aws.String(name)}
			}
			switch {
			case at == 10*time.Second: // not told: no change
			case at < 15*time.Second:
				g.SuspendedProcesses = []types.SuspendedProcess{process("Launch"), process("Dream")}
			default:
				g.SuspendedProcesses = []types.SuspendedProcess{process("Dream"), {}}
				g.EnabledMetrics = []types.EnabledMetric{}
			}
			return g, nil
		}
		d, warnings := supervised(t, s, 21*time.Second)
		check(t, "events", d.Without(fleetWords...), []string{
			"0s suspended [] Dream is suspended: onair does not know what that spoils",
			"0s suspended [] Launch is suspended: the group adds no instance",
			"15s suspended [] a process without a name is suspended: onair does not know what that spoils",
			"15s resumed [] no longer: Launch is suspended: the group adds no instance",
		})
		check(t, "warnings", warnings, []string{
			"asg/web-prod: Dream is suspended: onair does not know what that spoils",
			"asg/web-prod: Launch is suspended: the group adds no instance",
			"asg/web-prod: a process without a name is suspended: onair does not know what that spoils",
			"asg/web-prod: group metrics are off: CloudWatch has no history of its sizes",
		})
	})
}

// What a suspended process spoils is known of every process AWS names.
func TestEveryProcessIsKnown(t *testing.T) {
	for _, name := range []string{ // https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
		"Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions",
	} {
		got := suspensions(types.AutoScalingGroup{SuspendedProcesses: []types.SuspendedProcess{{ProcessName: &name}}})
		if len(got) != 1 || strings.Contains(got[0], "does not know") {
			t.Errorf("suspensions(%s) = %q; want what that spoils", name, got)
		}
	}
}

// The pool is looked at every 30 s, and at once when its size changes; what is told
// of it came since it was looked at before.
func TestWarmPoolIsToldAsItChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		stopped, running := types.LifecycleStateWarmedStopped, types.LifecycleStateWarmedRunning
		in := func(at time.Duration) []types.Instance {
			switch {
			case at < 12*time.Second: // the same as before, though pages may list them otherwise
				return []types.Instance{instance("i-1", stopped), instance("i-2", stopped), instance("i-3", stopped)}
			case at < 50*time.Second:
				return []types.Instance{instance("i-2", stopped)}
			case at < 85*time.Second: // another state, in a pool as large as before
				return []types.Instance{instance("i-2", running)}
			}
			return nil
		}
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			g := groupOf(1)
			if at != 20*time.Second { // not told: no change
				g.WarmPoolSize = aws.Int32(int32(len(in(at))))
			}
			return g, nil
		}
		s.settings = func(at time.Duration) (settingsOf, error) {
			all := settingsOf{warm: in(at)}
			if at < 85*time.Second {
				all.pool = &types.WarmPoolConfiguration{PoolState: types.WarmPoolStateStopped}
			}
			return all, nil
		}
		check(t, "events", toldOf(t, s, 2*time.Minute).of(warmPool), []string{
			"0s warm pool: 3 instances (3 Warmed:Stopped), kept Stopped",
			"0s to 15s warm pool: 1 instance (1 Warmed:Stopped), kept Stopped",
			"45s to 1m15s warm pool: 1 instance (1 Warmed:Running), kept Stopped",
			"1m15s to 1m25s the instances of the warm pool: none any more",
		})
		pool := slices.DeleteFunc(slices.Clone(s.asides), func(call string) bool { return !strings.HasSuffix(call, " pool") })
		check(t, "calls", pool, []string{"0s pool", "15s pool", "45s pool", "1m15s pool", "1m25s pool", "2m0s pool"})
	})
}

func TestWarmPoolSizeIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(time.Duration) (*types.AutoScalingGroup, error) {
			g := groupOf(1)
			g.WarmPoolSize = aws.Int32(3)
			return g, nil
		}
		d, _ := watch(t, s, Options{}, time.Second)
		check(t, "readings", d.Without(fleetWords...), []string{"0s warm_pool 3"})
	})
}
