package awsapi

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// What CloudWatch allows in one call of GetMetricData.
const (
	mostQueries = 500
	mostPoints  = 100800
)

// dataQuestion is what a call of GetMetricData asks.
type dataQuestion struct {
	queries    []metricQuery
	start, end time.Time // of points that begin from start until before end
	ascending  bool
	limit      int // points on a page, of all queries together
	token      string
}

// metricQuery asks for one series.
type metricQuery struct {
	id, label  string
	expression bool // maths over other series
	hidden     bool // only for others to calculate with
	metric     metric
	period     int // seconds
	statistic  string
}

// check looks for what CloudWatch refuses, and for maths, which the lab does
// not do.
func (asked dataQuestion) check() *refusal {
	switch {
	case len(asked.queries) == 0:
		return invalid("The parameter MetricDataQueries is required.")
	case len(asked.queries) > mostQueries:
		return invalid("The collection MetricDataQueries must not have a size greater than %d.", mostQueries)
	case asked.start.IsZero() || asked.end.IsZero():
		return invalid("The parameters StartTime and EndTime are required.")
	case !asked.start.Before(asked.end):
		return invalid("The parameter StartTime must be less than the parameter EndTime.")
	case asked.limit < 1 || asked.limit > mostPoints:
		return invalid("The value for parameter MaxDatapoints must be between 1 and %d.", mostPoints)
	}
	ids := map[string]bool{}
	for n, q := range asked.queries {
		if ids[q.id] {
			return invalid("The values for parameter id in MetricDataQueries are not unique.")
		}
		ids[q.id] = true
		if refused := q.check(n + 1); refused != nil {
			return refused
		}
	}
	return nil
}

var idForm = regexp.MustCompile("^[a-z][a-zA-Z0-9_]*$")

func (q metricQuery) check(n int) *refusal {
	switch {
	case !idForm.MatchString(q.id):
		return invalid("The value %s for parameter MetricDataQueries.member.%d.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", q.id, n)
	case q.expression:
		return invalid("The lab evaluates no expressions: MetricDataQueries.member.%d.Expression.", n)
	case q.metric.namespace == "" || q.metric.name == "":
		return invalid("The parameter MetricDataQueries.member.%d.MetricStat.Metric requires a Namespace and a MetricName.", n)
	case q.period <= 0 || q.period%60 != 0 && !slices.Contains([]int{1, 5, 10, 30}, q.period):
		return invalid("The parameter MetricDataQueries.member.%d.MetricStat.Period must be 1, 5, 10, 30 or a multiple of 60.", n)
	case statistic(q.statistic) == nil:
		return invalid("The value %s for parameter MetricDataQueries.member.%d.MetricStat.Stat is not supported.", q.statistic, n)
	}
	return nil
}

// answer is what CloudWatch says to a question.
func (asked dataQuestion) answer(v view) (metricData, *refusal) {
	if refused := asked.check(); refused != nil {
		return metricData{}, refused
	}
	from, ok := readBookmark(asked.token, len(asked.queries))
	if !ok {
		return metricData{}, refuse(http.StatusBadRequest, invalidNextToken, "The NextToken value is not valid.")
	}
	return v.metricPage(asked, from), nil
}

// metricData is an answer, one result for each series that is on the page.
type metricData struct {
	MetricDataResults members[metricResult]
	Messages          members[string]
	NextToken         string `xml:",omitempty" json:",omitempty"`
}

type metricResult struct {
	ID         string `xml:"Id" json:"Id"`
	Label      string
	StatusCode string
	Timestamps members[stamp]
	Values     members[float64]
}

// metricPage answers the queries from a bookmark on until the page is full.
func (v view) metricPage(asked dataQuestion, from bookmark) metricData {
	var page metricData
	served := metrics(v.State)
	room := asked.limit
	for n := from.query; n < len(asked.queries); n++ {
		q := asked.queries[n]
		if q.hidden {
			continue
		}
		if room == 0 {
			page.NextToken = bookmark{query: n}.token()
			return page
		}
		points := v.points(served[q.metric], q, asked)
		if n == from.query {
			points = from.after(points)
		}
		told := points[:min(room, len(points))]
		room -= len(told)
		page.MetricDataResults.Member = append(page.MetricDataResults.Member, q.result(told, len(told) == len(points)))
		if len(told) < len(points) {
			page.NextToken = bookmark{n, told[len(told)-1].at}.token()
			return page
		}
	}
	return page
}

func (q metricQuery) result(points []point, complete bool) metricResult {
	r := metricResult{ID: q.id, Label: cmp.Or(q.label, q.metric.name), StatusCode: "Complete"}
	if !complete {
		r.StatusCode = "PartialData"
	}
	for _, p := range points {
		r.Timestamps.Member = append(r.Timestamps.Member, stamp(p.at))
		r.Values.Member = append(r.Values.Member, p.value)
	}
	return r
}
