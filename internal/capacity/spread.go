package capacity

import (
	"cmp"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// How evenly load spreads over units is looked at in windows of 10 s in which the
// ready ones were the same as in the 10 s before:
//
//	ready  4 ----.          8 -------------------------------------
//	             |  settle  | window | window | window | window |
//	a unit's share of an even one:  0.1x     0.3x     0.9x     1.0x
//	                              '---- skewed ----'
//
// An even share is the answers of a window by the units that were ready. After the
// fleet grew, a unit is skewed that in windows on end of 30 s or more got less than
// half of it in each, or more than twice, and whose answers in all of them a true
// share of just a half, or of twice, would bring in at most 5 % of runs with as many
// units and windows.
const (
	spreadWindow = 10 * time.Second
	skewedFor    = 30 * time.Second
	tooLittle    = 0.5 // of an even share
	tooMuch      = 2.0
	enoughShare  = 20 // answers: an even share of fewer is far from met by chance alone
)

// sharing is who gave a fleet's answers in one window.
type sharing struct {
	Span
	units int              // ready ones
	total int64            // answers of all of them
	by    map[string]int64 // of those with a name; all are ready
	grown bool             // the fleet had grown before
}

func (s sharing) even() float64 { return float64(s.total) / float64(s.units) }

// nameless is how many ready units have no name: they were there from the start and
// never answered.
func (s sharing) nameless() int { return s.units - len(s.by) }

// spread says how the answers that name units were spread over the fleet's.
func (r run) spread(q Question) *Spread {
	fleet, ok := r.named(q)
	if !ok {
		return nil
	}
	s := &Spread{Fleet: fleet.Name}
	stretches := r.sharings(fleet)
	for _, windows := range stretches {
		for _, w := range windows {
			s.add(w)
		}
	}
	s.Skewed = skewed(stretches)
	if s.Windows == 0 && len(s.Skewed) == 0 {
		return nil
	}
	return s
}

// add takes a window whose shares say something one by one.
func (s *Spread) add(w sharing) {
	if w.even() < enoughShare {
		return
	}
	s.Windows++
	s.Answers += w.total
	for _, name := range sortedKeys(w.by) {
		share := UnitShare{w.Span, name, w.by[name], w.even()}
		if s.Busiest == nil || share.Times() > s.Busiest.Times() {
			s.Busiest = &share
		}
		if s.Least == nil || share.Times() < s.Least.Times() {
			s.Least = &share
		}
	}
	if w.nameless() > 0 && s.Least.Times() > 0 {
		s.Least = &UnitShare{Span: w.Span, Even: w.even()}
	}
}

// sharings are the windows of each stretch in which the fleet's ready units stood
// still, one after the other without a hole.
func (r run) sharings(fleet Fleet) [][]sharing {
	ready, members := r.Series(fleet.Name, timeline.Ready), r.members(fleet)
	grew := firstRise(ready)
	var all [][]sharing
	for _, st := range r.steady(fleet, ready) {
		var windows []sharing
		for _, window := range tile(Span{st.From + spreadWindow, st.To}, spreadWindow) {
			w, ok := r.sharing(window, int(st.units), members)
			if !ok || window.length() < spreadWindow {
				all, windows = append(all, windows), nil
				continue
			}
			w.grown = grew != nil && *grew <= window.From
			windows = append(windows, w)
		}
		all = append(all, windows)
	}
	return all
}

// member is a unit by its name, and when it was ready.
type member struct {
	name string
	Span
}

// members are the units of a fleet that were told of or that answered. Those that
// it tells nothing of, or only that they left, were there from the start.
func (r run) members(fleet Fleet) []member {
	const always = timeline.LongestRun
	var all []member
	old := r.firstAnswers()
	for _, u := range r.units(fleet) {
		_, came := u.ended[timeline.Create]
		m := member{u.name, Span{-always, always}}
		switch {
		case u.up != nil:
			m.From = *u.up
		case came:
			m.From = always // it never was ready
		}
		if u.gone != nil && *u.gone > m.From { // else one of its name came since
			m.To = *u.gone
		}
		delete(old, u.name)
		all = append(all, m)
	}
	for _, name := range sortedKeys(old) {
		all = append(all, member{name, Span{-always, always}})
	}
	return all
}

// firstRise is when a count first rose; nil if it never did.
func firstRise(s timeline.Series) *time.Duration {
	for i := 1; i < len(s); i++ {
		if at := time.Duration(s[i].At); s[i].Value > s[i-1].Value {
			return &at
		}
	}
	return nil
}

// sharing counts the answers of a window by unit. It is of no use where units came
// or went, where not all names were told apart, or where it is not known which
// ready ones answered nothing.
func (r run) sharing(window Span, ready int, members []member) (sharing, bool) {
	settling := Span{window.From - spreadWindow, window.To}
	w := sharing{Span: window, units: ready, by: r.answeredBy(window)}
	var idle []string
	for _, m := range members {
		_, answered := w.by[m.name]
		switch {
		case settling.holds(m.From), settling.holds(m.To):
			return w, false
		case m.To <= settling.From:
			delete(w.by, m.name) // it ends what it began
		case m.From <= settling.From && !answered:
			idle = append(idle, m.name)
		}
	}
	for _, n := range w.by {
		w.total += n
	}
	room := ready - len(w.by)
	if len(idle) <= room {
		for _, name := range idle {
			w.by[name] = 0
		}
	}
	known := room == 0 || room > 0 && len(idle) <= room // else some of them are not ready any more
	return w, known && w.by[timeline.OtherUnits] == 0 && w.total > 0
}

// answeredBy counts the answers to what was due in a span by the units that gave
// them.
func (r run) answeredBy(span Span) map[string]int64 {
	by := make(map[string]int64)
	for _, s := range r.seconds[r.first(span):r.last(span)] {
		for name, n := range s.Units {
			by[name] += n
		}
	}
	return by
}

func (s Span) holds(at time.Duration) bool { return s.From < at && at < s.To }

// skewed are the units that got too little or too much after the fleet grew, each
// with the stretch in which it is furthest from an even share, the furthest first.
func skewed(stretches [][]sharing) []UnitShare {
	judged := 0
	for _, windows := range stretches {
		for _, w := range windows {
			if w.grown {
				judged += w.units
			}
		}
	}
	worst := make(map[string]UnitShare)
	for _, windows := range stretches {
		for _, u := range skewedIn(windows, significance/float64(max(judged, 1))) {
			if before, known := worst[u.Unit]; !known || u.missed() > before.missed() {
				worst[u.Unit] = u
			}
		}
	}
	var all []UnitShare
	for _, name := range sortedKeys(worst) {
		all = append(all, worst[name])
	}
	slices.SortStableFunc(all, func(a, b UnitShare) int { return cmp.Compare(b.missed(), a.missed()) })
	return all
}

// missed is by how many answers a share is off an even one.
func (u UnitShare) missed() float64 { return max(float64(u.Answers)-u.Even, u.Even-float64(u.Answers)) }

// skewedIn are the runs of windows long enough in which a unit got too little, or
// too much, and not by chance.
func skewedIn(windows []sharing, alpha float64) []UnitShare {
	var found []UnitShare
	names := make(map[string]bool)
	for _, w := range windows {
		for name := range w.by {
			names[name] = true
		}
		if w.nameless() > 0 {
			names[""] = true
		}
	}
	for _, name := range sortedKeys(names) {
		for _, off := range []func(sharing) bool{
			func(w sharing) bool { return float64(w.of(name)) < tooLittle*w.even() },
			func(w sharing) bool { return float64(w.of(name)) > tooMuch*w.even() },
		} {
			found = append(found, longRuns(windows, name, alpha, func(w sharing) bool { return w.grown && w.has(name) && off(w) })...)
		}
	}
	return found
}

// of is what a unit answered; the nameless answered nothing.
func (s sharing) of(name string) int64 { return s.by[name] }

// has reports whether a unit of the name was ready.
func (s sharing) has(name string) bool {
	if name == "" {
		return s.nameless() > 0
	}
	_, ok := s.by[name]
	return ok
}

// longRuns are the runs of windows that are off which last long enough and prove
// something.
func longRuns(windows []sharing, name string, alpha float64, off func(sharing) bool) []UnitShare {
	var found []UnitShare
	var sum UnitShare
	var total int64
	end := func() {
		if sum.length() >= skewedFor && sum.proven(total, alpha) {
			found = append(found, sum)
		}
		sum, total = UnitShare{}, 0
	}
	for _, w := range windows {
		if !off(w) {
			end()
			continue
		}
		if total == 0 {
			sum = UnitShare{Span: w.Span, Unit: name}
		}
		sum.To = w.To
		sum.Answers += w.of(name)
		sum.Even += w.even()
		total += w.total
	}
	end()
	return found
}

// proven reports whether a unit whose true share is just half an even one would get
// so little of the total in at most a share alpha of cases, or one of twice so much.
func (u UnitShare) proven(total int64, alpha float64) bool {
	even := u.Even / float64(total)
	if float64(u.Answers) > u.Even {
		return chance(total, u.Answers, min(tooMuch*even, 1)) <= alpha
	}
	return distuv.Binomial{N: float64(total), P: tooLittle * even}.CDF(float64(u.Answers)) <= alpha
}
