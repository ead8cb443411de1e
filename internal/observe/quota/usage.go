package quota

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// usage is how much of a quota was used, in its unit.
type usage struct {
	value float64
	at    time.Time // the start of the period that it is of
}

// lately is how old usage may be: AWS tells it every few minutes.
const lately = 15 * time.Minute

// metered reports whether a quota names the metric of its usage.
func metered(q *types.ServiceQuota) bool {
	return q.UsageMetric != nil && q.UsageMetric.MetricNamespace != nil && q.UsageMetric.MetricName != nil
}

// askUsage reads the last usage that was known of the time before the instant asOf.
func (o *Observer) askUsage(ctx context.Context, q *types.ServiceQuota, asOf time.Time) (*usage, error) {
	pages := cloudwatch.NewGetMetricDataPaginator(o.clients.Usage, &cloudwatch.GetMetricDataInput{
		StartTime:         aws.Time(asOf.Add(-lately)),
		EndTime:           aws.Time(asOf),
		ScanBy:            cwtypes.ScanByTimestampDescending,
		MetricDataQueries: []cwtypes.MetricDataQuery{usageQuery(q.UsageMetric)},
	}, func(p *cloudwatch.GetMetricDataPaginatorOptions) { p.StopOnDuplicateToken = true })
	var last *usage
	for pages.HasMorePages() {
		page, err := awscall.Within(ctx, o.timeout, pages.NextPage)
		if err != nil {
			return nil, failed(usageCall, err)
		}
		for _, r := range page.MetricDataResults {
			if r.StatusCode == cwtypes.StatusCodeForbidden || r.StatusCode == cwtypes.StatusCodeInternalError {
				return nil, failed(usageCall, fmt.Errorf("CloudWatch answers %s", r.StatusCode))
			}
			last = latest(last, r)
		}
	}
	if last == nil {
		return nil, failed(usageCall, errNoUsage)
	}
	return last, nil
}

// latest is the later of last and the points of r.
func latest(last *usage, r cwtypes.MetricDataResult) *usage {
	for i := range min(len(r.Timestamps), len(r.Values)) {
		if last == nil || r.Timestamps[i].After(last.at) {
			last = &usage{r.Values[i], r.Timestamps[i]}
		}
	}
	return last
}

func usageQuery(m *types.MetricInfo) cwtypes.MetricDataQuery {
	metric := &cwtypes.Metric{Namespace: m.MetricNamespace, MetricName: m.MetricName}
	for _, name := range slices.Sorted(maps.Keys(m.MetricDimensions)) {
		metric.Dimensions = append(metric.Dimensions, cwtypes.Dimension{Name: aws.String(name), Value: aws.String(m.MetricDimensions[name])})
	}
	return cwtypes.MetricDataQuery{
		Id: aws.String("used"),
		MetricStat: &cwtypes.MetricStat{
			Metric: metric,
			Period: aws.Int32(60),
			Stat:   aws.String(cmp.Or(aws.ToString(m.MetricStatisticRecommendation), "Maximum")),
		},
	}
}
