package quota

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	asgtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// script answers by the time since it was made, and notes when it was asked for
// what.
type script struct {
	start time.Time
	quota func(at time.Duration) (*types.ServiceQuota, error)
	used  func(at time.Duration) ([]cwtypes.MetricDataResult, error)
	group func(at time.Duration) (*asgtypes.AutoScalingGroup, error)
	took  time.Duration // time an answer needs

	unchanged *types.ServiceQuota // the default; nil: the service has no such quota

	calls []string
}

func newScript() *script {
	s := &script{start: time.Now()}
	s.quota = func(time.Duration) (*types.ServiceQuota, error) { return vcpuQuota(32), nil }
	s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return s.points(8), nil }
	s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) { return groupOf("m7g.large", "m7g.large"), nil }
	return s
}

func (s *script) asked(ctx context.Context, what string) (time.Duration, error) {
	at := time.Since(s.start)
	s.calls = append(s.calls, fmt.Sprintf("%v %s", at, what))
	if s.took > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(s.took):
		}
	}
	return at, ctx.Err()
}

func (s *script) GetServiceQuota(ctx context.Context, in *servicequotas.GetServiceQuotaInput, _ ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error) {
	at, err := s.asked(ctx, *in.ServiceCode+" "+*in.QuotaCode)
	if err != nil {
		return nil, err
	}
	q, err := s.quota(at)
	return &servicequotas.GetServiceQuotaOutput{Quota: q}, err
}

// The default is asked for only where the account's own does not exist.
func (s *script) GetAWSDefaultServiceQuota(ctx context.Context, in *servicequotas.GetAWSDefaultServiceQuotaInput, _ ...func(*servicequotas.Options)) (*servicequotas.GetAWSDefaultServiceQuotaOutput, error) {
	if _, err := s.asked(ctx, "default of "+*in.ServiceCode+" "+*in.QuotaCode); err != nil {
		return nil, err
	}
	if s.unchanged == nil {
		return nil, &types.NoSuchResourceException{}
	}
	return &servicequotas.GetAWSDefaultServiceQuotaOutput{Quota: s.unchanged}, nil
}

func (s *script) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	stat := in.MetricDataQueries[0].MetricStat
	var dimensions []string
	for _, d := range stat.Metric.Dimensions {
		dimensions = append(dimensions, *d.Name+"="+*d.Value)
	}
	at, err := s.asked(ctx, fmt.Sprintf("%s %s %s %s from %v to %v", *stat.Metric.Namespace, *stat.Metric.MetricName, *stat.Stat, strings.Join(dimensions, ","),
		in.StartTime.Sub(s.start), in.EndTime.Sub(s.start)))
	if err != nil {
		return nil, err
	}
	results, err := s.used(at)
	return &cloudwatch.GetMetricDataOutput{MetricDataResults: results}, err
}

func (s *script) DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	at, err := s.asked(ctx, "group "+strings.Join(in.AutoScalingGroupNames, ","))
	if err != nil {
		return nil, err
	}
	g, err := s.group(at)
	out := &autoscaling.DescribeAutoScalingGroupsOutput{}
	if g != nil {
		out.AutoScalingGroups = []asgtypes.AutoScalingGroup{*g}
	}
	return out, err
}

// points are the usage of five and of ten minutes before the start, the latest
// last: an order in which nobody asked for them.
func (s *script) points(used float64) []cwtypes.MetricDataResult {
	return []cwtypes.MetricDataResult{{
		StatusCode: cwtypes.StatusCodeComplete,
		Timestamps: []time.Time{s.start.Add(-10 * time.Minute), s.start.Add(-5 * time.Minute)},
		Values:     []float64{used / 2, used},
	}}
}

// vcpuQuota is as AWS writes it.
func vcpuQuota(limit float64) *types.ServiceQuota {
	return &types.ServiceQuota{
		QuotaName: aws.String("Running On-Demand Standard instances"), Value: &limit,
		UsageMetric: &types.MetricInfo{
			MetricNamespace: aws.String("AWS/Usage"), MetricName: aws.String("ResourceCount"),
			MetricDimensions: map[string]string{"Service": "EC2", "Resource": "vCPU", "Type": "Resource", "Class": "Standard/OnDemand"},
		},
	}
}

