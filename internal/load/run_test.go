package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// memory is a Sink that adds up what it is given.
type memory struct {
	mu       sync.Mutex
	seconds  map[int]timeline.Second
	parts    int
	readings []timeline.Reading
	events   []timeline.Event
	hits     []byte
	err      error // returned once the sink is full
	room     int
}

func newMemory() *memory { return &memory{seconds: make(map[int]timeline.Second)} }

func (m *memory) WriteSecond(s timeline.Second) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil && m.parts >= m.room {
		return m.err
	}
	sum := m.seconds[s.Second]
	sum.Second = s.Second
	sum.Add(s)
	m.seconds[s.Second] = sum
	m.parts++
	return nil
}

func (m *memory) WriteReading(r timeline.Reading) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.readings = append(m.readings, r)
	return nil
}

func (m *memory) WriteEvent(e timeline.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, e)
	return nil
}

func (m *memory) WriteHits(lines []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hits = append(m.hits, lines...)
	return nil
}

// total adds all seconds.
func (m *memory) total() timeline.Second {
	var sum timeline.Second
	for _, s := range m.seconds {
		sum.Add(s)
	}
	return sum
}

// door answers after a service time, in simulated time.
type door func(n int64, r *http.Request) (service time.Duration, status int)

type doorway struct {
	door door
	n    atomic.Int64
}

func (d door) open() *doorway { return &doorway{door: d} }

func (d *doorway) RoundTrip(r *http.Request) (*http.Response, error) {
	service, status := d.door(d.n.Add(1)-1, r)
	timer := time.NewTimer(service)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("hello"))}, nil
}

func steady(service time.Duration) door {
	return func(int64, *http.Request) (time.Duration, int) { return service, 200 }
}

func plenty() Caps { return Caps{Rate: 1e6, InFlight: 1e6, Requests: 1e9, Duration: 24 * time.Hour} }

func planFor(target string, c traffic.Curve) Plan {
	u, err := url.Parse(target)
	if err != nil {
		panic(err)
	}
	return Plan{
		Start:      time.Now().Add(100 * time.Millisecond),
		Target:     u,
		AllowHosts: []string{u.Hostname()},
		Requests:   []Request{{Name: "top", Method: "GET", Path: "/"}},
		Schedule:   traffic.NewSchedule(traffic.Plan{Visits: c, Seed: 1}),
		Timeout:    5 * time.Second,
		Caps:       plenty(),
		DropAfter:  time.Minute,
	}
}

func planInside(d door, c traffic.Curve) Plan {
	p := planFor("http://lab.test", c)
	p.Door = d.open()
	return p
}

// checkEquations checks what holds of every run, however it ended.
func checkEquations(t *testing.T, r Result, m *memory) {
	t.Helper()
	if r.Planned != r.Sent+r.Dropped || r.Sent != r.Succeeded+r.Failed {
		t.Errorf("result %+v; want planned = sent + dropped and sent = succeeded + failed", r)
	}
	for n, s := range m.seconds {
		ours := s.Errors[timeline.GeneratorLimit] + s.Errors[timeline.Cancelled] // not the target's failures
		if s.Planned != s.Sent+s.Dropped || s.Sent != s.Succeeded+s.Failed {
			t.Errorf("second %d: planned %d, sent %d, dropped %d, succeeded %d, failed %d; want the equations to hold",
				n, s.Planned, s.Sent, s.Dropped, s.Succeeded, s.Failed)
		}
		var failed int64
		for _, k := range s.Errors {
			failed += k
		}
		all := s.AllResponses()
		if failed != s.Failed || s.Lag.Count() != s.Sent || s.Service.Count() != s.Sent-ours || all.Count() != s.Sent-ours {
			t.Errorf("second %d: errors %v, counts of lag %d, service %d, response %d; want %d failed, %d sent",
				n, s.Errors, s.Lag.Count(), s.Service.Count(), all.Count(), s.Failed, s.Sent)
		}
	}
	sum := m.total()
	got := Result{Planned: sum.Planned, Sent: sum.Sent, Late: sum.Late, Dropped: sum.Dropped,
		Succeeded: sum.Succeeded, Failed: sum.Failed, SendingEnded: r.SendingEnded, Interrupted: r.Interrupted, Capped: r.Capped}
	if diff := cmp.Diff(r, got); diff != "" {
		t.Errorf("seconds add up to another result (-result +seconds):\n%s", diff)
	}
}

func mustRun(t *testing.T, p Plan) (Result, *memory) {
	t.Helper()
	m := newMemory()
	r, err := Run(t.Context(), p, m, nil)
	if err != nil {
		t.Fatalf("Run = %v; want no error", err)
	}
	checkEquations(t, r, m)
	return r, m
}

