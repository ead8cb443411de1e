package capacity

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// run is one timeline with its seconds by number, as they are judged.
type run struct {
	timeline.Timeline
	seconds  []timeline.Second // seconds[n].Second == n
	zone     *time.Location
	sent     timeline.Second    // all seconds together, as they were recorded
	whole    timeline.Second    // all seconds together, as they are judged
	usual    timeline.Histogram // service times of the calmest window
	calm     time.Duration      // their median; 0 if unknown
	unloaded time.Duration      // as calm, for runs that were never calm too (saturation.go); 0 if unknown
	jams     []Span             // where requests that took too long filled the flight
	tightest time.Duration      // of the limits on every request's response time; 0 if there is none
	capped   int64              // arrivals the cap in flight kept back though the target was not slow

	answered, inFlight timeline.Series // the generator's readings
	inFlightCap        *float64        // by its reading
	read               []time.Duration // when it was read

	sights []sight        // of every source that the question names
	holes  []timeline.Gap // of Gaps, those that nothing marked
	weak   []string       // what weakens the conclusions, of the facts themselves

	tallies  map[Objective][]tally // by second n, what the requests due before it are to each objective
	sendings []sending             // the same of what was sent of the load

	late map[string][]late // of each fleet: where ready units did not serve
}

func newRun(t timeline.Timeline, q Question) run {
	r := run{Timeline: t, zone: q.Zone, tightest: tightest(q.Objectives), tallies: make(map[Objective][]tally)}
	r.leaveOut()
	r.settle(q.Fleets)
	r.answered = r.Series(timeline.Generator, timeline.Answered)
	r.inFlight = r.Series(timeline.Generator, timeline.InFlight)
	r.read = readTimes(r.Timeline)
	r.inFlightCap = r.highest(timeline.Generator, timeline.InFlightCap)
	if r.zone == nil {
		r.zone = time.UTC
	}
	for _, s := range r.Seconds {
		for len(r.seconds) <= s.Second {
			r.seconds = append(r.seconds, timeline.Second{Second: len(r.seconds)})
		}
		r.seconds[s.Second] = s
	}
	r.addHoles(q.Fleets)
	r.sights = r.sightsOf(q)
	r.sent = r.sum(Span{0, r.end()})
	r.whole = r.sent
	r.usual = r.calmService()
	r.calm, _ = r.usual.Quantile(0.5)
	r.unloaded = r.unloadedService()
	r.jams = r.findJams()
	rule := newDelivery(q.Objectives)
	r.blame(rule)
	r.sendings = rule.sumUp(r.seconds)
	r.late = r.allLates(q)
	return r
}

// tightest is the lowest limit on response time that at least half of all
// requests have to keep; 0 if there is none.
func tightest(objectives []Objective) (limit time.Duration) {
	for _, o := range objectives {
		if o.Quantile >= 0.5 && o.Request == "" && (limit == 0 || o.Limit < limit) {
			limit = o.Limit
		}
	}
	return limit
}

// clock is the time of day at an offset of the run, in words.
func (r run) clock(offset time.Duration) string {
	return figure.Clock(r.Start.Add(offset).In(r.zone))
}

// end is the end of the last second that had arrivals.
func (r run) end() time.Duration { return time.Duration(len(r.seconds)) * time.Second }

// sum adds up the seconds that begin in the span. Where only counts are asked
// for, counts and sending tell them in less time.
func (r run) sum(span Span) timeline.Second {
	return timeline.AddUp(r.seconds[r.first(span):r.last(span)])
}

// service are the service times of the requests that were due in the span.
func (r run) service(span Span) timeline.Histogram {
	return timeline.Merged(func(yield func(timeline.Histogram) bool) {
		for _, s := range r.seconds[r.first(span):r.last(span)] {
			if !yield(s.Service) {
				return
			}
		}
	})
}

// first is the number of the first second that begins in the span, and last of
// the first one after it.
func (r run) first(span Span) int { return min(max(ceilSeconds(span.From), 0), len(r.seconds)) }

func (r run) last(span Span) int {
	return max(min(ceilSeconds(span.To), len(r.seconds)), r.first(span))
}

func ceilSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// tile cuts a span, from its first whole second, into windows of the given
// length. A rest shorter than half a window prolongs the last one; a span that
// is shorter altogether is one window.
func tile(span Span, length time.Duration) []Span {
	length = max(length.Round(time.Second), time.Second)
	var windows []Span
	for from := time.Duration(ceilSeconds(span.From)) * time.Second; from < span.To; from += length {
		window := Span{from, min(from+length, span.To)}
		if last := len(windows) - 1; last >= 0 && window.length() < length/2 {
			windows[last].To = span.To
			break
		}
		windows = append(windows, window)
	}
	return windows
}

func (s Span) length() time.Duration { return s.To - s.From }

// allowed is the share of requests that may break the condition.
func (o Objective) allowed() float64 {
	if o.Quantile == 0 {
		return o.Errors
	}
	return 1 - o.Quantile
}

// value is what the condition limits: seconds of response time at the
// quantile, or the error ratio. It is unknown where nothing was answered, and
// where so many requests failed that the quantile falls among them.
func (r run) value(c count, span Span) *float64 {
	if c.total == 0 {
		return nil
	}
	if c.Quantile == 0 {
		share := float64(c.over) / float64(c.total)
		return &share
	}
	answered := r.answeredOf(c.Objective, span)
	rank := c.Quantile * float64(c.total) / float64(answered.Count())
	if rank > 1 {
		return nil
	}
	d, ok := answered.Quantile(rank)
	if !ok {
		return nil
	}
	seconds := d.Seconds()
	return &seconds
}

// answeredOf are the response times of the requests that an objective is about
// and that succeeded.
func (r run) answeredOf(o Objective, span Span) timeline.Histogram {
	return timeline.Merged(func(yield func(timeline.Histogram) bool) {
		for _, s := range r.seconds[r.first(span):r.last(span)] {
			for name, h := range s.Response {
				if o.isAbout(name) && !yield(h) {
					return
				}
			}
		}
	})
}

// judgeObjective judges o in every window of the spans, and then as a whole
// (evidence.go).
func (r run) judgeObjective(o Objective, spans []Span) Judged {
	j := Judged{Objective: o}
	for _, span := range spans {
		for _, window := range tile(span, o.Window) {
			c := r.counts(o, window)
			j.Windows = append(j.Windows, Window{
				Span: window, Total: c.total, Over: c.over, HeldBack: c.heldBack, Failed: c.failed,
				Value: r.value(c, window), Verdict: c.judge(), Delivered: r.sending(window).delivered(),
			})
		}
	}
	j.conclude()
	if worst := j.worst(); worst.Total > 0 {
		j.Worst, j.WorstAt = worst.Value, &worst.From
	}
	return j
}

// worst is the window to point at: of those that prove a failure, where there
// are any, the one with the highest value; where values are equal or unknown,
// the one with the largest share of breaches.
func (j Judged) worst() Window {
	var worst Window
	for i, w := range j.Windows {
		if i == 0 || w.worseThan(worst) {
			worst = w
		}
	}
	return worst
}

func (w Window) worseThan(other Window) bool {
	if w.provesFailure() != other.provesFailure() {
		return w.provesFailure()
	}
	value := func(w Window) float64 {
		switch {
		case w.Value != nil:
			return *w.Value
		case w.Over > 0: // beyond any time: too many failed
			return math.Inf(1)
		}
		return math.Inf(-1)
	}
	share := func(w Window) float64 { return float64(w.Over) / float64(w.Total) }
	return cmp.Or(cmp.Compare(value(w), value(other)), cmp.Compare(share(w), share(other))) > 0
}

// provesFailure reports whether the objective was broken in w though its load
// was delivered.
func (w Window) provesFailure() bool { return w.Verdict == Failed && w.Delivered }

// spans says where o is judged: while spots last if it asks so, else all the
// time. Spots that overlap count once.
func (r run) spans(during bool, spots []Span) []Span {
	whole := Span{0, r.end()}
	if !during {
		return []Span{whole}
	}
	return merge(spots, whole)
}

// merge unites overlapping spans within bounds.
func merge(spans []Span, bounds Span) []Span {
	byStart := func(a, b Span) int { return cmp.Compare(a.From, b.From) }
	var merged []Span
	for _, s := range slices.SortedFunc(slices.Values(spans), byStart) {
		s = Span{max(s.From, bounds.From), min(s.To, bounds.To)}
		if last := len(merged) - 1; last >= 0 && s.From <= merged[last].To {
			merged[last].To = max(merged[last].To, s.To)
		} else if s.From < s.To {
			merged = append(merged, s)
		}
	}
	return merged
}