func groupOf(types ...string) *asgtypes.AutoScalingGroup {
	g := &asgtypes.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod"), MaxSize: aws.Int32(12), Instances: []asgtypes.Instance{}}
	for _, name := range types {
		g.Instances = append(g.Instances, asgtypes.Instance{InstanceType: aws.String(name)})
	}
	return g
}

// diary is a Sink that writes what it is told as lines, with times since the
// start.
type diary struct{ lines []string }

func (d *diary) line(format string, a ...any) error {
	d.lines = append(d.lines, fmt.Sprintf(format, a...))
	return nil
}

func since(o timeline.Offset) time.Duration { return time.Duration(o).Round(time.Millisecond) }

func (d *diary) WriteReading(r timeline.Reading) error {
	if r.True != nil {
		return d.line("%v %s %v, true at %v", since(r.At), r.Name, r.Value, since(*r.True))
	}
	return d.line("%v %s %v", since(r.At), r.Name, r.Value)
}

func (d *diary) WriteEvent(e timeline.Event) error {
	return d.line("%v %s: %s", since(e.At), e.Kind, e.Text)
}

func (d *diary) WriteGap(g timeline.Gap) error {
	return d.line("gap %v to %v: %s", since(g.From), since(g.To), g.Cause)
}

func (s *script) options() Options {
	return Options{Clients: Clients{s, s, s}, Code: "L-1216C47A", Region: "ap-northeast-1", Fleet: "asg/web-prod"}
}

// supervised observes the script as a run does, and returns its warnings too.
func supervised(t *testing.T, s *script, o Options, length time.Duration) (*diary, []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	d := &diary{}
	warnings, err := observe.Watch(ctx, s.start, d, New(o))
	if err != nil {
		t.Fatal(err)
	}
	return d, warnings
}

func check(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differ (-want +got):\n%s", what, diff)
	}
}

const (
	name    = "Running On-Demand Standard instances"
	metric  = "AWS/Usage ResourceCount Maximum Class=Standard/OnDemand,Resource=vCPU,Service=EC2,Type=Resource"
	unknown = "who else uses the quota is not known, and may leave less room"
)

// Of 32 vCPUs 8 are used, 4 of them by the fleet's two: there is room for 12 more.
func TestRoomIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		d, warnings := supervised(t, s, s.options(), 5*time.Minute)
		check(t, "facts", d.lines, []string{
			"0s limit 32", "0s used 8, true at -5m0s",
			"0s room: " + name + ": the limit is 32, a unit takes 2; the fleet takes 4 with 2 units, and all that use it took 8 at 1999-12-31T23:55:00Z: room for 14 units in all",
			"0s quota 14", "5m0s limit 32", "5m0s used 8, true at -5m0s",
		})
		check(t, "calls", s.calls, []string{
			"0s ec2 L-1216C47A", "0s group web-prod", "0s " + metric + " from -15m0s to 0s",
			"5m0s ec2 L-1216C47A", "5m0s " + metric + " from -10m0s to 5m0s",
		})
		check(t, "warnings", warnings, nil)
	})
}

// Of a quota that was never changed only the default is there.
func TestDefaultApplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.quota = func(time.Duration) (*types.ServiceQuota, error) { return nil, &types.NoSuchResourceException{} }
		s.unchanged = vcpuQuota(32)
		d, _ := supervised(t, s, s.options(), time.Second)
		check(t, "limits", slices.DeleteFunc(d.lines, func(line string) bool { return !strings.Contains(line, "s limit ") }), []string{"0s limit 32", "1s limit 32"})
		check(t, "calls", s.calls[:2], []string{"0s ec2 L-1216C47A", "0s default of ec2 L-1216C47A"})
	})
}