// An hour of television in a second (twenty minutes under the race detector): every
// second has exactly the arrivals of the curve, none late by as much as a nanosecond.
func TestAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hour := raced.Part(time.Hour, 20*time.Minute)
		spot := traffic.Spot{At: 10 * time.Minute, Peak: 60, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}
		extra, err := spot.Extra(10, hour)
		if err != nil {
			t.Fatal(err)
		}
		curve := traffic.Sum(traffic.Flat(10, hour), extra)
		p := planInside(steady(30*time.Millisecond), curve)
		p.Requests = []Request{{Name: "top", Path: "/"}, {Name: "signup", Method: "POST", Path: "/signup", Body: []byte("{}")}}
		p.Schedule = traffic.NewSchedule(traffic.Plan{Visits: curve, Steps: []traffic.Step{{Weight: 3}, {Weight: 1}}, Seed: 1})
		r, m := mustRun(t, p)

		planned := make(map[int]int64)
		names := make(map[string]int64)
		arrivals := int64(0)
		schedule := p.Schedule.Stripe(0, 1)
		for a, ok := schedule.Next(); ok; a, ok = schedule.Next() {
			arrivals++
			planned[int(a.Due/time.Second)]++
			names[p.Requests[a.Request].Name]++
		}
		want := Result{Planned: arrivals, Sent: arrivals, Succeeded: arrivals, SendingEnded: r.SendingEnded}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
		sent := make(map[int]int64)
		for n, s := range m.seconds {
			sent[n] = s.Sent
		}
		if diff := cmp.Diff(planned, sent); diff != "" {
			t.Errorf("sent by second (-want +got):\n%s", diff)
		}
		sum := m.total()
		if got, _ := sum.Lag.Quantile(1); got != 0 {
			t.Errorf("longest lag = %s; want 0", got)
		}
		for name, n := range names {
			h := sum.Response[name]
			low, _ := h.Quantile(0)
			high, _ := h.Quantile(1)
			if h.Count() != n || (low-30*time.Millisecond).Abs() > 20*time.Microsecond || low != high {
				t.Errorf("response times of %s: %d from %s to %s; want %d of 30ms", name, h.Count(), low, high, n)
			}
		}
		if got, want := sum.BytesIn, 5*r.Sent; got != want {
			t.Errorf("BytesIn = %d; want %d", got, want)
		}
		if got, want := sum.BytesOut, 2*names["signup"]; got != want {
			t.Errorf("BytesOut = %d; want %d", got, want)
		}
	})
}

// Parts are written every second while the run goes on, not at its end.
func TestFlushesEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(10*time.Millisecond), traffic.Flat(20, 10*time.Second))
		m := newMemory()
		var seen []Progress
		if _, err := Run(t.Context(), p, m, func(at Progress) {
			seen = append(seen, at)
			m.mu.Lock()
			defer m.mu.Unlock()
			if written := m.total().Planned; written != at.Planned {
				t.Errorf("at %s %d arrivals are written; want all %d", at.Offset, written, at.Planned)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 11 {
			t.Fatalf("%d calls of progress in 10 s; want 11", len(seen))
		}
		got := seen[5]
		want := Progress{Offset: 5900 * time.Millisecond, Planned: 118, Sent: 118, Rate: 20, P99: got.P99}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("progress (-want +got):\n%s", diff)
		}
		if (got.P99 - 10*time.Millisecond).Abs() > 10*time.Microsecond {
			t.Errorf("P99 = %s; want 10ms", got.P99)
		}
		names := make(map[string]int)
		for _, r := range m.readings {
			names[r.Name]++
			if r.Source != timeline.Generator || r.Value < 0 {
				t.Errorf("reading %+v; want one of the generator, not negative", r)
			}
		}
		for _, name := range []string{timeline.CPU, timeline.RSS, timeline.InFlight, timeline.Connections, timeline.Answered, timeline.Goroutines, timeline.InFlightCap, timeline.GCPause} {
			if names[name] != 10 {
				t.Errorf("%d readings of %s; want 10", names[name], name)
			}
		}
	})
}

