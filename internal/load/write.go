package load

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// batch is what gathered since the batch before it.
type batch struct {
	seconds  []timeline.Second
	tells    []timeline.Event
	totals   Result
	offset   time.Duration
	inFlight int
	ended    bool
}

func (r *run) batch() batch {
	ended := r.over.Load() // before the tally is taken, which then has all that was sent
	seconds, totals := r.tally.take()
	tells := r.tells
	r.tells = nil
	return batch{seconds, tells, totals, time.Since(r.start), r.flight.size(), ended}
}

// write hands every batch to the sink and tells the one who watches.
func (r *run) write(batches <-chan batch) {
	var before time.Duration
	for b := range batches {
		for _, s := range b.seconds {
			if err := r.sink.WriteSecond(s); err != nil {
				r.fail(err)
			}
		}
		for _, e := range b.tells {
			r.event(e)
		}
		if r.progress != nil {
			r.progress(b.snapshot(b.offset - before))
		}
		before = b.offset
	}
}

// event hands an event to the sink, without secrets.
func (r *run) event(e timeline.Event) {
	e.Text = r.plan.Mask(e.Text)
	if err := r.sink.WriteEvent(e); err != nil {
		r.fail(err)
	}
}

// tellChange tells that the target's name leads elsewhere now.
func (r *run) tellChange(c change) {
	if !r.told.first(c) {
		return
	}
	kind, says := timeline.Resolved, "leads to"
	if !c.brought {
		kind, says = timeline.Unresolved, "no longer leads to"
	}
	r.event(timeline.Event{
		At:     timeline.Since(r.start, time.Now()),
		Source: timeline.Generator,
		Kind:   kind,
		Unit:   c.address.String(),
		Text:   fmt.Sprintf("%s %s %s", c.host, says, c.address),
	})
}

// snapshot describes the batch, which gathered over span, to the one who
// watches.
func (b batch) snapshot(span time.Duration) Progress {
	p := Progress{
		Offset:   b.offset,
		Planned:  b.totals.Planned,
		Sent:     b.totals.Sent,
		Dropped:  b.totals.Dropped,
		Failed:   b.totals.Failed,
		InFlight: b.inFlight,
		Ended:    b.ended,
	}
	var sent int64
	var responses timeline.Histogram
	for _, s := range b.seconds {
		sent += s.Sent
		responses.Merge(s.AllResponses())
	}
	if span > 0 {
		p.Rate = float64(sent) / span.Seconds()
	}
	p.P99, _ = responses.Quantile(0.99)
	return p
}