func TestRoom(t *testing.T) {
	for _, c := range []struct {
		name     string
		set      func(*script, *Options)
		quota    string // the reading; empty: none
		warnings []string
	}{
		{"what a unit takes is stated", func(s *script, o *Options) { o.PerUnit = 4 }, "quota 8", nil},
		{"all is used", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return s.points(32), nil }
		}, "quota 2", nil},
		{"more is used than allowed", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return s.points(48), nil }
		}, "quota 2", nil},
		{"usage does not know of the fleet yet", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return s.points(0), nil }
		}, "quota 16", nil},
		{"types differ", func(s *script, o *Options) {
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) {
				return groupOf("m7g.large", "m7g.xlarge"), nil
			}
		}, "quota 8", []string{"instances differ in their vCPUs (m7g.large, m7g.xlarge): each is taken for the largest"}},
		{"a type nobody knows", func(s *script, o *Options) {
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) { return groupOf("z9.metal"), nil }
		}, "", []string{"how many vCPUs an instance of type z9.metal has is not known: set per_unit"}},
		{"a type left out", func(s *script, o *Options) {
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) {
				return &asgtypes.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod"), Instances: []asgtypes.Instance{{}}}, nil
			}
		}, "", []string{"how many vCPUs an instance of type unknown has is not known: set per_unit"}},
		{"no instance", func(s *script, o *Options) {
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) { return groupOf(), nil }
		}, "", []string{"no instance tells what a unit takes of the quota: set per_unit"}},
		{"no instance, but what may be launched", func(s *script, o *Options) {
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) {
				g := groupOf()
				g.MixedInstancesPolicy = &asgtypes.MixedInstancesPolicy{LaunchTemplate: &asgtypes.LaunchTemplate{
					Overrides: []asgtypes.LaunchTemplateOverrides{{InstanceType: aws.String("c7g.2xlarge")}},
				}}
				return g, nil
			}
		}, "quota 3", nil},
		{"instances untold", func(s *script, o *Options) {
			o.PerUnit = 2
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) {
				return &asgtypes.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod")}, nil
			}
		}, "quota 16", []string{unknown}},
		{"no usage metric", func(s *script, o *Options) {
			s.quota = func(time.Duration) (*types.ServiceQuota, error) {
				return &types.ServiceQuota{Value: aws.Float64(33)}, nil
			}
		}, "quota 16", []string{unknown}},
		{"of another thing", func(s *script, o *Options) {
			o.Service, o.Code = "elasticloadbalancing", "L-7E6692B2"
			s.quota = func(time.Duration) (*types.ServiceQuota, error) {
				return &types.ServiceQuota{Value: aws.Float64(1000)}, nil
			}
		}, "", []string{"what a unit takes of the quota is not known: set per_unit"}},
		{"a fleet of pods", func(s *script, o *Options) { o.Fleet, o.PerUnit = "hpa/default/web", 0.5 }, "quota 64", []string{unknown}},
		{"usage forbidden", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) {
				return []cwtypes.MetricDataResult{{StatusCode: cwtypes.StatusCodeForbidden}}, nil
			}
		}, "quota 16", []string{unknown + " (GetMetricData: CloudWatch answers Forbidden)"}},
		{"usage has no points", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) {
				return []cwtypes.MetricDataResult{{}, {Timestamps: []time.Time{s.start}}}, nil // a stamp without a value
			}
		}, "quota 16", []string{unknown + " (CloudWatch has no usage of the last 15m)"}},
		{"usage denied", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) {
				return nil, &smithy.GenericAPIError{Code: "AccessDenied"}
			}
		}, "quota 16", []string{unknown + " (access denied (needs cloudwatch:GetMetricData))"}},
		{"no such group", func(s *script, o *Options) {
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) { return nil, nil }
		}, "", []string{"no instance tells what a unit takes of the quota: set per_unit (the fleet's group does not exist)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				o := s.options()
				o.Source = "quota/x"
				c.set(s, &o)
				d, warnings := supervised(t, s, o, 20*time.Second)
				var told []string
				for _, line := range d.lines {
					if _, reading, _ := strings.Cut(line, " "); strings.HasPrefix(reading, "quota ") {
						told = append(told, reading)
					}
				}
				var want []string
				if c.quota != "" {
					want = []string{c.quota}
				}
				check(t, "readings of the room", told, want)
				for i, w := range warnings {
					warnings[i] = strings.TrimPrefix(w, "quota/x: ")
				}
				check(t, "warnings", warnings, c.warnings)
				if slices.ContainsFunc(d.lines, func(l string) bool { return strings.HasPrefix(l, "gap") }) {
					t.Errorf("facts = %q; want no gap where the limit was read", d.lines)
				}
			})
		})
	}
}

