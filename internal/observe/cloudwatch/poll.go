package cloudwatch

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// latest is how late a point may come to be told by a poll; one that comes later
// is told when watching ends.
const latest = 10 * time.Minute

// poll asks whenever it is due, until ctx ends. Only what asking on cannot mend is
// an error.
func (o *Observer) poll(ctx context.Context, rec *observe.Recorder) error {
	for awscall.SleepUntil(ctx, o.pace.Next) {
		now := time.Now()
		err := o.ask(ctx, o.from(now.Add(-latest)), now, rec)
		switch {
		case err == nil:
			o.seen = now
			o.pace.Narrow()
		case ctx.Err() != nil:
			return nil
		default:
			if awscall.Throttled(err) {
				o.pace.Widen()
			}
			cause := o.cause(err)
			rec.Lost(o.seen, cause)
			if awscall.Hopeless(err) {
				return cause
			}
		}
		o.pace.Skip(time.Now())
	}
	return nil
}

// sweep asks for the whole run, for points that came late; ctx has ended.
func (o *Observer) sweep(ctx context.Context, rec *observe.Recorder) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.backfill)
	defer cancel()
	if err := o.ask(ctx, o.from(o.began), time.Now(), rec); err != nil {
		rec.Warn("points that came late were not read: " + metricCall.Words(err, o.timeout))
	}
}

// from returns the instant from which to ask for points that are not older than
// bound: the start of a period of every series, the one before watching began
// included.
func (o *Observer) from(bound time.Time) time.Time {
	if bound.Before(o.began) {
		bound = o.began
	}
	return bound.Add(-o.longest()).Truncate(o.longest())
}

// longest is the longest period of all series.
func (o *Observer) longest() time.Duration {
	longest := time.Minute
	for _, q := range o.asked {
		longest = max(longest, q.Period)
	}
	return longest
}

// ask asks for everything once and tells what is new, with an error too: what it
// got before.
func (o *Observer) ask(ctx context.Context, from, to time.Time, rec *observe.Recorder) error {
	answer, err := o.metricData(ctx, from, to)
	for _, text := range answer.messages {
		rec.Warn(text)
	}
	for i, q := range o.asked[:o.users] {
		for _, p := range answer.series[i].points {
			o.tell(q, p, to, rec)
		}
		if err != nil {
			continue // what else is missing is not known
		}
		for _, text := range answer.series[i].complaints() {
			rec.Warn(q.Name + ": " + text)
		}
		for _, p := range o.zeros(i, answer, to) {
			o.tell(q, p, to, rec)
		}
	}
	return err
}

// tell tells a point whose period is over, and was not when watching began.
func (o *Observer) tell(q Query, p point, now time.Time, rec *observe.Recorder) {
	if end := p.at.Add(q.Period); end.After(o.began) && !end.After(now) {
		o.points.Tell(rec, q.Name, p.at, p.value)
	}
}

// cause words an error of the call.
func (o *Observer) cause(err error) error {
	return &awscall.Failure{Text: fmt.Sprintf("%s: %s", o.source, metricCall.Words(err, o.timeout)), Err: err}
}
