package rehearsal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
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
	return &guarded{maskedSink: sink, watchdog: newWatchdog(s.Abort, s.Late.CatchUp), stop: stop}
}

func (g *guarded) WriteSecond(s timeline.Second) error {
	g.watchdog.add(s)
	return g.maskedSink.WriteSecond(s)
}

// look holds what was written so far against the guards.
func (g *guarded) look(now load.Progress) {
	if g.fired || now.Ended {
		return // nothing is left to stop
	}
	why := g.watchdog.look(now.Offset, now.InFlight)
	if why == "" {
		return
	}
	g.fired = true
	g.stop()
	g.err = g.WriteEvent(timeline.Event{At: timeline.Offset(now.Offset), Source: source, Kind: timeline.GuardFired, Text: why})
}

// watchdog holds a run against its guards, about once a second.
//
// A second is the one its requests were due in, and breaks a condition as soon
// as that is beyond doubt: requests still unanswered count as good until they
// are older than the limit, and what was never the target's failure does not
// count. A guard fires when every second for as long as it says did, those
// without a request set aside:
//
//	due      10 s        11 s        12 s        13 s        now
//	          | broken    | broken    | no request| broken    | not known yet
//	          |--------------- 4 s in a row -----------------|
//
// One goroutine uses it.
type watchdog struct {
	guards  []scenario.Guard
	catchUp bool // arrivals of a second that is over may still wait to be sent
	seconds map[int]*timeline.Second
	newest  int
	longest int              // seconds that the most patient guard waits for
	crowded []*time.Duration // by guard: since when in_flight held at every look; nil while it does not
}

func newWatchdog(guards []scenario.Guard, catchUp bool) *watchdog {
	w := &watchdog{guards: guards, catchUp: catchUp, seconds: make(map[int]*timeline.Second), crowded: make([]*time.Duration, len(guards))}
	for _, g := range guards {
		w.longest = max(w.longest, wholeSeconds(g.For))
	}
	return w
}

// wholeSeconds rounds to seconds, in which a guard's patience is counted and
// about one of which passes from look to look.
func wholeSeconds(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }

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
	w.newest = max(w.newest, part.Second)
}

// look returns what a guard that fires at offset now has to say; "" while none
// does.
func (w *watchdog) look(now time.Duration, inFlight int) string {
	defer w.forget()
	known := slices.SortedFunc(maps.Values(w.seconds), func(a, b *timeline.Second) int { return cmp.Compare(a.Second, b.Second) })
	known = slices.DeleteFunc(known, func(s *timeline.Second) bool { return !w.complete(s, now) })
	for i, g := range w.guards {
		why := ""
		if g.InFlight > 0 {
			why = w.crowd(i, now, inFlight)
		} else {
			why = broken(g, known, now)
		}
		if why != "" {
			return fmt.Sprintf("the guard %s fired (%s)", g.Name, why)
		}
	}
	return ""
}

// complete reports whether no more requests of s will be sent.
func (w *watchdog) complete(s *timeline.Second, now time.Duration) bool {
	return s.Second < w.newest || !w.catchUp && now >= time.Duration(s.Second+1)*time.Second
}

// forget drops the seconds that no guard can need any more: every request before
// them was answered too, and a guard waits for no longer.
func (w *watchdog) forget() {
	oldest := w.newest
	for n, s := range w.seconds {
		if s.Unanswered() > 0 {
			oldest = min(oldest, n)
		}
	}
	maps.DeleteFunc(w.seconds, func(n int, _ *timeline.Second) bool { return n < oldest-w.longest })
}

// crowd looks at requests in flight, which are known at once.
func (w *watchdog) crowd(i int, now time.Duration, inFlight int) string {
	g := w.guards[i]
	switch {
	case inFlight < g.InFlight:
		w.crowded[i] = nil
	case w.crowded[i] == nil:
		w.crowded[i] = &now
	case wholeSeconds(now-*w.crowded[i]) >= wholeSeconds(g.For):
		return figure.Count(inFlight) + " requests were unanswered"
	}
	return ""
}

// broken looks for enough seconds in a row that broke the condition. One whose
// every request was held back, since too many others were unanswered, lengthens
// the row.
func broken(g scenario.Guard, seconds []*timeline.Second, now time.Duration) string {
	var bad, of int64
	from := -1 // first second of those in a row
	for _, s := range seconds {
		total, over := counts(g, s, now)
		switch {
		case total == 0 && s.HeldBack == 0:
			continue
		case total > 0 && !breaks(g, total, over):
			from = -1
			continue
		case from < 0 && total == 0:
			continue
		case from < 0:
			from, bad, of = s.Second, 0, 0
		}
		bad, of = bad+over, of+total
		if s.Second+1-from >= wholeSeconds(g.For) {
			return inWords(g, bad, of)
		}
	}
	return ""
}

// counts returns how many requests of s the condition is about, and how many are
// known at offset now to break it. Those that found no port or file here, or
// were cut off, say nothing of the target.
func counts(g scenario.Guard, s *timeline.Second, now time.Duration) (total, over int64) {
	ours := s.Errors[timeline.GeneratorLimit] + s.Errors[timeline.Cancelled]
	total, over = s.Sent-ours, s.Failed-ours
	if g.Quantile == 0 {
		return total, over
	}
	for _, h := range s.Response {
		over += h.Over(g.Limit)
	}
	if youngest := now - time.Duration(s.Second+1)*time.Second; youngest > g.Limit {
		over += s.Unanswered()
	}
	return total, over
}

// breaks reports whether so many of the total break the condition whatever
// becomes of the others.
func breaks(g scenario.Guard, total, over int64) bool {
	const rounding = 1e-9
	if g.Quantile == 0 {
		return float64(over) >= g.Errors*float64(total)-rounding
	}
	return float64(over) > (1-g.Quantile)*float64(total)+rounding
}

func inWords(g scenario.Guard, bad, of int64) string {
	what := "failed"
	if g.Quantile > 0 {
		what = "were slower than " + figure.ExactDuration(g.Limit) + " or failed"
	}
	return fmt.Sprintf("%s of %s requests %s", figure.Count(bad), figure.Count(of), what)
}
