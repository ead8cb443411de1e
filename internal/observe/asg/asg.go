// Package asg watches one Auto Scaling group by polling, for AWS tells nobody
// when a group changes.
//
// These calls are made, never two at a time, and each with a deadline of its own:
//
//	DescribeAutoScalingGroups  every 5 s    desired, min, max and the instances' states: observations
//	DescribeScalingActivities  every 15 s   launches and terminations with AWS's own times: a history
//	four others                twice        policies, scheduled actions, warm pool, instance refreshes: settings
//	DescribeAlarms             twice        of CloudWatch: the alarms that its policies name, where they do
//	of these, the warm pool    every 30 s   where there is one, and when its size has changed
//
//	poll      |----5s----|----5s----|----5s----|         end
//	group     x          x          x          x          |  "in service" is known to within one interval
//	activity  x                                x          x  ... and once more when watching ends
//	settings  x                                           x
//
// The group is polled as often while nothing moves as while it scales: a decision
// is what ends the rest, and is to be seen within 5 s too. At 16 calls a minute,
// or 18 with a warm pool, this takes little of what an account has.
//
// All Auto Scaling calls of an account and region share one bucket of tokens,
// and the system under test needs it too. So nothing is retried: a poll of the
// group that fails leaves a gap, from the last good one to the next. Throttling
// doubles the interval of what was throttled, up to four times, until an answer
// comes; where the group itself is throttled, that of the activities too.
//
// A poll of the activities that fails leaves no gap, for the group is watched
// all the same, and the next good one tells what was missed. It is told when it
// begins; where it lasts to the end it is a warning. So are settings that cannot
// be read, those that were changed meanwhile, and those that spoil a rehearsal: a
// suspended process, an instance refresh, a scheduled action that fell due.
//
// How the group is scaled, its limits with its policies, their alarms and its
// scheduled actions, is told when all of these have been asked for, and anew when the polls of the group
// show other limits. What could not be read is named in it.
//
// Every change of an instance's lifecycle state is told with the poll before it and
// the poll that showed it, between which it came; so are the stages of units that
// are such changes.
//
// Only an instance whose lifecycle state is InService is ready; every other
// state, those yet unknown included, is not. What AWS leaves out is unknown and
// is not recorded: it is neither zero nor false.
package asg

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// API is what an Observer calls.
type API interface {
	DescribeAutoScalingGroups(context.Context, *autoscaling.DescribeAutoScalingGroupsInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error)
	DescribeScalingActivities(context.Context, *autoscaling.DescribeScalingActivitiesInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error)
	DescribePolicies(context.Context, *autoscaling.DescribePoliciesInput, ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error)
	DescribeScheduledActions(context.Context, *autoscaling.DescribeScheduledActionsInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeScheduledActionsOutput, error)
	DescribeWarmPool(context.Context, *autoscaling.DescribeWarmPoolInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeWarmPoolOutput, error)
	DescribeInstanceRefreshes(context.Context, *autoscaling.DescribeInstanceRefreshesInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeInstanceRefreshesOutput, error)
}

var _ API = (*autoscaling.Client)(nil)

// Alarms are those of the group's region. They stand in CloudWatch: a policy
// only names its own.
type Alarms interface {
	// Alarms returns those of the names that there are.
	Alarms(ctx context.Context, names []string) ([]autoscale.AlarmSpec, error)
}

// NewClient returns a client for sampling: it never retries, for a sample that
// comes late is not the sample that was asked for.
func NewClient(config aws.Config) *autoscaling.Client {
	return autoscaling.NewFromConfig(config, func(o *autoscaling.Options) { o.Retryer = aws.NopRetryer{} })
}

// Options say which group to watch and how often.
type Options struct {
	API        API
	Alarms     Alarms        // nil: they are not read, which the group's spec says
	Name       string        // of the group
	Source     string        // as readings name it (default asg/NAME)
	Region     string        // where API looks, for messages
	Groups     time.Duration // between polls of the group (default 5s)
	Activities time.Duration // between polls of its activities (default 15s)
	Settings   time.Duration // until settings that could not be read are asked for again (default 30s)
	Timeout    time.Duration // of one call (default 4s)
	Ahead      time.Duration // how soon a scheduled action must be due for a check to warn of it (default 1h)
}

// Observer watches one group. It remembers what it has told, so that Observe
// may be called again after a failure without telling anything twice; it must
// not be called twice at a time.
type Observer struct {
	api          API
	alarms       Alarms
	name, source string
	region       string
	timeout      time.Duration
	ahead        time.Duration

	groups, activities awscall.Pace
	began              time.Time // when Observe was first called
	seen               time.Time // the last good poll of the group; at first the same
	fleet              fleet
	history            history
	settings           []*setting
	scaling            scaling
	warm               *int32 // instances in the warm pool at the last poll of the group that told; nil: not known yet
	planned            []fact // settings that weaken the run once their time has come
}

var _ observe.Checker = (*Observer)(nil)

// New returns an Observer of the group o names.
func New(o Options) *Observer {
	return &Observer{
		api:        o.API,
		alarms:     cmp.Or(o.Alarms, Alarms(unasked{})),
		name:       o.Name,
		source:     cmp.Or(o.Source, "asg/"+o.Name),
		region:     o.Region,
		timeout:    cmp.Or(o.Timeout, 4*time.Second),
		ahead:      cmp.Or(o.Ahead, time.Hour),
		groups:     awscall.NewPace(cmp.Or(o.Groups, 5*time.Second)),
		activities: awscall.NewPace(cmp.Or(o.Activities, 15*time.Second)),
		history:    newHistory(),
		settings:   newSettings(cmp.Or(o.Settings, 30*time.Second)),
	}
}

// Source names the group as readings do.
func (o *Observer) Source() string { return o.source }

// Observe polls until ctx ends, then asks once more for the activities and the
// settings and returns nil. A group that does not exist or may not be read is an
// error.
func (o *Observer) Observe(ctx context.Context, rec *observe.Recorder) error {
	now := time.Now()
	if o.began.IsZero() {
		o.began, o.seen = now, now
	}
	o.groups.Next, o.activities.Next = now, now
	for _, s := range o.settings {
		s.pace.Next = now
	}
	err := o.poll(ctx, rec)
	if err == nil {
		o.sweep(ctx, rec)
	}
	o.history.warn(rec)
	o.warn(rec)
	return err
}
