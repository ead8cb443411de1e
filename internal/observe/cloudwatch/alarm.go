package cloudwatch

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// AlarmAPI is what Alarms call.
type AlarmAPI interface {
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
}

var _ AlarmAPI = (*cloudwatch.Client)(nil)

// Alarms are those of one region, to be read by their names.
type Alarms struct {
	API     AlarmAPI
	Timeout time.Duration // of one page of one call (default 4s)
}

// mostNames is how many alarms one call names.
const mostNames = 100

// Alarms returns those of the names that there are, as they are told. An alarm
// that is made of others is none: it sets no policy off.
func (a Alarms) Alarms(ctx context.Context, names []string) ([]autoscale.AlarmSpec, error) {
	var all []autoscale.AlarmSpec
	for some := range slices.Chunk(names, mostNames) {
		pages := cloudwatch.NewDescribeAlarmsPaginator(a.API,
			&cloudwatch.DescribeAlarmsInput{AlarmNames: some, AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}, MaxRecords: aws.Int32(mostNames)},
			func(p *cloudwatch.DescribeAlarmsPaginatorOptions) { p.StopOnDuplicateToken = true })
		for pages.HasMorePages() {
			page, err := awscall.Within(ctx, cmp.Or(a.Timeout, 4*time.Second), pages.NextPage)
			if err != nil {
				return nil, err
			}
			for _, m := range page.MetricAlarms {
				all = append(all, alarmOf(m))
			}
		}
	}
	return all, nil
}

// alarmOf is an alarm in words without the SDK's. Without a count of its own, all
// data points that it looks at must breach.
func alarmOf(m types.MetricAlarm) autoscale.AlarmSpec {
	made := autoscale.AlarmSpec{
		Name:       aws.ToString(m.AlarmName),
		Period:     secondsOf(m.Period),
		Periods:    int(aws.ToInt32(m.EvaluationPeriods)),
		Breaching:  int(aws.ToInt32(cmp.Or(m.DatapointsToAlarm, m.EvaluationPeriods))),
		Threshold:  m.Threshold,
		Comparison: string(m.ComparisonOperator),
		Off:        m.ActionsEnabled != nil && !*m.ActionsEnabled,
	}
	switch {
	case m.MetricName != nil:
		see(&made, types.Metric{Namespace: m.Namespace, MetricName: m.MetricName, Dimensions: m.Dimensions},
			cmp.Or(string(m.Statistic), aws.ToString(m.ExtendedStatistic)))
	case len(m.Metrics) == 1 && m.Metrics[0].MetricStat != nil && m.Metrics[0].MetricStat.Metric != nil:
		only := m.Metrics[0].MetricStat // a metric as it is, in the words of a formula
		see(&made, *only.Metric, aws.ToString(only.Stat))
		made.Period = secondsOf(only.Period)
	}
	return made
}

// see has an alarm look at a statistic of one metric.
func see(a *autoscale.AlarmSpec, m types.Metric, statistic string) {
	a.Namespace, a.Metric, a.Statistic = aws.ToString(m.Namespace), aws.ToString(m.MetricName), statistic
	for _, d := range m.Dimensions {
		if a.Dimensions == nil {
			a.Dimensions = map[string]string{}
		}
		a.Dimensions[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
}

func secondsOf(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }
