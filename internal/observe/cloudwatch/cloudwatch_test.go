package cloudwatch

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
)

var (
	latency  = Query{Name: "ALB p99", Namespace: "AWS/ApplicationELB", Metric: "TargetResponseTime", Statistic: "p99", Dimensions: map[string]string{"LoadBalancer": "app/web/1"}}
	refusals = Query{Name: "5xx", Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_ELB_5XX_Count", Statistic: "Sum", Dimensions: map[string]string{"LoadBalancer": "app/web/1"}}
)

// every is one sample a minute, each known so long after its minute has begun.
func every(metric string, minutes int, late time.Duration, value func(minute int) float64) []sample {
	var all []sample
	for i := -2; i < minutes; i++ {
		at := time.Duration(i) * time.Minute
		all = append(all, sample{metric, at, at + late, value(i)})
	}
	return all
}

// A point is told with the first poll after its period is over and it has come,
// at the start of its period; one that came too late for a poll is told at the end.
func TestPointsOfARun(t *testing.T) {
	w := &world{points: []sample{
		{"TargetResponseTime", -time.Minute, 0, 0.1},               // over before watching began
		{"TargetResponseTime", 0, 90 * time.Second, 0.2},           // late by half a minute
		{"TargetResponseTime", time.Minute, 65 * time.Second, 0.3}, // known while it runs...
		{"TargetResponseTime", time.Minute, 3*time.Minute + time.Second, 0.35},
		{"TargetResponseTime", 2 * time.Minute, 14*time.Minute + 30*time.Second, 0.9}, // very late
		{"TargetResponseTime", 14 * time.Minute, 14 * time.Minute, 0.5},               // not over when the run ends
	}}
	facts, warnings := watched(t, 14*time.Minute+40*time.Second, w, latency)
	want := []string{
		"2m0s: ALB p99 of 0s = 0.2",
		"2m0s: ALB p99 of 1m0s = 0.3",
		"4m0s: ALB p99 of 1m0s = 0.35",
		"14m40s: ALB p99 of 2m0s = 0.9",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if len(warnings) > 0 {
		t.Errorf("warnings = %q; want none", warnings)
	}
	if first, last := w.asked[0], w.asked[len(w.asked)-1]; first != "0s: 1 queries from -1m0s to 0s" || last != "14m40s: 1 queries from -1m0s to 14m40s" {
		t.Errorf("asked %q first and %q last; want the run so far, and the whole run", first, last)
	}
	if n := len(w.asked); n != 16 {
		t.Errorf("asked %d times in 14m40s; want 16, once a minute and at the end", n)
	}
}

// Only a count of a load balancer that was at work is 0 where it is missing, and
// only when it has had time to come.
func TestMissingCountsOfLoadBalancers(t *testing.T) {
	at := every("RequestCount", 6, time.Minute, func(int) float64 { return 1000 })
	at = slices.DeleteFunc(at, func(s sample) bool { return s.at == 2*time.Minute }) // nothing is known of this minute
	at = append(at, sample{"HTTPCode_ELB_5XX_Count", time.Minute, 2 * time.Minute, 7},
		sample{"HTTPCode_ELB_5XX_Count", 0, 5 * time.Minute, 3}) // comes after it was told as 0
	own := Query{Name: "orders", Namespace: "Shop", Metric: "OrderCount", Statistic: "Sum", Dimensions: refusals.Dimensions}
	hosts := Query{Name: "hosts", Namespace: "AWS/ApplicationELB", Metric: "HealthyHostCount", Statistic: "Sum", Dimensions: refusals.Dimensions}
	facts, warnings := watched(t, 6*time.Minute+30*time.Second, &world{points: at}, refusals, latency, own, hosts)
	want := []string{
		"2m0s: 5xx of 1m0s = 7",
		"3m0s: 5xx of 0s = 0",
		"5m0s: 5xx of 0s = 3",
		"6m0s: 5xx of 3m0s = 0",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	for _, name := range []string{"ALB p99", "orders", "hosts"} {
		if want := "cloudwatch/ap-northeast-1: " + name + ": CloudWatch had no point of it"; !slices.Contains(warnings, want) {
			t.Errorf("warnings lack %q; got %q", want, warnings)
		}
	}
}

func TestSparse(t *testing.T) {
	for _, c := range []struct {
		namespace, metric, statistic string
		want                         bool
	}{
		{"AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", true},
		{"AWS/ApplicationELB", "RejectedConnectionCount", "Sum", true},
		{"AWS/ApplicationELB", "TargetResponseTime", "Sum", false},
		{"AWS/ApplicationELB", "RejectedConnectionCount", "Average", false},
		{"AWS/ApplicationELB", "HealthyHostCount", "Sum", false},
		{"AWS/ApplicationELB", "UnHealthyHostCount", "Sum", false},
		{"AWS/NetworkELB", "TCP_Target_Reset_Count", "Sum", true},
		{"AWS/ELB", "HTTPCode_Backend_5XX", "Sum", true},
		{"AWS/EC2", "StatusCheckFailedCount", "Sum", false},
	} {
		if got := (Query{Namespace: c.namespace, Metric: c.metric, Statistic: c.statistic}).sparse(); got != c.want {
			t.Errorf("sparse(%s %s %s) = %v; want %v", c.namespace, c.metric, c.statistic, got, c.want)
		}
	}
}

// 1,001 series are three calls, and every page of each is read.
func TestBatchesAndPages(t *testing.T) {
	var queries []Query
	w := &world{pageSize: 2}
	for i := range 1001 {
		metric := fmt.Sprintf("m%d", i)
		queries = append(queries, Query{Name: metric, Namespace: "Shop", Metric: metric, Statistic: "Sum"})
		if i%500 == 0 {
			w.points = append(w.points, sample{metric, 0, 0, 1}, sample{metric, time.Minute, 0, 2}, sample{metric, 2 * time.Minute, 0, 3})
		}
	}
	facts, _ := watched(t, 4*time.Minute, w, queries...)
	if len(facts) != 9 {
		t.Errorf("facts = %d; want 9:\n%s", len(facts), lines(facts))
	}
	for _, want := range []string{"0s: 500 queries from -1m0s to 0s", "0s: 1 queries from -1m0s to 0s"} {
		if !slices.Contains(w.asked, want) {
			t.Errorf("never asked %q", want)
		}
	}
}

// What CloudWatch says of a series or of the call is a warning that names it; a
// status nobody knows yet is one too.
func TestStatusAndMessages(t *testing.T) {
	w := &world{
		points:   []sample{{"TargetResponseTime", 0, 0, 0.2}, {"Strange", 0, 0, 1}},
		status:   map[string]types.StatusCode{"TargetResponseTime": "PartialData", "Hidden": "Forbidden", "Broken": "InternalError", "Strange": "Dreaming"},
		messages: []types.MessageData{{Code: aws.String("MaxMetricsExceeded"), Value: aws.String("too many")}, {}},
	}
	of := func(metric string) Query {
		return Query{Name: strings.ToLower(metric), Namespace: "Shop", Metric: metric, Statistic: "Sum"}
	}
	facts, warnings := watched(t, 2*time.Minute+time.Second, w, latency, of("Hidden"), of("Broken"), of("Strange"))
	if diff := cmp.Diff([]string{"1m0s: ALB p99 of 0s = 0.2", "1m0s: strange of 0s = 1"}, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	want := []string{
		"CloudWatch says MaxMetricsExceeded: too many",
		"CloudWatch says nothing more: ",
		"ALB p99: CloudWatch gave only a part of its points (PartialData)",
		"hidden: CloudWatch may not show its points (Forbidden)",
		"broken: CloudWatch could not read its points (InternalError)",
		"strange: CloudWatch gave its points with the status Dreaming",
		"hidden: CloudWatch had no point of it",
		"broken: CloudWatch had no point of it",
	}
	for i := range want {
		want[i] = "cloudwatch/ap-northeast-1: " + want[i]
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// A poll that fails leaves a gap from the last good one to the next; what was
// missed is told then.
func TestFailuresLeaveGaps(t *testing.T) {
	w := &world{points: every("TargetResponseTime", 8, time.Minute, func(i int) float64 { return float64(i) })}
	w.fails = func(at time.Duration) error {
		if at == 3*time.Minute || at == 4*time.Minute {
			return errors.New("the wire is cut")
		}
		return nil
	}
	facts, warnings := watched(t, 6*time.Minute+time.Second, w, latency)
	want := []string{
		"1m0s: ALB p99 of 0s = 0",
		"2m0s: ALB p99 of 1m0s = 1",
		"2m0s: blind: cloudwatch/ap-northeast-1: GetMetricData: the wire is cut",
		"2m0s: gap until 5m0s: cloudwatch/ap-northeast-1: GetMetricData: the wire is cut",
		"5m0s: ALB p99 of 2m0s = 2",
		"5m0s: ALB p99 of 3m0s = 3",
		"5m0s: ALB p99 of 4m0s = 4",
		"6m0s: ALB p99 of 5m0s = 5",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if len(warnings) > 0 {
		t.Errorf("warnings = %q; want none beside the gap", warnings)
	}
}

// Throttling makes polls rarer, up to four minutes, and they come back.
func TestThrottling(t *testing.T) {
	w := &world{points: every("TargetResponseTime", 40, time.Minute, func(int) float64 { return 1 })}
	w.fails = func(at time.Duration) error {
		if at > 0 && at < 10*time.Minute {
			return &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
		}
		return nil
	}
	facts, _ := watched(t, 30*time.Minute, w, latency)
	var at []string
	for _, asked := range w.asked {
		when, _, _ := strings.Cut(asked, ":")
		at = append(at, when)
	}
	want := []string{"0s", "1m0s", "3m0s", "7m0s", "11m0s", "12m0s", "13m0s"}
	if got := at[:min(len(at), len(want))]; !slices.Equal(got, want) {
		t.Errorf("asked at %q; want it to begin %q", at, want)
	}
	if n := len(facts); n != 2+30 { // of the gap, and of every minute
		t.Errorf("facts = %d; want 32:\n%s", n, lines(facts))
	}
}

// Who is denied the call is asked for no more by this call of Observe.
func TestDenied(t *testing.T) {
	w := &world{fails: func(time.Duration) error { return &smithy.GenericAPIError{Code: "AccessDenied"} }}
	synctest.Test(t, func(t *testing.T) {
		w.start = time.Now()
		o := New(Options{API: w, Region: "eu-west-1", Queries: []Query{latency}})
		err := o.Observe(t.Context(), observe.NewRecorder(o.Source(), w.start, &notes{}))
		if want := "cloudwatch/eu-west-1: access denied (needs cloudwatch:GetMetricData)"; err == nil || err.Error() != want {
			t.Errorf("Observe() = %v; want %s", err, want)
		}
	})
}

func TestChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		hour := func(fails error) *world {
			return &world{start: now, fails: func(time.Duration) error { return fails }, points: []sample{
				{"TargetResponseTime", -2 * time.Minute, 0, 0.21234567}, {"RequestCount", -2 * time.Minute, 0, 3},
			}}
		}
		absent := Query{Name: "depth", Namespace: "Shop", Metric: "Depth", Statistic: "Sum"}
		look := func(w *world) []preflight.Finding {
			return preflight.Run(t.Context(), 10*time.Second, New(Options{API: w, Region: "ap-northeast-1", Source: "cloudwatch/here", Queries: []Query{latency, refusals, absent}}).Checks()...)
		}
		want := []preflight.Finding{
			{Subject: "cloudwatch/here", Asked: "may cloudwatch:GetMetricData", Text: "asked for every series once in ap-northeast-1"},
			{Subject: "cloudwatch/here", Asked: "points of ALB p99", Text: "0.2123 in the period from 23:58:00Z"},
			{Subject: "cloudwatch/here", Asked: "points of 5xx", Text: "none, which counts as 0: its load balancer was at work"},
			{Subject: "cloudwatch/here", Asked: "points of depth", Status: preflight.Warning, Passing: true,
				Text: "no point of Shop Depth in ap-northeast-1 in the last hour or more", ToDo: "check namespace, metric, dimensions and region, or send it some traffic"},
		}
		if diff := cmp.Diff(want, look(hour(nil))); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		want = []preflight.Finding{{Subject: "cloudwatch/here", Asked: "may cloudwatch:GetMetricData", Status: preflight.Fail,
			Text: "access denied (needs cloudwatch:GetMetricData)", ToDo: "allow cloudwatch:GetMetricData to the caller"}}
		if diff := cmp.Diff(want, look(hour(&smithy.GenericAPIError{Code: "AccessDeniedException"}))); diff != "" {
			t.Errorf("findings of who is denied (-want +got):\n%s", diff)
		}
		// An outage is no matter of permissions; whoever can do without may.
		outage := &url.Error{Op: "Post", URL: "https://…", Err: errors.New("connection refused")}
		want = []preflight.Finding{{Subject: "cloudwatch/here", Asked: "answers", Status: preflight.Fail,
			Text: "GetMetricData: connection refused", ToDo: "see whether AWS can be reached from here (proxy, VPN)", Err: outage}}
		if diff := cmp.Diff(want, look(hour(outage)), cmpopts.EquateErrors()); diff != "" {
			t.Errorf("findings in an outage (-want +got):\n%s", diff)
		}
	})
}

func ExampleActions() {
	fmt.Println(Actions())
	// Output: [cloudwatch:GetMetricData]
}
