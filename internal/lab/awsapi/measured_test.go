package awsapi_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// lively is a world that keeps time and counts its requests.
type lively struct {
	*still
	all, failed atomic.Uint64
}

func (l *lively) State() (world.State, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.state
	group := *s.Group
	group.Instances = slices.Clone(group.Instances)
	s.Group, s.Now = &group, time.Now()
	return s, nil
}

func (l *lively) Answered() (all, failed uint64) { return l.all.Load(), l.failed.Load() }

// change lets something happen in the world.
func (l *lively) change(what func(*world.State)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	what(&l.state)
}

// measured runs a test in simulated time, which begins with a minute, with the
// endpoint of a world and a client of its CloudWatch.
func measured(t *testing.T, test func(t *testing.T, w *lively, client *cloudwatch.Client)) {
	synctest.Test(t, func(t *testing.T) {
		w := &lively{still: balanced()}
		w.state.Start = time.Now()
		server := awsapi.New(w)
		go server.Run(t.Context()) // the bubble ends with it
		test(t, w, cloudwatch.New(cloudwatch.Options{
			Region: "ap-northeast-1", BaseEndpoint: aws.String("http://lab.test"), HTTPClient: inMemory{server},
			Credentials: credentials.NewStaticCredentialsProvider("lab", "lab", ""), Retryer: aws.NopRetryer{},
		}))
	})
}

// metrics of the world, by the names tests have for them.
var known = map[string]types.Metric{
	"desired":    metric("AWS/AutoScaling", "GroupDesiredCapacity", "AutoScalingGroupName", "web-prod"),
	"in_service": metric("AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName", "web-prod"),
	"vcpus":      metric("AWS/Usage", "ResourceCount", "Class", "Standard/OnDemand", "Service", "EC2", "Type", "Resource", "Resource", "vCPU"),
	"healthy":    metric("AWS/ApplicationELB", "HealthyHostCount", "TargetGroup", ending(targetGroupARN), "LoadBalancer", ending(loadBalancerARN)),
	"requests":   metric("AWS/ApplicationELB", "RequestCount", "LoadBalancer", ending(loadBalancerARN)),
	"per_target": metric("AWS/ApplicationELB", "RequestCountPerTarget", "TargetGroup", ending(targetGroupARN)),
	"unhealthy":  metric("AWS/ApplicationELB", "UnHealthyHostCount", "TargetGroup", ending(targetGroupARN), "LoadBalancer", ending(loadBalancerARN)),
	"failed":     metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", ending(loadBalancerARN)),
	"of_other":   metric("AWS/AutoScaling", "GroupDesiredCapacity", "AutoScalingGroupName", "api-prod"),
	"of_all":     metric("AWS/AutoScaling", "GroupDesiredCapacity"),
	"unknown":    metric("AWS/ApplicationELB", "PeakLCUs", "LoadBalancer", ending(loadBalancerARN)),
}

// ending is what CloudWatch calls a balancer or target group by: the end of its
// ARN, from app/ or targetgroup/ on.
func ending(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return strings.TrimPrefix(parts[5], "loadbalancer/")
}

func metric(namespace, name string, dimensions ...string) types.Metric {
	m := types.Metric{Namespace: &namespace, MetricName: &name}
	for i := 0; i < len(dimensions); i += 2 {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: &dimensions[i], Value: &dimensions[i+1]})
	}
	return m
}

func query(name, stat string, period int32) types.MetricDataQuery {
	m := known[name]
	return types.MetricDataQuery{Id: &name, MetricStat: &types.MetricStat{Metric: &m, Stat: &stat, Period: &period}}
}

// pointsOf asks from the first minute until now and tells each series as
// "minute:second=value …", in the order they come.
func pointsOf(t *testing.T, client *cloudwatch.Client, in cloudwatch.GetMetricDataInput) map[string]string {
	t.Helper()
	begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	in.StartTime, in.EndTime = &begin, aws.Time(time.Now())
	got := map[string]string{}
	pages := cloudwatch.NewGetMetricDataPaginator(client, &in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.MetricDataResults {
			for i, at := range r.Timestamps {
				got[*r.Id] += fmt.Sprintf(" %s=%v", at.Format("04:05"), r.Values[i])
			}
			got[*r.Id] = strings.TrimSpace(got[*r.Id])
		}
	}
	return got
}

