package capacity

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A fleet that loses ready units while as many as before are desired, or more,
// lost them to something else than its autoscaler: crashes, probes that fail, a node
// that went, a roll-out.
//
//	desired  ____________|-----------
//	ready    ______   ______   ______
//	               |_|      |_|
//	               fell     fell again

// fall is one such loss, from the instant it began until as many units were ready
// as before, or as were desired.
type fall struct {
	Span
	from, to float64       // ready units before it, and the fewest during it
	lowest   time.Duration // when they became so few
	desired  float64       // then
}

// toldTogether is how far apart two readings may be that tell of one change: a
// watch tells of the units that go, another of the desired count that let them.
const toldTogether = time.Second

// falls lists the losses of ready units, of a second or longer, that no lower desired
// count explains.
func (r run) falls(fleet Fleet) []fall {
	ready, desired := r.Series(fleet.Name, timeline.Ready), r.Series(fleet.Name, timeline.Desired)
	var falls []fall
	var last float64
	open := false
	for _, at := range changes(ready, desired) {
		units, ok1 := ready.At(at)
		wanted, ok2 := desired.At(at)
		soon, _ := desired.At(at + timeline.Offset(toldTogether))
		wanted = min(wanted, soon)
		now := time.Duration(at)
		switch {
		case !ok1 || !ok2 || now >= r.end():
			continue
		case open:
			f := &falls[len(falls)-1]
			f.To = now
			if units < f.to && units < wanted {
				f.to, f.lowest, f.desired = units, now, wanted
			}
			open = units < min(f.from, wanted)
		case units < last && units < wanted:
			open = true
			falls = append(falls, fall{Span: Span{now, now}, from: last, to: units, lowest: now, desired: wanted})
		}
		last = units
	}
	if open {
		falls[len(falls)-1].To = r.end()
	}
	return slices.DeleteFunc(falls, func(f fall) bool { return f.length() < time.Second })
}

// changes are the instants at which one of two step functions was read, in order.
func changes(a, b timeline.Series) []timeline.Offset {
	var at []timeline.Offset
	for _, p := range slices.Concat(a, b) {
		at = append(at, p.At)
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// fallWarnings tell, once for each fleet, of the deepest of the losses of ready
// units and how many others there were.
func (r run) fallWarnings(q Question) []string {
	var warn []string
	for _, f := range q.Fleets {
		falls := r.falls(f)
		if len(falls) == 0 {
			continue
		}
		worst := falls[0]
		for _, one := range falls {
			if one.from-one.to > worst.from-worst.to || one.from-one.to == worst.from-worst.to && one.length() > worst.length() {
				worst = one
			}
		}
		text := fmt.Sprintf("%s: ready fell from %s to %s at %s while %s were desired, for %s",
			f.Name, figure.Count(*whole(&worst.from)), figure.Count(*whole(&worst.to)), r.clock(worst.lowest),
			figure.Count(*whole(&worst.desired)), figure.Duration(worst.length().Round(time.Second)))
		switch n := len(falls) - 1; {
		case n == 1:
			text += ", and once more"
		case n > 1:
			text += fmt.Sprintf(", and %s times more", figure.Count(n))
		}
		warn = append(warn, text+" (units crash, fail their probes or are taken away)")
	}
	return warn
}
