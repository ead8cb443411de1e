package prometheus

import (
	"cmp"
	"context"
	"fmt"
	"time"

	api "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/seed-f864f198/onair/internal/observe"
)

// poll asks for what is new of every series. The server's own failure ends it and
// is a gap; the failure of a query is that query's, unless no other was answered.
func (o *Observer) poll(ctx context.Context, rec *observe.Recorder) {
	now := time.Now()
	answered := 0
	var failed error
	for _, q := range o.queries {
		err := o.ask(ctx, q, q.next, now, rec)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			answered++
			continue
		}
		failed = err
		if !ofQuery(err) {
			break
		}
		q.note(o.words(err))
	}
	if failed == nil || ofQuery(failed) && answered > 0 {
		o.seen = now
		return
	}
	rec.Lost(o.seen, o.cause(failed))
}

// sweep asks for the whole run, for what samples that came late have changed; ctx
// has ended.
func (o *Observer) sweep(ctx context.Context, rec *observe.Recorder) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.backfill)
	defer cancel()
	now := time.Now()
	for _, q := range o.queries {
		err := o.ask(ctx, q, o.first(), now, rec)
		if o.points.None(q.Name) {
			why := "its query gave no number"
			if err != nil {
				why = o.words(err)
			}
			rec.Warn(q.Name + ": " + cmp.Or(q.amiss, why))
			continue
		}
		if q.amiss != "" {
			rec.Warn(fmt.Sprintf("%s was not read at times: %s", q.Name, q.amiss))
		}
		if err != nil {
			rec.Warn(fmt.Sprintf("%s was not read once more at the end: %s", q.Name, o.words(err)))
		}
	}
}

// note keeps why the series was not read, for one warning at the end.
func (q *query) note(why string) { q.amiss = cmp.Or(q.amiss, why) }

// first is the first stamp of the run.
func (o *Observer) first() time.Time { return o.began.Truncate(o.step) }

// longest is how many stamps one call asks for; a server gives at most 11,000.
const longest = 10_000

// ask asks for the stamps of one series from one instant until another and tells
// what is new.
func (o *Observer) ask(ctx context.Context, q *query, from, to time.Time, rec *observe.Recorder) error {
	for !from.After(to.Truncate(o.step)) {
		r := api.Range{Start: from, End: from.Add((longest - 1) * o.step), Step: o.step}
		if r.End.After(to) {
			r.End = to.Truncate(o.step)
		}
		stream, err := o.stream(ctx, q, r, rec)
		if err != nil {
			return err
		}
		for _, sample := range stream.Values {
			o.points.Tell(rec, q.Name, sample.Timestamp.Time(), float64(sample.Value))
		}
		from = r.End.Add(o.step)
		if from.After(q.next) {
			q.next = from
		}
	}
	return nil
}

// stream makes one call and returns the one series that it gave; an empty one
// where it gave several, or none.
func (o *Observer) stream(ctx context.Context, q *query, r api.Range, rec *observe.Recorder) (model.SampleStream, error) {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	value, warnings, _, err := o.api.QueryRange(ctx, q.Expr, r)
	if err != nil {
		return model.SampleStream{}, err
	}
	for _, text := range warnings {
		rec.Warn(fmt.Sprintf("%s: Prometheus says: %s", q.Name, text))
	}
	found, ok := value.(model.Matrix)
	switch {
	case !ok:
		return model.SampleStream{}, notMatrix(value)
	case len(found) > 1:
		q.note("its query gave several series (make it one, such as with sum)")
	case len(found) == 0:
		q.note("its query gave no series")
	default:
		return *found[0], nil
	}
	return model.SampleStream{}, nil
}

// notMatrix is the error of an answer to a range that holds something else.
func notMatrix(value model.Value) error {
	kind := "nothing"
	if value != nil {
		kind = value.Type().String()
	}
	return fmt.Errorf("the answer is a %s, not a matrix", kind)
}
