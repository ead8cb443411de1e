// Package elb watches one target group of Elastic Load Balancing, and what is
// reserved of the load balancers before it. A unit serves when its target is
// healthy: not when its instance is in service, nor when its pod is ready.
//
// These calls are made, never two at a time, and each with a deadline of its own:
//
//	DescribeTargetGroups          once       which group, and what is before it
//	DescribeTargetHealth          every 5 s  the targets' states: observations
//	DescribeLoadBalancers,
//	DescribeCapacityReservation   twice      whether capacity units are reserved, and provisioned
//
//	target    initial ------ healthy ------------- draining -- (gone)
//	poll      |----5s----|----5s----|----5s----|----5s----|
//	told      registered      in_service            draining   gone     each known to within one interval
//
// Nothing is retried: a poll of the targets that fails leaves a gap, from the last
// good one to the next, and one that is throttled also doubles the interval (up to
// four times), which the next good poll brings back. A reservation
// that cannot be read leaves no gap, for the targets are watched all the same: it
// is asked for again, and where it stays unknown that is a warning.
//
// Only a target whose state is healthy gets requests for certain, so that every
// other state, those yet unknown included, is not healthy; only those that AWS
// calls unhealthy are. What AWS leaves out is unknown and is not recorded.
package elb

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// API is what an Observer calls.
type API interface {
	DescribeTargetGroups(context.Context, *elbv2.DescribeTargetGroupsInput, ...func(*elbv2.Options)) (*elbv2.DescribeTargetGroupsOutput, error)
	DescribeTargetHealth(context.Context, *elbv2.DescribeTargetHealthInput, ...func(*elbv2.Options)) (*elbv2.DescribeTargetHealthOutput, error)
	DescribeLoadBalancers(context.Context, *elbv2.DescribeLoadBalancersInput, ...func(*elbv2.Options)) (*elbv2.DescribeLoadBalancersOutput, error)
	DescribeCapacityReservation(context.Context, *elbv2.DescribeCapacityReservationInput, ...func(*elbv2.Options)) (*elbv2.DescribeCapacityReservationOutput, error)
}

var _ API = (*elbv2.Client)(nil)

// NewClient returns a client for sampling: it never retries, for a sample that
// comes late is not the sample that was asked for.
func NewClient(config aws.Config) *elbv2.Client {
	return elbv2.NewFromConfig(config, func(o *elbv2.Options) { o.Retryer = aws.NopRetryer{} })
}

// Options say which target group to watch and how often.
type Options struct {
	API     API
	Name    string        // of the target group, or its ARN
	Source  string        // as readings name it (default elb/NAME)
	Region  string        // where API looks, for messages
	Targets time.Duration // between polls of the targets (default 5s)
	Fronts  time.Duration // until load balancers that could not be read are asked for again (default 30s)
	Timeout time.Duration // of one call (default 4s)

	NewConnections float64 // a second, that the peak opens, to hold reservations against; 0: not known
}

// Observer watches one target group. It remembers what it has told, so that
// Observe may be called again after a failure without telling anything twice; it
// must not be called twice at a time.
type Observer struct {
	api                  API
	name, source, region string
	timeout              time.Duration
	fresh                float64 // connections a second, that the peak opens

	targetPace, frontPace awscall.Pace
	group                 *types.TargetGroup // nil: not found yet
	seen                  time.Time          // the last good poll of the targets; at first when Observe was first called
	targets               targets
	fronts                fronts
}

var _ observe.Checker = (*Observer)(nil)

// New returns an Observer of the target group o names.
func New(o Options) *Observer {
	return &Observer{
		api:        o.API,
		name:       o.Name,
		source:     cmp.Or(o.Source, "elb/"+o.Name),
		region:     o.Region,
		timeout:    cmp.Or(o.Timeout, 4*time.Second),
		fresh:      o.NewConnections,
		targetPace: awscall.NewPace(cmp.Or(o.Targets, 5*time.Second)),
		frontPace:  awscall.NewPace(cmp.Or(o.Fronts, 30*time.Second)),
	}
}

// Source names the target group as readings do.
func (o *Observer) Source() string { return o.source }

// Observe polls until ctx ends, then looks once more at the load balancers and
// returns nil. A target group that does not exist or may not be read is an error.
func (o *Observer) Observe(ctx context.Context, rec *observe.Recorder) error {
	now := time.Now()
	if o.seen.IsZero() {
		o.seen = now
	}
	o.targetPace.Next, o.frontPace.Next = now, now
	for {
		pace, poll := o.next(now)
		if !awscall.SleepUntil(ctx, pace.Next) {
			o.lookAgain(ctx, rec)
			return nil
		}
		if err := poll(ctx, rec); err != nil {
			return err
		}
		now = time.Now()
		pace.Skip(now)
	}
}

// next is the poll that is due first: of the targets, or of load balancers that
// are not known yet.
func (o *Observer) next(now time.Time) (*awscall.Pace, func(context.Context, *observe.Recorder) error) {
	targetsDue := !o.targetPace.Next.After(now)
	if o.fronts.known || o.group == nil || targetsDue || o.targetPace.Next.Before(o.frontPace.Next) {
		return &o.targetPace, o.pollTargets
	}
	return &o.frontPace, o.pollFronts
}
