package capacity

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// keptUp is by how much of what was asked, at most, more or less came back where
// a fleet kept up: the change in what was in flight. Its answers may take long
// then, yet their rate is the demand's and tells nothing of the fleet.
const keptUp = 0.03

// Plateaus returns a run's own plateaus, by the name of the fleet, for the
// question of another run about the same staging.
func Plateaus(t timeline.Timeline, q Question) map[string][]Plateau {
	r := newRun(t, q)
	found := make(map[string][]Plateau)
	for _, f := range q.Fleets {
		if own := r.outrun(r.plateaus(r.serving(f))); len(own) > 0 {
			found[f.Name] = own
		}
	}
	return found
}

// outrun are the plateaus in which more or less was asked than came back.
func (r run) outrun(plateaus []Plateau) []Plateau {
	var found []Plateau
	for _, p := range plateaus {
		asked := float64(r.sending(p.Span).planned) / float64(ceilSeconds(p.To)-ceilSeconds(p.From))
		if math.Abs(asked-p.Rate) > keptUp*asked {
			found = append(found, p)
		}
	}
	return found
}

// throughput says what the plateaus of a fleet, of this run and of others, tell of
// its throughput by units. Of a group that pods run on they tell nothing: it is
// the pods that always have work. Nor do they where another fleet that serves may
// have been what held throughput down.
func (r run) throughput(result *FleetResult, q Question, serving []Fleet, s shown) {
	if _, spare := r.busiest(result.Name); spare && len(serving) > 1 {
		result.NoUSL = "its units had something to spare, so that throughput was another fleet's"
		return
	}
	own := r.outrun(s.plateaus)
	all := append(own, q.Plateaus[result.Name]...)
	result.Plateaus = all
	ceiling := newCeiling(result.Name, all, result.PerUnit)
	if ceiling == nil {
		ceiling = newCeiling(result.Name, append(outdone(s.trials, all), all...), result.PerUnit)
	}
	if ceiling != nil {
		for _, other := range serving {
			if _, spare := r.busiest(other.Name); other.Name != result.Name && !spare && !r.grewWith(other.Name, own, ceiling) {
				result.NoUSL = "throughput may have stayed the same since " + other.Name + " did not grow"
				return
			}
		}
	}
	result.Ceiling = ceiling
	var seen []Plateau // that the saturation rate is taken from
	if result.PerUnit.Saturation != nil {
		seen = pressed(saturated(s.trials, s.plateaus))
	}
	result.USL, result.NoUSL = newUSL(result.Name, all, ceiling, below(seen, ceiling)...)
	if len(all)+len(seen) == 0 {
		result.NoUSL = cmp.Or(r.neverQuiet(r.serving(result.Fleet)), result.NoUSL)
	}
	result.PerUnit.Held = result.heldDown(seen, own)
}

// below are the plateaus of fewer units than a ceiling begins at.
func below(plateaus []Plateau, c *Ceiling) []Plateau {
	return slices.DeleteFunc(slices.Clone(plateaus), func(p Plateau) bool { return c != nil && p.Units >= c.From })
}

// neverQuiet says that a fleet fell behind what was asked while its units stood
// still, and that nothing tells whether these always had work, since the run has no
// quiet phase: 10 s at half the highest load or less, without failures. It is empty
// where that is not so.
func (r run) neverQuiet(stretches []stretch) string {
	windows := tile(Span{0, r.end()}, trialWindow)
	rate := func(w Span) float64 { return float64(r.sending(w).planned) / w.length().Seconds() }
	var most float64
	for _, w := range windows {
		most = max(most, rate(w))
	}
	quiet := func(w Span) bool { return r.answers(w) && rate(w) > 0 && rate(w) <= most/2 }
	behind := func(s stretch) bool { return slices.ContainsFunc(tile(s.Span, busyAtLeast), r.fellBehind) }
	if slices.ContainsFunc(windows, quiet) || !slices.ContainsFunc(stretches, behind) {
		return ""
	}
	return "fewer answers came back than were asked for, but nothing shows how quick they are when nothing waits, so that it is not known whether its units always had work (begin with 10 s of low load)"
}

// fellBehind reports whether clearly fewer answers came back in a span than were
// asked for.
func (r run) fellBehind(span Span) bool {
	first, ok1 := nearest(r.answered, span.From)
	last, ok2 := nearest(r.answered, span.To)
	return ok1 && ok2 && span.length() >= busyAtLeast && last.Value-first.Value < (1-2*keptUp)*float64(r.sending(span).planned)
}

// heldDown says that throughput hardly grew with the units beyond those at which
// the saturation rate was seen: something behind them, not they, may have been
// what saturated. It is empty where that was not seen.
func (f FleetResult) heldDown(seen, own []Plateau) string {
	if len(seen) == 0 {
		return ""
	}
	fewest := slices.MinFunc(seen, func(a, b Plateau) int { return a.Units - b.Units }).Units
	orMore := "so that one unit saturates at " + figure.Rate(f.PerUnit.Saturation.Low) + " or more"
	if c := f.Ceiling; c != nil && fewest >= c.From {
		return "what binds behind its units held them down, " + orMore
	}
	known := points(slices.DeleteFunc(slices.Clone(own), func(p Plateau) bool { return p.Units < fewest }))
	units := counts(known)
	if f.USL != nil || len(units) < 2 || exponent(known) >= flatBelow {
		return ""
	}
	return fmt.Sprintf("throughput hardly grew from %s to %s units: something behind them may bind, %s",
		figure.Count(units[0]), figure.Count(units[len(units)-1]), orMore)
}

// outdone is the most that clearly fewer units than the most that saturated carried
// while every objective held, where that was nearly as much; nil where it was not.
// What those units would do at most is not known from it, but it is no less, and in
// proportion to their number they could not have done it.
func outdone(trials []trial, plateaus []Plateau) []Plateau {
	var largest, highest Plateau
	for _, p := range plateaus {
		if p.Units > largest.Units || p.Units == largest.Units && p.Rate > largest.Rate {
			largest = p
		}
	}
	for _, t := range trials {
		rate := t.rate * float64(t.units)
		if t.held() && grownBy*float64(t.units) <= float64(largest.Units) && rate >= nearlyAll*largest.Rate && rate > highest.Rate {
			highest = Plateau{Units: t.units, Rate: rate, Most: rate, Span: Span{0, trialWindow}}
		}
	}
	if highest.Units == 0 {
		return nil
	}
	return []Plateau{highest}
}

// nearlyAll is the share of what the most units did from which fewer of them are
// told beside: units that grew by half would have done half as much again.
const nearlyAll = 0.9

// grewWith reports whether a fleet was seen to have more units while another stood
// at the end of its ceiling than at the beginning. The plateaus are that other's,
// of this run.
func (r run) grewWith(fleet string, plateaus []Plateau, c *Ceiling) bool {
	ready := r.Series(fleet, timeline.Ready)
	most := func(units int) (most float64) {
		for _, p := range plateaus {
			if v, known := ready.At(timeline.Offset((p.From + p.To) / 2)); known && p.Units == units {
				most = max(most, v)
			}
		}
		return most
	}
	before := most(c.From)
	return before > 0 && most(c.To) > before
}
