package awsapi

import (
	"encoding/json"
	"time"
)

// CloudWatch's calls in JSON, as the aws command of today makes them.

// jsonQuestion is what GetMetricData asks, with times in seconds since 1970.
type jsonQuestion struct {
	StartTime, EndTime float64
	ScanBy, NextToken  string
	MaxDatapoints      *int
	MetricDataQueries  []jsonQuery
}

type jsonQuery struct {
	Id, Label, Expression string
	ReturnData            *bool
	MetricStat            struct {
		Metric struct {
			Namespace, MetricName string
			Dimensions            []struct{ Name, Value string }
		}
		Period int
		Stat   string
	}
}

func getMetricJSON(v view, body []byte) (any, *refusal) {
	var asked jsonQuestion
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, unreadable("%v", err)
	}
	question, refused := asked.question()
	if refused != nil {
		return nil, refused
	}
	return question.answer(v)
}

func describeAlarmsJSON(v view, body []byte) (any, *refusal) {
	var asked struct {
		AlarmNames, AlarmTypes     []string
		AlarmNamePrefix, NextToken string
		MaxRecords                 *int
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, unreadable("%v", err)
	}
	limit := mostAlarms
	if asked.MaxRecords != nil {
		limit = *asked.MaxRecords
	}
	return alarmQuestion{asked.AlarmNames, asked.AlarmNamePrefix, asked.AlarmTypes, limit, asked.NextToken}.answer(v)
}

func (asked jsonQuestion) question() (dataQuestion, *refusal) {
	start, ok := instantOf(asked.StartTime)
	end, fine := instantOf(asked.EndTime)
	if !ok || !fine {
		return dataQuestion{}, unreadable("StartTime and EndTime must be seconds since 1970")
	}
	q := dataQuestion{
		start: start.Truncate(time.Minute), end: end,
		ascending: asked.ScanBy == "TimestampAscending", limit: mostPoints, token: asked.NextToken,
	}
	if asked.MaxDatapoints != nil {
		q.limit = *asked.MaxDatapoints
	}
	for _, one := range asked.MetricDataQueries {
		q.queries = append(q.queries, one.query())
	}
	return q, nil
}

func (q jsonQuery) query() metricQuery {
	series, dimensions := q.MetricStat.Metric, map[string]string{}
	for _, d := range series.Dimensions {
		dimensions[d.Name] = d.Value
	}
	return metricQuery{
		id: q.Id, label: q.Label, expression: q.Expression != "", hidden: q.ReturnData != nil && !*q.ReturnData,
		metric: metricOf(series.Namespace, series.MetricName, dimensions),
		period: q.MetricStat.Period, statistic: q.MetricStat.Stat,
	}
}
