package load

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Twenty minutes of an evening (three under the race detector), 100/s with an airing
// that brings 1,000/s: every request is sent in the second, and at the very
// instant, it was due.
func TestAnEvening(t *testing.T) {
	before := raced.Part(8*time.Minute, 30*time.Second)
	after := raced.Part(10*time.Minute+20*time.Second, 50*time.Second)
	synctest.Test(t, func(t *testing.T) {
		evening := traffic.Stages(100,
			traffic.Stage{Hold: true, Over: before},
			traffic.Stage{To: 1000, Over: 20 * time.Second},
			traffic.Stage{Hold: true, Over: 20 * time.Second},
			traffic.Stage{To: 100, Over: time.Minute},
			traffic.Stage{Hold: true, Over: after})
		start := time.Now()
		var mu sync.Mutex
		var sent []time.Duration
		p := planInside(func(int64, *http.Request) (time.Duration, int) {
			at := time.Since(start)
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, at)
			return 25 * time.Millisecond, 200
		}, evening)
		p.Start, p.DropAfter = start, time.Nanosecond
		due := dues(p)
		r, m := mustRun(t, p)
		if evening.Duration() != before+100*time.Second+after || r.Sent != int64(len(due)) || r.Late+r.Dropped+r.Failed != 0 {
			t.Fatalf("result %+v of %s; want all %d sent on time", r, evening.Duration(), len(due))
		}
		slices.Sort(sent)
		if !slices.Equal(sent, due) {
			t.Error("requests were sent at other instants than they were due")
		}
		planned, got := make(map[int]int64), make(map[int]int64)
		for _, d := range due {
			planned[int(d/time.Second)]++
		}
		for n, s := range m.seconds {
			got[n] = s.Sent
		}
		if diff := cmp.Diff(planned, got); diff != "" {
			t.Errorf("sent by second (-planned +sent):\n%s", diff)
		}
		lag := m.total().Lag
		if longest, _ := lag.Quantile(1); longest != 0 {
			t.Errorf("longest lag = %s; want 0", longest)
		}
	})
}

// The percentiles of a run, merged from all its parts, are those of the times the
// door kept itself, while the generator is late by ever other lengths and the
// target answers after ever other times.
func TestPercentilesAgainstTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		type knock struct{ sent, service time.Duration }
		var mu sync.Mutex
		var knocks []knock
		p := planInside(func(int64, *http.Request) (time.Duration, int) {
			sent := time.Since(start)
			// It depends on the instant alone, so that which of two requests of the
			// same instant comes first makes no difference.
			k := knock{sent, time.Millisecond + sent*7919%(3*time.Second)}
			mu.Lock()
			defer mu.Unlock()
			knocks = append(knocks, k)
			return k.service, 200
		}, traffic.Stages(50, traffic.Stage{To: 300, Over: 20 * time.Second}, traffic.Stage{To: 50, Over: 10 * time.Second}))
		p.Start = start
		due := dues(p)
		n := 0
		_, m := runWith(t, p, func(ctx context.Context, until time.Time) bool {
			n++
			if n%50 == 0 {
				until = until.Add(time.Duration(n*n%997) * 100 * time.Microsecond)
			}
			return waitByTimer(ctx, until)
		})
		slices.SortFunc(knocks, func(a, b knock) int { return int(a.sent - b.sent) })
		var lags, services, responses []time.Duration
		for i, k := range knocks {
			lags = append(lags, k.sent-due[i])
			services = append(services, k.service)
			responses = append(responses, k.sent-due[i]+k.service)
		}
		sum := m.total()
		checkQuantiles(t, "lag", sum.Lag, lags)
		checkQuantiles(t, "service", sum.Service, services)
		checkQuantiles(t, "response", sum.AllResponses(), responses)
		if p99 := quantile(lags, 0.99); p99 < time.Millisecond {
			t.Errorf("lag p99 = %s; want the generator to be late, or this shows nothing", p99)
		}
	})
}
