package observe_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// service answers requests over pipes, so that the real transport of net/http runs
// within a bubble.
func service(t *testing.T, h http.HandlerFunc) *http.Transport {
	listener := &pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: h}
	go server.Serve(listener)
	transport := &http.Transport{DialContext: listener.dial}
	t.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	return transport
}

// pipes is a net.Listener of connections within the process.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.waiting <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// ask gets a path and reads all of the answer.
func ask(t *testing.T, through http.RoundTripper, path string) []byte {
	t.Helper()
	answer, err := (&http.Client{Transport: through}).Get("http://api.test" + path)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return body
}

// cost is what a Meter has counted, as it is put on record.
func cost(t *testing.T, m *observe.Meter) (calls, bytes float64) {
	t.Helper()
	sink := &memory{}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	quiet := &scripted{script: []func(context.Context, *observe.Recorder) error{
		func(context.Context, *observe.Recorder) error { return nil },
	}}
	if err := observe.Metered(quiet, m).Observe(ended, observe.NewRecorder(quiet.Source(), time.Now(), sink)); err != nil {
		t.Fatal(err)
	}
	for _, r := range sink.readings {
		switch r.Name {
		case timeline.Calls:
			calls = r.Value
		case timeline.CallBytes:
			bytes = r.Value
		}
	}
	return calls, bytes
}

// Every call counts, answered or not, and every byte of an answer as it is read:
// compressed on the way or not, all of it or a part.
func TestMeterCounts(t *testing.T) {
	text := strings.Repeat("ready ", 1000)
	for _, c := range []struct {
		name         string
		ask          func(*testing.T, http.RoundTripper)
		calls, bytes float64
	}{
		{"nothing", func(*testing.T, http.RoundTripper) {}, 0, 0},
		{"an answer", func(t *testing.T, m http.RoundTripper) { ask(t, m, "/plain") }, 1, 6000},
		{"a compressed answer", func(t *testing.T, m http.RoundTripper) {
			if got := ask(t, m, "/gzip"); string(got) != text {
				t.Errorf("the answer has %d bytes; want the text uncompressed", len(got))
			}
		}, 1, 6000},
		{"an answer without a body", func(t *testing.T, m http.RoundTripper) { ask(t, m, "/empty") }, 1, 0},
		{"an answer that is read in part", func(t *testing.T, m http.RoundTripper) {
			answer, err := m.RoundTrip(httpRequest(t, "/plain"))
			if err != nil {
				t.Fatal(err)
			}
			io.CopyN(io.Discard, answer.Body, 600)
			answer.Body.Close()
		}, 1, 600},
		{"no answer", func(t *testing.T, m http.RoundTripper) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := m.RoundTrip(httpRequest(t, "/never").WithContext(ctx)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("RoundTrip error = %v; want the deadline's", err)
			}
		}, 1, 0},
		{"many at once", func(t *testing.T, m http.RoundTripper) {
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() { ask(t, m, "/plain") })
			}
			all.Wait()
		}, 20, 120_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m observe.Meter
				through := m.Wrap(service(t, func(w http.ResponseWriter, r *http.Request) {
					switch r.URL.Path {
					case "/plain":
						io.WriteString(w, text)
					case "/gzip":
						w.Header().Set("Content-Encoding", "gzip")
						w.Write(compressed(text))
					case "/never":
						<-r.Context().Done()
					}
				}))
				c.ask(t, through)
				if calls, bytes := cost(t, &m); calls != c.calls || bytes != c.bytes {
					t.Errorf("%v calls, %v bytes; want %v and %v", calls, bytes, c.calls, c.bytes)
				}
			})
		})
	}
}

