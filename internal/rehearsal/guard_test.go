package rehearsal

import (
	"math"
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
		w := newWatchdog([]scenario.Guard{test.guard}, false)
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
	w := newWatchdog([]scenario.Guard{{Name: "errors", Errors: 1, For: 4 * time.Second}}, false)
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
	w := newWatchdog([]scenario.Guard{{Name: "in flight >= 1000 for 3s", InFlight: 1000, For: 3 * time.Second}}, false)
	for i, inFlight := range []int{1000, 1200, 999, 1000, 1001, 1002} {
		if got := w.look(time.Duration(i)*time.Second, inFlight); got != "" {
			t.Errorf("look at %d s = %q; want nothing yet", i, got)
		}
	}
	if got, want := w.look(6*time.Second, 1003), "the guard in flight >= 1000 for 3s fired (1,003 requests were unanswered)"; got != want {
		t.Errorf("look = %q; want %q", got, want)
	}
}

// Exactly the share that is named breaks it, whatever the arithmetic of ratios
// makes of that.
func TestWatchdogAtTheEdge(t *testing.T) {
	for _, g := range []scenario.Guard{
		{Errors: 0.07, For: time.Second}, {Errors: 0.29, For: time.Second}, {Errors: 1, For: time.Second},
	} {
		total := int64(100)
		if over := int64(math.Round(g.Errors * 100)); !breaks(g, total, over) || breaks(g, total, over-1) {
			t.Errorf("%g: %d of %d breaks it: %v, one less: %v; want true, false", g.Errors, over, total, breaks(g, total, over), breaks(g, total, over-1))
		}
	}
	for _, quantile := range []float64{0.5, 0.8, 0.9, 0.93, 0.99} {
		g := scenario.Guard{Quantile: quantile, For: time.Second}
		if over := int64(math.Round((1 - quantile) * 100)); breaks(g, 100, over) || !breaks(g, 100, over+1) {
			t.Errorf("p%g: %d of 100 breaks it: %v, one more: %v; want false, true", 100*quantile, over, breaks(g, 100, over), breaks(g, 100, over+1))
		}
	}
}

// What was cut off, or found no port here, is not the target's failure.
func TestWatchdogOfWhatIsNotTheTargets(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "errors", Errors: 0.5, For: time.Second}}, false)
	w.add(timeline.Second{Second: 3, Sent: 10, Succeeded: 3, Failed: 7, Errors: map[string]int64{timeline.Cancelled: 2, timeline.GeneratorLimit: 3, "reset": 2}})
	if got := w.look(time.Minute, 0); got != "" {
		t.Errorf("look = %q; want nothing: 2 of 5 failed", got)
	}
	w.add(timeline.Second{Second: 4, Sent: 10, Succeeded: 2, Failed: 8, Errors: map[string]int64{timeline.Cancelled: 2, timeline.GeneratorLimit: 4, "reset": 2}})
	if got, want := w.look(time.Minute, 0), "the guard errors fired (2 of 4 requests failed)"; got != want {
		t.Errorf("look = %q; want %q", got, want)
	}
}

// To catch up, requests are sent long after they were due: their second is not
// judged before it is complete, and not forgotten before it is answered.
func TestWatchdogOfCatchingUp(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "errors", Errors: 0.5, For: 5 * time.Second}}, true)
	for n := range 5 {
		now := time.Duration(100+10*n) * time.Second // each second takes ten
		w.add(timeline.Second{Second: n, Sent: 1, Failed: 1})
		if got := w.look(now, 0); got != "" {
			t.Errorf("look at %s = %q; want nothing yet", now, got)
		}
		w.add(timeline.Second{Second: n, Sent: 99, Failed: 59, Succeeded: 40})
	}
	if got := w.look(200*time.Second, 0); got != "" {
		t.Errorf("look = %q; want nothing while the fifth second may go on", got)
	}
	w.add(timeline.Second{Second: 5, Planned: 1, Sent: 1})
	if got, want := w.look(200*time.Second, 0), "the guard errors fired (300 of 500 requests failed)"; got != want {
		t.Errorf("look = %q; want %q", got, want)
	}
}

// Where a target that hangs has filled the cap, nothing is sent for a while.
func TestWatchdogWhileAllIsHeldBack(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "errors", Errors: 0.5, For: 5 * time.Second}}, false)
	w.add(timeline.Second{Second: 0, Planned: 9, Dropped: 9, HeldBack: 9}) // begins no row
	w.add(timeline.Second{Second: 1, Planned: 10, Sent: 10, Failed: 10})
	for n := 2; n < 5; n++ {
		w.add(timeline.Second{Second: n, Planned: 10, Dropped: 10, HeldBack: 10})
	}
	if got := w.look(5*time.Second, 0); got != "" {
		t.Errorf("look = %q; want nothing after four seconds", got)
	}
	w.add(timeline.Second{Second: 5, Planned: 10, Dropped: 10, HeldBack: 10})
	if got, want := w.look(6*time.Second, 0), "the guard errors fired (10 of 10 requests failed)"; got != want {
		t.Errorf("look = %q; want %q", got, want)
	}
}

// Looks are a second apart, but not to the microsecond.
func TestWatchdogOfUnevenLooks(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "in flight", InFlight: 10, For: 3 * time.Second}}, false)
	for _, now := range []time.Duration{1000100, 2000050, 3000020} {
		if got := w.look(now*time.Microsecond, 10); got != "" {
			t.Errorf("look at %d µs = %q; want nothing yet", now, got)
		}
	}
	if got := w.look(4000010*time.Microsecond, 10); got == "" {
		t.Error("look after three seconds = nothing; want the guard")
	}
}

// A run of any length is watched in bounded memory.
func TestWatchdogForgets(t *testing.T) {
	w := newWatchdog([]scenario.Guard{{Name: "errors", Errors: 0.5, For: 20 * time.Second}}, false)
	for n := range 10_000 {
		w.add(story{}.second(n))
		w.look(time.Duration(n+1)*time.Second, 0)
	}
	if n := len(w.seconds); n > 25 {
		t.Errorf("%d seconds are kept; want those of the last 20", n)
	}
}
