package capacity

import (
	"fmt"
	"iter"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
)

// A window is called failed where at most one in twenty would look as bad whose
// true share of breaches is just allowed. Of hundreds of windows some then fail by
// chance, in a service that keeps its objective. So the objective as a whole fails
// only where the evidence survives that there were so many chances: a failed
// window, or a stretch of failed windows one after another taken together, that
// would come up in at most 5 % of whole runs. This is the first step of Holm
// (1979), which decides whether any window is to be rejected: a chance of at most
// 5 % over the number of windows judged. A real breach passes it at once: of
// 1,000 requests with 1 % allowed and 60 windows, 22 breaches do instead of 16, and
// so do two windows of 18 one after the other.
//
// And it held only where the busiest windows, those with at least half as many
// requests as the busiest of all, hold together, and no stretch among them that
// proves nothing window by window fails so as one: windows before the spot prove
// nothing about it.

// conclude says what the windows prove together.
func (j *Judged) conclude() {
	j.Busiest = together(j.busiest())
	switch {
	case j.survives(Window.failed):
		j.Verdict = Failed
		j.sumUp()
	case j.held():
		j.Verdict = Held
	default:
		j.Verdict = Undecided
	}
}

// sumUp says when and for how long an objective that failed was broken.
func (j *Judged) sumUp() {
	for _, w := range j.Windows {
		if w.failed() {
			j.Broken += w.length()
			if w.Delivered {
				j.Proven += w.length()
			}
			if j.First == nil {
				j.First = &w.From
			}
		}
	}
}

func (w Window) failed() bool { return w.Verdict == Failed }

// proven reports whether the objective was broken beyond doubt while the load was
// delivered.
func (j Judged) proven() bool { return j.survives(Window.provesFailure) }

// survives reports whether the evidence of the windows that failed is strong
// enough for as many windows as were judged.
func (j Judged) survives(failed func(Window) bool) bool { return j.strong(j.Windows, failed) }

// strong reports whether a stretch of windows of a kind has more breaches than
// come up in 5 % of runs of as many windows.
func (j Judged) strong(windows []Window, kind func(Window) bool) bool {
	judged := 0
	for _, w := range windows {
		if w.Total > 0 {
			judged++
		}
	}
	for s := range stretches(windows, kind) {
		if chance(s.Total, s.Over, j.allowed()) <= significance/float64(max(judged, 1)) {
			return true
		}
	}
	return false
}

// longestStretch is how many windows are taken together at most.
const longestStretch = 12

// stretches yields every window of a kind, alone and together with those of the
// kind that follow it without a break.
func stretches(windows []Window, kind func(Window) bool) iter.Seq[Window] {
	return func(yield func(Window) bool) {
		for i := range windows {
			var s Window
			for k, w := range windows[i:min(i+longestStretch, len(windows))] {
				if !kind(w) || k > 0 && w.From != s.To {
					break
				}
				if k == 0 {
					s.From = w.From
				}
				s.To, s.Total, s.Over = w.To, s.Total+w.Total, s.Over+w.Over
				if !yield(s) {
					return
				}
			}
		}
	}
}

// busiest are the windows with at least half as many requests as the busiest.
func (j Judged) busiest() (windows []Window) {
	var most int64
	for _, w := range j.Windows {
		most = max(most, w.Total)
	}
	for _, w := range j.Windows {
		if w.Total > 0 && 2*w.Total >= most {
			windows = append(windows, w)
		}
	}
	return windows
}

func together(windows []Window) Together {
	t := Together{Windows: len(windows)}
	for _, w := range windows {
		t.Total, t.Over = t.Total+w.Total, t.Over+w.Over
	}
	return t
}

// held reports whether the objective held in some window, and in the busiest ones
// together.
func (j Judged) held() bool {
	if !j.heldAnywhere() {
		return false
	}
	if judge(j.Busiest.Total, j.Busiest.Over, j.allowed()) != Held {
		return false
	}
	open := func(w Window) bool { return w.Verdict != Held }
	return !j.strong(j.busiest(), open)
}

func (j Judged) heldAnywhere() bool {
	return slices.ContainsFunc(j.Windows, func(w Window) bool { return w.Verdict == Held })
}

// unjudged says why nothing could be said of the objective.
func (j Judged) unjudged() string {
	if !j.heldAnywhere() {
		return j.Name + " could not be judged: too few requests in every window"
	}
	b := j.Busiest
	windows := figure.Count(b.Windows) + " busiest windows"
	if b.Windows == 1 {
		windows = "busiest window"
	}
	return fmt.Sprintf("%s was not shown to hold under the highest load: %s of %s requests broke it in the %s",
		j.Name, figure.Count(b.Over), figure.Count(b.Total), windows)
}

// byChance warns of windows that failed where the objective did not.
func (j Judged) byChance() []string {
	failed := 0
	for _, w := range j.Windows {
		if w.failed() {
			failed++
		}
	}
	if failed == 0 || j.Verdict == Failed {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s of %s windows failed, which is no more than chance may do",
		j.Name, figure.Count(failed), figure.Count(len(j.Windows)))}
}
