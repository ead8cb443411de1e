package capacity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// verdict decides in the order aborted, fail, invalid, pass. An objective
// broken in a window whose load was delivered is a fail and stays one; what was
// not delivered hides only a pass.
func (res *Result) verdict(q Question, r run) {
	for _, e := range r.Events {
		at := r.clock(time.Duration(e.At))
		switch e.Kind {
		case timeline.GuardFired:
			res.Verdict = Aborted
			res.Reasons = append(res.Reasons, fmt.Sprintf("aborted at %s: %s", at, e.Text))
		case timeline.Interrupted:
			res.Verdict, res.Interrupted = Aborted, true
			res.Reasons = append(res.Reasons, fmt.Sprintf("%s at %s", e.Text, at))
		}
	}
	if res.Verdict == Aborted {
		res.Reasons = append(res.Reasons, res.unshownHeadroom(q)...)
		return
	}
	failures := res.failures(q, r)
	doubts := res.doubts(q, r)
	switch {
	case len(failures) > 0:
		res.Verdict, res.Reasons = Fail, append(failures, res.unshownHeadroom(q)...)
	case len(doubts) > 0:
		res.Verdict, res.Reasons = Invalid, doubts
	default:
		res.Verdict = Pass
		res.Reasons = []string{fmt.Sprintf("every objective held, and the load was delivered as planned (%s of %s requests sent)",
			figure.Count(res.Load.Sent), figure.Count(res.Load.Planned))}
		if q.Required.Asked {
			res.Reasons = append(res.Reasons, fmt.Sprintf("at least %s of headroom is required, and it is %s",
				figure.ExactShare(q.Required.AtLeast), res.Headroom.InFigures(q.Required)))
		}
	}
}

// failures says which objectives were broken beyond doubt, and whether the
// headroom, by its upper bound or by the low end of its estimate, misses what is
// required.
func (res *Result) failures(q Question, r run) []string {
	var reasons []string
	for _, j := range res.Objectives {
		if !j.proven() {
			continue
		}
		worst := j.worst()
		reasons = append(reasons, fmt.Sprintf("%s was broken for %s, worst at %s: %s",
			j.Name, j.brokenInWords(), r.clock(worst.From), j.inWords(worst)))
	}
	if q.Required.Asked && res.Headroom.belowRequired(q.Required) {
		reasons = append(reasons, fmt.Sprintf("at least %s of headroom is required; it is %s",
			figure.ExactShare(q.Required.AtLeast), res.Headroom.InFigures(q.Required)))
	}
	return reasons
}

// belowRequired reports whether the headroom was shown to miss what is
// required: its upper bound does, or it was estimated and its range begins
// below. A mere lower bound shows no such thing.
func (h Headroom) belowRequired(r Required) bool {
	return h.High != nil && *h.High < r.AtLeast ||
		h.Mid != nil && h.Low != nil && *h.Low < r.AtLeast
}

// brokenInWords is how long the objective failed, and for how much of that the
// load was delivered where that is not all.
func (j Judged) brokenInWords() string {
	if j.Proven < j.Broken {
		return fmt.Sprintf("%s (%s of it with the load delivered)", figure.Duration(j.Broken), figure.Duration(j.Proven))
	}
	return figure.Duration(j.Broken)
}

// WorstWindow is the window that Worst is of, and reasons tell of; ok is false
// where none was judged.
func (j Judged) WorstWindow() (w Window, ok bool) {
	w = j.worst()
	return w, w.Total > 0
}

// inWords counts what broke the objective in a window, by all the ways in which
// requests did, and where there are several how many did so in each.
func (j Judged) inWords(w Window) string {
	const why = " since too many others were waiting"
	slower := "slower than " + figure.ExactDuration(j.Limit)
	slow := j.Quantile > 0 && w.Over > w.Failed+w.HeldBack
	var ways, parts []string
	if slow {
		ways = append(ways, slower)
	}
	if w.Failed > 0 {
		ways = append(ways, "failed")
	}
	if w.HeldBack > 0 {
		ways = append(ways, "never sent")
	}
	if len(ways) == 0 {
		ways = append(ways, "broke it")
	}
	text := fmt.Sprintf("%s of %s requests ", figure.Count(w.Over), figure.Count(w.Total))
	switch len(ways) {
	case 1:
		parts = append(parts, text+ways[0])
		if w.HeldBack > 0 {
			parts[0] += why
		}
	default:
		last := len(ways) - 1
		parts = append(parts, text+strings.Join(ways[:last], ", ")+" or "+ways[last])
		if slow && w.Failed > 0 {
			parts = append(parts, figure.Count(w.Failed)+" of them failed")
		}
		if w.HeldBack > 0 {
			parts = append(parts, figure.Count(w.HeldBack)+" of them never sent"+why)
		}
	}
	if j.Quantile > 0 && !slow && w.Over < w.Total {
		parts = append(parts, "and none of the others was "+slower)
	}
	return strings.Join(parts, ", ")
}

// doubts says why a run that broke nothing proves nothing either.
func (res *Result) doubts(q Question, r run) []string {
	var reasons []string
	if text := r.cutShort(q); text != "" {
		reasons = append(reasons, text)
	}
	if !res.Generator.Delivered {
		reasons = append(reasons, "the load was not delivered as planned: "+res.Generator.Shortcoming)
	}
	reasons = append(reasons, r.misrecorded(q)...)
	reasons = append(reasons, res.unseen(q, r)...)
	return slices.Concat(reasons, res.unshown(), res.unshownHeadroom(q))
}

