package scenario

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

type observeFields struct {
	source
	hpa, asg, elb, quota string
	cloudwatch           metricName
	prometheus           string

	context, region string
	fleet, service  string
	perUnit         float64
	dimensions      []entry[string]
	statistic       string
	period          time.Duration
	query           string
	headers         []entry[string]
	name            string
	unit, panel     string
	coverage        float64
}

var observeTable = object[observeFields]{
	name: "observe",
	say:  "a fleet such as {hpa: default/web} or {asg: web-prod}, or what else to watch",
	doc:  "One thing to watch: a fleet (hpa, asg), what fronts one (elb), what bounds one (quota), or a series that somebody else measures (cloudwatch, prometheus), drawn in the timeline as it is: nothing is converted.",
	one:  observeKinds,
	fields: []field[observeFields]{
		is("hpa", objectName, func(o *observeFields) *string { return &o.hpa },
			"A HorizontalPodAutoscaler: NAMESPACE/NAME.").like("default/web"),
		is("context", text, func(o *observeFields) *string { return &o.context },
			"Its kube context.").orElse("the current one").like("staging"),
		is("asg", text, func(o *observeFields) *string { return &o.asg },
			"An Auto Scaling group.").like("web-prod"),
		is("elb", text, func(o *observeFields) *string { return &o.elb },
			"A target group of a load balancer: its name or ARN.").like("web"),
		is("quota", quotaCode, func(o *observeFields) *string { return &o.quota },
			"A service quota that bounds a fleet: its code.").like("L-1216C47A"),
		is("fleet", text, func(o *observeFields) *string { return &o.fleet },
			"The fleet that the quota bounds: hpa/NAMESPACE/NAME or asg/NAME. Required with quota.").like("asg/web-prod"),
		is("per_unit", weight, func(o *observeFields) *float64 { return &o.perUnit },
			"How much of the quota one unit of the fleet takes, such as the vCPUs of an instance. Required with an hpa.").
			orElse("as the type of the group's instances tells").like("4"),
		is("service", text, func(o *observeFields) *string { return &o.service },
			"The AWS service whose quota it is.").orElse("ec2").like("ec2"),
		is("cloudwatch", metricText, func(o *observeFields) *metricName { return &o.cloudwatch },
			"A metric of CloudWatch: NAMESPACE METRIC. All of one region are asked for in one call, once a minute. Points come minutes late, so that those of the last minutes of a run may stay unknown, and a run of less than five may see none. A missing count of a load balancer is 0 where the load balancer was at work; anything else that is missing is unknown.").
			like(`"AWS/ApplicationELB TargetResponseTime"`),
		is("dimensions", mapping("dimensions such as {LoadBalancer: app/web/1}", text), func(o *observeFields) *[]entry[string] { return &o.dimensions },
			"The metric's dimensions, all of them.").orElse("none").like("{LoadBalancer: app/web/1}"),
		is("statistic", statisticText, func(o *observeFields) *string { return &o.statistic },
			"The metric's statistic over each period.").orElse("Average").like("p99"),
		is("period", metricPeriod, func(o *observeFields) *time.Duration { return &o.period },
			"The length of the metric's periods. A value stands for the whole of its period.").orElse("60s").like("60s"),
		is("region", text, func(o *observeFields) *string { return &o.region },
			"The AWS region of asg, elb, quota or cloudwatch.").orElse("the environment's").like("ap-northeast-1"),
		is("prometheus", text, func(o *observeFields) *string { return &o.prometheus },
			"A Prometheus server, or what speaks its API: the address that /api/v1 comes after.").like("http://prom.example:9090"),
		is("query", text, func(o *observeFields) *string { return &o.query },
			"What to ask it, in PromQL: exactly one series. Evaluated every 15 s. Required with prometheus.").like("sum(queue_depth)"),
		is("headers", mapping(`headers such as {Authorization: "Bearer ${TOKEN}"}`, private), func(o *observeFields) *[]entry[string] { return &o.headers },
			"Headers of every request to the server; given with one of its queries, they are sent with all.").orElse("none").like(`{Authorization: "Bearer ${TOKEN}"}`),
		is("name", text, func(o *observeFields) *string { return &o.name },
			"Name of the series in reports. Required with prometheus.").orElse("metric and statistic").like("queue depth"),
		is("unit", oneOf(Units...), func(o *observeFields) *string { return &o.unit },
			"What the series is in. Nothing is converted: a query in ms has to be divided by 1000 to be in s.").orElse("count").like("s"),
		is("panel", oneOf(Panels...), func(o *observeFields) *string { return &o.panel },
			"The panel of the timeline to draw the series in, which has to have its unit: load and errors are in req/s, response is in s, units (of the first fleet) is a count.").
			orElse("one of its own").like("response"),
		is("coverage", share, func(o *observeFields) *float64 { return &o.coverage },
			"Least share of the spots (of the run without spots) in which it must be seen for a pass. What is asked in one call is seen together: given with one series of a region or server, it holds for all.").
			orElse("90%, or 0% for quotas and series").like("95%"),
	},
	check: func(d *decoder, n *yaml.Node, in string, o *observeFields) {
		for name, with := range goesWith {
			if given := child(n, name); given != nil && !slices.ContainsFunc(with, func(kind string) bool { return child(n, kind) != nil }) {
				d.mistake(given, in, "%s goes with %s only", name, alternatives(with))
			}
		}
	},
}

