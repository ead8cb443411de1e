package report

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// Untrusted is the error of a model that does not play its own rehearsal.
type Untrusted struct {
	error
	Assumed []string // by the model, a sentence each: the first suspects
}

func (u Untrusted) Unwrap() error { return u.error }

// Trusted is the model of the run for what is asked, where it may be asked about what was not rehearsed.
// The error says why it may not: the run proves nothing, no model can be made of it, or
// the model does not play the rehearsal (Untrusted).
func (r *Report) Trusted(asked *scenario.Scenario) (*forecast.Model, error) {
	if r.Result.Verdict == capacity.Invalid {
		return nil, errors.New("the run proves nothing, and what is learned from it neither: " + strings.Join(r.Result.Reasons, "; "))
	}
	m, err := r.Model(asked)
	if err != nil {
		return nil, err
	}
	if err := m.Replay.Trusted(); err != nil {
		return nil, Untrusted{err, m.Assumed}
	}
	return m, nil
}

// cutShort says of a run that was ended early what that means for what is learned from
// it; nil of any other.
func (r *Report) cutShort() []string {
	if r.Result.Verdict != capacity.Aborted || len(r.Result.Reasons) == 0 {
		return nil
	}
	how := r.Result.Reasons[0]
	if r.Result.Interrupted {
		how = "interrupted: " + how
	}
	return []string{fmt.Sprintf("the run was ended early (%s): what it learned may be too little", how)}
}

// weakened says of a run that was judged with warnings that they hold of what is
// learned from it, too; nil where there are none.
func (r *Report) weakened() []string {
	var warnings string
	switch n := len(r.Result.Warnings); n {
	case 0:
		return nil
	case 1:
		warnings = "a warning"
	default:
		warnings = figure.Count(n) + " warnings"
	}
	return []string{fmt.Sprintf("the run was judged with %s of its own, and what weakens it weakens what is learned from it: onair report %s", warnings, shown(r.Path, r.Manifest.Run))}
}
