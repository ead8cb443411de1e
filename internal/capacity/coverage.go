package capacity

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// sight is what was seen of one source. It is blind until its first fact, and
// in its gaps; without any fact it never was seen, whether or not a gap says so.
//
//	run    |------------------------------------|
//	spot                |=============|
//	facts       x   x   x   x           x   x   x
//	blind  |~~~~|           |~~~~gap~~~~|
//
// What observing cost is no fact of what is observed, nor is that it failed.
type sight struct {
	Source
	fleet bool           // capacity is drawn from it
	never bool           // not one fact is known
	blind []Span         // stretches of the run in which nothing was seen, apart and in order
	told  []timeline.Gap // all that there are of it, as they came
	gaps  int            // of them, those that touch the run
}

// sightsOf tells of every source of the question what was seen of it.
func (r run) sightsOf(q Question) []sight {
	first := r.firstFacts()
	whole := Span{0, r.end()}
	sights := q.watched()
	for i := range sights {
		s := &sights[i]
		at, known := first[s.Name]
		s.never = !known
		blind := []Span{{math.MinInt64, time.Duration(at)}}
		if s.never {
			blind = []Span{whole}
		}
		for _, g := range r.Gaps {
			if g.Source != s.Name {
				continue
			}
			if s.told = append(s.told, g); time.Duration(g.From) < whole.To && time.Duration(g.To) > whole.From {
				s.gaps++
				blind = append(blind, Span{time.Duration(g.From), time.Duration(g.To)})
			}
		}
		s.blind = merge(blind, whole)
	}
	return sights
}

// watched lists what the question asks about by its source: once each, by the most
// that is asked of it.
func (q Question) watched() []sight {
	var all []sight
	add := func(s sight) {
		i := slices.IndexFunc(all, func(other sight) bool { return other.Name == s.Name })
		if i < 0 {
			all = append(all, s)
			return
		}
		all[i].Least, all[i].fleet = max(all[i].Least, s.Least), all[i].fleet || s.fleet
	}
	for _, s := range q.Sources {
		add(sight{Source: s})
	}
	for _, f := range q.Fleets {
		add(sight{Source: Source{Name: f.Name}, fleet: true})
	}
	return all
}

// firstFacts are the first instants of which each source told anything: where a
// reading says since when it is true, since then.
func (r run) firstFacts() map[string]timeline.Offset {
	first := make(map[string]timeline.Offset)
	note := func(source string, at timeline.Offset) {
		if was, known := first[source]; !known || at < was {
			first[source] = at
		}
	}
	for _, p := range r.Readings {
		if p.Name == timeline.Calls || p.Name == timeline.CallBytes {
			continue
		}
		note(p.Source, p.At)
		if p.True != nil {
			note(p.Source, *p.True)
		}
	}
	for _, e := range r.Events {
		switch {
		case e.Kind == timeline.Blind:
		case e.Seen != nil:
			note(e.Source, *e.Seen)
		default:
			note(e.Source, e.At)
		}
	}
	return first
}

// coverage sums up what was seen of every source, and what that cost.
func (r run) coverage(spots []Span) []Coverage {
	whole := Span{0, r.end()}
	var all []Coverage
	for _, s := range r.sights {
		c := Coverage{
			Source: s.Name, Run: s.seen([]Span{whole}), Least: s.Least, Gaps: s.gaps,
			Calls: r.counted(s.Name, timeline.Calls), Bytes: r.counted(s.Name, timeline.CallBytes),
		}
		if during := merge(spots, whole); len(during) > 0 {
			share := s.seen(during)
			c.Spots = &share
		}
		all = append(all, c)
	}
	return all
}

// seen is the share of the spans, which lie apart, that is not blind. Of spans
// without any length all is seen, unless the source never was.
func (s sight) seen(spans []Span) float64 {
	var whole, blind time.Duration
	for _, span := range spans {
		whole += span.length()
		for _, b := range merge(s.blind, span) {
			blind += b.length()
		}
	}
	switch {
	case s.never:
		return 0
	case whole == 0:
		return 1
	}
	return float64(whole-blind) / float64(whole)
}

// counted is the last of counts that only grow; nil where none was read.
func (r run) counted(source, name string) *int64 {
	most := r.highest(source, name)
	if most == nil {
		return nil
	}
	n := int64(*most)
	return &n
}