func httpRequest(t *testing.T, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func compressed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

// A watch is one call, whose answer counts as it comes.
func TestMeterCountsAWatchAsItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m observe.Meter
		through := m.Wrap(service(t, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, "MODIFIED\n")
				w.(http.Flusher).Flush()
				select {
				case <-time.After(7 * time.Second):
				case <-r.Context().Done():
				}
			}
		}))
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{func(ctx context.Context, rec *observe.Recorder) error {
			answer, err := through.RoundTrip(httpRequest(t, "/watch").WithContext(ctx))
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			io.Copy(io.Discard, answer.Body)
			return ctx.Err()
		}}}
		sink := &memory{}
		ctx, cancel := context.WithTimeout(t.Context(), 125*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := observe.Watch(ctx, start, sink, observe.Metered(o, &m)); err != nil {
			t.Fatal(err)
		}
		at := func(s int) timeline.Offset { return timeline.Offset(s) * timeline.Offset(time.Second) }
		reading := func(s int, name string, value float64) timeline.Reading {
			return timeline.Reading{At: at(s), Source: "hpa/default/web", Name: name, Value: value}
		}
		var want []timeline.Reading
		for _, c := range []struct{ second, lines int }{{60, 9}, {120, 18}, {125, 18}} {
			want = append(want, reading(c.second, timeline.Calls, 1), reading(c.second, timeline.CallBytes, float64(9*c.lines)))
		}
		if diff := cmp.Diff(want, sink.readings); diff != "" {
			t.Errorf("readings (-want +got):\n%s", diff)
		}
	})
}

// closing is a transport that knows whether it was asked to close.
type closing struct{ asked, body atomic.Bool }

func (c *closing) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: c}, nil
}
func (c *closing) CloseIdleConnections()    { c.asked.Store(true) }
func (c *closing) Read([]byte) (int, error) { return 0, io.EOF }
func (c *closing) Close() error             { c.body.Store(true); return nil }

func TestMeterPassesOnWhatIsClosed(t *testing.T) {
	var m observe.Meter
	next := &closing{}
	client := http.Client{Transport: m.Wrap(next)}
	answer, err := client.Get("http://api.test/")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	client.CloseIdleConnections()
	if !next.body.Load() || !next.asked.Load() {
		t.Errorf("body closed %t, idle connections closed %t; want both", next.body.Load(), next.asked.Load())
	}
}

// What observing costs is no reading of the fleet: while nothing else is read, the
// gap goes on.
func TestCostEndsNoGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		sink := &memory{}
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{fail, stumble, func(ctx context.Context, _ *observe.Recorder) error {
			<-ctx.Done() // it asks, and is never answered
			return nil
		}}}
		if _, err := observe.Watch(ctx, time.Now(), sink, observe.Metered(o, &observe.Meter{})); err != nil {
			t.Fatal(err)
		}
		want := []timeline.Gap{{From: 0, To: timeline.Offset(3 * time.Minute), Source: "hpa/default/web", Cause: "access denied; then hpa/default/web: observer panicked: nil map"}}
		if diff := cmp.Diff(want, sink.gaps); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		told := map[timeline.Offset]int{}
		for _, r := range sink.readings {
			told[r.At/timeline.Offset(time.Second)]++
		}
		// After each attempt, once a minute from the third one on, and at the end.
		if diff := cmp.Diff(map[timeline.Offset]int{0: 2, 1: 2, 63: 2, 123: 2, 180: 2}, told); diff != "" {
			t.Errorf("readings by second (-want +got):\n%s", diff)
		}
	})
}

// checked is an observer that can tell beforehand whether it will see.
type checked struct{ scripted }

func (*checked) Checks() []preflight.Check { return []preflight.Check{{Subject: "hpa/default/web"}} }

func TestMeteredStaysAChecker(t *testing.T) {
	c, ok := observe.Metered(&checked{}, &observe.Meter{}).(observe.Checker)
	if !ok {
		t.Fatal("a metered Checker is no Checker")
	}
	if got := c.Checks(); len(got) != 1 || got[0].Subject != c.Source() {
		t.Errorf("Checks() = %+v; want the one of the observer within", got)
	}
	if _, ok := observe.Metered(&scripted{}, &observe.Meter{}).(observe.Checker); ok {
		t.Error("a metered observer without checks is a Checker")
	}
}
