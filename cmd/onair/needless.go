package main

import (
	"context"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/observe/prometheus"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// needless is an observer that the scenario asks to be seen for no share of the
// spots, as series are unless they say otherwise: it need not answer.
type needless struct{ observe.Observer }

var _ observe.Checker = needless{}

// Checks are those of the observer within.
func (n needless) Checks() []preflight.Check {
	checker, ok := n.Observer.(observe.Checker)
	if !ok {
		return nil
	}
	checks := checker.Checks()
	for i, c := range checks {
		checks[i].Look = func(ctx context.Context) []preflight.Finding { return weakened(c.Look(ctx)) }
	}
	return checks
}

// weakened is what was found of one that need not answer: that it did not, or that
// its server is out of order, is worth a warning.
func weakened(found []preflight.Finding) []preflight.Finding {
	for i, f := range found {
		if awscall.Unanswered(f.Err) || prometheus.OutOfOrder(f.Err) {
			found[i].Status = min(f.Status, preflight.Warning)
		}
	}
	return found
}
