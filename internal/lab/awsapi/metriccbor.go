package awsapi

import (
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// CloudWatch's calls in CBOR.

func getMetricData(v view, m cbor.Map) (cbor.Map, *refusal) {
	asked, refused := readDataQuestion(m)
	if refused != nil {
		return nil, refused
	}
	result, refused := asked.answer(v)
	return result.cbor(), refused
}

func describeAlarms(v view, m cbor.Map) (cbor.Map, *refusal) {
	var in input
	asked := alarmQuestion{
		names: in.texts(m, "AlarmNames"), prefix: in.text(m, "AlarmNamePrefix"), types: in.texts(m, "AlarmTypes"),
		limit: in.integer(m, "MaxRecords", mostAlarms), token: in.text(m, "NextToken"),
	}
	if in.wrong != nil {
		return nil, in.wrong
	}
	result, refused := asked.answer(v)
	return result.cbor(), refused
}

func readDataQuestion(m cbor.Map) (dataQuestion, *refusal) {
	var in input
	asked := dataQuestion{
		start:     in.instant(m, "StartTime").Truncate(time.Minute),
		end:       in.instant(m, "EndTime"),
		ascending: in.text(m, "ScanBy") == "TimestampAscending",
		limit:     in.integer(m, "MaxDatapoints", mostPoints),
		token:     in.text(m, "NextToken"),
	}
	for _, q := range in.objects(m, "MetricDataQueries") {
		asked.queries = append(asked.queries, in.metricQuery(q))
	}
	return asked, in.wrong
}

func (in *input) metricQuery(m cbor.Map) metricQuery {
	stat := in.object(m, "MetricStat")
	series := in.object(stat, "Metric")
	dimensions := map[string]string{}
	for _, d := range in.objects(series, "Dimensions") {
		dimensions[in.text(d, "Name")] = in.text(d, "Value")
	}
	return metricQuery{
		id:         in.text(m, "Id"),
		label:      in.text(m, "Label"),
		expression: in.text(m, "Expression") != "",
		hidden:     !in.boolean(m, "ReturnData", true),
		metric:     metricOf(in.text(series, "Namespace"), in.text(series, "MetricName"), dimensions),
		period:     in.integer(stat, "Period", 0),
		statistic:  in.text(stat, "Stat"),
	}
}

func (d metricData) cbor() cbor.Map {
	results := cbor.List{}
	for _, r := range d.MetricDataResults.Member {
		results = append(results, r.cbor())
	}
	answer := cbor.Map{"MetricDataResults": results, "Messages": cbor.List{}}
	if d.NextToken != "" {
		answer["NextToken"] = cbor.String(d.NextToken)
	}
	return answer
}

func (r metricResult) cbor() cbor.Value {
	stamps, values := cbor.List{}, cbor.List{}
	for n, at := range r.Timestamps.Member {
		stamps, values = append(stamps, epoch(time.Time(at))), append(values, cbor.Float64(r.Values.Member[n]))
	}
	return cbor.Map{
		"Id": cbor.String(r.ID), "Label": cbor.String(r.Label), "StatusCode": cbor.String(r.StatusCode),
		"Timestamps": stamps, "Values": values, "Messages": cbor.List{},
	}
}

func (r alarmsResult) cbor() cbor.Map {
	alarms := cbor.List{}
	for _, a := range r.MetricAlarms.Member {
		alarms = append(alarms, a.cbor())
	}
	answer := cbor.Map{"MetricAlarms": alarms, "CompositeAlarms": cbor.List{}}
	if r.NextToken != "" {
		answer["NextToken"] = cbor.String(r.NextToken)
	}
	return answer
}

func (a alarmRecord) cbor() cbor.Value {
	actions, dimensions := cbor.List{}, cbor.List{}
	for _, arn := range a.AlarmActions.Member {
		actions = append(actions, cbor.String(arn))
	}
	for _, d := range a.Dimensions.Member {
		dimensions = append(dimensions, cbor.Map{"Name": cbor.String(d.Name), "Value": cbor.String(d.Value)})
	}
	return cbor.Map{
		"AlarmName": cbor.String(a.AlarmName), "AlarmArn": cbor.String(a.AlarmArn), "AlarmDescription": cbor.String(a.AlarmDescription),
		"ActionsEnabled": cbor.Bool(a.ActionsEnabled), "AlarmActions": actions,
		"MetricName": cbor.String(a.MetricName), "Namespace": cbor.String(a.Namespace), "Statistic": cbor.String(a.Statistic), "Dimensions": dimensions,
		"Period": cbor.Uint(a.Period), "EvaluationPeriods": cbor.Uint(a.EvaluationPeriods),
		"Threshold": cbor.Float64(a.Threshold), "ComparisonOperator": cbor.String(a.ComparisonOperator),
	}
}
