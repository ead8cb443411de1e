package asg

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

func unread() (map[string]autoscale.AlarmSpec, bool) { return nil, false }

// reads are alarms that were read.
func reads(all ...autoscale.AlarmSpec) alarmsRead {
	return func() (map[string]autoscale.AlarmSpec, bool) {
		byName := map[string]autoscale.AlarmSpec{}
		for _, a := range all {
			byName[a.Name] = a
		}
		return byName, true
	}
}

// onCPU is an alarm on the mean CPU of web-prod.
func onCPU(name, comparison string, threshold float64, periods int, period time.Duration) autoscale.AlarmSpec {
	return autoscale.AlarmSpec{Name: name, Namespace: "AWS/EC2", Metric: "CPUUtilization", Statistic: "Average",
		Dimensions: map[string]string{"AutoScalingGroupName": "web-prod"},
		Period:     period, Periods: periods, Breaching: periods, Threshold: &threshold, Comparison: comparison}
}

func with[T any](of T, change func(*T)) T { change(&of); return of }

// steps is a policy of steps that some alarms set off.
func steps(alarms ...string) types.ScalingPolicy {
	p := types.ScalingPolicy{
		PolicyName: aws.String("steps"), PolicyType: aws.String("StepScaling"), AdjustmentType: aws.String("PercentChangeInCapacity"),
		MinAdjustmentMagnitude: aws.Int32(2), EstimatedInstanceWarmup: aws.Int32(120), MetricAggregationType: aws.String("Average"),
		StepAdjustments: []types.StepAdjustment{
			{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(15), ScalingAdjustment: aws.Int32(10)},
			{MetricIntervalLowerBound: aws.Float64(15), ScalingAdjustment: aws.Int32(30)},
		},
	}
	for _, name := range alarms {
		p.Alarms = append(p.Alarms, types.Alarm{AlarmName: &name})
	}
	return p
}

