package cloudwatch_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/observe/awscall/faulty"
	"github.com/seed-f864f198/onair/internal/observe/awscall/loopback"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
)

// shelf is an API with alarms, of which so many are on a page.
type shelf struct {
	all   []types.MetricAlarm
	page  int
	err   error // of all pages but the first
	asked []string
}

func (s *shelf) DescribeAlarms(_ context.Context, in *sdk.DescribeAlarmsInput, _ ...func(*sdk.Options)) (*sdk.DescribeAlarmsOutput, error) {
	s.asked = append(s.asked, fmt.Sprintf("%d names, %v, %s", len(in.AlarmNames), in.AlarmTypes, aws.ToString(in.NextToken)))
	from := 0
	fmt.Sscan(aws.ToString(in.NextToken), &from)
	if from > 0 && s.err != nil {
		return nil, s.err
	}
	to := min(from+s.page, len(s.all))
	out := &sdk.DescribeAlarmsOutput{MetricAlarms: s.all[from:to]}
	if to < len(s.all) {
		out.NextToken = aws.String(fmt.Sprint(to))
	}
	return out, nil
}

// Every form in which CloudWatch tells an alarm.
func TestAlarms(t *testing.T) {
	plain := types.MetricAlarm{
		AlarmName: aws.String("high"), Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"), Statistic: types.StatisticAverage,
		Dimensions: []types.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String("web")}},
		Period:     aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(60), ActionsEnabled: aws.Bool(true),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}
	read := autoscale.AlarmSpec{
		Name: "high", Namespace: "AWS/EC2", Metric: "CPUUtilization", Statistic: "Average", Dimensions: map[string]string{"AutoScalingGroupName": "web"},
		Period: time.Minute, Periods: 3, Breaching: 3, Threshold: aws.Float64(60), Comparison: "GreaterThanThreshold",
	}
	stat := &types.MetricStat{Metric: &types.Metric{Namespace: plain.Namespace, MetricName: plain.MetricName, Dimensions: plain.Dimensions}, Stat: aws.String("Average"), Period: aws.Int32(10)}
	formula := func(queries ...types.MetricDataQuery) types.MetricAlarm {
		a := plain
		a.Namespace, a.MetricName, a.Dimensions, a.Statistic, a.Period, a.Metrics = nil, nil, nil, "", nil, queries
		return a
	}
	for _, c := range []struct {
		name string
		told func(types.MetricAlarm) types.MetricAlarm
		want func(autoscale.AlarmSpec) autoscale.AlarmSpec
	}{
		{"as it is", func(a types.MetricAlarm) types.MetricAlarm { return a }, func(a autoscale.AlarmSpec) autoscale.AlarmSpec { return a }},
		{"2 of 3", func(a types.MetricAlarm) types.MetricAlarm { a.DatapointsToAlarm = aws.Int32(2); return a },
			func(a autoscale.AlarmSpec) autoscale.AlarmSpec { a.Breaching = 2; return a }},
		{"a percentile", func(a types.MetricAlarm) types.MetricAlarm {
			a.Statistic, a.ExtendedStatistic = "", aws.String("p99")
			return a
		},
			func(a autoscale.AlarmSpec) autoscale.AlarmSpec { a.Statistic = "p99"; return a }},
		{"switched off", func(a types.MetricAlarm) types.MetricAlarm { a.ActionsEnabled = aws.Bool(false); return a },
			func(a autoscale.AlarmSpec) autoscale.AlarmSpec { a.Off = true; return a }},
		{"a band", func(a types.MetricAlarm) types.MetricAlarm {
			a.Threshold, a.ComparisonOperator = nil, types.ComparisonOperatorGreaterThanUpperThreshold
			return a
		}, func(a autoscale.AlarmSpec) autoscale.AlarmSpec {
			a.Threshold, a.Comparison = nil, "GreaterThanUpperThreshold"
			return a
		}},
		{"one metric as a formula", func(types.MetricAlarm) types.MetricAlarm { return formula(types.MetricDataQuery{MetricStat: stat}) },
			func(a autoscale.AlarmSpec) autoscale.AlarmSpec { a.Period = 10 * time.Second; return a }},
		{"a formula", func(types.MetricAlarm) types.MetricAlarm {
			return formula(types.MetricDataQuery{Id: aws.String("m1"), MetricStat: stat}, types.MetricDataQuery{Expression: aws.String("m1*2"), Period: aws.Int32(10)})
		}, func(a autoscale.AlarmSpec) autoscale.AlarmSpec {
			a.Namespace, a.Metric, a.Statistic, a.Dimensions, a.Period = "", "", "", nil, 0
			return a
		}},
		{"nothing but its name", func(types.MetricAlarm) types.MetricAlarm { return types.MetricAlarm{AlarmName: aws.String("high")} },
			func(autoscale.AlarmSpec) autoscale.AlarmSpec { return autoscale.AlarmSpec{Name: "high"} }},
	} {
		s := &shelf{all: []types.MetricAlarm{c.told(plain)}, page: 1}
		got, err := cloudwatch.Alarms{API: s}.Alarms(t.Context(), []string{"high", "gone"})
		if diff := cmp.Diff([]autoscale.AlarmSpec{c.want(read)}, got); diff != "" || err != nil {
			t.Errorf("%s: %v; differs (-want +got):\n%s", c.name, err, diff)
		}
	}
}

