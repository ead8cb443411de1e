package observe

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Meter counts what watching costs those who are asked: calls, and bytes of
// their answers' bodies as they are read, after whatever compressed them on the
// way. It is safe for concurrent use.
type Meter struct{ calls, bytes atomic.Int64 }

// Wrap returns a transport that counts and leaves everything to next.
func (m *Meter) Wrap(next http.RoundTripper) http.RoundTripper { return &metered{m, next} }

type metered struct {
	meter *Meter
	next  http.RoundTripper
}

func (t *metered) RoundTrip(r *http.Request) (*http.Response, error) {
	t.meter.calls.Add(1)
	answer, err := t.next.RoundTrip(r)
	if answer != nil && answer.Body != nil {
		answer.Body = &countedBody{answer.Body, &t.meter.bytes}
	}
	return answer, err
}

// CloseIdleConnections passes on what http.Client asks of its transport.
func (t *metered) CloseIdleConnections() {
	if closer, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// countedBody counts as it is read: a watch's answer never ends.
type countedBody struct {
	io.ReadCloser
	bytes *atomic.Int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	return n, err
}

// Metered is o with its cost on record: what m counted is read once a minute
// while it is observed, and once more when that ends. It is a Checker where o is.
func Metered(o Observer, m *Meter) Observer {
	metered := meteredObserver{o, m}
	if c, ok := o.(Checker); ok {
		return &meteredChecker{metered, c.Checks}
	}
	return &metered
}

type meteredObserver struct {
	Observer
	meter *Meter
}

type meteredChecker struct {
	meteredObserver
	checks func() []preflight.Check
}

func (c *meteredChecker) Checks() []preflight.Check { return c.checks() }

const costEvery = time.Minute

func (o *meteredObserver) Observe(ctx context.Context, rec *Recorder) error {
	watching, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(costEvery)
		defer tick.Stop()
		for {
			select {
			case <-watching.Done():
				return
			case <-tick.C:
				o.meter.tell(rec)
			}
		}
	}()
	defer func() {
		stop()
		<-done
		o.meter.tell(rec)
	}()
	return o.Observer.Observe(ctx, rec)
}

// tell puts the cost on record. It is no reading of the fleet, so it ends no gap.
func (m *Meter) tell(rec *Recorder) {
	rec.Note(timeline.Calls, float64(m.calls.Load()))
	rec.Note(timeline.CallBytes, float64(m.bytes.Load()))
}
