package asg

import (
	"context"
	"time"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// poll makes whichever poll is due next, until ctx ends.
func (o *Observer) poll(ctx context.Context, rec *observe.Recorder) error {
	for {
		poll, next := o.pollGroup, &o.groups
		if o.activities.Next.Before(o.groups.Next) {
			poll, next = o.pollActivities, &o.activities
		}
		if !sleepUntil(ctx, next.Next) {
			return nil
		}
		if err := poll(ctx, rec); err != nil {
			return err
		}
		next.Skip(time.Now())
	}
}

// sleepUntil waits until t and reports whether ctx is still alive then.
func sleepUntil(ctx context.Context, t time.Time) bool {
	if wait := time.Until(t); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
	}
	return ctx.Err() == nil
}

// pollGroup looks at the group once. Only what polling on cannot mend is an error.
func (o *Observer) pollGroup(ctx context.Context, rec *observe.Recorder) error {
	found, err := o.describeGroup(ctx)
	switch {
	case err == nil:
		o.groups.Narrow()
		o.seen = time.Now()
		o.fleet.tell(found, o.seen, &o.history, rec)
		return nil
	case ctx.Err() != nil:
		return nil
	}
	o.slow(err)
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
		o.slow(err)
		o.history.unread(o.words(activityCall, err), rec)
	}
	if err == nil || awscall.Denied(err) {
		o.history.tellUnexplained(began, rec)
	}
	return nil
}

// sweep asks for the activities a last time: those of the last seconds have
// not been told yet, and ctx has ended.
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
}

// slow makes polls rarer where AWS throttles: both of them, for they draw on one
// bucket.
func (o *Observer) slow(err error) {
	if awscall.Throttled(err) {
		o.groups.Widen()
		o.activities.Widen()
	}
}
