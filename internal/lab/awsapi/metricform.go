package awsapi

import (
	"fmt"
	"strconv"
	"time"
)

// metricForm is a call of CloudWatch in the Query protocol, as the aws command
// of before CBOR makes it.
type metricForm struct{ query }

// cloudwatchVersion is the Version that names CloudWatch.
const cloudwatchVersion = "2010-08-01"

func (f metricForm) answer(v view) (any, *refusal) {
	switch f.get("Action") {
	case "GetMetricData":
		asked, refused := f.dataQuestion()
		if refused != nil {
			return nil, refused
		}
		return asked.answer(v)
	case "DescribeAlarms":
		limit, refused := f.count("MaxRecords", mostAlarms, mostAlarms)
		if refused != nil {
			return nil, refused
		}
		return alarmQuestion{f.list("AlarmNames"), f.get("AlarmNamePrefix"), f.list("AlarmTypes"), limit, f.get("NextToken")}.answer(v)
	}
	_, refused := f.find()
	return nil, refused
}

func (f metricForm) dataQuestion() (asked dataQuestion, refused *refusal) {
	if asked.start, refused = f.instant("StartTime"); refused != nil {
		return asked, refused
	}
	if asked.end, refused = f.instant("EndTime"); refused != nil {
		return asked, refused
	}
	if asked.limit, refused = f.count("MaxDatapoints", mostPoints, mostPoints); refused != nil {
		return asked, refused
	}
	asked.start = asked.start.Truncate(time.Minute)
	asked.ascending = f.get("ScanBy") == "TimestampAscending"
	asked.token = f.get("NextToken")
	for n := 1; ; n++ {
		at := fmt.Sprintf("MetricDataQueries.member.%d.", n)
		if f.get(at+"Id") == "" {
			return asked, nil
		}
		q, refused := f.metricQuery(at)
		if refused != nil {
			return asked, refused
		}
		asked.queries = append(asked.queries, q)
	}
}

func (f metricForm) metricQuery(at string) (metricQuery, *refusal) {
	returned, refused := f.boolean(at+"ReturnData", true)
	if refused != nil {
		return metricQuery{}, refused
	}
	stat := at + "MetricStat."
	period, err := strconv.Atoi(f.get(stat + "Period"))
	if err != nil {
		period = 0 // which is refused where periods are judged
	}
	return metricQuery{
		id:         f.get(at + "Id"),
		label:      f.get(at + "Label"),
		expression: f.get(at+"Expression") != "",
		hidden:     !returned,
		metric:     metricOf(f.get(stat+"Metric.Namespace"), f.get(stat+"Metric.MetricName"), f.dimensions(stat+"Metric.")),
		period:     period,
		statistic:  f.get(stat + "Stat"),
	}, nil
}

func (f metricForm) dimensions(at string) map[string]string {
	all := map[string]string{}
	for n := 1; ; n++ {
		entry := fmt.Sprintf("%sDimensions.member.%d.", at, n)
		name := f.get(entry + "Name")
		if name == "" {
			return all
		}
		all[name] = f.get(entry + "Value")
	}
}

// instant reads a time; none is the zero time.
func (f metricForm) instant(name string) (time.Time, *refusal) {
	text := f.get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, ok := parseTime(text)
	if !ok {
		return t, invalid("timestamp must follow ISO8601: %s", text)
	}
	return t, nil
}
