package cloudwatch

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// most is how many queries one call takes.
const most = 500

// answer is what CloudWatch has of all that is asked.
type answer struct {
	series   []series // as Observer.asked
	messages []string // about the call as a whole
}

// series is what CloudWatch has of one query.
type series struct {
	points   []point          // by stamp
	status   types.StatusCode // on the last page that named the series; empty: none did
	messages []string
}

type point struct {
	at    time.Time // the start of its period
	value float64
}

// complete reports whether every point there is was given.
func (s series) complete() bool { return s.status == types.StatusCodeComplete }

// complaints are what is wrong with the answer, in words.
func (s series) complaints() []string {
	texts := slices.Clone(s.messages)
	switch s.status {
	case types.StatusCodeComplete, "":
	case types.StatusCodePartialData:
		texts = append(texts, "CloudWatch gave only a part of its points (PartialData)")
	case types.StatusCodeInternalError:
		texts = append(texts, "CloudWatch could not read its points (InternalError)")
	case types.StatusCodeForbidden:
		texts = append(texts, "CloudWatch may not show its points (Forbidden)")
	default:
		texts = append(texts, fmt.Sprintf("CloudWatch gave its points with the status %s", s.status))
	}
	return texts
}

// metricData asks for all points stamped from one instant until another; with an
// error, it returns what it got before.
func (o *Observer) metricData(ctx context.Context, from, to time.Time) (answer, error) {
	all := answer{series: make([]series, len(o.asked))}
	for first := 0; first < len(o.asked); first += most {
		if err := o.batch(ctx, first, min(first+most, len(o.asked)), from, to, &all); err != nil {
			return all, err
		}
	}
	for i := range all.series {
		slices.SortFunc(all.series[i].points, func(a, b point) int { return a.at.Compare(b.at) })
	}
	return all, nil
}

// batch asks for the queries from first to before end, page by page.
func (o *Observer) batch(ctx context.Context, first, end int, from, to time.Time, into *answer) error {
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampAscending}
	number := map[string]int{}
	for i := first; i < end; i++ {
		id := fmt.Sprintf("q%d", i)
		number[id] = i
		in.MetricDataQueries = append(in.MetricDataQueries, o.asked[i].input(id))
	}
	pages := cloudwatch.NewGetMetricDataPaginator(o.api, in,
		func(p *cloudwatch.GetMetricDataPaginatorOptions) { p.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := awscall.Within(ctx, o.timeout, pages.NextPage)
		if err != nil {
			return err
		}
		into.messages = append(into.messages, words(page.Messages)...)
		for _, r := range page.MetricDataResults {
			if i, asked := number[aws.ToString(r.Id)]; asked {
				into.series[i].add(r)
			}
		}
	}
	return nil
}

// input writes the query as CloudWatch takes it.
func (q Query) input(id string) types.MetricDataQuery {
	metric := &types.Metric{Namespace: &q.Namespace, MetricName: &q.Metric}
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		metric.Dimensions = append(metric.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(q.Dimensions[name])})
	}
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
		Metric: metric, Stat: &q.Statistic, Period: aws.Int32(int32(q.Period / time.Second)),
	}}
}

// add takes what one page says of the series.
func (s *series) add(r types.MetricDataResult) {
	s.status = cmp.Or(r.StatusCode, s.status)
	s.messages = append(s.messages, words(r.Messages)...)
	for i := range min(len(r.Timestamps), len(r.Values)) {
		s.points = append(s.points, point{r.Timestamps[i], r.Values[i]})
	}
}

// words writes CloudWatch's messages.
func words(messages []types.MessageData) []string {
	var texts []string
	for _, m := range messages {
		texts = append(texts, fmt.Sprintf("CloudWatch says %s: %s", cmp.Or(aws.ToString(m.Code), "nothing more"), aws.ToString(m.Value)))
	}
	return texts
}
