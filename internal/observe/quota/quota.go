// Package quota watches one quota of an AWS account that bounds a fleet: when it
// is used up, a group silently fails to grow.
//
//	limit   |=================================|  Service Quotas
//	used    |####### others ####|# fleet #|       CloudWatch, where the quota has a usage metric
//	room                                  |---|  as many more units as fit
//
// The most units that the quota leaves room for are those the fleet has and as
// many more as fit between used and limit:
//
//	units = have + floor((limit - max(used, have x per unit)) / per unit)
//
// Usage counts the fleet's own, and is told minutes late: while a fleet grows, what
// it has is already more than all that is told as used. Both are therefore read
// when watching begins, before anything scales. Where one of them is not known the room is at
// most floor(limit / per unit), as if nobody else used the quota, with a warning.
// What one unit takes is stated, or follows from the type of the fleet's instances
// where the quota counts vCPUs; else nothing is read that nobody knows.
//
// The limit is read when watching begins and when it ends, and nobody watches it
// between: what both looks found was so meanwhile, or the change is told. Where the
// second fails, all since the first is a gap, as is a failure before it is known:
//
//	looks      x                         x      x                        failed
//	seen       |=========================|      |~~~~~~~~~~gap~~~~~~~~~~~|
//
// What else is missing is asked for every 15 s, more rarely where
// AWS throttles. Nothing is retried in between, and each call has a deadline of its
// own.
package quota

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// API is what an Observer asks for the quota.
type API interface {
	GetServiceQuota(context.Context, *servicequotas.GetServiceQuotaInput, ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error)
	GetAWSDefaultServiceQuota(context.Context, *servicequotas.GetAWSDefaultServiceQuotaInput, ...func(*servicequotas.Options)) (*servicequotas.GetAWSDefaultServiceQuotaOutput, error)
}

// Usage is what it asks for how much of the quota is used.
type Usage interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

// Groups is what it asks for the fleet, where that is a group.
type Groups interface {
	DescribeAutoScalingGroups(context.Context, *autoscaling.DescribeAutoScalingGroupsInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error)
}

var (
	_ API    = (*servicequotas.Client)(nil)
	_ Usage  = (*cloudwatch.Client)(nil)
	_ Groups = (*autoscaling.Client)(nil)
)

// Clients are of the three services, in one account and region.
type Clients struct {
	Quotas API
	Usage  Usage
	Groups Groups
}

// NewClients returns clients for sampling, which never retry.
func NewClients(config aws.Config) Clients {
	return Clients{
		Quotas: servicequotas.NewFromConfig(config, func(o *servicequotas.Options) { o.Retryer = aws.NopRetryer{} }),
		Usage:  cloudwatch.NewFromConfig(config, func(o *cloudwatch.Options) { o.Retryer = aws.NopRetryer{} }),
		Groups: autoscaling.NewFromConfig(config, func(o *autoscaling.Options) { o.Retryer = aws.NopRetryer{} }),
	}
}

// Options say which quota to watch, and what it bounds.
type Options struct {
	Clients Clients
	Service string        // code of the service (default ec2)
	Code    string        // of the quota, such as L-1216C47A
	Source  string        // as readings name it (default quota/CODE)
	Region  string        // where the clients look, for messages
	Fleet   string        // that it bounds, as readings name it ("asg/web-prod")
	PerUnit float64       // of the quota that one unit takes; 0: as the type of its instances tells
	Again   time.Duration // until what could not be read is asked for again (default 15s)
	Timeout time.Duration // of one call (default 4s)
}

// Observer watches one quota. It must not be asked to Observe twice at a time.
type Observer struct {
	clients               Clients
	service, code, source string
	region, group         string // group: the name of the fleet's, empty where it is none
	bounds                string // the fleet
	perUnit               float64
	timeout               time.Duration

	pace  awscall.Pace
	began time.Time // when Observe was first called
	seen  time.Time // when the limit was first read
	quota *types.ServiceQuota
	fleet *fleet
	used  *usage
	told  bool   // how much room there is
	blind string // why what else is needed for that could not be read when last asked
}

var _ observe.Checker = (*Observer)(nil)

// New returns an Observer of the quota o names.
func New(o Options) *Observer {
	group, _ := strings.CutPrefix(o.Fleet, "asg/")
	if group == o.Fleet {
		group = ""
	}
	return &Observer{
		clients: o.Clients,
		service: cmp.Or(o.Service, "ec2"),
		code:    o.Code,
		source:  cmp.Or(o.Source, "quota/"+o.Code),
		region:  o.Region,
		bounds:  o.Fleet,
		group:   group,
		perUnit: o.PerUnit,
		timeout: cmp.Or(o.Timeout, 4*time.Second),
		pace:    awscall.NewPace(cmp.Or(o.Again, 15*time.Second)),
	}
}

// Source names the quota as readings do.
func (o *Observer) Source() string { return o.source }

// Observe asks until it knows the room that the quota leaves, waits until ctx
// ends, asks once more for the limit and returns nil. A quota that does not exist
// or may not be read is an error.
func (o *Observer) Observe(ctx context.Context, rec *observe.Recorder) error {
	now := time.Now()
	if o.began.IsZero() {
		o.began = now
	}
	for o.pace.Next = now; !o.told; o.pace.Skip(time.Now()) {
		if !awscall.SleepUntil(ctx, o.pace.Next) {
			break
		}
		if err := o.ask(ctx, rec); err != nil {
			return err
		}
	}
	<-ctx.Done()
	o.askAgain(ctx, rec)
	return nil
}
