package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Some readings come by a clock: onair's own every second, and those of a group
// whenever it is polled. Where they stop, and no gap says why, nothing was
// recorded; a count read before says nothing of what was ready then:
//
//	generator   x x x x x x                x x x x x
//	group       x    x     .               . x    x
//	unmarked                |~~~~ hole ~~~~|
//
// What is watched tells its changes only, so that its silence proves nothing: of
// an autoscaler's units nothing is known while onair itself recorded nothing. What
// its events tell betrays what was lost besides.
const (
	quietRead   = 5 * time.Second // between onair's own readings, one a second
	quietPolled = time.Minute     // between polls of a group that throttling made rare
)

// addHoles adds to the gaps those that nothing marks, and warns of them.
func (r *run) addHoles(fleets []Fleet) {
	own := r.silences(r.read, quietRead)
	for _, hole := range own {
		r.weak = append(r.weak, fmt.Sprintf("between %s and %s onair recorded no reading, though it takes one a second", r.clock(hole.From), r.clock(hole.To)))
	}
	for _, f := range fleets {
		read := r.heard(f.Name)
		holes := slices.DeleteFunc(slices.Clone(own), func(hole Span) bool { return len(read) == 0 || anyWithin(read, hole) })
		if f.Kind == ASG {
			holes = append(holes, r.silences(times(r.Series(f.Name, timeline.Ready)), quietPolled)...)
		}
		lost := r.miscounts(f) // of what the gaps do not tell yet
		for _, hole := range holes {
			r.addGap(f.Name, hole, "no reading was recorded")
		}
		for _, l := range lost {
			if r.addGap(f.Name, l, "its readings do not count units that came") {
				r.weak = append(r.weak, fmt.Sprintf("%s: its events tell of units that became ready from %s on, and its readings do not count them: how many were ready until %s is not known",
					f.Name, r.clock(l.From), r.clock(l.To)))
			}
		}
	}
	slices.SortStableFunc(r.Gaps, func(a, b timeline.Gap) int { return cmp.Compare(a.From, b.From) })
}

// addGap adds a stretch, unless the gaps of the source tell of it.
func (r *run) addGap(source string, s Span, cause string) bool {
	if r.marked(source, s) {
		return false
	}
	hole := timeline.Gap{From: timeline.Offset(s.From), To: timeline.Offset(s.To), Source: source, Cause: cause}
	r.Gaps, r.holes = append(r.Gaps, hole), append(r.holes, hole)
	return true
}

// silences are the stretches of the run in which no reading came for longer than
// is usual; none where there are no readings at all.
func (r run) silences(read []time.Duration, usual time.Duration) (all []Span) {
	if len(read) == 0 {
		return nil
	}
	from := time.Duration(0)
	for _, to := range append(slices.Clone(read), r.end()) {
		to = min(to, r.end())
		if to-from > usual {
			all = append(all, Span{from, to})
		}
		from = max(from, to)
	}
	return all
}

// heard is when a source was read.
func (r run) heard(source string) (read []time.Duration) {
	for _, p := range r.Readings {
		if p.Source == source {
			read = append(read, time.Duration(p.At))
		}
	}
	return read
}

func times(s timeline.Series) (all []time.Duration) {
	for _, p := range s {
		all = append(all, time.Duration(p.At))
	}
	return all
}

func anyWithin(times []time.Duration, span Span) bool {
	return slices.ContainsFunc(times, func(at time.Duration) bool { return at > span.From && at < span.To })
}

// marked reports whether the gaps of a source tell of a hole already: all of it,
// but for what lies between two readings as they usually come.
func (r run) marked(source string, hole Span) bool {
	var told []Span
	for _, g := range r.Gaps {
		if g.Source == source {
			told = append(told, Span{time.Duration(g.From), time.Duration(g.To)})
		}
	}
	rest := hole.length()
	for _, gap := range merge(told, hole) {
		rest -= gap.length()
	}
	return rest <= quietRead
}

// miscounts are the stretches in which units had come, by their events, that no
// reading of how many are ready counts: readings were lost. Each unit that came
// must be in a rise, unless one that went hides it. What is seen after a gap comes
// all at once, and proves nothing.
//
//	events         ready   ready
//	readings    2    3                 4
//	balance     0    0      -1  -1 -1  0
func (r run) miscounts(f Fleet) (all []Span) {
	counts := r.Series(f.Name, timeline.Ready)
	if len(counts) == 0 {
		return nil
	}
	type step struct {
		at timeline.Offset
		by int
	}
	var steps []step
	for i, p := range counts[1:] {
		if rise := int(p.Value - counts[i].Value); rise > 0 {
			steps = append(steps, step{p.At - timeline.Offset(quietRead), rise})
		}
	}
	for _, e := range r.Events {
		switch seen := *cmp.Or(e.Seen, &e.At); {
		case e.Source != f.Name || seen <= counts[0].At || seen >= timeline.Offset(r.end()) || r.unobserved(f.Name, seen) || r.unobserved(f.Name, seen-timeline.Offset(quietRead)):
		case e.Kind == f.up():
			steps = append(steps, step{seen, -1})
		case e.Kind == timeline.Gone:
			steps = append(steps, step{seen - timeline.Offset(quietRead), 1})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.by, a.by)) })
	balance := 0
	for _, s := range steps {
		before := balance
		balance += s.by
		switch at := time.Duration(s.at); {
		case before >= 0 && balance < 0:
			all = append(all, Span{at, r.end()})
		case before < 0 && balance >= 0:
			all[len(all)-1].To = at + quietRead
		}
	}
	return all
}