// A point bears the beginning of its minute, and comes out a minute after its end.
func TestPointsAreLate(t *testing.T) {
	measured(t, func(t *testing.T, w *lively, client *cloudwatch.Client) {
		ask := func() string {
			return pointsOf(t, client, cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{query("desired", "Average", 60)}})["desired"]
		}
		time.Sleep(30 * time.Second)
		w.change(func(s *world.State) { s.Group.Desired = 8 })
		for _, c := range []struct {
			after time.Duration
			want  string
		}{
			{119 * time.Second, ""},
			{120 * time.Second, "00:00=3"},
			{179 * time.Second, "00:00=3"},
			{181 * time.Second, "01:00=8 00:00=3"}, // the latest first, as CloudWatch does unless told otherwise
		} {
			time.Sleep(time.Until(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(c.after)))
			if got := ask(); got != c.want {
				t.Errorf("desired after %v = %q; want %q", c.after, got, c.want)
			}
		}
	})
}

// The world was at rest before it was looked at, for an hour.
func TestPointsBeforeTheBeginning(t *testing.T) {
	measured(t, func(t *testing.T, w *lively, client *cloudwatch.Client) {
		time.Sleep(time.Second)
		for name, want := range map[string]int{"vcpus": 59, "healthy": 59, "requests": 0} {
			out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(time.Now().Add(-24 * time.Hour)), EndTime: aws.Time(time.Now()),
				MetricDataQueries: []types.MetricDataQuery{query(name, "Maximum", 60)},
			})
			if err != nil {
				t.Fatal(err)
			}
			points := out.MetricDataResults[0].Timestamps
			if len(points) != want {
				t.Errorf("points of %s = %d; want %d", name, len(points), want)
			}
			if want > 0 && time.Since(points[0]) != 2*time.Minute+time.Second {
				t.Errorf("latest point of %s is of %v; want of two minutes before the beginning", name, points[0])
			}
		}
	})
}

// A call that comes while the API hangs is answered when that is over.
func TestHangEnds(t *testing.T) {
	measured(t, func(t *testing.T, w *lively, client *cloudwatch.Client) {
		w.change(func(s *world.State) {
			s.Config.Faults.AWS = []world.Outage{{At: 0, For: 20 * time.Second, How: world.Hang}, {At: 20 * time.Second, For: 10 * time.Second, How: world.Hang}}
		})
		began := time.Now()
		if _, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("the call took %v; want 30s", took)
		}
	})
}

// Several series of one call, each from what happened in the world.
func TestSDKReadsMetrics(t *testing.T) {
	measured(t, func(t *testing.T, w *lively, client *cloudwatch.Client) {
		time.Sleep(35 * time.Second)
		w.all.Add(600)
		w.failed.Add(6)
		w.change(func(s *world.State) { // healthy are 1 at :00 :10 :20 :30, 2 at :40 :50
			s.Group.Instances[2].Healthy = time.Now()
		})
		time.Sleep(40 * time.Second) // 1m15s
		w.all.Add(90)
		w.change(func(s *world.State) { s.Group.Instances = s.Group.Instances[:1] })
		time.Sleep(3 * time.Minute) // 4m15s
		for _, c := range []struct {
			name, stat string
			period     int32
			want       string
		}{
			{"desired", "Average", 60, "00:00=3 01:00=3 02:00=3"},
			{"in_service", "Average", 60, "00:00=2 01:00=2 02:00=1"},
			{"vcpus", "Maximum", 60, "00:00=8 01:00=8 02:00=2"},
			{"healthy", "Minimum", 60, "00:00=1 01:00=1 02:00=1"},
			{"healthy", "Maximum", 60, "00:00=2 01:00=2 02:00=1"},
			{"healthy", "SampleCount", 60, "00:00=6 01:00=6 02:00=6"},
			{"healthy", "p50", 60, "00:00=1 01:00=1 02:00=1"},
			{"healthy", "Average", 120, "00:00=1.3333333333333333"},
			{"healthy", "Maximum", 300, ""},
			{"unhealthy", "Maximum", 60, "00:00=0 01:00=0 02:00=0"},
			{"requests", "Sum", 60, "00:00=600 01:00=90"},
			{"requests", "Average", 60, "00:00=1 01:00=1"},
			{"requests", "Sum", 120, "00:00=690"},
			{"requests", "Sum", 10, "00:00=600 01:00=90"},
			{"failed", "Sum", 60, "00:00=6"},
			{"per_target", "Sum", 60, "00:00=450 01:00=67.5"}, // over 4/3 healthy in both
			{"of_other", "Sum", 60, ""},
			{"of_all", "Sum", 60, ""},
			{"unknown", "Sum", 60, ""},
		} {
			got := pointsOf(t, client, cloudwatch.GetMetricDataInput{
				ScanBy: types.ScanByTimestampAscending, MetricDataQueries: []types.MetricDataQuery{query(c.name, c.stat, c.period)},
			})
			if diff := cmp.Diff(map[string]string{c.name: c.want}, got); diff != "" {
				t.Errorf("%s of %s in %ds differs (-want +got):\n%s", c.stat, c.name, c.period, diff)
			}
		}
	})
}

