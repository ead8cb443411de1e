package capacity

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

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
	if r.unloaded == 0 {
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
					Most: r.mostAsked(span), Parts: r.parts(busy),
				})
			}
		}
	}
	return found
}

// partLength is the length of the parts of a plateau whose rates are compared.
const partLength = 2 * time.Second

// parts are the rates of a plateau's parts.
func (r run) parts(busy Span) (rates []float64) {
	for from := busy.From; from+partLength <= busy.To; from += partLength {
		first, ok1 := nearest(r.answered, from)
		last, ok2 := nearest(r.answered, from+partLength)
		if ok1 && ok2 && last.At > first.At {
			rates = append(rates, (last.Value-first.Value)/time.Duration(last.At-first.At).Seconds())
		}
	}
	return rates
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

// fewestParts is of how many parts the spread is told.
const fewestParts = 4

// around is the 90 % interval of a saturation rate of one unit that was taken from
// plateaus. Units that always have work answer n requests in a time that varies by
// v/√n, with v the variation of service times (a renewal process). Where the parts
// of the plateaus lie further apart than that, their spread tells (Student's t).
func around(rate float64, plateaus []Plateau, variation float64) Range {
	var served float64
	var parts []float64
	for _, p := range pressed(plateaus) {
		served += p.Rate * p.length().Seconds()
		for _, part := range p.Parts {
			parts = append(parts, part/float64(p.Units))
		}
	}
	off := sureOfSide * variation / math.Sqrt(served)
	if n := float64(len(parts)); n >= fewestParts {
		t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(1 - outside)
		off = max(off, t*stat.StdErr(stat.StdDev(parts, nil), n)/rate)
	}
	return Range{Low: rate * max(1-off, 0), Mid: rate, High: rate * (1 + off)}
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
	answers := timeline.Merged(maps.Values(before.Response))
	if r.wasted(before, answers.Count()) {
		return false
	}
	quickest, ok := answers.Quantile(0.1)
	return before.HeldBack+before.Queued > 0 || ok && quickest > r.unloaded+r.unloaded/5
}

// wasted reports whether so many of a second's requests failed late that the
// answers do not tell what was served: work on those that a client has given up, or
// that ends in an error, is work too. What is turned away at once costs nothing.
func (r run) wasted(s timeline.Second, answers int64) bool {
	late := timeline.Merged(maps.Values(s.Failures)).Over(r.unloaded)
	return float64(late) > keptUp*float64(answers)
}

// manyAnswers are so many that chance does not halve their median.
const manyAnswers = 100

// unloadedService is at most the median time that answers take where nothing
// waits; 0 where nothing tells. The calmest window tells it, unless load was too
// much from the start: every window then has failures, or requests that waited. The
// first seconds of such a run tell still, for waiting only makes answers slower, so
// that no second's median lies below it; and the queue was empty when it began:
//
//	service |        ___________   the queue is full
//	        |     .-'  .  .  .     loaded: even the quickest are beyond
//	        |   .'- - - - - - - -  median of the first second
//	        |_.'_________________  median where nothing waits: not seen
//	        +-+------------------> time
//
// A queue that is full within that second leaves nothing to compare with, and
// constant work is not told.
func (r run) unloadedService() time.Duration {
	var quickest time.Duration
	for _, s := range r.seconds[:r.last(Span{0, trialWindow})] {
		answers := timeline.Merged(maps.Values(s.Response))
		if p50, ok := answers.Quantile(0.5); ok && answers.Count() >= manyAnswers && (quickest == 0 || p50 < quickest) {
			quickest = p50
		}
	}
	if r.calm == 0 || quickest > 0 && quickest < r.calm/2 {
		return quickest
	}
	return r.calm
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
