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
// ended, and untold those that may have become ready: nobody saw the fleet at the
// end.
func (r run) uncome(fleet Fleet) (uncome, untold []*unit) {
	_, blind := r.blindAtEnd(fleet.Name)
	for _, u := range r.units(fleet) {
		_, created := u.ended[timeline.Create]
		switch {
		case !created || u.up != nil:
		case blind && u.gone == nil:
			untold = append(untold, u)
		default:
			uncome = append(uncome, u)
		}
	}
	return uncome, untold
}

// blindAtEnd is since when nothing was seen of a fleet, where that is so to the end
// of the run. A gap is closed when the run is, which may be a moment before the end
// of its last second.
func (r run) blindAtEnd(fleet string) (since time.Duration, blind bool) {
	for _, g := range r.Gaps {
		if g.Source == fleet && time.Duration(g.From) < r.end() && time.Duration(g.To) > r.end()-toldTogether {
			return time.Duration(g.From), true
		}
	}
	return 0, false
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
		missing, untold := r.uncome(f)
		warn = append(warn, r.missingWarnings(f, missing)...)
		warn = append(warn, r.untoldWarnings(f, untold)...)
	}
	return warn
}

// tooYoung reports whether none of units that did not come was on its way for long
// enough to tell anything.
func (r run) tooYoung(units []*unit) bool {
	return !slices.ContainsFunc(units, func(u *unit) bool { return r.underway(u) >= placedBy })
}

// untoldWarnings tell of units of which it is not known whether they became ready.
func (r run) untoldWarnings(f Fleet, untold []*unit) []string {
	if r.tooYoung(untold) {
		return nil
	}
	since, _ := r.blindAtEnd(f.Name)
	text := fmt.Sprintf("%s: %s created and what became of %s is not known: the fleet was not observed from %s to the end",
		f.Name, unitsWere(r.created(f)), figure.Count(len(untold)), r.clock(since))
	if len(untold) < r.created(f) {
		text += othersOnly
	}
	return []string{text}
}

const othersOnly = "; the stages are those of the others"

// missingWarnings tell of units that never became ready.
func (r run) missingWarnings(f Fleet, missing []*unit) []string {
	if r.tooYoung(missing) {
		return nil
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
		text += othersOnly
	}
	return []string{text}
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