// Whatever a page holds, all pages together are the same.
func TestSDKPagesThroughMetrics(t *testing.T) {
	measured(t, func(t *testing.T, w *lively, client *cloudwatch.Client) {
		time.Sleep(6*time.Minute + time.Second)
		in := cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{
			query("desired", "Sum", 60), query("unknown", "Sum", 60), query("healthy", "Sum", 60),
		}}
		want := pointsOf(t, client, in)
		if got, all := want["desired"], "04:00=3 03:00=3 02:00=3 01:00=3 00:00=3"; got != all || len(want) != 3 {
			t.Fatalf("points = %v; want three series, desired %s", want, all)
		}
		for most := int32(1); most <= 11; most++ {
			in.MaxDatapoints = &most
			if diff := cmp.Diff(want, pointsOf(t, client, in)); diff != "" {
				t.Errorf("pages of %d differ from one of all (-want +got):\n%s", most, diff)
			}
		}
		in.MaxDatapoints = aws.Int32(2)
		in.StartTime, in.EndTime = aws.Time(time.Now().Add(-time.Hour)), aws.Time(time.Now())
		page, err := client.GetMetricData(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		first := page.MetricDataResults[0]
		if len(page.MetricDataResults) != 1 || first.StatusCode != types.StatusCodePartialData || *first.Label != "GroupDesiredCapacity" {
			t.Errorf("first page = %d results, %s of %s; want 1, PartialData of GroupDesiredCapacity", len(page.MetricDataResults), first.StatusCode, *first.Label)
		}
	})
}

func TestSDKReadsRefusedMetrics(t *testing.T) {
	client := cloudwatch.NewFromConfig(serve(t, balanced()))
	good := query("desired", "Sum", 60)
	with := func(change func(*cloudwatch.GetMetricDataInput)) error {
		in := cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(onAir.Add(-time.Hour)), EndTime: aws.Time(onAir), MetricDataQueries: []types.MetricDataQuery{good},
		}
		change(&in)
		_, err := client.GetMetricData(t.Context(), &in)
		return err
	}
	if err := with(func(*cloudwatch.GetMetricDataInput) {}); err != nil {
		t.Fatalf("GetMetricData() = %v; want no points of a server that has not run", err)
	}
	for name, c := range map[string]struct {
		change func(*cloudwatch.GetMetricDataInput)
		want   string
	}{
		"no query":         {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = []types.MetricDataQuery{} }, "ValidationError"},
		"end before start": {func(in *cloudwatch.GetMetricDataInput) { in.EndTime = aws.Time(onAir.Add(-2 * time.Hour)) }, "ValidationError"},
		"id in capitals":   {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].Id = aws.String("CPU") }, "ValidationError"},
		"id twice":         {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = []types.MetricDataQuery{good, good} }, "ValidationError"},
		"period of 90s":    {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0] = query("desired", "Sum", 90) }, "ValidationError"},
		"statistic":        {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0] = query("desired", "Mean", 60) }, "ValidationError"},
		"expression": {func(in *cloudwatch.GetMetricDataInput) {
			in.MetricDataQueries[0] = types.MetricDataQuery{Id: aws.String("a"), Expression: aws.String("b+c")}
		}, "ValidationError"},
		"points on a page": {func(in *cloudwatch.GetMetricDataInput) { in.MaxDatapoints = aws.Int32(0) }, "ValidationError"},
		"token":            {func(in *cloudwatch.GetMetricDataInput) { in.NextToken = aws.String("?") }, "InvalidNextToken"},
	} {
		err := with(c.change)
		refused, ok := errors.AsType[smithy.APIError](err)
		if !ok || refused.ErrorCode() != c.want {
			t.Errorf("%s: error = %v; want code %s", name, err, c.want)
		}
	}
	_, err := client.ListDashboards(t.Context(), &cloudwatch.ListDashboardsInput{})
	if refused, ok := errors.AsType[smithy.APIError](err); !ok || refused.ErrorCode() != "UnknownOperation" {
		t.Errorf("ListDashboards() = %v; want UnknownOperation", err)
	}
}
