package capacity

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// trialWindow is the length of the windows from which one unit is estimated.
const trialWindow = 10 * time.Second

// estimate says what one unit of a fleet sustains and at what it saturates,
// from windows in which the number of ready units did not change.
func (r run) estimate(fleet string, objectives []Objective, rule delivery) PerUnit {
	ready := r.Series(fleet, timeline.Ready)
	calm, ok := r.calmService()
	if len(ready) == 0 || !ok {
		return PerUnit{Said: fleet + ": ready units were not observed, so nothing is known of one unit"}
	}
	backlog := largestBacklog(objectives, calm)
	var trials []trial
	var plateau []float64
	for _, window := range r.steadyWindows(ready) {
		units, _ := ready.At(timeline.Offset(window.From))
		s := r.sum(window)
		if units == 0 || rule.shortcoming(s) != "" {
			continue
		}
		if rate, ok := r.overloadedRate(window, calm); ok {
			plateau = append(plateau, rate/units)
		}
		if r.waiting(window.From) > backlog {
			continue
		}
		if verdict := worstVerdict(objectives, s); verdict != Undecided {
			t := trial{rate: float64(s.Planned) / window.length().Seconds() / units, units: int(units)}
			if verdict == Failed {
				t.failed = 1
			}
			trials = append(trials, t)
		}
	}
	return newPerUnit(fleet, trials, plateau)
}

// steadyWindows cuts the stretches of constant ready units into windows; each
// stretch begins with the first whole second after the change.
func (r run) steadyWindows(ready timeline.Series) []Span {
	var windows []Span
	for i, p := range ready {
		stretch := Span{max(time.Duration(p.At), 0), r.end()}
		if i > 0 && ready[i-1].Value == p.Value {
			continue
		}
		for _, next := range ready[i+1:] {
			if next.Value != p.Value {
				stretch.To = min(stretch.To, time.Duration(next.At))
				break
			}
		}
		for _, w := range tile(stretch, trialWindow) {
			if w.length() == trialWindow {
				windows = append(windows, w)
			}
		}
	}
	return windows
}

// worstVerdict judges all objectives over one stretch, whether or not they ask
// to be judged during spots only: failed if any failed, held if all held.
func worstVerdict(objectives []Objective, s timeline.Second) string {
	verdict := Held
	for _, o := range objectives {
		total, over := o.breaches(s)
		switch judge(total, over, o.allowed()) {
		case Failed:
			return Failed
		case Undecided:
			verdict = Undecided
		}
	}
	return verdict
}

// calmService is the median service time in the run's calmest window.
func (r run) calmService() (calm time.Duration, ok bool) {
	for _, window := range tile(Span{0, r.end()}, trialWindow) {
		if p50, any := r.sum(window).Service.Quantile(0.5); any && (!ok || p50 < calm) {
			calm, ok = p50, true
		}
	}
	return calm, ok
}

// largestBacklog is how long requests may already wait when a window begins
// that is to tell about its own rate: half the tightest latency limit, or twice
// the calm time where there is none.
func largestBacklog(objectives []Objective, calm time.Duration) time.Duration {
	most := time.Duration(math.MaxInt64)
	for _, o := range objectives {
		if o.Quantile > 0 {
			most = min(most, o.Limit/2)
		}
	}
	if most == math.MaxInt64 {
		return 2 * calm
	}
	return most
}

// waiting is the median service time of the requests that were due in the
// second before an instant; the longest there is where some were held back.
func (r run) waiting(at time.Duration) time.Duration {
	if at < time.Second {
		return 0
	}
	before := r.sum(Span{at - time.Second, at})
	if before.HeldBack > 0 {
		return math.MaxInt64
	}
	p50, _ := before.Service.Quantile(0.5)
	return p50
}

// overloadedRate is how many requests a second succeeded in a window in which
// units always had work, by the generator's own count of answers; ok is false
// where they had not, or where no count was taken close to the window's ends.
func (r run) overloadedRate(window Span, calm time.Duration) (rate float64, ok bool) {
	for at := window.From; at <= window.To; at += time.Second {
		if r.waiting(at) <= 2*calm {
			return 0, false
		}
	}
	answered := r.Series(timeline.Generator, timeline.Answered)
	first, ok1 := nearest(answered, window.From)
	last, ok2 := nearest(answered, window.To)
	if !ok1 || !ok2 || last.At <= first.At {
		return 0, false
	}
	return (last.Value - first.Value) / (last.At - first.At).Seconds(), true
}

// nearest is the reading closest to at, if within a second and a half.
func nearest(s timeline.Series, at time.Duration) (p timeline.Point, ok bool) {
	best := 1500 * time.Millisecond
	for _, candidate := range s {
		if off := (time.Duration(candidate.At) - at).Abs(); off <= best {
			p, best, ok = candidate, off, true
		}
	}
	return p, ok
}

func newPerUnit(fleet string, trials []trial, plateau []float64) PerUnit {
	var u PerUnit
	if len(plateau) > 0 {
		slices.Sort(plateau)
		middle := plateau[len(plateau)/2]
		u.Saturation = &middle
		// At saturation the queue grows without end: no objective would hold long.
		trials = append(trials, trial{rate: middle, failed: 1})
	}
	u.Low, u.Mid, u.High = turn(trials)
	for _, t := range trials {
		if u.Low == nil || t.rate >= *u.Low { // what lies below tells nothing of the turn
			u.Units = max(u.Units, t.units)
		}
	}
	u.Said = fleet + ": " + u.inWords()
	return u
}

func (u PerUnit) inWords() string {
	switch {
	case u.Low == nil && u.High == nil:
		return "no stretch of steady units tells what one unit sustains"
	case u.High == nil:
		return fmt.Sprintf("one unit sustains at least %s: no window broke an objective", perSecond(*u.Low))
	case u.Low == nil:
		return fmt.Sprintf("one unit sustains at most %s: no window held", perSecond(*u.High))
	}
	return fmt.Sprintf("one unit sustains %s (%s to %s), measured at %d units",
		perSecond(*u.Mid), number(*u.Low), perSecond(*u.High), u.Units)
}