// What an alarm tells of a policy of steps, and what of it cannot be played.
func TestStepPolicy(t *testing.T) {
	g := types.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod"), TargetGroupARNs: []string{"arn:aws:elasticloadbalancing:r:1:targetgroup/web/1"}}
	high := onCPU("high", "GreaterThanOrEqualToThreshold", 60, 2, 30*time.Second)
	of := func(stepped *autoscale.Stepped) autoscale.PolicySpec {
		p := autoscale.PolicySpec{Name: "steps", Type: "StepScaling", Metric: autoscale.CPU, Statistic: "Average", Stepped: stepped, Warmup: 2 * time.Minute}
		return p
	}
	played := autoscale.Stepped{
		Threshold: 0.6, Alarm: autoscale.Alarm{Periods: 2, Period: 30 * time.Second}, Type: autoscale.PercentChangeInCapacity, Least: 2,
		Steps: []autoscale.Step{{From: 0, To: 0.15, Adjust: 10}, {From: 0.15, To: math.Inf(+1), Adjust: 30}},
	}
	bare := autoscale.PolicySpec{Name: "steps", Type: "StepScaling", Warmup: 2 * time.Minute}
	requests := autoscale.AlarmSpec{Name: "high", Namespace: "AWS/ApplicationELB", Metric: "RequestCountPerTarget", Statistic: "Sum",
		Dimensions: map[string]string{"TargetGroup": "targetgroup/web/1"}, Period: time.Minute, Periods: 1, Breaching: 1, Threshold: aws.Float64(1200), Comparison: "GreaterThanThreshold"}
	down := steps("low")
	down.AdjustmentType, down.MinAdjustmentMagnitude = aws.String("ChangeInCapacity"), nil
	down.StepAdjustments = []types.StepAdjustment{{MetricIntervalUpperBound: aws.Float64(-10), ScalingAdjustment: aws.Int32(-2)},
		{MetricIntervalLowerBound: aws.Float64(-10), MetricIntervalUpperBound: aws.Float64(0), ScalingAdjustment: aws.Int32(-1)}}
	for _, c := range []struct {
		name   string
		policy types.ScalingPolicy
		read   alarmsRead
		want   autoscale.PolicySpec
		unread string // after "policy steps: "; empty: all is read
	}{
		{"as the console makes it", steps("high"), reads(high), of(&played), ""},
		{"above alone", steps("high"), reads(with(high, func(a *autoscale.AlarmSpec) { a.Comparison = "GreaterThanThreshold" })),
			of(new(with(played, func(s *autoscale.Stepped) { s.EdgeBelow = true }))), ""},
		{"down, open below", down, reads(onCPU("low", "LessThanOrEqualToThreshold", 30, 5, time.Minute)),
			of(&autoscale.Stepped{Threshold: 0.3, Below: true, EdgeBelow: true, Alarm: autoscale.Alarm{Periods: 5, Period: time.Minute}, Type: autoscale.ChangeInCapacity,
				Steps: []autoscale.Step{{From: math.Inf(-1), To: -0.1, Adjust: -2}, {From: -0.1, To: 0, Adjust: -1}}}), ""},
		{"requests of a target", steps("high"), reads(requests), func() autoscale.PolicySpec {
			p := of(&autoscale.Stepped{Threshold: 1200, EdgeBelow: true, Alarm: autoscale.Alarm{Periods: 1, Period: time.Minute}, Type: autoscale.PercentChangeInCapacity, Least: 2,
				Steps: []autoscale.Step{{From: 0, To: 15, Adjust: 10}, {From: 15, To: math.Inf(+1), Adjust: 30}}})
			p.Metric, p.Statistic = "AWS/ApplicationELB RequestCountPerTarget", "Sum"
			return p
		}(), ""},
		{"targets of another group", steps("high"), reads(with(requests, func(a *autoscale.AlarmSpec) { a.Dimensions = map[string]string{"TargetGroup": "targetgroup/api/2"} })),
			func() autoscale.PolicySpec {
				p := of(nil)
				p.Metric, p.Statistic = "AWS/ApplicationELB RequestCountPerTarget", "Sum"
				return p
			}(), "its alarm high: it looks at targetgroup/api/2, where the group's instances are not"},
		{"no alarm", steps(), reads(), with(bare, func(p *autoscale.PolicySpec) { p.Off = true }), ""},
		{"an alarm that is off", steps("high"), reads(with(high, func(a *autoscale.AlarmSpec) { a.Off = true })), with(bare, func(p *autoscale.PolicySpec) { p.Off = true }), ""},
		{"one of two is off", steps("old", "high"), reads(high, with(high, func(a *autoscale.AlarmSpec) { a.Name, a.Off = "old", true })), of(&played), ""},
		{"two alarms", steps("high", "higher"), reads(high, onCPU("higher", "GreaterThanThreshold", 80, 1, time.Minute)), bare,
			"2 alarms set it off, high, higher, and only one can be played"},
		{"not read", steps("high"), unread, bare, "the threshold, metric and periods of its alarm high are not read"},
		{"gone", steps("high"), reads(), bare, "CloudWatch does not know its alarm high"},
		{"2 of 3", steps("high"), reads(with(high, func(a *autoscale.AlarmSpec) { a.Periods = 3 })), of(nil), "its alarm high: 2 of 3 data points set it off, which is not played"},
		{"a band", steps("high"), reads(with(high, func(a *autoscale.AlarmSpec) { a.Threshold, a.Comparison = nil, "GreaterThanUpperThreshold" })), of(nil),
			"its alarm high: it has no threshold, but a band"},
		{"no periods", steps("high"), reads(with(high, func(a *autoscale.AlarmSpec) { a.Period = 0 })), of(nil), "its alarm high: AWS does not tell its periods"},
		{"a formula", steps("high"), reads(with(high, func(a *autoscale.AlarmSpec) { a.Namespace, a.Metric, a.Statistic = "", "", "" })),
			with(bare, func(*autoscale.PolicySpec) {}), "its alarm high: what its metric is made of is not read"},
		{"the busiest one", steps("high"), reads(with(high, func(a *autoscale.AlarmSpec) { a.Statistic = "Maximum" })),
			with(of(&played), func(p *autoscale.PolicySpec) { p.Metric, p.Statistic = autoscale.EC2CPU, "Maximum" }), ""},
		{"aggregated otherwise", with(steps("high"), func(p *types.ScalingPolicy) { p.MetricAggregationType = aws.String("Maximum") }), reads(high), of(nil),
			"its alarm high: its policy goes by the Maximum of the data points, and only by their Average can be played"},
		{"no adjustment", with(steps("high"), func(p *types.ScalingPolicy) { p.AdjustmentType = nil }), reads(high), of(nil),
			"its alarm high: what its policy adjusts is not told"},
		{"a step that is none", with(steps("high"), func(p *types.ScalingPolicy) { p.StepAdjustments = []types.StepAdjustment{{}} }), reads(high), of(nil),
			"its alarm high: what a step of its policy does is not told"},
	} {
		var got autoscale.GroupSpec
		scalePolicy(c.policy, c.read)(&got, g)
		want := autoscale.GroupSpec{Policies: []autoscale.PolicySpec{c.want}}
		if c.unread != "" {
			want.Unread = []string{"policy steps: " + c.unread}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", c.name, diff)
		}
		if _, err := (autoscale.Spec{Group: &got}).Text(); err != nil {
			t.Errorf("%s: Text = %v; want what can be kept", c.name, err)
		}
	}
}

