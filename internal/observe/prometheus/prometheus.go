// Package prometheus asks a Prometheus server, or what speaks its API, for the
// series that the user's queries give: every 15 s for what is new, and for the
// whole run once more when watching ends.
//
// Queries are evaluated at instants 15 s apart that lie on round seconds, so that
// asking again evaluates at the same ones. A reading was true at the stamp that
// the server gives with the value; it is told again where the server has come to
// another value for it, because samples reached it late:
//
//	stamps  12:00:00   12:00:15   12:00:30   12:00:45
//	ask            x          x          x          x  end: the whole run again
//	tells       :00        :15        :30        :45   and what has changed
//
// A query has to give exactly one series. One that gives several, or none, is a
// warning that names it, and no reading; so is one that the server does not
// understand. A server that does not answer leaves a gap, and what was missed is
// asked for when it answers again. NaN and infinities are not numbers that
// anything was, and are left out.
//
// Values are as the query gives them. Nothing is converted.
package prometheus

import (
	"cmp"
	"context"
	"time"

	api "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/seed-f864f198/onair/internal/observe"
)

// API is what an Observer calls.
type API interface {
	QueryRange(ctx context.Context, query string, r api.Range, o ...api.Option) (model.Value, api.Warnings, api.Infos, error)
}

var _ API = (api.API)(nil)

// Query is one series.
type Query struct {
	Name string // of its readings, unlike any other's
	Expr string // in PromQL
}

// Options say what to ask for and how often.
type Options struct {
	API      API
	Source   string // as readings name it: prometheus/HOST
	Queries  []Query
	Interval time.Duration // between polls, and between the stamps of a series (default 15s)
	Timeout  time.Duration // of one call (default 5s)
	Backfill time.Duration // of all that is asked when watching ends (default 20s)
}

// Observer asks one server. It remembers what it has told, so that Observe may be
// called again after a failure; it must not be called twice at a time.
type Observer struct {
	api               API
	source            string
	step              time.Duration
	timeout, backfill time.Duration

	queries []*query
	began   time.Time // when Observe was first called
	seen    time.Time // the last good poll; at first the same
	points  observe.Points
}

type query struct {
	Query
	next  time.Time // the stamp from which it has not been asked for yet
	amiss string    // why it was not read when that first happened
}

var _ observe.Checker = (*Observer)(nil)

// New returns an Observer of the series that o names.
func New(o Options) *Observer {
	made := &Observer{
		api:      o.API,
		source:   o.Source,
		step:     cmp.Or(o.Interval, 15*time.Second),
		timeout:  cmp.Or(o.Timeout, 5*time.Second),
		backfill: cmp.Or(o.Backfill, 20*time.Second),
	}
	for _, q := range o.Queries {
		made.queries = append(made.queries, &query{Query: q})
	}
	return made
}

// Source names the server as readings do.
func (o *Observer) Source() string { return o.source }

// Observe polls until ctx ends, then asks once more for the whole run and returns
// nil.
func (o *Observer) Observe(ctx context.Context, rec *observe.Recorder) error {
	if o.began.IsZero() {
		o.began = time.Now()
		o.seen = o.began
		for _, q := range o.queries {
			q.next = o.first()
		}
	}
	tick := time.NewTicker(o.step)
	defer tick.Stop()
	for ctx.Err() == nil {
		o.poll(ctx, rec)
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	o.sweep(ctx, rec)
	return nil
}
