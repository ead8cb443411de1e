package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// Once a run is stopped, answers have two more seconds; then they are cut off,
// failed, and counted.
func TestCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		// Every other request is answered after one second, the rest after a minute.
		p := planInside(func(n int64, _ *http.Request) (time.Duration, int) {
			if n%2 == 0 {
				return time.Second, 200
			}
			return time.Minute, 200
		}, traffic.Flat(100, time.Hour))
		p.Start, p.Timeout = start, 2*time.Minute
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second+time.Millisecond, cancel)
		m := newMemory()
		r, err := Run(ctx, p, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkEquations(t, r, m)
		want := Result{Planned: 500, Sent: 500, Succeeded: 250, Failed: 250, SendingEnded: 5*time.Second + time.Millisecond, Interrupted: true}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int64{"cancelled": 250}, m.total().Errors); diff != "" {
			t.Errorf("errors (-want +got):\n%s", diff)
		}
		if took := time.Since(start); took != 7*time.Second+time.Millisecond {
			t.Errorf("Run took %s; want the 2s of grace after 5.001s and no more", took)
		}
		if got, want := m.samples()["cancelled"], "top (GET /): cut off 2s after the run was stopped"; got != want {
			t.Errorf("sample = %q; want %q", got, want)
		}
	})
}

// Stopped when everything is sent, a run waits no longer for what is never
// answered, and was interrupted.
func TestCutOffAfterSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := planInside(steady(time.Hour), traffic.Flat(100, time.Second))
		p.Start, p.Timeout = start, 2*time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		m := newMemory()
		r, err := Run(ctx, p, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkEquations(t, r, m)
		if took := time.Since(start); r.Failed != 100 || !r.Interrupted || took != 12*time.Second {
			t.Errorf("result %+v after %s; want 100 failed after 12s, interrupted", r, took)
		}
	})
}

// A run that ends by itself waits for every answer.
func TestEndWaitsForEveryAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := planInside(steady(30*time.Second), traffic.Flat(100, time.Second))
		p.Start, p.Timeout = start, time.Minute
		r, _ := mustRun(t, p)
		if took := time.Since(start); r.Succeeded != 100 || took < 30*time.Second {
			t.Errorf("result %+v after %s; want all 100 answered after 30s", r, took)
		}
	})
}

// A sink that fails stops the run as a cancel does; its counts still add up.
func TestFullSinkCutsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := planInside(steady(time.Hour), traffic.Flat(100, time.Hour))
		p.Start, p.Timeout = start, 2*time.Hour
		m := newMemory()
		m.err, m.room = errors.New("disk full"), 3
		r, err := Run(t.Context(), p, m, nil)
		if !errors.Is(err, m.err) {
			t.Errorf("Run = %v; want %v", err, m.err)
		}
		if r.Planned != r.Sent+r.Dropped || r.Sent != r.Succeeded+r.Failed || r.Sent == 0 || r.Failed != r.Sent {
			t.Errorf("result %+v; want some sent, all of them cut off, and the equations to hold", r)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("Run took %s; want the full sink to end it", took)
		}
	})
}

// On real connections too, whether nothing was answered yet or half of it.
func TestCutOffOnRealConnections(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			fmt.Fprint(w, "hello")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	before := runtime.NumGoroutine()
	p := planFor(s.URL, traffic.Flat(100, time.Hour))
	p.Requests = append(p.Requests, Request{Name: "drip", Path: "/drip"})
	p.Schedule = traffic.NewSchedule(traffic.Plan{Visits: traffic.Flat(100, time.Hour), Steps: []traffic.Step{{Weight: 1}, {Weight: 1}}, Seed: 1})
	p.NewConnections, p.Timeout = 0.5, time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var cancelled time.Time
	time.AfterFunc(400*time.Millisecond, func() {
		cancelled = time.Now()
		cancel()
	})
	m := newMemory()
	r, err := Run(ctx, p, m, nil)
	took := time.Since(cancelled)
	if err != nil {
		t.Fatal(err)
	}
	checkEquations(t, r, m)
	sum := m.total()
	if diff := cmp.Diff(map[string]int64{"cancelled": r.Sent}, sum.Errors); diff != "" || r.Sent == 0 || len(sum.Failures) != 0 {
		t.Errorf("sent %d, failures of %d kinds; want none of the target's; errors (-want +got):\n%s", r.Sent, len(sum.Failures), diff)
	}
	if took < grace || took > grace+2*time.Second {
		t.Errorf("Run ended %s after the cancel; want about %s", took, grace)
	}
	waitForGoroutines(t, before)
}