// What cannot be read at first is asked for again, and is then as it was when
// watching began.
func TestUsageComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.used = func(at time.Duration) ([]cwtypes.MetricDataResult, error) {
			if at < 20*time.Second {
				return nil, &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
			}
			return s.points(8), nil
		}
		d, warnings := supervised(t, s, s.options(), time.Minute)
		check(t, "facts", d.lines, []string{
			"0s limit 32",
			"0s usage_unobserved: who uses the quota is not known: throttled by AWS (cloudwatch:GetMetricData)",
			"30s used 8, true at -5m0s",
			"30s room: " + name + ": the limit is 32, a unit takes 2; the fleet takes 4 with 2 units, and all that use it took 8 at 1999-12-31T23:55:00Z: room for 14 units in all",
			"30s quota 14", "1m0s limit 32", "1m0s used 8, true at -5m0s",
		})
		check(t, "calls", s.calls[:4], []string{
			"0s ec2 L-1216C47A", "0s group web-prod", "0s " + metric + " from -15m0s to 0s", "30s " + metric + " from -15m0s to 0s",
		})
		check(t, "warnings", warnings, nil)
	})
}

func TestLimitChangedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.quota = func(at time.Duration) (*types.ServiceQuota, error) {
			if at > 0 {
				return vcpuQuota(64), nil
			}
			return vcpuQuota(32), nil
		}
		d, warnings := supervised(t, s, s.options(), time.Minute)
		if !slices.Contains(d.lines, "1m0s limit 64") || slices.Contains(d.lines, "1m0s quota 30") {
			t.Errorf("facts = %q; want the new limit, and no room: the fleet and the usage may be of different instants", d.lines)
		}
		check(t, "warnings", warnings, []string{"quota/L-1216C47A: the limit was changed meanwhile from 32 to 64"})
	})
}

func TestGapUntilTheLimitIsKnown(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
		to   time.Duration
	}{
		{errors.New("connection refused"), "quota ec2 L-1216C47A: GetServiceQuota: connection refused", 45 * time.Second},
		{&smithy.GenericAPIError{Code: "TooManyRequestsException"}, "quota ec2 L-1216C47A: throttled by AWS (servicequotas:GetServiceQuota)", 90 * time.Second},
		{&types.NoSuchResourceException{}, "quota ec2 L-1216C47A: the service has no such quota in ap-northeast-1", 42 * time.Second},
		{&smithy.GenericAPIError{Code: "AccessDeniedException"}, "quota ec2 L-1216C47A: access denied (needs servicequotas:GetServiceQuota)", 42 * time.Second},
		{nil, "quota ec2 L-1216C47A: AWS does not tell its value", 45 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.quota = func(at time.Duration) (*types.ServiceQuota, error) {
				if at < 40*time.Second {
					return &types.ServiceQuota{}, c.err
				}
				return vcpuQuota(32), nil
			}
			d, _ := supervised(t, s, s.options(), 2*time.Minute)
			check(t, "first fact", d.lines[:1], []string{"0s blind: " + c.want})
			if want := fmt.Sprintf("gap 0s to %v: %s", c.to, c.want); d.lines[1] != want {
				t.Errorf("second fact = %q; want %q", d.lines[1], want)
			}
			if !slices.ContainsFunc(d.lines, func(l string) bool { return strings.HasSuffix(l, " quota 14") }) {
				t.Errorf("facts = %q; want the room as soon as the limit is known", d.lines)
			}
		})
	}
}