func TestCaps(t *testing.T) {
	for _, tt := range []struct {
		name    string
		service time.Duration
		change  func(*Caps)
		want    Result
	}{
		{"none binds", time.Millisecond, func(*Caps) {},
			Result{Planned: 1000, Sent: 1000}},
		{"requests", time.Millisecond, func(c *Caps) { c.Requests = 300 },
			Result{Planned: 1000, Sent: 300, Dropped: 700}},
		{"duration", time.Millisecond, func(c *Caps) { c.Duration = 4 * time.Second },
			Result{Planned: 400, Sent: 400, Capped: true}},
		{"duration of the whole run", time.Millisecond, func(c *Caps) { c.Duration = 10 * time.Second },
			Result{Planned: 1000, Sent: 1000}},
		{"in flight", time.Second, func(c *Caps) { c.InFlight = 10 },
			Result{Planned: 1000, Sent: 100, Dropped: 900}},
		{"rate at the planned rate", time.Millisecond, func(c *Caps) { c.Rate = 100 },
			Result{Planned: 1000, Sent: 1000}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := planInside(steady(tt.service), traffic.Flat(100, 10*time.Second))
				tt.change(&p.Caps)
				got, m := mustRun(t, p)
				var heldBack, wantHeldBack int64
				for _, s := range m.seconds {
					heldBack += s.HeldBack
				}
				if tt.name == "in flight" {
					wantHeldBack = tt.want.Dropped
				}
				if heldBack != wantHeldBack {
					t.Errorf("held back %d; want %d", heldBack, wantHeldBack)
				}
				tt.want.Succeeded, tt.want.SendingEnded = tt.want.Sent, got.SendingEnded
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("result (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestRateCapOverAnySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sentAt []time.Time
		var mu sync.Mutex
		p := planInside(func(int64, *http.Request) (time.Duration, int) {
			mu.Lock()
			defer mu.Unlock()
			sentAt = append(sentAt, time.Now())
			return time.Millisecond, 200
		}, traffic.Stages(10, traffic.Stage{To: 200, Over: 10 * time.Second}, traffic.Stage{Hold: true, Over: 10 * time.Second}))
		p.Caps.Rate = 50
		r, _ := mustRun(t, p)
		for i := range sentAt {
			if j := i + 50; j < len(sentAt) && sentAt[j].Sub(sentAt[i]) < time.Second {
				t.Fatalf("51 requests within %s; want at most 50 a second", sentAt[j].Sub(sentAt[i]))
			}
		}
		// 10 to 50/s in 2.1 s are 63 requests; from then on about 50/s.
		if r.Sent < 63+17*50 || r.Dropped == 0 {
			t.Errorf("sent %d, dropped %d; want about %d sent", r.Sent, r.Dropped, 63+18*50)
		}
	})
}

func TestCancelKeepsTheEquations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(2*time.Second), traffic.Flat(100, time.Hour))
		start := time.Now()
		p.Start = start
		m := newMemory()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second+time.Millisecond, cancel)
		r, err := Run(ctx, p, m, nil)
		if err != nil {
			t.Fatalf("Run = %v; want no error", err)
		}
		checkEquations(t, r, m)
		want := Result{Planned: 1000, Sent: 1000, Succeeded: 1000, SendingEnded: 10*time.Second + time.Millisecond, Interrupted: true}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
		if took := time.Since(start); took > 12100*time.Millisecond {
			t.Errorf("Run took %s; want the requests in flight to finish and no more", took)
		}
	})
}

// Once everything is sent, there is nothing left to interrupt.
func TestCancelWhileAnswersAreAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(2*time.Second), traffic.Flat(100, 3*time.Second))
		p.Start = time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(4*time.Second, cancel)
		m := newMemory()
		r, err := Run(ctx, p, m, nil)
		if err != nil {
			t.Fatalf("Run = %v; want no error", err)
		}
		checkEquations(t, r, m)
		want := Result{Planned: 300, Sent: 300, Succeeded: 300, SendingEnded: r.SendingEnded}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
	})
}

// Cancelled during a stall, what was due by then is planned and dropped.
func TestCancelDuringABacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(time.Millisecond), traffic.Flat(100, time.Hour))
		p.Start = time.Now().Add(-5 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		m := newMemory()
		r, err := Run(ctx, p, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkEquations(t, r, m)
		want := Result{Planned: 500, Dropped: 500, SendingEnded: 5 * time.Second, Interrupted: true}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
	})
}

