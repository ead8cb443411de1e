package rehearsal

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// story is a second of 100 requests: so many failed, were slow (10 s), or are
// unanswered, and the others took a millisecond.
type story struct{ failed, slow, open int64 }

func (s story) second(n int) timeline.Second {
	var h timeline.Histogram
	for range s.slow {
		h.Record(10 * time.Second)
	}
	good := 100 - s.failed - s.slow - s.open
	for range good {
		h.Record(time.Millisecond)
	}
	return timeline.Second{
		Second: n, Planned: 100, Sent: 100, Failed: s.failed, Succeeded: good + s.slow,
		Response: map[string]timeline.Histogram{"top": h},
	}
}

func TestWatchdog(t *testing.T) {
	errors := scenario.Guard{Name: "errors >= 50% for 3s", Errors: 0.5, For: 3 * time.Second}
	slow := scenario.Guard{Name: "p99 > 5s for 3s", Quantile: 0.99, Limit: 5 * time.Second, For: 3 * time.Second}
	bad, edge, good := story{failed: 60}, story{failed: 50}, story{failed: 49}
	for _, test := range []struct {
		name  string
		guard scenario.Guard
		told  []story // from second 0
		now   time.Duration
		want  string
	}{
		{"three bad seconds", errors, []story{good, bad, edge, bad}, 4 * time.Second, "the guard errors >= 50% for 3s fired (170 of 300 requests failed)"},
		{"the third is not over", errors, []story{good, bad, bad, bad}, 3900 * time.Millisecond, ""},
		{"a good one between", errors, []story{bad, bad, good, bad, bad}, 5 * time.Second, ""},
		{"long ago", errors, []story{bad, bad, bad, good}, 4 * time.Second, "the guard errors >= 50% for 3s fired (180 of 300 requests failed)"},
		{"unanswered counts as good", errors, []story{{open: 100}, {open: 100}, {open: 100}}, time.Minute, ""},
		{"one in a hundred is slow", slow, []story{{slow: 1}, {slow: 1}, {slow: 1}}, 10 * time.Second, ""},
		{"two are", slow, []story{{slow: 2}, {slow: 1, failed: 1}, {failed: 2}}, 10 * time.Second, "the guard p99 > 5s for 3s fired (6 of 300 requests were slower than 5 s or failed)"},
		{"unanswered and not yet too old", slow, []story{{open: 9}, {open: 9}, {open: 9}}, 8 * time.Second, ""},
		{"unanswered and too old", slow, []story{{open: 9}, {open: 9}, {open: 9}}, 8001 * time.Millisecond, "the guard p99 > 5s for 3s fired (27 of 300 requests were slower than 5 s or failed)"},
	} {
		w := newWatchdog([]scenario.Guard{test.guard}, 10*time.Second)
		for n, s := range test.told {
			w.add(s.second(n))
		}
		if got := w.look(test.now, 0); got != test.want {
			t.Errorf("%s: look(%s) = %q; want %q", test.name, test.now, got, test.want)
		}
	}
}

// A second comes in parts, and one without requests neither breaks a condition
// nor mends it.
func TestWatchdogSetsIdleSecondsAside(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "errors", Errors: 1, For: 4 * time.Second}}, time.Second)
	for _, n := range []int{7, 8, 10} {
		w.add(timeline.Second{Second: n, Sent: 5})
		w.add(timeline.Second{Second: n, Failed: 3})
		if got := w.look(11*time.Second, 0); got != "" {
			t.Errorf("look = %q; want nothing while answers are missing", got)
		}
		w.add(timeline.Second{Second: n, Failed: 2})
	}
	if got, want := w.look(11*time.Second, 0), "the guard errors fired (15 of 15 requests failed)"; got != want {
		t.Errorf("look = %q; want %q", got, want)
	}
}

func TestWatchdogOfRequestsInFlight(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "in flight >= 1000 for 3s", InFlight: 1000, For: 3 * time.Second}}, time.Second)
	for i, inFlight := range []int{1000, 1200, 999, 1000, 1001, 1002} {
		if got := w.look(time.Duration(i)*time.Second, inFlight); got != "" {
			t.Errorf("look at %d s = %q; want nothing yet", i, got)
		}
	}
	if got, want := w.look(6*time.Second, 1003), "the guard in flight >= 1000 for 3s fired (1,003 requests were unanswered)"; got != want {
		t.Errorf("look = %q; want %q", got, want)
	}
}

// A run of any length is watched in bounded memory.
func TestWatchdogForgets(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "errors", Errors: 0.5, For: 20 * time.Second}}, 10*time.Second)
	for n := range 10_000 {
		w.add(story{}.second(n))
		w.look(time.Duration(n+1)*time.Second, 0)
	}
	if n := len(w.seconds); n > 40 {
		t.Errorf("%d seconds are kept; want those of the last 35", n)
	}
}
