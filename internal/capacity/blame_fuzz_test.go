package capacity

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Whatever the counts, blame moves requests between target and generator and
// makes none up: what is judged never exceeds what was recorded.
func FuzzBlame(f *testing.F) {
	f.Add([]byte{10, 0, 0, 0, 10, 5, 2, 200, 10, 9, 0, 90}, true)
	f.Fuzz(func(t *testing.T, counts []byte, full bool) {
		tl, q := steady([]int64{50}, 100)
		for n := 0; n+4 <= len(counts) && n < 4*40; n += 4 {
			s := secondOf(10+n/4, int64(counts[n]%64), 0)
			s.Queued = min(int64(counts[n+1]), s.Sent)
			s.HeldBack = int64(counts[n+2])
			s.Planned, s.Dropped = s.Planned+s.HeldBack, s.HeldBack
			s.Lag = timeline.Histogram{}
			for range s.Sent {
				s.Lag.Record(time.Duration(counts[n+3]) * 10 * time.Millisecond)
			}
			tl.Seconds = append(tl.Seconds, s)
			if full {
				read(&tl, timeline.InFlight, s.Second, s.Second, float64(counts[n+3]))
				read(&tl, timeline.InFlightCap, s.Second, s.Second, 200)
				read(&tl, timeline.Answered, s.Second, s.Second, float64(n))
			}
		}
		r := newRun(tl, q)
		for n, s := range r.seconds {
			if s.Queued < 0 || s.Queued > s.Sent || s.HeldBack < 0 || s.HeldBack > s.Dropped || s.Planned != s.Sent+s.Dropped {
				t.Fatalf("second %d = %+v; want at most as many queued as sent, and held back as dropped", n, s)
			}
		}
		g := Analyze(tl, q).Generator
		if g.Delivered != (g.Shortcoming == "") || g.Delivered && g.Cause != "" {
			t.Errorf("delivered %v, but %q because %q", g.Delivered, g.Shortcoming, g.Cause)
		}
	})
}
