package capacity

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// busyAtLeast is the shortest stretch of constant work from which a saturation
// rate is taken.
const busyAtLeast = 5 * time.Second

// plateaus are the stretches in which ready units stood still and requests were
// waiting all the time. The generator's own count of answers tells when they
// came back.
func (r run) plateaus(stretches []stretch) []Plateau {
	var found []Plateau
	if r.calm == 0 {
		return nil
	}
	for _, s := range stretches {
		for _, busy := range r.busy(s.Span) {
			first, ok1 := nearest(r.answered, busy.From)
			last, ok2 := nearest(r.answered, busy.To)
			if ok1 && ok2 && last.At > first.At {
				span := Span{time.Duration(first.At), time.Duration(last.At)}
				found = append(found, Plateau{
					Units: int(s.units), Rate: (last.Value - first.Value) / span.length().Seconds(), Span: span,
					Most: r.mostAsked(span),
				})
			}
		}
	}
	return found
}

// mostAsked is the highest rate of a span's seconds.
func (r run) mostAsked(span Span) (rate float64) {
	for _, s := range r.seconds[r.first(span):r.last(span)] {
		rate = max(rate, float64(s.Planned))
	}
	return rate
}

// saturation is what one unit serves when it always has work: the mean of the
// plateaus that show it, per unit, each counting by its units and length; nil
// without one.
func saturation(plateaus []Plateau) *float64 {
	var served, unitSeconds float64
	for _, p := range pressed(plateaus) {
		served += p.Rate * p.length().Seconds()
		unitSeconds += float64(p.Units) * p.length().Seconds()
	}
	if unitSeconds == 0 {
		return nil
	}
	rate := served / unitSeconds
	return &rate
}

// pressed are the plateaus that show saturation. Where less was asked, requests
// may have waited because their services happened to take long, which says nothing
// of the others: so those that were asked about as much per unit as any, and of
// these the longer ones.
func pressed(plateaus []Plateau) []Plateau {
	var asked float64
	for _, p := range plateaus {
		asked = max(asked, p.asked())
	}
	hard := slices.DeleteFunc(slices.Clone(plateaus), func(p Plateau) bool { return p.asked() < 0.95*asked })
	var longest time.Duration
	for _, p := range hard {
		longest = max(longest, p.length())
	}
	return slices.DeleteFunc(hard, func(p Plateau) bool { return p.length() < longest/2 })
}

// asked is the highest rate that was asked of each unit.
func (p Plateau) asked() float64 { return p.Most / float64(p.Units) }

// busy finds the parts of a span, long enough to count in, in whose every second
// no unit was idle.
func (r run) busy(span Span) []Span {
	var found []Span
	from := time.Duration(-1)
	for n := ceilSeconds(span.From); ; n++ {
		at := time.Duration(n) * time.Second
		if at <= span.To && r.loaded(at) {
			if from < 0 {
				from = at
			}
			continue
		}
		if last := at - time.Second; from >= 0 && last-from >= busyAtLeast {
			found = append(found, Span{from, last})
		}
		from = -1
		if at > span.To {
			return found
		}
	}
}

// loaded reports whether even the quickest of the requests that were due in the
// second before an instant, and were served, had to wait: nine of ten took longer
// than the median does where nothing waits, and a fifth more. A slot that had been free would
// have served its share of them sooner.
func (r run) loaded(at time.Duration) bool {
	n := ceilSeconds(at) - 1
	if at < time.Second || n >= len(r.seconds) {
		return false
	}
	before := r.seconds[n]
	if before.HeldBack+before.Queued > 0 {
		return true
	}
	quickest, ok := timeline.Merged(maps.Values(before.Response)).Quantile(0.1)
	return ok && quickest > r.calm+r.calm/5
}

// waiting is the median service time of the requests that were due in the
// second before an instant; the longest there is where some were held back or had to
// wait.
func (r run) waiting(at time.Duration) time.Duration {
	n := ceilSeconds(at) - 1
	if at < time.Second || n >= len(r.seconds) {
		return 0
	}
	before := r.seconds[n]
	if before.HeldBack+before.Queued > 0 {
		return math.MaxInt64
	}
	p50, _ := before.Service.Quantile(0.5)
	return p50
}

// calmService are the service times in the run's calmest window, by their median;
// empty where there is none. Windows in which requests failed are not calm.
func (r run) calmService() (calmest timeline.Histogram) {
	var calm time.Duration
	for _, window := range tile(Span{0, r.end()}, trialWindow) {
		service := r.service(window)
		if p50, ok := service.Quantile(0.5); ok && r.answers(window) && (calm == 0 || p50 < calm) {
			calm, calmest = p50, service
		}
	}
	return calmest
}

// answers reports whether next to nothing failed of what was due in a window:
// errors come fast.
func (r run) answers(window Span) bool {
	var sent, failed int64
	for _, s := range r.seconds[r.first(window):r.last(window)] {
		sent, failed = sent+s.Sent, failed+s.Failed
	}
	return failed*100 <= sent
}

// nearest is the reading closest to at, if within a second and a half.
func nearest(s timeline.Series, at time.Duration) (p timeline.Point, ok bool) {
	best := 1500 * time.Millisecond
	next, _ := slices.BinarySearchFunc(s, timeline.Offset(at), func(p timeline.Point, o timeline.Offset) int { return cmp.Compare(p.At, o) })
	for _, candidate := range s[max(next-1, 0):min(next+1, len(s))] {
		if off := (time.Duration(candidate.At) - at).Abs(); off <= best {
			p, best, ok = candidate, off, true
		}
	}
	return p, ok
}