// besides are the doubts about a run whose verdict is not for them: a fail or an
// abort proves nothing of them wrong. Those that reasons or other warnings tell are
// left out.
func (res *Result) besides(q Question, r run) []string {
	if res.Verdict != Fail && res.Verdict != Aborted {
		return nil
	}
	var doubts []string
	if text := r.cutShort(q); text != "" {
		doubts = append(doubts, text)
	}
	doubts = append(doubts, r.misrecorded(q)...)
	doubts = append(doubts, res.uncounted(r)...)
	return append(doubts, res.unshown()...)
}

// unshown says which objectives were neither held nor broken beyond doubt.
func (res *Result) unshown() []string {
	var reasons []string
	for _, j := range res.Objectives {
		switch j.Verdict {
		case Undecided:
			reasons = append(reasons, j.unjudged())
		case Failed:
			if j.proven() {
				continue
			}
			reasons = append(reasons, fmt.Sprintf("%s was broken for %s, while the load was not delivered as planned",
				j.Name, figure.Duration(j.Broken)))
		}
	}
	return reasons
}

// unshownHeadroom says that the headroom required was neither shown nor missed. It
// is a reason whatever the verdict: a run that fails for something else does not meet
// the requirement either.
func (res *Result) unshownHeadroom(q Question) []string {
	low, missed := res.Headroom.Low, res.Headroom.belowRequired(q.Required)
	if !q.Required.Asked || missed || low != nil && *low >= q.Required.AtLeast {
		return nil
	}
	return []string{fmt.Sprintf("at least %s of headroom is required, and what could be shown is %s",
		figure.ExactShare(q.Required.AtLeast), res.Headroom.InFigures(q.Required))}
}

// misrecorded says where what is on record cannot be all that happened, or is more.
func (r run) misrecorded(q Question) []string {
	reasons := r.miscounted()
	if text := r.unrecorded(q); text != "" {
		reasons = append(reasons, text)
	}
	if text := r.unplanned(q); text != "" {
		reasons = append(reasons, text)
	}
	return reasons
}

// miscounted says where the counts do not add up. Those of a run that was killed
// cannot: nobody was left to count the last answers.
func (r run) miscounted() []string {
	unanswered := r.sent.Unanswered()
	switch {
	case unanswered == 0 && r.sent.Planned == r.sent.Sent+r.sent.Dropped:
		return nil
	case unanswered > 0 && r.killed():
		return []string{figure.Count(unanswered) + " requests were still unanswered then, and what happened in its last second may not be kept"}
	}
	return []string{fmt.Sprintf("the counts do not add up: planned %s, sent %s, dropped %s, succeeded %s, failed %s",
		figure.Count(r.sent.Planned), figure.Count(r.sent.Sent), figure.Count(r.sent.Dropped), figure.Count(r.sent.Succeeded), figure.Count(r.sent.Failed))}
}

// manyArrivals are so many that chance never halves them, even where they come as
// visits of several requests.
const manyArrivals = 1000

// unrecorded says where less than half of what was planned is on record, in a run
// that came to its planned end; empty if that is nowhere.
func (r run) unrecorded(q Question) string {
	if r.cutShort(q) != "" {
		return ""
	}
	for _, window := range tile(Span{0, q.Demand.Duration()}, deliveryWindow) {
		if planned, recorded := r.arrivals(q, window); planned >= manyArrivals && recorded < planned/2 {
			return r.onRecord(window, planned, recorded)
		}
	}
	return ""
}

// unplanned says where half as much again as was planned is on record, in a window
// or over all of the run; empty if that is nowhere. It was counted twice, or is of
// another run.
func (r run) unplanned(q Question) string {
	whole := Span{0, max(r.end(), q.Demand.Duration())}
	for _, window := range append(tile(whole, deliveryWindow), whole) {
		if planned, recorded := r.arrivals(q, window); recorded > 1.5*max(planned, manyArrivals) {
			return r.onRecord(window, planned, recorded)
		}
	}
	return ""
}

// arrivals are those planned for a window, and those on record.
func (r run) arrivals(q Question, window Span) (planned, recorded float64) {
	return q.Demand.Arrivals(window.To) - q.Demand.Arrivals(window.From), float64(r.recorded(window))
}

func (r run) onRecord(window Span, planned, recorded float64) string {
	return fmt.Sprintf("between %s and %s about %s arrivals were planned, and %s are on record",
		r.clock(window.From), r.clock(window.To), figure.Count(int64(math.Round(planned))), figure.Count(int64(recorded)))
}

// recorded are the arrivals on record that were due in a span.
func (r run) recorded(span Span) (planned int64) {
	for _, s := range r.seconds[r.first(span):r.last(span)] {
		planned += s.Planned
	}
	return planned
}

// killed reports whether nothing tells how sending ended.
func (r run) killed() bool {
	return !slices.ContainsFunc(r.Events, func(e timeline.Event) bool {
		return slices.Contains([]string{timeline.SendingDone, timeline.CutShort, timeline.Interrupted, timeline.GuardFired}, e.Kind)
	})
}

// cutShort says that a run did not come to its planned end; empty if it did. How
// many arrivals were planned is told as about: chance may have a part in it.
func (r run) cutShort(q Question) string {
	came := fmt.Sprintf("%s of about %s planned arrivals came due", figure.Count(r.whole.Planned), figure.Count(int64(math.Round(q.Demand.Total()))))
	for _, e := range r.Events {
		switch e.Kind {
		case timeline.SendingDone:
			return ""
		case timeline.CutShort:
			return fmt.Sprintf("%s at %s: %s", cmp.Or(e.Text, aCapEnded), r.clock(time.Duration(e.At)), came)
		}
	}
	if !r.killed() {
		return "sending was stopped before its planned end: " + came
	}
	return "the run was killed before it was complete: " + came
}
