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
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// Every form in which a policy tells what it holds to what, and how often it looks.
func TestScalePolicy(t *testing.T) {
	g := types.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod"), DefaultCooldown: aws.Int32(240)}
	warm := g
	warm.DefaultInstanceWarmup = aws.Int32(90)
	unset := g
	unset.DefaultInstanceWarmup = aws.Int32(-1)
	still := g
	still.SuspendedProcesses = []types.SuspendedProcess{{ProcessName: aws.String("AlarmNotification")}}

	cpu := func(target float64, period time.Duration) *autoscale.Tracking {
		return &autoscale.Tracking{Target: target, Out: autoscale.Alarm{Periods: 3, Period: period}, In: autoscale.Alarm{Periods: 15, Period: period}}
	}
	own := func(c types.CustomizedMetricSpecification) types.ScalingPolicy {
		return types.ScalingPolicy{PolicyName: aws.String("own"), PolicyType: aws.String("TargetTrackingScaling"), EstimatedInstanceWarmup: aws.Int32(30),
			TargetTrackingConfiguration: &types.TargetTrackingConfiguration{TargetValue: aws.Float64(40), CustomizedMetricSpecification: &c}}
	}
	ownSpec := func(metric string, target float64, period time.Duration) autoscale.PolicySpec {
		return autoscale.PolicySpec{Name: "own", Type: "TargetTrackingScaling", Metric: metric, Warmup: 30 * time.Second, Tracking: cpu(target, period)}
	}
	of := func(group string) []types.MetricDimension {
		return []types.MetricDimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String(group)}}
	}
	bare := tracking("cpu", 55)
	bare.EstimatedInstanceWarmup = nil
	bareSpec := func(warmup time.Duration) autoscale.PolicySpec {
		return autoscale.PolicySpec{Name: "cpu", Type: "TargetTrackingScaling", Metric: autoscale.CPU, Tracking: cpu(0.55, time.Minute), Warmup: warmup}
	}
	kept := tracking("cpu", 50)
	kept.TargetTrackingConfiguration.DisableScaleIn, kept.Enabled = aws.Bool(true), aws.Bool(false)
	keptSpec := bareSpec(5 * time.Minute)
	keptSpec.Off, keptSpec.Tracking = true, cpu(0.5, time.Minute)
	keptSpec.Tracking.DisableScaleIn = true
	aimless := tracking("cpu", 0)
	aimless.TargetTrackingConfiguration.TargetValue = nil
	ec2 := types.CustomizedMetricSpecification{
		Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"), Statistic: types.MetricStatisticAverage, Dimensions: of("web-prod"), Period: aws.Int32(10)}
	others := ec2
	others.Dimensions = of("api-prod")
	highest := ec2
	highest.Statistic = types.MetricStatisticMaximum
	stat := func(period *int32) types.TargetTrackingMetricDataQuery {
		return types.TargetTrackingMetricDataQuery{MetricStat: &types.TargetTrackingMetricStat{
			Metric: &types.Metric{Namespace: aws.String("Shop"), MetricName: aws.String("Requests")}, Stat: aws.String("Sum"), Period: period}}
	}
	math := types.TargetTrackingMetricDataQuery{Expression: aws.String("m1/m2"), Period: aws.Int32(30)}
	stepped := types.ScalingPolicy{PolicyName: aws.String("steps"), PolicyType: aws.String("StepScaling"), Alarms: []types.Alarm{{AlarmName: aws.String("high")}, {}}}

	for _, c := range []struct {
		name   string
		policy types.ScalingPolicy
		group  types.AutoScalingGroup
		want   autoscale.PolicySpec
		unread []string
	}{
		{"as AWS makes it", tracking("cpu", 55), warm, bareSpec(5 * time.Minute), nil},
		{"warmup of the group", bare, warm, bareSpec(90 * time.Second), nil},
		{"cooldown of the group", bare, unset, bareSpec(4 * time.Minute), nil},
		{"no warmup", bare, types.AutoScalingGroup{}, bareSpec(0), []string{"policy cpu: AWS does not tell its warmup"}},
		{"never in, and off", kept, g, keptSpec, nil},
		{"alarms not heeded", tracking("cpu", 55), still, func() autoscale.PolicySpec { p := bareSpec(5 * time.Minute); p.Off = true; return p }(), nil},
		{"no target", aimless, g, autoscale.PolicySpec{Name: "cpu", Type: "TargetTrackingScaling", Metric: autoscale.CPU, Warmup: 5 * time.Minute},
			[]string{"policy cpu: AWS does not tell its target"}},
		{"cpu in other words", own(ec2), g, ownSpec(autoscale.CPU, 0.4, 10*time.Second), nil},
		{"cpu of another group", own(others), g, ownSpec(autoscale.EC2CPU, 0.4, 10*time.Second), nil},
		{"the busiest one's cpu", own(highest), g, ownSpec(autoscale.EC2CPU, 0.4, 10*time.Second), nil},
		{"one metric", own(types.CustomizedMetricSpecification{Namespace: aws.String("Shop"), MetricName: aws.String("Requests")}), g,
			ownSpec("Shop Requests", 40, time.Minute), nil},
		{"one query", own(types.CustomizedMetricSpecification{Metrics: []types.TargetTrackingMetricDataQuery{stat(aws.Int32(30))}}), g,
			ownSpec("Shop Requests", 40, 30*time.Second), nil},
		{"a formula", own(types.CustomizedMetricSpecification{Metrics: []types.TargetTrackingMetricDataQuery{stat(aws.Int32(10)), stat(nil), math}}), g,
			ownSpec("", 40, 30*time.Second), []string{"policy own: what its metric is made of is not read"}},
		{"steps", stepped, g, autoscale.PolicySpec{Name: "steps", Type: "StepScaling", Warmup: 4 * time.Minute},
			[]string{"policy steps: the threshold, metric and periods of its alarm high are not read"}},
		{"one step", types.ScalingPolicy{PolicyType: aws.String("SimpleScaling")}, g, autoscale.PolicySpec{Type: "SimpleScaling"},
			[]string{"policy without a name: it is of type SimpleScaling, which is not played"}},
		{"another type", types.ScalingPolicy{PolicyName: aws.String("seer"), PolicyType: aws.String("PredictiveScaling")}, g,
			autoscale.PolicySpec{Name: "seer", Type: "PredictiveScaling"}, nil},
	} {
		var got autoscale.GroupSpec
		scalePolicy(c.policy, unread)(&got, c.group)
		if diff := cmp.Diff(autoscale.GroupSpec{Policies: []autoscale.PolicySpec{c.want}, Unread: c.unread}, got); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestScaleAt(t *testing.T) {
	since := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	action := func(at time.Time) types.ScheduledUpdateGroupAction {
		return types.ScheduledUpdateGroupAction{ScheduledActionName: aws.String("evening"), StartTime: &at, MinSize: aws.Int32(42), DesiredCapacity: aws.Int32(0)}
	}
	set := func(at time.Time) []autoscale.Scheduled {
		return []autoscale.Scheduled{{Name: "evening", At: at, Min: new(42), Desired: new(0)}}
	}
	tomorrow := since.Add(24 * time.Hour).In(time.FixedZone("JST", 9*3600))
	nightly := func(next time.Time, end *time.Time) types.ScheduledUpdateGroupAction {
		a := action(next)
		a.Recurrence, a.TimeZone, a.EndTime = aws.String("0 22 * * *"), aws.String("Asia/Tokyo"), end
		return a
	}
	setNightly := func(next, end time.Time) []autoscale.Scheduled {
		all := set(next)
		all[0].Recurrence, all[0].Zone, all[0].End = "0 22 * * *", "Asia/Tokyo", end
		return all
	}
	for _, c := range []struct {
		name      string
		action    types.ScheduledUpdateGroupAction
		suspended string
		want      autoscale.GroupSpec
	}{
		{"to come", action(tomorrow), "AZRebalance", autoscale.GroupSpec{Scheduled: set(since.Add(24 * time.Hour))}},
		{"about to be taken", action(since.Add(-late)), "", autoscale.GroupSpec{Scheduled: set(since.Add(-late))}},
		{"taken", action(since.Add(-late - time.Second)), "", autoscale.GroupSpec{}},
		{"every night", nightly(tomorrow, nil), "", autoscale.GroupSpec{Scheduled: setNightly(since.Add(24*time.Hour), time.Time{})}},
		{"every night until then", nightly(tomorrow, &tomorrow), "", autoscale.GroupSpec{Scheduled: setNightly(since.Add(24*time.Hour), since.Add(24*time.Hour))}},
		{"every night, as told before the last", nightly(since.Add(-time.Hour), nil), "", autoscale.GroupSpec{Scheduled: setNightly(since.Add(-time.Hour), time.Time{})}},
		{"every night until yesterday", nightly(since.Add(-24*time.Hour), new(since.Add(-12*time.Hour))), "", autoscale.GroupSpec{}},
		{"not obeyed", action(tomorrow), "ScheduledActions", autoscale.GroupSpec{}},
		{"some day", types.ScheduledUpdateGroupAction{}, "", autoscale.GroupSpec{Unread: []string{"scheduled action without a name: AWS does not tell its time"}}},
	} {
		var got autoscale.GroupSpec
		scaleAt(c.action, since)(&got, types.AutoScalingGroup{SuspendedProcesses: []types.SuspendedProcess{{ProcessName: &c.suspended}}})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", c.name, diff)
		}
	}
}

// withCooldown is the group of a script, of so many at most.
func withCooldown(most int32) *types.AutoScalingGroup {
	g := groupOf(1)
	g.DefaultCooldown, g.MaxSize = aws.Int32(300), aws.Int32(most)
	return g
}

const cpuPolicy = `"policies":[{"name":"cpu","type":"TargetTrackingScaling","metric":"ASGAverageCPUUtilization",` +
	`"tracking":{"target":0.5,"out":{"periods":3,"period":60},"in":{"periods":15,"period":60}},"warmup":300}]`

// How the group scales is told once all of it has been asked for, without a call of
// its own, and again with other limits.
func TestSpecIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at < 20*time.Second {
				return withCooldown(8), nil
			}
			return withCooldown(12), nil
		}
		s.settings = func(at time.Duration) (settingsOf, error) {
			return settingsOf{policies: []types.ScalingPolicy{tracking("cpu", 50)}, scheduled: []types.ScheduledUpdateGroupAction{
				{ScheduledActionName: aws.String("evening"), StartTime: aws.Time(s.start.Add(time.Hour + at)), MinSize: aws.Int32(4)}}}, nil
		}
		d, warnings := supervised(t, s, 32*time.Second)
		const evening = `"scheduled":[{"name":"evening","at":"2000-01-01T01:00:00Z","min":4}]`
		check(t, "specs", d.Specs, []string{
			`0s {"group":{"min":1,"max":8,"cooldown":300,` + cpuPolicy + `,` + evening + `}}`,
			`20s {"group":{"min":1,"max":12,"cooldown":300,` + cpuPolicy + `,` + evening + `}}`,
		})
		check(t, "calls", s.asides, []string{
			"0s policies", "0s scheduled", "0s pool", "0s refreshes", "32s policies", "32s scheduled", "32s pool", "32s refreshes",
		})
		check(t, "warnings", warnings, nil)
	})
}