// Ending takes the time of one call, whatever does not answer.
func TestNoAnswerWithinTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.quota = func(time.Duration) (*types.ServiceQuota, error) { s.took = time.Hour; return vcpuQuota(32), nil }
		d, warnings := supervised(t, s, s.options(), 9*time.Second)
		if took := time.Since(s.start); took != 13*time.Second {
			t.Errorf("Watch took %v; want 13s", took)
		}
		const unlooked = "the limit was not looked at again at the end: GetServiceQuota: no answer within 4 s"
		check(t, "facts", d.lines, []string{
			"0s limit 32", "4s usage_unobserved: who uses the quota is not known: DescribeAutoScalingGroups: no answer within 4 s",
			"9s room: " + name + ": the limit is 32",
			"0s blind: " + unlooked, "gap 0s to 13s: " + unlooked, // nobody knows what the limit was meanwhile
		})
		check(t, "warnings", warnings, []string{
			"quota/L-1216C47A: no instance tells what a unit takes of the quota: set per_unit (DescribeAutoScalingGroups: no answer within 4 s)",
		})
	})
}

func TestVCPUs(t *testing.T) {
	for name, want := range map[string]int{
		// https://docs.aws.amazon.com/ec2/latest/instancetypes
		"m7g.medium": 1, "m7g.large": 2, "m7i-flex.large": 2, "c6i.xlarge": 4, "r6g.2xlarge": 8, "m5.24xlarge": 96, "c5.9xlarge": 36,
		"t2.nano": 1, "t2.micro": 1, "t2.small": 1, "t2.medium": 2, "t2.2xlarge": 8, "t3.nano": 2, "t3a.small": 2, "t4g.medium": 2, "t3.large": 2,
		"c4.8xlarge": 36, "d2.8xlarge": 36, "m4.10xlarge": 40, "x1.32xlarge": 128, "u-12tb1.112xlarge": 448, "trn1.32xlarge": 128, "a1.medium": 1,
		"m1.small": 1, "m2.4xlarge": 8, "c1.xlarge": 8,
		// not told by the size
		"m7i.metal": 0, "m7i.metal-24xl": 0, "hpc7a.48xlarge": 0, "mac2.metal": 0, "": 0, "large": 0, ".large": 0, "m5.": 0, "m5.-2xlarge": 0, "m5.small": 0,
		"m5.99999999xlarge": 0, "trn1.nano": 0,
	} {
		if got := vcpusOf(name); got != want {
			t.Errorf("vcpusOf(%q) = %d; want %d", name, got, want)
		}
	}
}

// What is there stays, what fits is within the limit, one more would not fit, and
// more use never makes more room.
func FuzzFit(f *testing.F) {
	f.Add(uint32(320), uint32(80), uint8(2), uint16(20))
	f.Add(uint32(320), uint32(480), uint8(2), uint16(20))
	f.Add(uint32(3), uint32(0), uint8(0), uint16(1))
	f.Fuzz(func(t *testing.T, limits, uses uint32, have uint8, pers uint16) {
		limit, used, per := float64(limits)/10, float64(uses)/10, float64(max(1, pers))/10
		n, base := fit(limit, used, int(have), per), float64(have)
		taken := max(used, base*per) + (float64(n)-base)*per
		slack := 1e-6 * (1 + limit)
		switch {
		case n < int(have):
			t.Errorf("fit(%v, %v, %d, %v) = %d; want no fewer than there are", limit, used, have, per, n)
		case n > int(have) && taken > limit+slack:
			t.Errorf("fit(%v, %v, %d, %v) = %d; want no more than the limit: that takes %v", limit, used, have, per, n, taken)
		case n < mostUnits && taken+per <= limit-slack:
			t.Errorf("fit(%v, %v, %d, %v) = %d; want as many as fit: that takes only %v", limit, used, have, per, n, taken)
		case fit(limit, used+per, int(have), per) > n:
			t.Errorf("fit(%v, %v, %d, %v) = %d; want no more where more is used", limit, used+per, have, per, fit(limit, used+per, int(have), per))
		}
	})
}

