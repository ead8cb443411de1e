// Package cloudwatch asks CloudWatch for the points of metrics: all those of one
// region in one call, GetMetricData, once a minute, and for the whole run once
// more when watching ends.
//
// A point stamped t tells of [t, t+period), so that its reading was true at t,
// the start of its period, whenever it was observed. Points come minutes late,
// and are mended when more of their period has come in; only a period that is
// over is told, and it is told again where its value has changed:
//
//	period   |--12:00--|--12:01--|--12:02--|--12:03--|
//	ask                          x         x         x  end: the whole run again
//	tells                      12:00     12:01    12:02 and what was mended
//
// The reading of 12:00 is observed at 12:02 and true at 12:00. Nobody waits when
// watching ends: what CloudWatch has not got by then stays unknown.
//
// What CloudWatch leaves out is unknown. One kind of metric is the exception,
// after AWS's own documentation: load balancers report most of their counts only
// where they are not zero. A period in which the load balancer reported its
// requests (or flows), but by two minutes after its end no such count, is one in
// which the count was 0; where it reported nothing at all the count is as unknown
// as any other. Observer asks for the requests itself, to know.
//
// Values are as CloudWatch has them: seconds, counts of a period, percentages.
// Nothing is converted.
//
// Alarms are read here too, by their names, for whoever watches a group that they
// scale. That is no part of what an Observer does.
package cloudwatch

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// API is what an Observer calls.
type API interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

var _ API = (*cloudwatch.Client)(nil)

// NewClient returns a client for sampling: it never retries, for the next poll
// asks for the same points anyway.
func NewClient(config aws.Config) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(config, func(o *cloudwatch.Options) { o.Retryer = aws.NopRetryer{} })
}

var metricCall = awscall.Call{Service: "cloudwatch", Action: "GetMetricData"}

// Actions are what IAM has to allow.
func Actions() []awscall.Call { return []awscall.Call{metricCall} }

// Query is one series: a statistic of one metric.
type Query struct {
	Name              string // of its readings, unlike any other's
	Namespace, Metric string // "AWS/ApplicationELB", "TargetResponseTime"
	Dimensions        map[string]string
	Statistic         string        // such as Sum, Average, p99
	Period            time.Duration // default 60s
}

// Options say what to ask for and how often.
type Options struct {
	API      API
	Region   string // where API looks
	Source   string // as readings name it (default cloudwatch/REGION)
	Queries  []Query
	Interval time.Duration // between polls (default 60s)
	Timeout  time.Duration // of one page of one call (default 10s)
	Backfill time.Duration // of all that is asked when watching ends (default 20s)
}

// Observer asks for the metrics of one region. It remembers what it has told, so
// that Observe may be called again after a failure; it must not be called twice
// at a time.
type Observer struct {
	api               API
	region, source    string
	asked             []Query // those of the user, then the witnesses
	users             int     // how many are the user's
	timeout, backfill time.Duration

	pace   awscall.Pace
	began  time.Time // when Observe was first called
	seen   time.Time // the last good poll; at first the same
	points observe.Points
}

var _ observe.Checker = (*Observer)(nil)

// New returns an Observer of the metrics that o names.
func New(o Options) *Observer {
	made := &Observer{
		api:      o.API,
		region:   o.Region,
		source:   cmp.Or(o.Source, "cloudwatch/"+cmp.Or(o.Region, "here")),
		users:    len(o.Queries),
		timeout:  cmp.Or(o.Timeout, 10*time.Second),
		backfill: cmp.Or(o.Backfill, 20*time.Second),
		pace:     awscall.NewPace(cmp.Or(o.Interval, time.Minute)),
	}
	for _, q := range o.Queries {
		q.Period = cmp.Or(q.Period, time.Minute)
		made.asked = append(made.asked, q)
	}
	made.asked = withWitnesses(made.asked)
	return made
}

// Source names the region as readings do.
func (o *Observer) Source() string { return o.source }

// Observe polls until ctx ends, then asks once more for the whole run and returns
// nil. To be denied the call is an error.
func (o *Observer) Observe(ctx context.Context, rec *observe.Recorder) error {
	now := time.Now()
	if o.began.IsZero() {
		o.began, o.seen = now, now
	}
	o.pace.Next = now
	if err := o.poll(ctx, rec); err != nil {
		return err
	}
	o.sweep(ctx, rec)
	for _, q := range o.asked[:o.users] {
		if o.points.None(q.Name) {
			rec.Warn(q.Name + ": CloudWatch had no point of it")
		}
	}
	return nil
}