// A target-tracking policy has the periods of its own alarms, and AWS's usual ones
// where they are not read.
func TestAlarmsOfTracking(t *testing.T) {
	p := tracking("cpu", 50)
	p.Alarms = []types.Alarm{{AlarmName: aws.String("high")}, {AlarmName: aws.String("low")}}
	usual := autoscale.Tracking{Target: 0.5, Out: autoscale.AlarmOut, In: autoscale.AlarmIn}
	high, low := onCPU("high", "GreaterThanThreshold", 50, 2, 10*time.Second), onCPU("low", "LessThanThreshold", 35, 9, 30*time.Second)
	own := autoscale.Tracking{Target: 0.5, InBelow: 0.7, Out: autoscale.Alarm{Periods: 2, Period: 10 * time.Second}, In: autoscale.Alarm{Periods: 9, Period: 30 * time.Second}}
	off := func(a *autoscale.AlarmSpec) { a.Off = true }
	for _, c := range []struct {
		name   string
		read   alarmsRead
		want   autoscale.Tracking
		unread []string
	}{
		{"its own", reads(high, low), own, nil},
		{"not read", unread, usual, nil},
		{"gone", reads(high), with(usual, func(t *autoscale.Tracking) { t.Out = own.Out }), []string{"policy cpu: CloudWatch does not know its alarm low"}},
		{"1 of 2", reads(with(high, func(a *autoscale.AlarmSpec) { a.Breaching = 1 }), low), with(own, func(t *autoscale.Tracking) { t.Out = usual.Out }),
			[]string{"policy cpu: its alarm high: 1 of 2 data points set it off, which is not played"}},
		{"never in", reads(high, with(low, off)), with(own, func(t *autoscale.Tracking) { t.DisableScaleIn = true }), nil},
		{"never out", reads(with(high, off), low), with(own, func(t *autoscale.Tracking) { t.Out = usual.Out }), []string{"policy cpu: its alarm high: it is switched off"}},
	} {
		var got autoscale.GroupSpec
		scalePolicy(p, c.read)(&got, types.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod")})
		if diff := cmp.Diff(&c.want, got.Policies[0].Tracking); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.unread, got.Unread); diff != "" {
			t.Errorf("%s: unread differs (-want +got):\n%s", c.name, diff)
		}
	}
}

const stepsPolicy = `"policies":[{"name":"steps","type":"StepScaling","metric":"ASGAverageCPUUtilization","statistic":"Average",` +
	`"stepped":{"threshold":0.6,"alarm":{"periods":2,"period":30},"type":"PercentChangeInCapacity","least":2,` +
	`"steps":[{"from":0,"to":0.15,"adjust":10},{"from":0.15,"adjust":30}]},"warmup":120}],"scheduled":[]`