// observeKinds are the fields that say what kind of thing is watched.
var observeKinds = []string{"hpa", "asg", ELB, Quota, CloudWatch, Prometheus}

// goesWith says of the fields that belong to some kinds which these are.
var goesWith = map[string][]string{
	"context":    {"hpa"},
	"region":     {"asg", ELB, Quota, CloudWatch},
	"fleet":      {Quota},
	"per_unit":   {Quota},
	"service":    {Quota},
	"dimensions": {CloudWatch},
	"statistic":  {CloudWatch},
	"period":     {CloudWatch},
	"query":      {Prometheus},
	"headers":    {Prometheus},
	"name":       {CloudWatch, Prometheus},
	"unit":       {CloudWatch, Prometheus},
	"panel":      {CloudWatch, Prometheus},
}

// alternatives writes "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// metricName names a metric within its namespace.
type metricName struct{ namespace, name string }

var (
	quotaCode = form[string]{
		name: "quota_code", say: "a quota's code such as L-1216C47A",
		pattern: `L-[0-9A-Z]{4,16}`,
		parse:   func(p []string) (string, bool) { return p[0], true },
	}.shape()

	metricText = form[metricName]{
		name: "metric", say: `NAMESPACE METRIC such as "AWS/ApplicationELB TargetResponseTime"`,
		pattern: `(\S{1,255}) +(\S(?:.{0,253}\S)?)`,
		parse:   func(p []string) (metricName, bool) { return metricName{p[1], p[2]}, true },
	}.shape()

	statisticText = form[string]{
		name: "statistic", say: "a statistic such as Average, Sum, Maximum or p99",
		pattern: `Average|Sum|Minimum|Maximum|SampleCount|IQM|(?:p|tm|wm|tc|ts)(?:100|[0-9]{1,2}(?:\.[0-9]{1,10})?)|(?:TM|WM|PR|TC|TS)\([0-9.]*%?:[0-9.]*%?\)`,
		parse:   func(p []string) (string, bool) { return p[0], true },
	}.shape()

	metricPeriod = length.check("1s, 5s, 10s, 20s, 30s or whole minutes", func(v time.Duration) bool {
		return v%time.Minute == 0 || slices.Contains([]time.Duration{1, 5, 10, 20, 30}, v/time.Second) && v%time.Second == 0
	}).within("at most 24h", func(v time.Duration) bool { return v <= 24*time.Hour })
)