// judged is the share that a pass depends on, and what it is a share of.
func (c Coverage) judged() (share float64, of string) {
	if c.Spots != nil {
		return *c.Spots, "the spots"
	}
	return c.Run, "the run"
}

// tooLittle reports whether less was seen of a source than a pass asks for. A
// fleet that never was leaves capacity unknown, whatever is asked.
func (s sight) tooLittle(c Coverage) bool {
	share, _ := c.judged()
	return share < c.Least || s.never && s.fleet
}

// unseen says of which sources too little was seen for a pass.
func (res *Result) unseen(q Question, r run) []string {
	var reasons []string
	for i, s := range r.sights {
		c := res.Coverage[i]
		if !s.tooLittle(c) {
			continue
		}
		reason := r.blindness(s, q.Spots)
		if share, of := c.judged(); s.Least > 0 && s.never {
			reason += fmt.Sprintf(": at least %s of %s is required", figure.ExactShare(s.Least), of)
		} else if s.Least > 0 {
			reason += fmt.Sprintf(": it was seen for %s of %s, and at least %s is required",
				figure.ShareAgainst(share, s.Least), of, figure.ExactShare(s.Least))
		}
		reasons = append(reasons, reason)
	}
	return append(reasons, res.uncounted(r)...)
}

// uncounted says of which fleets something was seen, but not how many units were
// ready.
func (res *Result) uncounted(r run) []string {
	var reasons []string
	for _, f := range res.Fleets {
		never := slices.ContainsFunc(r.sights, func(s sight) bool { return s.never && s.Name == f.Name })
		if f.ReadyMax == nil && !never {
			reasons = append(reasons, f.Name+": how many units were ready was never observed")
		}
	}
	return reasons
}

// overlooked warns of sources that were not seen all the time, where no reason of
// the verdict tells of it. What capacity was meanwhile is not known, nor whatever
// rests on it.
func (r run) overlooked(q Question, res Result) []string {
	var warn []string
	for i, s := range r.sights {
		text := r.blindness(s, q.Spots)
		switch {
		case text == "" || res.Verdict == Invalid && s.tooLittle(res.Coverage[i]):
			continue
		case s.fleet && !s.never:
			text += ": what capacity was then is not known"
		}
		warn = append(warn, text)
	}
	return warn
}

// cause is the first that a gap within a span gives; empty where none does.
func (s sight) cause(span Span) string {
	for _, g := range s.told {
		if g.Cause != "" && time.Duration(g.From) < span.To && time.Duration(g.To) > span.From {
			return g.Cause
		}
	}
	return ""
}

func becauseOf(cause string) string {
	if cause == "" {
		return ""
	}
	return " (" + cause + ")"
}

// blindness says when a source was not seen and why: first what touches the spots,
// where anything does, from its beginning to its end; empty where it was seen but
// for what is shorter than the second that a clock shows. A cause that is not that
// of all stretches stands beside its own.
func (r run) blindness(s sight, spots []Span) string {
	if s.never {
		return s.Name + " was never observed" + becauseOf(s.cause(Span{math.MinInt64, math.MaxInt64}))
	}
	blind := longEnough(s.blind)
	touches := func(b Span) bool { return len(longEnough(merge(spots, b))) > 0 }
	if slices.ContainsFunc(blind, touches) {
		blind = slices.DeleteFunc(blind, func(b Span) bool { return !touches(b) })
	}
	if len(blind) == 0 {
		return ""
	}
	more := ""
	switch n := len(blind) - 1; {
	case n == 1:
		more = ", and once more"
	case n > 1:
		more = fmt.Sprintf(", and %s times more", figure.Count(n))
	}
	text := fmt.Sprintf("%s was not observed between %s and %s", s.Name, r.clock(blind[0].From), r.clock(blind[0].To))
	because := s.cause(blind[0])
	if slices.ContainsFunc(blind, func(b Span) bool { return s.cause(b) != because }) {
		return text + becauseOf(because) + more
	}
	return text + more + becauseOf(because)
}

func longEnough(spans []Span) []Span {
	return slices.DeleteFunc(slices.Clone(spans), func(s Span) bool { return s.length() < time.Second })
}