// The alarms are read once, after the policies that name them, and once more at the
// end. What keeps them from being read is told with the right that is lacking, and
// the group is observed all the same; what is read later is told then.
func TestAlarmsAreRead(t *testing.T) {
	high := onCPU("high", "GreaterThanOrEqualToThreshold", 60, 2, 30*time.Second)
	denied := &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}
	throttled := &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
	page := &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 502}}, Err: &smithy.DeserializationError{}}
	const bare = `{"group":{"min":1,"max":8,"cooldown":300,"policies":[{"name":"steps","type":"StepScaling","warmup":120}],"scheduled":[],"unread":[` +
		`"policy steps: the threshold, metric and periods of its alarm high are not read","alarms of its policies: `
	for _, c := range []struct {
		name  string
		err   error
		until time.Duration // when it can be read
		specs []string
		event string
	}{
		{"read", nil, 0, []string{`0s {"group":{"min":1,"max":8,"cooldown":300,` + stepsPolicy + `}}`},
			"alarm high: AWS/EC2 CPUUtilization (Average) GreaterThanOrEqualToThreshold 60, for 2 of 30s"},
		{"denied", denied, time.Hour, []string{"0s " + bare + `access denied (needs cloudwatch:DescribeAlarms)"]}}`},
			"alarms of its policies are not observed: access denied (needs cloudwatch:DescribeAlarms)"},
		{"a proxy's page", page, time.Hour, []string{"0s " + bare + `DescribeAlarms: HTTP 502 with an answer that is not AWS's (a proxy's?)"]}}`},
			"alarms of its policies are not observed: DescribeAlarms: HTTP 502 with an answer that is not AWS's (a proxy's?)"},
		{"throttled for a while", throttled, 10 * time.Second,
			[]string{"0s " + bare + `throttled by AWS (cloudwatch:DescribeAlarms)"]}}`, `1m0s {"group":{"min":1,"max":8,"cooldown":300,` + stepsPolicy + `}}`},
			"alarm high: AWS/EC2 CPUUtilization (Average) GreaterThanOrEqualToThreshold 60, for 2 of 30s"},
		{"read at the end", denied, 92 * time.Second,
			[]string{"0s " + bare + `access denied (needs cloudwatch:DescribeAlarms)"]}}`, `1m32s {"group":{"min":1,"max":8,"cooldown":300,` + stepsPolicy + `}}`},
			"alarm high: AWS/EC2 CPUUtilization (Average) GreaterThanOrEqualToThreshold 60, for 2 of 30s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				s.group = func(time.Duration) (*types.AutoScalingGroup, error) { return withCooldown(8), nil }
				s.settings = func(at time.Duration) (settingsOf, error) {
					all := settingsOf{policies: []types.ScalingPolicy{steps("high")}, alarms: []autoscale.AlarmSpec{high}}
					if at < c.until {
						all.alarms, all.noAlarms = nil, c.err
					}
					return all, nil
				}
				d, warnings := supervised(t, s, 92*time.Second)
				check(t, "specs", d.Specs, c.specs)
				if !strings.Contains(strings.Join(d.Lines, "\n"), c.event) {
					t.Errorf("told %q; want %q among it", d.Lines, c.event)
				}
				if asked := strings.Join(s.asides, ", "); !strings.HasPrefix(asked, "0s policies, 0s alarms high, 0s scheduled") {
					t.Errorf("asked %s; want the alarms after the policies", asked)
				}
				if n := strings.Count(strings.Join(s.asides, ", "), "alarms"); c.until == 0 && n != 2 {
					t.Errorf("alarms were asked for %d times; want at the start and at the end", n)
				}
				for _, line := range d.Lines {
					if strings.HasPrefix(line, "gap") {
						t.Errorf("%q; want the group observed all the while", line)
					}
				}
				if (len(warnings) > 0) != (c.until == time.Hour) {
					t.Errorf("warnings = %q; want some: %v", warnings, c.until == time.Hour)
				}
			})
		})
	}
}

// Policies that are first read when watching ends name alarms that are, too, and
// alarms that somebody changes meanwhile are told.
func TestAlarmsAtTheEnd(t *testing.T) {
	high := onCPU("high", "GreaterThanOrEqualToThreshold", 60, 2, 30*time.Second)
	denied := &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}
	for _, c := range []struct {
		name     string
		settings func(settingsOf, bool) (settingsOf, error)
		last     string // of the specs
		warnings []string
	}{
		{"policies late", func(all settingsOf, end bool) (settingsOf, error) {
			if end {
				return all, nil
			}
			return settingsOf{}, denied
		}, stepsPolicy, nil},
		{"policies late, alarms never", func(all settingsOf, end bool) (settingsOf, error) {
			all.noAlarms = denied
			if end {
				return all, nil
			}
			return settingsOf{}, denied
		}, `"alarms of its policies: access denied (needs cloudwatch:DescribeAlarms)"`,
			[]string{"asg/web-prod: alarms of its policies were not observed: access denied (needs cloudwatch:DescribeAlarms)"}},
		{"changed", func(all settingsOf, end bool) (settingsOf, error) {
			if end {
				all.alarms = []autoscale.AlarmSpec{onCPU("high", "GreaterThanOrEqualToThreshold", 70, 2, 30*time.Second)}
			}
			return all, nil
		}, stepsPolicy, []string{"asg/web-prod: alarms of its policies were changed meanwhile"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				s.group = func(time.Duration) (*types.AutoScalingGroup, error) { return withCooldown(8), nil }
				s.settings = func(at time.Duration) (settingsOf, error) {
					return c.settings(settingsOf{policies: []types.ScalingPolicy{steps("high")}, alarms: []autoscale.AlarmSpec{high}}, at >= 32*time.Second)
				}
				d, warnings := supervised(t, s, 32*time.Second)
				if n := len(d.Specs); n == 0 || !strings.Contains(d.Specs[n-1], c.last) {
					t.Errorf("specs = %q; want the last with %s", d.Specs, c.last)
				}
				check(t, "warnings", warnings, c.warnings)
			})
		})
	}
}

