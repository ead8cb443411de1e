package asg

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// poll makes whichever poll is due next, until ctx ends.
func (o *Observer) poll(ctx context.Context, rec *observe.Recorder) error {
	for {
		next := o.nextPoll(time.Now())
		if !awscall.SleepUntil(ctx, next.pace.Next) {
			return nil
		}
		if err := next.make(ctx, rec); err != nil {
			return err
		}
		next.pace.Skip(time.Now())
	}
}

// duty is something to poll, at its own pace.
type duty struct {
	pace *awscall.Pace
	make func(context.Context, *observe.Recorder) error
}

// nextPoll is the poll that is due first; of those that are due already the group
// goes first, then its activities. As each is due again only after the answer, none
// keeps the others from their turn.
func (o *Observer) nextPoll(now time.Time) duty {
	all := []duty{{&o.groups, o.pollGroup}, {&o.activities, o.pollActivities}}
	for _, s := range o.settings {
		if s.due() {
			all = append(all, duty{&s.pace, func(ctx context.Context, rec *observe.Recorder) error { return o.pollSetting(ctx, s, rec) }})
		}
	}
	return slices.MinFunc(all, func(a, b duty) int { return cmp.Compare(a.wait(now), b.wait(now)) })
}

func (d duty) wait(now time.Time) time.Duration { return max(0, d.pace.Next.Sub(now)) }

// pollGroup looks at the group once. Only what polling on cannot mend is an error.
func (o *Observer) pollGroup(ctx context.Context, rec *observe.Recorder) error {
	found, err := o.describeGroup(ctx)
	switch {
	case err == nil:
		o.groups.Narrow()
		o.seen = time.Now()
		o.fleet.tell(found, o.seen, &o.history, rec)
		o.noteWarmPool(found.WarmPoolSize)
		o.scaling.group = &found
		o.tellSpec(rec)
		return nil
	case ctx.Err() != nil:
		return nil
	}
	if awscall.Throttled(err) {
		o.groups.Widen()
		o.activities.Widen()
	}
	cause := o.cause(groupCall, err)
	rec.Lost(o.seen, cause)
	if isFatal(err) {
		return cause
	}
	return nil
}

// pollActivities reads the group's history once. No failure of it is an error:
// the group itself can still be watched without.
func (o *Observer) pollActivities(ctx context.Context, rec *observe.Recorder) error {
	began := time.Now()
	found, err := o.describeActivities(ctx)
	o.history.tell(found, o.began, rec)
	switch {
	case err == nil:
		o.history.read(began)
		o.activities.Narrow()
	case ctx.Err() != nil:
		return nil
	default:
		if awscall.Throttled(err) {
			o.activities.Widen() // not the group: what is needed most is asked for as often as it can be
		}
		o.history.unread(o.words(activityCall, err), rec)
	}
	if err == nil || awscall.Denied(err) {
		o.history.tellUnexplained(began, rec)
	}
	return nil
}

// sweep asks a last time for the activities, for those of the last seconds have
// not been told yet, and for what may have been changed meanwhile. ctx has ended;
// all of it has the time of one call.
func (o *Observer) sweep(ctx context.Context, rec *observe.Recorder) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.timeout)
	defer cancel()
	began := time.Now()
	found, err := o.describeActivities(ctx)
	o.history.tell(found, o.began, rec)
	if err == nil {
		o.history.read(began)
	} else {
		o.history.unread(o.words(activityCall, err), rec)
	}
	o.history.tellUnexplained(time.Now(), rec)
	for _, s := range o.settings {
		o.lookAgain(ctx, s, rec)
	}
}
