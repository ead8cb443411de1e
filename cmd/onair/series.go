package main

import (
	"context"
	"slices"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/prometheus"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// newSeriesObserver builds one observer of all series of a region of CloudWatch or
// of a Prometheus server, whose clients count what they ask with meter.
func newSeriesObserver(ctx context.Context, series []scenario.Observe, inAWS *account, meter *observe.Meter) (observe.Observer, error) {
	if series[0].Kind == scenario.CloudWatch {
		return newCloudWatch(ctx, series, inAWS, meter)
	}
	return newPrometheus(series, meter)
}

// seriesBySource returns the series that are asked for together, in the order of
// the scenario.
func seriesBySource(s *scenario.Scenario) [][]scenario.Observe {
	var groups [][]scenario.Observe
	for _, o := range s.Watched() {
		if !o.IsSeries() {
			continue
		}
		same := func(group []scenario.Observe) bool { return group[0].Source() == o.Source() }
		if i := slices.IndexFunc(groups, same); i >= 0 {
			groups[i] = append(groups[i], o)
		} else {
			groups = append(groups, []scenario.Observe{o})
		}
	}
	return groups
}

func newCloudWatch(ctx context.Context, series []scenario.Observe, inAWS *account, meter *observe.Meter) (observe.Observer, error) {
	config, err := inAWS.settings(ctx)
	if err != nil {
		return nil, err
	}
	meterAWS(&config, meter)
	o := cloudwatch.Options{API: cloudwatch.NewClient(config), Region: config.Region, Source: series[0].Source()}
	for _, q := range series {
		o.Queries = append(o.Queries, cloudwatch.Query{
			Name: q.Name, Namespace: q.Metric.Namespace, Metric: q.Metric.Name,
			Dimensions: q.Metric.Dimensions, Statistic: q.Metric.Statistic, Period: q.Metric.Period,
		})
	}
	return cloudwatch.New(o), nil
}

func newPrometheus(series []scenario.Observe, meter *observe.Meter) (observe.Observer, error) {
	client, err := prometheus.NewClient(series[0].URL, series[0].Header, meter.Wrap(load.Transport()))
	if err != nil {
		return nil, err
	}
	o := prometheus.Options{API: client, Source: series[0].Source()}
	for _, q := range series {
		o.Queries = append(o.Queries, prometheus.Query{Name: q.Name, Expr: q.Query})
	}
	return prometheus.New(o), nil
}
