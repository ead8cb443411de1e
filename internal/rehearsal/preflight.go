package rehearsal

import (
	"context"
	"time"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// patience is how long all checks together may take. With what comes before them
// a person waits for 10 s at most.
const patience = 9 * time.Second

// Preflight asks the target, what the plan's checks ask, and every observer that
// can tell, all at the same time, what would spoil the rehearsal. It takes 9 s at
// most, and what it asks changes nothing. Secrets are masked.
func (p Plan) Preflight(ctx context.Context) []preflight.Finding {
	checks := append(p.loadPlan(time.Now()).Checks(), p.Checks...)
	for _, o := range p.Observers {
		if checker, ok := o.(observe.Checker); ok {
			checks = append(checks, checker.Checks()...)
		}
	}
	found := preflight.Run(ctx, patience, checks...)
	found = append(found, peakOf(p.Scenario).against(found)...)
	for i, f := range found {
		mask := p.Scenario.Mask
		f.Subject, f.Text, f.ToDo = mask(f.Subject), mask(f.Text), mask(f.ToDo)
		found[i] = f
	}
	return found
}
