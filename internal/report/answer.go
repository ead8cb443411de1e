package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// answer is what the first screen says before its picture.
type answer struct {
	Word     string // the verdict in words
	Why      string // the first of its reasons; empty without one
	Sentence string // the headroom with its uncertainty
	Binding  string // the binding layer; empty where none is known
	Carries  string // its rate, and where that is from
	Also     []string
}

// verdictWords are the verdicts as everybody understands them.
var verdictWords = map[string]string{
	capacity.Pass: "Pass", capacity.Fail: "Will not hold", capacity.Invalid: "Proves nothing", capacity.Aborted: "Aborted",
}

func (r *Report) answer() answer {
	a := answer{Word: cmp.Or(verdictWords[r.Result.Verdict], r.Result.Verdict), Sentence: r.sentence()}
	if r.Result.Interrupted {
		a.Word = "Stopped"
	}
	if r.aborted() {
		a.Sentence = sentenceOf("until then: " + r.headroomWords())
	}
	if reasons := r.Result.Reasons; len(reasons) > 0 {
		a.Why, a.Also = reasons[0], reasons[1:]
		if r.aborted() {
			a.Why = strings.TrimPrefix(a.Why, "aborted ")
		}
	}
	a.Also = slices.Concat(a.Also, r.wide())
	for _, l := range r.layerRows() {
		if l.Binding {
			a.Binding, a.Carries = l.Name, l.Rate+", "+l.Source
			break
		}
	}
	return a
}