// What is refused or throttled is named; what is read later is told then, if only at
// the end. The group itself is observed all the while.
func TestSpecOfWhatCannotBeRead(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}
	throttled := &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
	all := settingsOf{policies: []types.ScalingPolicy{tracking("cpu", 50)}}
	const none = `"policies":[],"scheduled":[],"unread":["scaling policies: `
	for _, c := range []struct {
		name string
		err  error
		from time.Duration // when it can be read
		want []string
	}{
		{"denied", denied, time.Hour, []string{
			`0s {"group":{"min":1,"max":8,"cooldown":300,` + none + `access denied (needs autoscaling:DescribePolicies)","scheduled actions: access denied (needs autoscaling:DescribeScheduledActions)"]}}`}},
		{"throttled for a while", throttled, 10 * time.Second, []string{
			`0s {"group":{"min":1,"max":8,"cooldown":300,` + none + `throttled by AWS (autoscaling:DescribePolicies)","scheduled actions: throttled by AWS (autoscaling:DescribeScheduledActions)"]}}`,
			`1m0s {"group":{"min":1,"max":8,"cooldown":300,` + cpuPolicy + `,"scheduled":[],"unread":["scheduled actions: throttled by AWS (autoscaling:DescribeScheduledActions)"]}}`,
			`1m0s {"group":{"min":1,"max":8,"cooldown":300,` + cpuPolicy + `,"scheduled":[]}}`}},
		{"read at the end", denied, 92 * time.Second, []string{
			`0s {"group":{"min":1,"max":8,"cooldown":300,` + none + `access denied (needs autoscaling:DescribePolicies)","scheduled actions: access denied (needs autoscaling:DescribeScheduledActions)"]}}`,
			`1m32s {"group":{"min":1,"max":8,"cooldown":300,` + cpuPolicy + `,"scheduled":[],"unread":["scheduled actions: access denied (needs autoscaling:DescribeScheduledActions)"]}}`,
			`1m32s {"group":{"min":1,"max":8,"cooldown":300,` + cpuPolicy + `,"scheduled":[]}}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				s.group = func(time.Duration) (*types.AutoScalingGroup, error) { return withCooldown(8), nil }
				s.settings = func(at time.Duration) (settingsOf, error) {
					if at < c.from {
						return settingsOf{}, c.err
					}
					return all, nil
				}
				d, _ := supervised(t, s, 92*time.Second)
				check(t, "specs", d.Specs, c.want)
				if gaps := slices.DeleteFunc(d.Lines, func(line string) bool { return !strings.HasPrefix(line, "gap") }); len(gaps) > 0 {
					t.Errorf("gaps = %q; want none", gaps)
				}
			})
		})
	}
}

// What AWS does not tell is not taken for 0.
func TestSpecOfAGroupWithoutLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			g := groupOf(1)
			if at < 5*time.Second {
				g.MaxSize = nil
			}
			return g, nil
		}
		d, _ := supervised(t, s, 7*time.Second)
		check(t, "specs", d.Specs, []string{
			`5s {"group":{"min":1,"max":8,"cooldown":0,"policies":[],"scheduled":[],"unread":["default cooldown: AWS does not tell it"]}}`,
		})
	})
}
