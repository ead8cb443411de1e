package capacity

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// verdict decides in the order aborted, fail, invalid, pass. An objective
// broken in a window whose load was delivered is a fail and stays one; what was
// not delivered hides only a pass.
func (res *Result) verdict(q Question, events []timeline.Event) {
	for _, e := range events {
		if e.Kind == timeline.Interrupted || e.Kind == timeline.GuardFired {
			res.Verdict = Aborted
			res.Interrupted = res.Interrupted || e.Kind == timeline.Interrupted
			res.Reasons = append(res.Reasons, fmt.Sprintf("%s at %s", e.Text, clock(time.Duration(e.At))))
		}
	}
	if res.Verdict == Aborted {
		return
	}
	failures := res.failures(q)
	doubts := res.doubts(q)
	switch {
	case len(failures) > 0:
		res.Verdict, res.Reasons = Fail, failures
	case len(doubts) > 0:
		res.Verdict, res.Reasons = Invalid, doubts
	default:
		res.Verdict = Pass
		res.Reasons = []string{fmt.Sprintf("every objective held, and the load was delivered as planned (%d of %d requests sent)",
			res.Load.Sent, res.Load.Planned)}
	}
}

// failures says what was missed beyond doubt.
func (res *Result) failures(q Question) []string {
	var reasons []string
	for _, j := range res.Objectives {
		broken, worst := j.brokenWhenDelivered()
		if broken == 0 {
			continue
		}
		reasons = append(reasons, fmt.Sprintf("%s was broken for %v, worst at %s: %s",
			j.Name, broken, clock(worst.From), j.inWords(worst)))
	}
	if q.Required.Asked && res.Headroom.belowRequired(q.Required) {
		reasons = append(reasons, fmt.Sprintf("at least %s of headroom is required: %s",
			percent(q.Required.AtLeast), res.Headroom.Sentence))
	}
	return reasons
}

func (h Headroom) belowRequired(r Required) bool {
	if h.Low != nil {
		return *h.Low < r.AtLeast
	}
	return h.High != nil && *h.High < r.AtLeast
}

// brokenWhenDelivered is how long the objective failed in windows whose load
// was delivered, and the one with the largest share of breaches.
func (j Judged) brokenWhenDelivered() (broken time.Duration, worst Window) {
	for _, w := range j.Windows {
		if w.Verdict != Failed || !w.Delivered {
			continue
		}
		broken += w.length()
		if worst.Total == 0 || float64(w.Over)/float64(w.Total) > float64(worst.Over)/float64(worst.Total) {
			worst = w
		}
	}
	return broken, worst
}

func (j Judged) inWords(w Window) string {
	what := fmt.Sprintf("slower than %v", j.Limit)
	if j.Quantile == 0 {
		what = "failed"
	}
	return fmt.Sprintf("%d of %d requests %s", w.Over, w.Total, what)
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
		reasons = append(reasons, fmt.Sprintf("at least %s of headroom is required, and none could be shown: %s",
			percent(q.Required.AtLeast), res.Headroom.Sentence))
	}
	return reasons
}