// Checks tell each alarm, and whether they may be read even where policies may not.
func TestChecksOfAlarms(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDenied"}
	for _, c := range []struct {
		name     string
		settings settingsOf
		want     []string
	}{
		{"read", settingsOf{alarms: []autoscale.AlarmSpec{onCPU("high", "GreaterThanThreshold", 60, 3, time.Minute)}},
			[]string{"ok alarms of its policies: alarm high: AWS/EC2 CPUUtilization (Average) GreaterThanThreshold 60, for 3 of 60s"}},
		{"2 of 3", settingsOf{alarms: []autoscale.AlarmSpec{with(onCPU("high", "GreaterThanThreshold", 60, 3, time.Minute), func(a *autoscale.AlarmSpec) { a.Breaching, a.Off = 2, true })}},
			[]string{"ok alarms of its policies: alarm high: AWS/EC2 CPUUtilization (Average) GreaterThanThreshold 60, for 3 of 60s, of which 2 must breach, switched off"}},
		{"gone", settingsOf{}, []string{"warning alarms of its policies: alarm high: CloudWatch does not know it"}},
		{"denied", settingsOf{noAlarms: denied}, []string{"warning may cloudwatch:DescribeAlarms: access denied (needs cloudwatch:DescribeAlarms)"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.settings = func(time.Duration) (settingsOf, error) {
				all := c.settings
				all.policies = []types.ScalingPolicy{steps("high")}
				return all, nil
			}
			var got []string
			for _, line := range looked(t, s) {
				if strings.Contains(line, "larms") {
					got = append(got, line)
				}
			}
			check(t, c.name, got, c.want)
		})
	}
}

// FuzzPolicies holds the law that whatever a policy and its alarm say, how the group
// scales can be kept and read again: one that cannot be played spoils no other.
func FuzzPolicies(f *testing.F) {
	f.Add("GreaterThanThreshold", 60.0, int32(60), 3, 3, 0.0, 15.0, int32(10), 50.0)
	f.Add("LessThanOrEqualToThreshold", 1e308, int32(-10), 1, 1, math.Inf(-1), math.Inf(1), int32(-1), 1e-300)
	f.Add("", math.NaN(), int32(0), -1, 0, math.NaN(), 0.0, int32(0), 0.0)
	f.Fuzz(func(t *testing.T, comparison string, threshold float64, period int32, periods, breaching int, low, high float64, by int32, target float64) {
		a := onCPU("alarm", comparison, threshold, periods, time.Duration(period)*time.Second)
		a.Breaching = breaching
		p := steps("alarm")
		p.StepAdjustments = []types.StepAdjustment{{MetricIntervalLowerBound: &low, MetricIntervalUpperBound: &high, ScalingAdjustment: &by}}
		tracks := tracking("cpu", 50)
		tracks.TargetTrackingConfiguration.TargetValue, tracks.Alarms = &target, p.Alarms
		spec := autoscale.GroupSpec{Max: 1}
		scalePolicy(p, reads(a))(&spec, types.AutoScalingGroup{})
		if target > 0 && !math.IsInf(target/100, 0) && target/100 > 0 {
			scalePolicy(tracks, reads(a))(&spec, types.AutoScalingGroup{})
		}
		text, err := autoscale.Spec{Group: &spec}.Text()
		if err != nil {
			t.Fatalf("Text of %+v = %v; want what can be kept", spec, err)
		}
		if _, err := autoscale.ParseSpec(text); err != nil {
			t.Errorf("ParseSpec(%s) = %v; want it read again", text, err)
		}
	})
}
