package load

import (
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// batch is what gathered since the batch before it.
type batch struct {
	seconds  []timeline.Second
	totals   Result
	offset   time.Duration
	inFlight int
}

func (r *run) batch() batch {
	seconds, totals := r.tally.take()
	return batch{seconds, totals, time.Since(r.start), r.flight.size()}
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
		if r.progress != nil {
			r.progress(b.snapshot(b.offset - before))
		}
		before = b.offset
	}
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
