package load

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Nobody folds what is answered: to the cap it is answered all the same, for the
// target has done its part. Answers and errors leave the flight alike, and those
// that catch up are woken.
func TestAStarvedConsumerHoldsNothingBack(t *testing.T) {
	for _, catchUp := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			// Two in flight are too few for 100/s of 25 ms, and enough for 100/s of 5 ms.
			p := planInside(nil, traffic.Flat(100, 2*time.Second))
			p.Start, p.CatchUp, p.Caps.InFlight = time.Now(), catchUp, 2
			slow := steady(25 * time.Millisecond).open()
			fast := steady(5 * time.Millisecond).open()
			broken := errors.New("broken")
			p.Door = doorOf(func(r *http.Request) (*http.Response, error) {
				switch sent := time.Since(p.Start); {
				case catchUp && sent < time.Second:
					return slow.RoundTrip(r)
				case sent < 1500*time.Millisecond:
					return fast.RoundTrip(r)
				}
				time.Sleep(5 * time.Millisecond)
				return nil, broken
			})
			p, templates, err := p.ready()
			if err != nil {
				t.Fatal(err)
			}
			m := newMemory()
			run := newRun(p, templates, m, nil)
			run.network = newNetwork(p, forget)
			pacer, release := run.newPacer(t.Context())
			defer release()
			attacker := vegeta.NewAttacker(vegeta.MaxBody(0), vegeta.Client(run.client(t.Context())))
			results := attacker.Attack(placeholder, pacer, 0, attackName)
			time.Sleep(5 * time.Second)
			parts, totals := run.tally.take()
			var sum timeline.Second
			for _, s := range parts {
				sum.Add(s)
			}
			if totals.Sent != 200 || sum.HeldBack != 0 || run.flight.size() != 0 {
				t.Errorf("catch up %t: sent %d, held back %d, in flight %d; want all 200, none, none", catchUp, totals.Sent, sum.HeldBack, run.flight.size())
			}
			if catchUp != (sum.Queued > 0) {
				t.Errorf("catch up %t: queued %d; want those that waited for slow answers alone", catchUp, sum.Queued)
			}
			for result := range results {
				run.fold(result)
			}
			if got := run.tally.result(); got.Failed+got.Succeeded != 200 || run.flight.size() != 0 || len(run.flight.hits) != 0 {
				t.Errorf("result %+v, in flight %d, kept %d; want 200 folded and nothing left", got, run.flight.size(), len(run.flight.hits))
			}
		})
	}
}

// doorOf is a door that is a function.
type doorOf func(*http.Request) (*http.Response, error)

func (d doorOf) RoundTrip(r *http.Request) (*http.Response, error) { return d(r) }

// What found no port or file here has a lag, and nothing that would speak of the
// target.
func TestGeneratorLimitIsNotTheTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(nil, traffic.Flat(100, time.Second))
		p.Door = &answers{of: func(n int64) (int, string, error) {
			switch n % 4 {
			case 0:
				return 0, "", &net.OpError{Op: "dial", Err: syscall.EADDRNOTAVAIL}
			case 1:
				return 0, "", syscall.ECONNRESET
			}
			return 200, "hello", nil
		}}
		r, m := mustRun(t, p)
		sum := m.total()
		if diff := cmp.Diff(map[string]int64{timeline.GeneratorLimit: 25, classReset: 25}, sum.Errors); diff != "" || r.Failed != 50 {
			t.Errorf("failed %d; errors (-want +got):\n%s", r.Failed, diff)
		}
		failures, responses := sum.Failures["top"], sum.Response["top"]
		got := []int64{sum.Lag.Count(), sum.Service.Count(), failures.Count(), responses.Count()}
		if diff := cmp.Diff([]int64{100, 75, 25, 50}, got); diff != "" {
			t.Errorf("counts of lag, service, failures and responses (-want +got):\n%s", diff)
		}
	})
}

// A target that answers the first request of a connection and breaks the second
// off gets each once: what it broke off is a failure, and nothing is sent again
// that nobody planned.
func TestNothingIsSentTwice(t *testing.T) {
	for _, request := range []Request{
		{Name: "top"}, {Name: "top", Method: "head"}, {Name: "top", Method: "post", Body: []byte("a=1")},
		{Name: "top", Header: http.Header{"Idempotency-Key": {"7"}}},
	} {
		var got atomic.Int64
		var mu sync.Mutex
		seen := make(map[string]bool) // connections
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got.Add(1)
			mu.Lock()
			again := seen[r.RemoteAddr]
			seen[r.RemoteAddr] = true
			mu.Unlock()
			if again {
				panic(http.ErrAbortHandler)
			}
		})
		s.Config.ErrorLog = discard
		p := planFor(s.URL, traffic.Flat(100, 400*time.Millisecond))
		request.Path = "/"
		p.Requests, p.NewConnections = []Request{request}, 0
		r, m := mustRun(t, p)
		sum := m.total()
		if got.Load() != r.Sent || r.Failed == 0 || r.Failed != sum.Errors[classEOF]+sum.Errors[classReset] {
			t.Errorf("%s %v: the target got %d requests of %d sent, %d failed: %v; want each once, and those it broke off failed",
				request.Method, request.Header, got.Load(), r.Sent, r.Failed, sum.Errors)
		}
	}
}

// Sending is over with the last arrival, while its answer is still to come.
func TestProgressTellsTheEndOfSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(4*time.Second), traffic.Flat(10, 3*time.Second))
		p.Start = time.Now()
		var got strings.Builder
		if _, err := Run(t.Context(), p, newMemory(), func(now Progress) {
			fmt.Fprintf(&got, "%s %t %d\n", now.Offset.Round(time.Second), now.Ended, now.InFlight)
		}); err != nil {
			t.Fatal(err)
		}
		const want = "1s false 10\n2s false 20\n3s true 30\n4s true 30\n5s true 20\n6s true 10\n7s true 0\n"
		if diff := cmp.Diff(want, got.String()); diff != "" {
			t.Errorf("offset, ended and in flight (-want +got):\n%s", diff)
		}
	})
}
