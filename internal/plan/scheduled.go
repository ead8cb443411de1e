package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/figure"
)

// warnScheduled says which scheduled actions of the groups that are held are due while
// they are.
func (w *work) warnScheduled() {
	if w.Instants == nil {
		return
	}
	for _, f := range w.model.Fleets {
		w.warnActions(f.Name, f.Scheduled)
		if f.Nodes != nil {
			w.warnActions(f.Nodes.Name, f.Nodes.Scheduled)
		}
	}
}

func (w *work) warnActions(group string, actions []autoscale.Scheduled) {
	for _, a := range actions {
		warning := w.aboutAction(group, a)
		if warning != "" && !slices.Contains(w.Warnings, warning) { // two fleets may stand on one group
			w.Warnings = append(w.Warnings, warning)
		}
	}
}

// aboutAction warns of an action that is due between apply and release, or of which
// nobody knows when it is; empty: it is not.
func (w *work) aboutAction(group string, a autoscale.Scheduled) string {
	due, err := a.Runs(w.Instants.Apply, w.Instants.Release)
	switch {
	case len(due) > 0:
		return fmt.Sprintf("%s: its scheduled action %s is due at %s, between apply and release, and sets %s, which is not simulated: move it out of the window",
			group, a.Name, w.clocks(due), a.Sets())
	case err != nil:
		return fmt.Sprintf("%s: its scheduled action %s recurs, and sets %s, which is not simulated: when it is due is not known (%v), so see that it is not between apply and release",
			group, a.Name, a.Sets(), err)
	}
	return ""
}

// clocks are instants in the zone of the airing: the first, and how many come after it.
func (w *work) clocks(all []time.Time) string {
	first := all[0].In(w.ask.At.Location()).Format("2006-01-02 15:04 MST")
	if more := len(all) - 1; more > 0 {
		return fmt.Sprintf("%s (and %s times more)", first, figure.Count(more))
	}
	return first
}
