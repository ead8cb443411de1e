package cloudwatch

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// world is an API that has points of metrics, each from an instant on.
type world struct {
	start    time.Time
	points   []sample
	status   map[string]types.StatusCode // by metric; default Complete
	fails    func(at time.Duration) error
	pageSize int // points on a page; 0: all
	messages []types.MessageData
	asked    []string
}

// sample is a point of a metric: from its start, and known from some instant on.
type sample struct {
	metric    string
	at, known time.Duration
	value     float64
}

func (w *world) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	now := time.Since(w.start)
	w.asked = append(w.asked, fmt.Sprintf("%v: %d queries from %v to %v", now, len(in.MetricDataQueries), in.StartTime.Sub(w.start), in.EndTime.Sub(w.start)))
	if w.fails != nil {
		if err := w.fails(now); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{Messages: w.messages}
	from, given := 0, 0
	fmt.Sscan(aws.ToString(in.NextToken), &from)
	for _, q := range in.MetricDataQueries {
		r := types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodeComplete}
		if status, ok := w.status[*q.MetricStat.Metric.MetricName]; ok {
			r.StatusCode = status
		}
		last := map[time.Duration]int{}
		for _, s := range w.points {
			at := w.start.Add(s.at)
			if s.metric != *q.MetricStat.Metric.MetricName || s.known > now || at.Before(*in.StartTime) || !at.Before(*in.EndTime) {
				continue
			}
			if i, mended := last[s.at]; mended {
				r.Values[i] = s.value
				continue
			}
			last[s.at] = len(r.Values)
			r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, s.value)
		}
		if w.pageSize > 0 {
			all := len(r.Values)
			r.Timestamps, r.Values = r.Timestamps[min(from, all):min(from+w.pageSize, all)], r.Values[min(from, all):min(from+w.pageSize, all)]
			if from+w.pageSize < all {
				r.StatusCode, given = types.StatusCodePartialData, from+w.pageSize
			}
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	if given > 0 {
		out.NextToken = aws.String(fmt.Sprint(given))
	}
	return out, nil
}

// notes is a Sink that writes facts as lines.
type notes struct {
	mu    sync.Mutex
	facts []string
}

func (n *notes) add(format string, args ...any) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.facts = append(n.facts, fmt.Sprintf(format, args...))
	return nil
}

func (n *notes) WriteReading(r timeline.Reading) error {
	return n.add("%v: %s of %v = %v", time.Duration(r.At), r.Name, time.Duration(*r.True), r.Value)
}

func (n *notes) WriteEvent(e timeline.Event) error {
	return n.add("%v: %s: %s", time.Duration(e.At), e.Kind, e.Text)
}

func (n *notes) WriteGap(g timeline.Gap) error {
	return n.add("%v: gap until %v: %s", time.Duration(g.From), time.Duration(g.To), g.Cause)
}

// watched runs an observer of queries in a bubble for so long, from a whole
// minute on, as the supervisor would.
func watched(t *testing.T, length time.Duration, w *world, queries ...Query) (facts, warnings []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w.start = time.Now()
		ctx, stop := context.WithTimeout(t.Context(), length)
		defer stop()
		var sink notes
		o := New(Options{API: w, Region: "ap-northeast-1", Queries: queries})
		var err error
		if warnings, err = observe.Watch(ctx, w.start, &sink, o); err != nil {
			t.Fatal(err)
		}
		facts = sink.facts
	})
	return facts, warnings
}

func lines(facts []string) string { return strings.Join(facts, "\n") }
