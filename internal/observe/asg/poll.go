package asg

import (
	"context"
	"time"
)

// observe makes whichever poll is due next, until ctx ends.
func (o *Observer) observe(ctx context.Context, rec recorder) error {
	now := time.Now()
	again := !o.began.IsZero()
	if !again {
		o.began = now
	}
	o.outage.begin(now, again)
	o.groups.next, o.activities.next = now, now
	for {
		poll, next := o.pollGroup, &o.groups
		if o.activities.next.Before(o.groups.next) {
			poll, next = o.pollActivities, &o.activities
		}
		if !sleepUntil(ctx, next.next) {
			break
		}
		if err := poll(ctx, rec); err != nil {
			o.outage.end(time.Now(), rec)
			return err
		}
		next.skip(time.Now())
	}
	o.sweep(ctx, rec)
	return nil
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
func (o *Observer) pollGroup(ctx context.Context, rec recorder) error {
	found, err := o.describeGroup(ctx)
	switch {
	case err == nil:
		o.succeeded(groupCall, &o.groups, rec)
		o.fleet.tell(found, time.Now(), &o.history, rec)
		return nil
	case ctx.Err() != nil:
		return nil
	}
	o.failed(groupCall, err)
	if isFatal(err) {
		return o.cause(groupCall, err)
	}
	return nil
}

// pollActivities reads the group's history once. No failure of it is an error:
// the group itself can still be watched without.
func (o *Observer) pollActivities(ctx context.Context, rec recorder) error {
	began := time.Now()
	found, err := o.describeActivities(ctx)
	o.history.tell(found, o.began, rec)
	switch {
	case err == nil:
		o.history.complete = began
		o.succeeded(activityCall, &o.activities, rec)
	case ctx.Err() != nil:
		return nil
	default:
		o.failed(activityCall, err)
	}
	if err == nil || isDenied(err) {
		o.history.tellUnexplained(began, rec)
	}
	return nil
}

// sweep asks for the activities a last time: those of the last seconds have
// not been told yet, and ctx has ended.
func (o *Observer) sweep(ctx context.Context, rec recorder) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.timeout)
	defer cancel()
	found, err := o.describeActivities(ctx)
	o.history.tell(found, o.began, rec)
	if err != nil {
		o.failed(activityCall, err)
	} else {
		o.succeeded(activityCall, &o.activities, rec)
	}
	now := time.Now()
	o.history.tellUnexplained(now, rec)
	o.outage.end(now, rec)
}

func (o *Observer) succeeded(call string, p *pace, rec recorder) {
	p.narrow()
	o.outage.good(call, time.Now(), rec)
}

// failed notes a poll without an answer. Throttling slows both polls, for they
// draw on one bucket.
func (o *Observer) failed(call string, err error) {
	o.outage.bad(call, o.cause(call, err))
	if isThrottled(err) {
		o.groups.widen()
		o.activities.widen()
	}
}
