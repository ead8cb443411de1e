package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// What a cluster or an account says of its events is by its own clock, and when
// they were seen by this machine's. Nothing is seen before it happened, and most
// things soon after. So the shortest time from an event to its being seen tells
// how far the clocks are apart, however long it took to see others:
//
//	seen - at     '        '
//	             '  ' '   ' ''   .-- shortest: 0.3 s if the clocks agree,
//	            ''''''''''''''''        -39.7 s if the source's is 40 s ahead
//
// and where that changes in the middle of a run, one of the clocks was stepped.
// Then the events of the source are taken to have happened when they were seen. A
// group is polled so rarely that its own account is worth more: of one whose clock
// was stepped only those events are moved that cannot have been seen so late, or so
// early.
const (
	seenEarly   = 2 * time.Second  // before it happened: more than whole seconds and two clocks kept in time explain
	lateWatched = 5 * time.Second  // after it happened: more than a watch takes
	latePolled  = 30 * time.Second // more than a poll takes
	fewEvents   = 3                // on either side of a step
)

// clock is how that of a source stands to this machine's.
type clock struct {
	source  string
	behind  time.Duration // shortest time from an event to its being seen; negative: it is ahead
	stepped time.Duration // by how much it changed during the run; 0 if it did not
	off     bool          // it cannot be relied on
	polled  bool
}

// clocks are those of all sources that tell when something happened.
func (r run) clocks(fleets []Fleet) []clock {
	var sources []string
	late := make(map[string][]time.Duration)
	for _, e := range bySeen(r.Events) {
		if !slices.Contains(stageOrder, e.Kind) && !launchEnded(e) || r.wasBlind(e) {
			continue
		}
		if _, known := late[e.Source]; !known {
			sources = append(sources, e.Source)
		}
		late[e.Source] = append(late[e.Source], time.Duration(*e.Seen-e.At))
	}
	var all []clock
	for _, source := range sources {
		slack := latePolled
		watched := slices.ContainsFunc(fleets, func(f Fleet) bool { return f.Name == source && f.Kind == HPA })
		if watched {
			slack = lateWatched
		}
		c := newClock(source, late[source], slack)
		c.polled = !watched
		all = append(all, c)
	}
	return all
}

// bySeen are the events that say both when they happened and when they were seen,
// in the order in which they were seen; of those seen at once, the earlier stage
// first.
func bySeen(events []timeline.Event) []timeline.Event {
	told := slices.DeleteFunc(slices.Clone(events), func(e timeline.Event) bool { return e.Seen == nil })
	slices.SortStableFunc(told, func(a, b timeline.Event) int {
		return cmp.Or(cmp.Compare(*a.Seen, *b.Seen), cmp.Compare(slices.Index(stageOrder, a.Kind), slices.Index(stageOrder, b.Kind)))
	})
	return told
}

// wasBlind reports whether an event was seen late because its source could not be
// observed until then.
func (r run) wasBlind(e timeline.Event) bool {
	return slices.ContainsFunc(r.Gaps, func(g timeline.Gap) bool {
		return g.Source == e.Source && *e.Seen >= g.From && *e.Seen <= g.To+timeline.Offset(seenEarly) && e.At < g.To
	})
}

// newClock tells a clock from how late events were seen, in the order in which
// they were.
func newClock(source string, late []time.Duration, slack time.Duration) clock {
	c := clock{source: source, behind: slices.Min(late)}
	after := slices.Clone(late) // shortest from here on
	for i := len(after) - 2; i >= 0; i-- {
		after[i] = min(after[i], after[i+1])
	}
	before := late[0]
	for k := 1; k+fewEvents <= len(late); k++ {
		if before = min(before, late[k-1]); k < fewEvents {
			continue
		}
		after := after[k]
		proven := min(before, after) < -seenEarly && max(before, after) >= -seenEarly
		if by := (after - before).Abs(); by > slack || proven && by > seenEarly {
			c.stepped = max(c.stepped, by)
		}
	}
	c.off = c.stepped > 0 || c.behind < -seenEarly || c.behind > slack
	return c
}

func (c clock) warning() string {
	off := func(d time.Duration) string { return figure.Duration(d.Abs().Round(time.Second)) } // its times are whole seconds
	when := "when they were seen"
	what := fmt.Sprintf("its clock is %s behind this machine's, or what it tells comes that late", off(c.behind))
	switch {
	case c.stepped > 0 && c.polled:
		what = fmt.Sprintf("its clock, or this machine's, was stepped by about %s during the run", off(c.stepped))
		when += ", where it was off"
	case c.stepped > 0:
		what = fmt.Sprintf("its clock, or this machine's, was stepped by %s during the run", off(c.stepped))
	case c.behind < 0:
		what = fmt.Sprintf("its clock is %s ahead of this machine's", off(c.behind))
	}
	return fmt.Sprintf("%s: %s; stage times are taken from %s", c.source, what, when)
}

// moves reports whether an event is taken to have happened when it was seen.
func (c clock) moves(e timeline.Event) bool {
	if c.stepped == 0 || !c.polled {
		return c.off
	}
	late := time.Duration(*e.Seen - e.At)
	return late < -seenEarly || late > latePolled
}

// settle puts all events on this machine's clock.
func (r *run) settle(fleets []Fleet) {
	r.Events = slices.Clone(r.Events)
	for i, e := range r.Events {
		if e.Seen != nil && !ofARun(e.At) {
			r.Events[i].At = *e.Seen
		}
	}
	wrong := make(map[string]bool)
	moves := make(map[string]func(timeline.Event) bool)
	for _, c := range r.clocks(fleets) {
		if c.off {
			wrong[c.source], moves[c.source] = true, c.moves
			r.weak = append(r.weak, c.warning())
		}
	}
	backwards := r.backwards(wrong)
	for i := range r.Events {
		e := &r.Events[i]
		if e.Seen != nil && (wrong[e.Source] && moves[e.Source](*e) || backwards[unitOf{e.Source, e.Unit}]) {
			e.At = *e.Seen
		}
	}
	slices.SortStableFunc(r.Events, func(a, b timeline.Event) int { return cmp.Compare(a.At, b.At) })
}

// unitOf is one unit of a source.
type unitOf struct{ source, unit string }

// truncation is by how much the stages of a unit may seem to go back because
// their times are cut to whole seconds.
const truncation = time.Second

// backwards are the units that reached a stage before the one that comes before
// it: what runs them keeps other clocks than what started them.
func (r *run) backwards(known map[string]bool) map[unitOf]bool {
	reached := make(map[unitOf]map[string]timeline.Offset)
	for _, e := range bySeen(r.Events) {
		if u := (unitOf{e.Source, e.Unit}); e.Unit != "" && !known[e.Source] && slices.Contains(stageOrder, e.Kind) {
			if reached[u] == nil || e.Kind == timeline.Create { // a name may come back
				reached[u] = make(map[string]timeline.Offset)
			}
			reached[u][e.Kind] = e.At
		}
	}
	found := make(map[unitOf]bool)
	units := make(map[string]int)
	for u, stages := range reached {
		var last timeline.Offset
		begun := false
		for _, stage := range stageOrder {
			at, ok := stages[stage]
			if ok && begun && at < last-timeline.Offset(truncation) && !found[u] {
				found[u] = true
				units[u.source]++
			}
			if ok {
				last, begun = at, true
			}
		}
	}
	for _, source := range sortedKeys(units) {
		r.weak = append(r.weak, fmt.Sprintf("%s: by their own account %s of its units reached stages before those that come before, so the clocks behind it differ; their stage times are taken from when they were seen",
			source, figure.Count(units[source])))
	}
	return found
}