func TestFailuresByClass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(func(n int64, _ *http.Request) (time.Duration, int) {
			switch n % 5 {
			case 0:
				return time.Minute, 200
			case 1:
				return time.Millisecond, 503
			case 2:
				return time.Millisecond, 302
			}
			return time.Millisecond, 201
		}, traffic.Flat(10, 10*time.Second))
		p.Timeout = 3 * time.Second
		r, m := mustRun(t, p)
		sum := m.total()
		if diff := cmp.Diff(map[string]int64{"response_timeout": 20, "status_503": 20}, sum.Errors); diff != "" {
			t.Errorf("errors (-want +got):\n%s", diff)
		}
		if r.Failed != 40 {
			t.Errorf("failed %d; want 40", r.Failed)
		}
		p = planInside(steady(time.Millisecond), traffic.Flat(10, time.Second))
		p.Requests[0].Expect = []int{201}
		if _, m = mustRun(t, p); m.total().Errors["status_200"] != 10 {
			t.Errorf("errors %v; want 10 of status_200, which was not expected", m.total().Errors)
		}
	})
}

// counts are a histogram's counts by the lowest µs of each bucket.
func counts(t *testing.T, h timeline.Histogram) map[string]int64 {
	t.Helper()
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]int64
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// The histograms are those of the very durations that the door knows.
func TestHistogramsAreExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var want timeline.Histogram
		p := planInside(func(n int64, _ *http.Request) (time.Duration, int) {
			service := time.Duration(1+n*n%997) * time.Millisecond
			mu.Lock()
			defer mu.Unlock()
			want.Record(service)
			return service, 200
		}, traffic.Flat(50, 20*time.Second))
		_, m := mustRun(t, p)
		sum := m.total()
		for name, got := range map[string]timeline.Histogram{"service": sum.Service, "response": sum.AllResponses()} {
			if diff := cmp.Diff(counts(t, want), counts(t, got)); diff != "" {
				t.Errorf("%s: counts by lowest µs (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestFullSinkStopsSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(time.Millisecond), traffic.Flat(10, time.Hour))
		m := newMemory()
		m.err, m.room = errors.New("disk full"), 5
		r, err := Run(t.Context(), p, m, nil)
		if !errors.Is(err, m.err) || r.SendingEnded > 10*time.Second {
			t.Errorf("Run = %v after %s; want %v within 10s", err, r.SendingEnded, m.err)
		}
	})
}

func TestDefaultsOfAPlan(t *testing.T) {
	p := planInside(steady(0), traffic.Flat(1, time.Second))
	p.Timeout, p.DropAfter = 0, 0
	p, _, err := p.ready()
	if err != nil {
		t.Fatal(err)
	}
	got := []time.Duration{p.Timeout, p.LateAfter, p.DropAfter, p.Resolve}
	want := []time.Duration{10 * time.Second, 20 * time.Millisecond, 250 * time.Millisecond, 5 * time.Second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timeout, late after, drop after, resolve (-want +got):\n%s", diff)
	}
}

func TestPlansThatCannotRun(t *testing.T) {
	for _, tt := range []struct {
		change func(*Plan)
		want   string
	}{
		{func(p *Plan) { p.Target = nil }, "target: not an http or https URL"},
		{func(p *Plan) { p.Target.Scheme = "ftp" }, "target: not an http or https URL"},
		{func(p *Plan) { p.Schedule = nil }, "traffic: no schedule"},
		{func(p *Plan) { p.Requests = nil }, "requests: none"},
		{func(p *Plan) { p.NewConnections = 1.5 }, "connections: new 1.5 is not a share between 0 and 1"},
		{func(p *Plan) { p.Caps.Rate = 0 }, "caps: rate, in_flight, requests and duration must all be above 0"},
		{func(p *Plan) { p.Caps.Duration = 0 }, "caps: rate, in_flight, requests and duration must all be above 0"},
		{func(p *Plan) { p.AllowHosts = []string{"other.test"} }, `refused for safety: host "lab.test" is not one of allow_hosts [other.test]`},
		{func(p *Plan) { p.Requests[0].Path = "/%zz" }, `request top: path "/%zz": not a path with an optional query`},
		{func(p *Plan) { p.Requests[0].Method = "GET ME" }, `request top: net/http: invalid method "GET ME"`},
	} {
		p := planInside(func(int64, *http.Request) (time.Duration, int) {
			t.Error("a request was sent")
			return 0, 200
		}, traffic.Flat(1, time.Second))
		tt.change(&p)
		if err := p.Check(); fmt.Sprint(err) != tt.want {
			t.Errorf("Check() = %v; want %s", err, tt.want)
		}
		_, err := Run(t.Context(), p, newMemory(), nil)
		if fmt.Sprint(err) != tt.want {
			t.Errorf("Run = %v; want %s", err, tt.want)
		}
		if got, want := errors.Is(err, ErrRefused), strings.HasPrefix(tt.want, "refused"); got != want {
			t.Errorf("errors.Is(%v, ErrRefused) = %t; want %t", err, got, want)
		}
	}
}