// Names go by the hundred, each answer page by page; a page that fails is an error,
// for what is on the others is not known.
func TestAlarmsByPages(t *testing.T) {
	var all []types.MetricAlarm
	for i := range 5 {
		all = append(all, types.MetricAlarm{AlarmName: aws.String(fmt.Sprint("alarm-", i))})
	}
	s := &shelf{all: all, page: 2}
	got, err := cloudwatch.Alarms{API: s}.Alarms(t.Context(), make([]string, 130))
	if err != nil || len(got) != 10 || got[4].Name != "alarm-4" {
		t.Errorf("Alarms() = %v, %v; want five, twice", got, err)
	}
	want := []string{"100 names, [MetricAlarm], ", "100 names, [MetricAlarm], 2", "100 names, [MetricAlarm], 4", "30 names, [MetricAlarm], ", "30 names, [MetricAlarm], 2", "30 names, [MetricAlarm], 4"}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	s = &shelf{all: all, page: 2, err: fmt.Errorf("cut off")}
	if got, err := (cloudwatch.Alarms{API: s}).Alarms(t.Context(), []string{"alarm-0"}); err == nil || got != nil {
		t.Errorf("Alarms() = %v, %v; want an error and nothing", got, err)
	}
	if got, err := (cloudwatch.Alarms{API: s}).Alarms(t.Context(), nil); err != nil || got != nil || len(s.asked) != 2 {
		t.Errorf("Alarms of no names = %v, %v, after %q; want that nothing is asked", got, err, s.asked)
	}
}

// The request as the wire has it.
func TestAlarmsRequest(t *testing.T) {
	var path string
	var asked cbor.Map
	config := loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v, err := cbor.Decode(body)
		if err != nil {
			t.Error(err)
		}
		path, asked = r.Method+" "+r.URL.Path, v.(cbor.Map)
		answer(w, http.StatusOK, cbor.Map{"MetricAlarms": cbor.List{cbor.Map{"AlarmName": cbor.String("high"), "Threshold": cbor.Float64(60), "Period": cbor.Uint(60)}}})
	})
	got, err := cloudwatch.Alarms{API: cloudwatch.NewClient(config)}.Alarms(t.Context(), []string{"high", "low"})
	if want := []autoscale.AlarmSpec{{Name: "high", Threshold: aws.Float64(60), Period: time.Minute}}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("Alarms() = %+v, %v; want %+v", got, err, want)
	}
	if want := "POST /service/GraniteServiceVersion20100801/operation/DescribeAlarms"; path != want {
		t.Errorf("asked %s; want %s", path, want)
	}
	want := cbor.Map{"AlarmNames": cbor.List{cbor.String("high"), cbor.String("low")}, "AlarmTypes": cbor.List{cbor.String("MetricAlarm")}, "MaxRecords": cbor.Uint(100)}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// written is the form of CloudWatch's errors.
func written(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, cbor.Map{"__type": cbor.String("com.amazonaws.cloudwatch#" + code), "message": cbor.String(message)})
}

// What AWS and the way to it do on a bad day is an error that names it on one line,
// after one call; what is asked after it is read.
func TestAlarmsFaultsOverLoopback(t *testing.T) {
	call := awscall.Call{Service: "cloudwatch", Action: "DescribeAlarms"}
	const deadline = 300 * time.Millisecond
	for _, f := range faulty.All(written, call.String(), "300 ms") {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			config := loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) == 1 {
					f.Serve(w, r)
					return
				}
				answer(w, http.StatusOK, cbor.Map{"MetricAlarms": cbor.List{cbor.Map{"AlarmName": cbor.String("high")}}})
			})
			alarms := cloudwatch.Alarms{API: cloudwatch.NewClient(config), Timeout: deadline}
			got, err := alarms.Alarms(t.Context(), []string{"high"})
			if err == nil || got != nil || calls.Load() != 1 {
				t.Fatalf("Alarms() = %v, %v after %d calls; want an error after one", got, err, calls.Load())
			}
			if said := call.Words(err, deadline); !strings.HasPrefix(said, f.Cause) || strings.Contains(said, "\n") {
				t.Errorf("said %q; want one line: %s", said, f.Cause)
			}
			if got, err := alarms.Alarms(t.Context(), []string{"high"}); err != nil || len(got) != 1 {
				t.Errorf("Alarms() again = %v, %v; want one", got, err)
			}
		})
	}
}
