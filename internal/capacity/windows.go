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
	jams     []Span             // where requests that took too long filled the flight
	tightest time.Duration      // of the limits on every request's response time; 0 if there is none
	capped   int64              // arrivals the cap in flight kept back though the target was not slow

	answered, inFlight timeline.Series // the generator's readings
	inFlightCap        *float64        // by its reading
	read               []time.Duration // when it was read
}

func newRun(t timeline.Timeline, q Question) run {
	r := run{
		Timeline: t, zone: q.Zone, tightest: tightest(q.Objectives),
		answered: t.Series(timeline.Generator, timeline.Answered),
		inFlight: t.Series(timeline.Generator, timeline.InFlight),
		read:     readTimes(t),
	}
	r.inFlightCap = r.highest(timeline.Generator, timeline.InFlightCap)
	if r.zone == nil {
		r.zone = time.UTC
	}
	for _, s := range t.Seconds {
		for len(r.seconds) <= s.Second {
			r.seconds = append(r.seconds, timeline.Second{Second: len(r.seconds)})
		}
		if s.Second >= 0 {
			r.seconds[s.Second] = s
		}
	}
	r.sent = r.sum(Span{0, r.end()})
	r.whole = r.sent
	r.usual = r.calmService()
	r.calm, _ = r.usual.Quantile(0.5)
	r.jams = r.findJams()
	r.blame(newDelivery(q.Objectives))
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

// sum adds up the seconds that begin in the span.
func (r run) sum(span Span) timeline.Second {
	var sum timeline.Second
	for n := ceilSeconds(span.From); n < ceilSeconds(span.To) && n < len(r.seconds); n++ {
		sum.Add(r.seconds[max(n, 0)])
	}
	return sum
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

// count is what the requests of one stretch are to one objective.
type count struct {
	Objective
	total, over int64              // requests, and those that break the condition
	failed      int64              // of those the objective is about
	lost        int64              // sent and never accounted for, in a run that was killed
	answered    timeline.Histogram // response times of those that succeeded, where they are judged
}

// count counts the requests of s that an objective is about. A request that
// failed has no response time that could hold: however fast the error came, it
// breaches. So does an arrival that could not be sent because the target kept
// too many others waiting.
func (o Objective) count(s timeline.Second) count {
	c := count{Objective: o, failed: s.Failed, lost: s.Unanswered()}
	if o.Quantile == 0 {
		c.total, c.over = s.Sent+s.HeldBack, s.Failed+s.HeldBack
		return c
	}
	answered, failed := o.responses(s)
	c.answered = answered
	c.total, c.over = answered.Count()+failed.Count(), answered.Over(o.Limit)+failed.Count()
	if o.Request == "" {
		c.total, c.over = c.total+s.HeldBack, c.over+s.HeldBack
	} else {
		c.failed = failed.Count()
	}
	return c
}

// responses are the response times of the requests an objective is about: of
// those that succeeded, and of those that failed.
func (o Objective) responses(s timeline.Second) (answered, failed timeline.Histogram) {
	if o.Request != "" {
		return s.Response[o.Request], s.Failures[o.Request]
	}
	for _, h := range s.Response {
		answered.Merge(h)
	}
	for _, h := range s.Failures {
		failed.Merge(h)
	}
	return answered, failed
}

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
func (c count) value() *float64 {
	if c.total == 0 {
		return nil
	}
	if c.Quantile == 0 {
		share := float64(c.over) / float64(c.total)
		return &share
	}
	rank := c.Quantile * float64(c.total) / float64(c.answered.Count())
	if rank > 1 {
		return nil
	}
	d, ok := c.answered.Quantile(rank)
	if !ok {
		return nil
	}
	seconds := d.Seconds()
	return &seconds
}

// judge says what the requests prove about the condition. Those that were lost
// may have broken it.
func (c count) judge() string {
	verdict := judge(c.total, c.over, c.allowed())
	if c.lost <= 0 || verdict != Held {
		return verdict
	}
	total := c.total
	if c.Quantile > 0 {
		total += c.lost
	}
	if judge(total, c.over+c.lost, c.allowed()) != Held {
		return Undecided
	}
	return verdict
}

// judgeObjective judges o in every window of the spans, and then as a whole
// (evidence.go).
func (r run) judgeObjective(o Objective, spans []Span, rule delivery) Judged {
	j := Judged{Objective: o}
	for _, span := range spans {
		for _, window := range tile(span, o.Window) {
			s := r.sum(window)
			c := o.count(s)
			w := Window{
				Span: window, Total: c.total, Over: c.over, HeldBack: s.HeldBack, Failed: c.failed,
				Value: c.value(), Verdict: c.judge(), Delivered: rule.shortcoming(s) == "",
			}
			j.Windows = append(j.Windows, w)
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