func TestChecks(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException"}
	for _, c := range []struct {
		name string
		set  func(*script, *Options)
		want []string
	}{
		{"room", func(*script, *Options) {}, []string{
			"ok exists: the limit is 32",
			"ok room to grow: " + name + ": the limit is 32, a unit takes 2; the fleet takes 4 with 2 units, and all that use it took 8 at 1999-12-31T23:55:00Z: room for 14 units in all",
		}},
		{"no room", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return s.points(14), nil }
		}, []string{
			"ok exists: the limit is 32",
			"warning room to grow: " + name + ": the limit is 32, a unit takes 2; the fleet takes 4 with 2 units, and all that use it took 14 at 1999-12-31T23:55:00Z: room for 11 units in all, and its max is 12",
		}},
		{"all used", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return s.points(32), nil }
		}, []string{
			"ok exists: the limit is 32",
			"warning room to grow: " + name + ": the limit is 32, a unit takes 2; the fleet takes 4 with 2 units, and all that use it took 32 at 1999-12-31T23:55:00Z: room for 2 units in all, and the fleet has 2 already",
		}},
		// Usage is of a time when the fleet was smaller: it takes the whole limit by now,
		// and is at its max besides.
		{"usage that lags", func(s *script, o *Options) {
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) {
				g := groupOf("m7g.large", "m7g.large")
				g.MaxSize = aws.Int32(2)
				return g, nil
			}
			s.quota = func(time.Duration) (*types.ServiceQuota, error) { return vcpuQuota(4), nil }
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return s.points(1), nil }
		}, []string{
			"ok exists: the limit is 4",
			"warning room to grow: " + name + ": the limit is 4, a unit takes 2; the fleet takes 4 with 2 units, and all that use it took 1 at 1999-12-31T23:55:00Z: room for 2 units in all, and the fleet has 2 already",
		}},
		{"usage and group denied", func(s *script, o *Options) {
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return nil, denied }
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) { return nil, denied }
		}, []string{
			"ok exists: the limit is 32",
			"warning may autoscaling:DescribeAutoScalingGroups: access denied (needs autoscaling:DescribeAutoScalingGroups)",
			"warning may cloudwatch:GetMetricData: access denied (needs cloudwatch:GetMetricData)",
			"warning room to grow: no instance tells what a unit takes of the quota: set per_unit",
		}},
		{"usage and group missing", func(s *script, o *Options) {
			o.PerUnit = 2
			s.used = func(time.Duration) ([]cwtypes.MetricDataResult, error) { return nil, nil }
			s.group = func(time.Duration) (*asgtypes.AutoScalingGroup, error) { return nil, nil }
		}, []string{
			"ok exists: the limit is 32",
			"warning fleet known: the fleet's group does not exist",
			"warning usage known: CloudWatch has no usage of the last 15m",
			"ok room to grow: " + name + ": the limit is 32, a unit takes 2: room for 16 units in all where nothing else uses it",
		}},
		{"no such quota", func(s *script, o *Options) {
			s.quota = func(time.Duration) (*types.ServiceQuota, error) { return nil, &types.NoSuchResourceException{} }
		}, []string{"fail exists: the service has no such quota in ap-northeast-1"}},
		{"no value", func(s *script, o *Options) {
			s.quota = func(time.Duration) (*types.ServiceQuota, error) { return nil, nil }
		}, []string{"fail exists: AWS does not tell its value"}},
		{"denied", func(s *script, o *Options) {
			s.quota = func(time.Duration) (*types.ServiceQuota, error) { return nil, denied }
		}, []string{"fail may servicequotas:GetServiceQuota: access denied (needs servicequotas:GetServiceQuota)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				o := s.options()
				c.set(s, &o)
				var lines []string
				for _, look := range New(o).Checks() {
					for _, f := range look.Look(t.Context()) {
						if f.Subject != "quota/L-1216C47A" || (f.ToDo == "") != (f.Status == preflight.OK) {
							t.Errorf("finding %+v: what is to do must stand there where something is, and only there", f)
						}
						lines = append(lines, fmt.Sprintf("%s %s: %s", f.Status, f.Asked, f.Text))
					}
				}
				check(t, "findings", lines, c.want)
			})
		})
	}
}
