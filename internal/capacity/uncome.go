package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Units that were created and never became ready have no part in what the stages
// took, of which the figures are then those of the lucky ones. They are counted,
// and what they waited for is told:
//
//	created    placed    started    ready
//	   |--node--|--start---|--ready---|
//	   |--------------------------------- ... the run ends: waited for a node

// uncome are the units that were created and not ready when they went or the run
// ended; none where nobody saw the fleet then.
func (r run) uncome(fleet Fleet) []*unit {
	if r.unobserved(fleet.Name, timeline.Offset(r.end()-1)) {
		return nil
	}
	return slices.DeleteFunc(r.units(fleet), func(u *unit) bool {
		_, created := u.ended[timeline.Create]
		return !created || u.up != nil
	})
}

// notTriggered is the cluster autoscaler's word for a pod for which it will bring
// no node.
const notTriggered = "NotTriggerScaleUp"

// uncomeWarnings tell, once for each fleet, of units that never became ready and
// what they waited for. Where none was on its way for longer than it may take to be
// placed, they came too late to tell anything.
func (r run) uncomeWarnings(q Question) []string {
	var warn []string
	for _, f := range q.Fleets {
		missing := r.uncome(f)
		if !slices.ContainsFunc(missing, func(u *unit) bool { return r.underway(u) >= placedBy }) {
			continue
		}
		var waits []string
		for i, stage := range f.way()[1:] {
			waiting := slices.DeleteFunc(slices.Clone(missing), func(u *unit) bool { return u.stageAt(r.end(), f) != stage })
			if n := len(waiting); n > 0 {
				waits = append(waits, figure.Count(n)+" "+f.waitWords()[i]+r.noRoomWords(f, waiting))
			}
		}
		created := r.created(f)
		text := fmt.Sprintf("%s: %s created and %s never became ready: %s",
			f.Name, unitsWere(created), figure.Count(len(missing)), strings.Join(waits, ", "))
		if len(missing) < created {
			text += "; the stages are those of the others"
		}
		warn = append(warn, text)
	}
	return warn
}

// waitWords say what a unit waited for that did not come to the end of each stage
// after its creation.
func (f Fleet) waitWords() []string {
	if f.Kind == ASG {
		return []string{"waited to come into service"}
	}
	return []string{"waited for a node", "did not start", "ran and did not report ready"}
}

func unitsWere(n int) string {
	if n == 1 {
		return "1 unit was"
	}
	return figure.Count(n) + " units were"
}

// created is how many units of a fleet were created.
func (r run) created(fleet Fleet) (n int) {
	for _, u := range r.units(fleet) {
		if _, ok := u.ended[timeline.Create]; ok {
			n++
		}
	}
	return n
}

// underway is for how long a unit that never came up was on its way.
func (r run) underway(u *unit) time.Duration {
	to := r.end()
	if u.gone != nil {
		to = *u.gone
	}
	return to - u.ended[timeline.Create].best()
}

// noRoomWords are the first that were said of why one of units had no node: those of
// the autoscaler, which tell more than the scheduler's.
func (r run) noRoomWords(f Fleet, units []*unit) string {
	var said, scheduler string
	for _, e := range r.Events {
		if e.Source != f.Name || e.Text == "" || !slices.ContainsFunc(units, func(u *unit) bool { return u.name == e.Unit }) {
			continue
		}
		switch e.Kind {
		case notTriggered:
			said = cmp.Or(said, e.Text)
		case failedScheduling:
			scheduler = cmp.Or(scheduler, e.Text)
		}
	}
	if said = cmp.Or(said, scheduler); said == "" || units[0].placed() {
		return ""
	}
	return " (" + firstWords(said) + ")"
}

func (u *unit) placed() bool {
	_, ok := u.ended[timeline.Place]
	return ok
}
