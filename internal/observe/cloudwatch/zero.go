package cloudwatch

import (
	"maps"
	"strings"
	"time"
)

// balancer is one kind of load balancer: the dimension that names one, and the
// metric that tells by its mere presence that one was at work.
type balancer struct{ dimension, witness string }

var balancers = map[string]balancer{
	"AWS/ApplicationELB": {"LoadBalancer", "RequestCount"},
	"AWS/NetworkELB":     {"LoadBalancer", "NewFlowCount"},
	"AWS/ELB":            {"LoadBalancerName", "RequestCount"},
}

// settled is how long after its end a period has all the counts it will get, but
// for stragglers: these are mended when they come.
const settled = 2 * time.Minute

// sparse reports whether the query is of a count that load balancers report only
// where it is not zero. The counts of hosts are not: these are reported while
// health checks are made.
func (q Query) sparse() bool {
	if _, ok := balancers[q.Namespace]; !ok || q.Statistic != "Sum" {
		return false
	}
	return strings.HasPrefix(q.Metric, "HTTPCode_") || strings.HasSuffix(q.Metric, "Count") && !strings.HasSuffix(q.Metric, "HostCount")
}

// witness is the query whose points tell that q's load balancer was at work; ok
// is false where q does not name one.
func (q Query) witness() (witness Query, ok bool) {
	kind := balancers[q.Namespace]
	name := q.Dimensions[kind.dimension]
	return Query{
		Namespace: q.Namespace, Metric: kind.witness, Statistic: "Sum", Period: q.Period,
		Dimensions: map[string]string{kind.dimension: name},
	}, q.sparse() && name != ""
}

// withWitnesses adds the witnesses that are not among the queries.
func withWitnesses(queries []Query) []Query {
	all := queries
	for _, q := range queries {
		if w, ok := q.witness(); ok && find(all, w) < 0 {
			all = append(all, w)
		}
	}
	return all
}

// find returns the number of the query that asks for the same as q; -1 for none.
func find(queries []Query, q Query) int {
	for i, other := range queries {
		if other.Namespace == q.Namespace && other.Metric == q.Metric && other.Statistic == q.Statistic &&
			other.Period == q.Period && maps.Equal(other.Dimensions, q.Dimensions) {
			return i
		}
	}
	return -1
}

// zeros are the periods in which the i-th series counted nothing: its load
// balancer was at work and has not reported it by now. A period that was told
// otherwise before is none.
func (o *Observer) zeros(i int, all answer, now time.Time) []point {
	w, ok := o.asked[i].witness()
	if !ok || !all.series[i].complete() {
		return nil
	}
	there := map[time.Time]bool{}
	for _, p := range all.series[i].points {
		there[p.at.UTC()] = true
	}
	var zeros []point
	for _, p := range all.series[find(o.asked, w)].points {
		over := !p.at.Add(o.asked[i].Period + settled).After(now)
		if over && !there[p.at.UTC()] && !o.points.Told(o.asked[i].Name, p.at) {
			zeros = append(zeros, point{at: p.at})
		}
	}
	return zeros
}
