package awsapi

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// What CloudWatch allows in one call of DescribeAlarms.
const mostAlarms = 100

// alarmQuestion is what a call of DescribeAlarms asks.
type alarmQuestion struct {
	names  []string
	prefix string
	types  []string
	limit  int
	token  string // the position of the first
}

// alarmsResult tells the alarms that target-tracking policies made for themselves.
// There are no others.
type alarmsResult struct {
	MetricAlarms    members[alarmRecord]
	CompositeAlarms members[string]
	NextToken       string `xml:",omitempty" json:",omitempty"`
}

// alarmRecord leaves out the alarm's state: the world keeps none.
type alarmRecord struct {
	AlarmName          string
	AlarmArn           string
	AlarmDescription   string
	ActionsEnabled     bool
	AlarmActions       members[string]
	MetricName         string
	Namespace          string
	Statistic          string
	Dimensions         members[dimension]
	Period             int // seconds
	EvaluationPeriods  int
	Threshold          float64 // percent
	ComparisonOperator string
}

// alarms are those of a group: the high one and the low one of its policy.
func (g group) alarms() []alarmRecord {
	if g.ScalesOn != world.TargetTracking {
		return nil
	}
	policy := g.policy()
	alarm := func(which, comparison string, periods int, threshold float64) alarmRecord {
		name := g.alarmName(which)
		return alarmRecord{
			AlarmName: name, AlarmArn: g.alarmARN(which),
			AlarmDescription: "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + policy.PolicyARN + ".",
			ActionsEnabled:   true, AlarmActions: listOf(policy.PolicyARN),
			MetricName: "CPUUtilization", Namespace: "AWS/EC2", Statistic: "Average",
			Dimensions: listOf(dimension{"AutoScalingGroupName", g.Name}),
			Period:     max(1, wholeSeconds(cmp.Or(g.Period, usualPeriod))), EvaluationPeriods: periods,
			Threshold: math.Round(threshold*100e6) / 1e6, ComparisonOperator: comparison,
		}
	}
	return []alarmRecord{
		alarm("AlarmHigh", "GreaterThanThreshold", cmp.Or(g.Out, autoscale.AlarmOut.Periods), g.Target),
		alarm("AlarmLow", "LessThanThreshold", cmp.Or(g.In, autoscale.AlarmIn.Periods), autoscale.InBelow*g.Target),
	}
}

// alarmName is that by which the causes of activities call an alarm.
func (g group) alarmName(which string) string {
	return fmt.Sprintf("TargetTracking-%s-%s-%s", g.Name, which, g.AlarmID)
}

func (g group) alarmARN(which string) string {
	return fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", g.Region, account, g.alarmName(which))
}

// answer is what CloudWatch says to a question.
func (asked alarmQuestion) answer(v view) (alarmsResult, *refusal) {
	from, err := strconv.Atoi(cmp.Or(asked.token, "0"))
	switch {
	case asked.limit < 1 || asked.limit > mostAlarms:
		return alarmsResult{}, invalid("The value for parameter MaxRecords must be between 1 and %d.", mostAlarms)
	case len(asked.names) > mostAlarms:
		return alarmsResult{}, invalid("The collection AlarmNames must not have a size greater than %d.", mostAlarms)
	case asked.names != nil && asked.prefix != "":
		return alarmsResult{}, invalid("The parameters AlarmNames and AlarmNamePrefix must not be specified together.")
	case err != nil || from < 0:
		return alarmsResult{}, refuse(http.StatusBadRequest, invalidNextToken, "The NextToken value is not valid.")
	}
	var found []alarmRecord
	for _, g := range groups(v.State) {
		found = append(found, g.alarms()...)
	}
	found = slices.DeleteFunc(found, func(a alarmRecord) bool { return !asked.means(a) })
	found = found[min(from, len(found)):]
	if len(found) <= asked.limit {
		return alarmsResult{MetricAlarms: listOf(found...)}, nil
	}
	return alarmsResult{MetricAlarms: listOf(found[:asked.limit]...), NextToken: strconv.Itoa(from + asked.limit)}, nil
}

// means reports whether an alarm is one of those that are asked for.
func (asked alarmQuestion) means(a alarmRecord) bool {
	named := asked.names == nil || slices.Contains(asked.names, a.AlarmName)
	return named && strings.HasPrefix(a.AlarmName, asked.prefix) && (asked.types == nil || slices.Contains(asked.types, "MetricAlarm"))
}
