package capacity

import (
	"cmp"
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// run is one timeline with its seconds by number.
type run struct {
	timeline.Timeline
	seconds []timeline.Second // seconds[n].Second == n
	zone    *time.Location
}

func newRun(t timeline.Timeline, zone *time.Location) run {
	if zone == nil {
		zone = time.UTC
	}
	r := run{Timeline: t, zone: zone}
	for _, s := range t.Seconds {
		for len(r.seconds) <= s.Second {
			r.seconds = append(r.seconds, timeline.Second{Second: len(r.seconds)})
		}
		if s.Second >= 0 {
			r.seconds[s.Second] = s
		}
	}
	return r
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
// length; a rest shorter than half a window is left out.
func tile(span Span, length time.Duration) []Span {
	length = max(length.Round(time.Second), time.Second)
	var windows []Span
	for from := time.Duration(ceilSeconds(span.From)) * time.Second; from < span.To; from += length {
		window := Span{from, min(from+length, span.To)}
		if window.length() < length/2 {
			break
		}
		windows = append(windows, window)
	}
	return windows
}

func (s Span) length() time.Duration { return s.To - s.From }

// breaches counts the requests of s that an objective is about, and those of
// them that break its condition. An arrival that could not be sent because the
// target kept too many others waiting counts as a breach: its viewer waited in
// vain.
func (o Objective) breaches(s timeline.Second) (total, over int64) {
	if o.Quantile == 0 {
		return s.Sent + s.HeldBack, s.Failed + s.HeldBack
	}
	h := o.responses(s)
	total, over = h.Count(), h.Over(o.Limit)
	if o.Request == "" {
		total, over = total+s.HeldBack, over+s.HeldBack
	}
	return total, over
}

func (o Objective) responses(s timeline.Second) timeline.Histogram {
	if o.Request == "" {
		return s.AllResponses()
	}
	return s.Response[o.Request]
}

// allowed is the share of requests that may break the condition.
func (o Objective) allowed() float64 {
	if o.Quantile == 0 {
		return o.Errors
	}
	return 1 - o.Quantile
}

// value is what the condition limits: seconds of response time at the
// quantile, or the error ratio.
func (o Objective) value(s timeline.Second) (v float64, ok bool) {
	if o.Quantile == 0 {
		total, over := o.breaches(s)
		return float64(over) / float64(total), total > 0
	}
	d, ok := o.responses(s).Quantile(o.Quantile)
	return d.Seconds(), ok
}

// judgeObjective judges o in every window of the spans. The objective failed
// if any window failed, and held if none failed and any held.
func (r run) judgeObjective(o Objective, spans []Span, rule delivery) Judged {
	j := Judged{Objective: o, Verdict: Undecided}
	for _, span := range spans {
		for _, window := range tile(span, o.Window) {
			s := r.sum(window)
			w := Window{Span: window, Delivered: rule.shortcoming(s) == ""}
			w.Total, w.Over = o.breaches(s)
			w.Verdict = judge(w.Total, w.Over, o.allowed())
			if v, ok := o.value(s); ok {
				w.Value = &v
			}
			j.add(w)
		}
	}
	if worst := j.worst(); worst.Value != nil {
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
		if w.Value == nil {
			return math.Inf(-1)
		}
		return *w.Value
	}
	share := func(w Window) float64 { return float64(w.Over) / float64(w.Total) }
	return cmp.Or(cmp.Compare(value(w), value(other)), cmp.Compare(share(w), share(other))) > 0
}

// provesFailure reports whether the objective was broken in w though its load
// was delivered.
func (w Window) provesFailure() bool { return w.Verdict == Failed && w.Delivered }

func (j *Judged) add(w Window) {
	j.Windows = append(j.Windows, w)
	switch {
	case w.Verdict == Failed:
		j.Verdict = Failed
		j.Broken += w.length()
	case w.Verdict == Held && j.Verdict == Undecided:
		j.Verdict = Held
	}
}

// spans says where o is judged: while spots last if it asks so, else all the
// time. Spots that overlap count once.
func (r run) spans(during bool, spots []Span) []Span {
	whole := Span{0, r.end()}
	if !during {
		return []Span{whole}
	}
	return merge(spots, whole)
}

// merge unites overlapping spans, which are in order of time, within bounds.
func merge(spans []Span, bounds Span) []Span {
	var merged []Span
	for _, s := range spans {
		s = Span{max(s.From, bounds.From), min(s.To, bounds.To)}
		if last := len(merged) - 1; last >= 0 && s.From <= merged[last].To {
			merged[last].To = max(merged[last].To, s.To)
		} else if s.From < s.To {
			merged = append(merged, s)
		}
	}
	return merged
}
