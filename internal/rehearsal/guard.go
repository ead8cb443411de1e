package rehearsal

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// guarded is a sink that ends sending when a guard fires. Load writes its
// seconds and shows its progress from one goroutine.
type guarded struct {
	maskedSink
	watchdog *watchdog
	stop     func() // ends sending
	fired    bool
	err      error // of writing that one did
}

func newGuarded(sink maskedSink, s *scenario.Scenario, stop func()) *guarded {
	return &guarded{maskedSink: sink, watchdog: newWatchdog(s.Abort, s.Target.Timeout), stop: stop}
}

func (g *guarded) WriteSecond(s timeline.Second) error {
	g.watchdog.add(s)
	return g.maskedSink.WriteSecond(s)
}

// look holds what was written so far against the guards.
func (g *guarded) look(now load.Progress) {
	if g.fired {
		return
	}
	why := g.watchdog.look(now.Offset, now.InFlight)
	if why == "" {
		return
	}
	g.fired = true
	g.stop()
	g.err = g.WriteEvent(timeline.Event{At: timeline.Offset(now.Offset), Source: source, Kind: timeline.GuardFired, Text: why})
}

// watchdog holds a run against its guards, once a second.
//
// A second is the one its requests were due in, and breaks a condition as soon
// as that is beyond doubt: requests still unanswered count as good until they
// are older than the limit. A guard fires when every second for as long as it
// says did, those without a request set aside:
//
//	due      10 s        11 s        12 s        13 s        now
//	          | broken    | broken    | no request| broken    | not known yet
//	          |--------------- 4 s in a row -----------------|
//
// One goroutine uses it.
type watchdog struct {
	guards  []scenario.Guard
	seconds map[int]*timeline.Second
	keep    time.Duration    // how far back a second can matter
	crowded []*time.Duration // by guard: since when in_flight held at every look; nil while it does not
}

func newWatchdog(guards []scenario.Guard, timeout time.Duration) *watchdog {
	w := &watchdog{guards: guards, seconds: make(map[int]*timeline.Second), crowded: make([]*time.Duration, len(guards))}
	for _, g := range guards {
		w.keep = max(w.keep, g.For)
	}
	// The last answer comes a timeout after its request was sent.
	w.keep += timeout + 5*time.Second
	return w
}

// add takes a part of a second.
func (w *watchdog) add(part timeline.Second) {
	if len(w.guards) == 0 {
		return
	}
	sum := w.seconds[part.Second]
	if sum == nil {
		sum = &timeline.Second{Second: part.Second}
		w.seconds[part.Second] = sum
	}
	sum.Add(part)
}

// look returns what a guard that fires at offset now has to say; "" while none
// does.
func (w *watchdog) look(now time.Duration, inFlight int) string {
	for n := range w.seconds {
		if time.Duration(n)*time.Second < now-w.keep {
			delete(w.seconds, n)
		}
	}
	for i, g := range w.guards {
		why := ""
		if g.InFlight > 0 {
			why = w.tooMany(i, now, inFlight)
		} else {
			why = w.broken(g, now)
		}
		if why != "" {
			return fmt.Sprintf("the guard %s fired (%s)", g.Name, why)
		}
	}
	return ""
}

// tooMany looks at requests in flight, which are known at once.
func (w *watchdog) tooMany(i int, now time.Duration, inFlight int) string {
	g := w.guards[i]
	switch {
	case inFlight < g.InFlight:
		w.crowded[i] = nil
	case w.crowded[i] == nil:
		w.crowded[i] = &now
	case now-*w.crowded[i] >= g.For:
		return figure.Count(inFlight) + " requests were unanswered"
	}
	return ""
}

// broken looks for enough seconds in a row that broke the condition.
func (w *watchdog) broken(g scenario.Guard, now time.Duration) string {
	first := max(int((now-w.keep)/time.Second), 0)
	var bad, of int64
	from := -1 // first second of those in a row
	for n := first; time.Duration(n+1)*time.Second <= now; n++ {
		s := w.seconds[n]
		if s == nil || s.Sent == 0 {
			continue
		}
		over, broken := breaks(g, s, now)
		if !broken {
			from = -1
			continue
		}
		if from < 0 {
			from, bad, of = n, 0, 0
		}
		bad, of = bad+over, of+s.Sent
		if time.Duration(n+1-from)*time.Second >= g.For {
			return inWords(g, bad, of)
		}
	}
	return ""
}

// breaks counts the requests of s that are known at offset now to break the
// condition, and says whether they are too many whatever becomes of the others.
func breaks(g scenario.Guard, s *timeline.Second, now time.Duration) (over int64, broken bool) {
	over = s.Failed
	if g.Quantile == 0 {
		return over, float64(over) >= g.Errors*float64(s.Sent)
	}
	for _, h := range s.Response {
		over += h.Over(g.Limit)
	}
	if youngest := now - time.Duration(s.Second+1)*time.Second; youngest > g.Limit {
		over += s.Sent - s.Succeeded - s.Failed
	}
	return over, float64(over) > (1-g.Quantile)*float64(s.Sent)
}

func inWords(g scenario.Guard, bad, of int64) string {
	what := "failed"
	if g.Quantile > 0 {
		what = "were slower than " + figure.ExactDuration(g.Limit) + " or failed"
	}
	return fmt.Sprintf("%s of %s requests %s", figure.Count(bad), figure.Count(of), what)
}
