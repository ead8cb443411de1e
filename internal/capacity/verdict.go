package capacity

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// verdict decides in the order aborted, fail, invalid, pass. An objective
// broken in a window whose load was delivered is a fail and stays one; what was
// not delivered hides only a pass.
func (res *Result) verdict(q Question, r run) {
	for _, e := range r.Events {
		if e.Kind == timeline.Interrupted || e.Kind == timeline.GuardFired {
			res.Verdict = Aborted
			res.Interrupted = res.Interrupted || e.Kind == timeline.Interrupted
			res.Reasons = append(res.Reasons, fmt.Sprintf("%s at %s", e.Text, r.clock(time.Duration(e.At))))
		}
	}
	if res.Verdict == Aborted {
		return
	}
	failures := res.failures(q, r)
	doubts := res.doubts(q)
	switch {
	case len(failures) > 0:
		res.Verdict, res.Reasons = Fail, failures
	case len(doubts) > 0:
		res.Verdict, res.Reasons = Invalid, doubts
	default:
		res.Verdict = Pass
		res.Reasons = []string{fmt.Sprintf("every objective held, and the load was delivered as planned (%s of %s requests sent)",
			figure.Count(res.Load.Sent), figure.Count(res.Load.Planned))}
	}
}

// failures says what was missed beyond doubt.
func (res *Result) failures(q Question, r run) []string {
	var reasons []string
	for _, j := range res.Objectives {
		worst := j.worst()
		if !worst.provesFailure() {
			continue
		}
		reasons = append(reasons, fmt.Sprintf("%s was broken for %s, worst at %s: %s",
			j.Name, j.brokenInWords(), r.clock(worst.From), j.inWords(worst)))
	}
	if q.Required.Asked && res.Headroom.belowRequired(q.Required) {
		reasons = append(reasons, fmt.Sprintf("at least %s of headroom is required; it is %s",
			figure.ExactShare(q.Required.AtLeast), res.Headroom.InFigures(q.Required)))
	}
	return reasons
}

func (h Headroom) belowRequired(r Required) bool {
	if h.Low != nil {
		return *h.Low < r.AtLeast
	}
	return h.High != nil && *h.High < r.AtLeast
}

// brokenInWords is how long the objective failed, and for how much of that the
// load was delivered where that is not all.
func (j Judged) brokenInWords() string {
	var proven time.Duration
	for _, w := range j.Windows {
		if w.provesFailure() {
			proven += w.length()
		}
	}
	if proven < j.Broken {
		return fmt.Sprintf("%s (%s of it with the load delivered)", figure.Duration(j.Broken), figure.Duration(proven))
	}
	return figure.Duration(j.Broken)
}

func (j Judged) inWords(w Window) string {
	what := "slower than " + figure.ExactDuration(j.Limit)
	if j.Quantile == 0 {
		what = "failed"
	}
	return fmt.Sprintf("%s of %s requests %s", figure.Count(w.Over), figure.Count(w.Total), what)
}

// doubts says why a run that broke nothing proves nothing either.
func (res *Result) doubts(q Question) []string {
	var reasons []string
	if !res.Generator.Delivered {
		reasons = append(reasons, "the load was not delivered as planned: "+res.Generator.Shortcoming)
	}
	for _, j := range res.Objectives {
		if j.Verdict == Undecided {
			reasons = append(reasons, fmt.Sprintf("%s could not be judged: no window had requests enough", j.Name))
		}
	}
	if q.Required.Asked && res.Headroom.Low == nil {
		reasons = append(reasons, fmt.Sprintf("at least %s of headroom is required, and none could be shown",
			figure.ExactShare(q.Required.AtLeast)))
	}
	return reasons
}
