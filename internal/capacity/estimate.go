package capacity

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// estimate says what one unit of a fleet sustains and at what it saturates,
// from windows in which the number of units that served did not change.
func (r run) estimate(fleet Fleet, q Question, s shown) PerUnit {
	if missing := r.missing(r.Series(fleet.Name, timeline.Ready)); missing != "" {
		return PerUnit{Said: fmt.Sprintf("%s: %s, so nothing is known of one unit", fleet.Name, missing)}
	}
	return newPerUnit(fleet.Name, q.Objectives, s.trials, s.plateaus, r.calmly())
}

// shown is what the stretches of a fleet show in which its units stood still.
type shown struct {
	trials   []trial
	plateaus []Plateau
}

func (r run) shown(fleet Fleet, q Question) shown {
	stretches := r.serving(fleet)
	return shown{r.trials(stretches, q), r.plateaus(stretches)}
}

// missing says which facts an estimate cannot do without are not there; empty
// if all are.
func (r run) missing(ready timeline.Series) string {
	switch {
	case len(ready) == 0:
		return "ready units were not observed"
	case r.whole.Service.Count() == 0:
		return "no service times were measured"
	}
	return ""
}

// stretch is a span in which the number of ready units was known and stood
// still.
type stretch struct {
	Span
	units float64
}

// steady finds the stretches of constant ready units. Where the fleet was not
// observed there is none. A group is polled: it may have changed any time since
// the last reading of the old count.
func (r run) steady(fleet Fleet, ready timeline.Series) []stretch {
	var found []stretch
	cut := func(span Span, units float64) {
		if span.From < span.To && units > 0 {
			found = append(found, stretch{span, units})
		}
	}
	for i, p := range ready {
		if i > 0 && ready[i-1].Value == p.Value {
			continue
		}
		s := Span{max(time.Duration(p.At), 0), r.end()}
		for k, next := range ready[i+1:] {
			if next.Value != p.Value {
				last := next.At
				if fleet.Kind == ASG {
					last = ready[i+k].At
				}
				s.To = min(s.To, time.Duration(last))
				break
			}
		}
		for _, g := range r.Gaps {
			if g.Source == fleet.Name && time.Duration(g.From) < s.To && time.Duration(g.To) > s.From {
				cut(Span{s.From, time.Duration(g.From)}, p.Value)
				s.From = time.Duration(g.To)
			}
		}
		cut(s, p.Value)
	}
	return found
}

// newPerUnit estimates one unit from the trials and plateaus of a fleet.
func newPerUnit(fleet string, objectives []Objective, trials []trial, plateaus []Plateau, c calm) PerUnit {
	var u PerUnit
	trials, plateaus = ofOneSize(trials, saturated(trials, plateaus))
	e := newEstimator(fleet, objectives, trials, plateaus, c)
	u.Low, u.Mid, u.High, u.Draws = e.interval()
	if e.saturation != nil {
		between := around(*e.saturation, plateaus, c.variation)
		u.Saturation = &between
	}
	u.Units, u.Trials = e.units(u.Low), e.told()
	u.Said = fleet + ": " + u.inWords()
	return u
}

// saturated leaves out the plateaus clearly below what as many units were shown to
// carry while every objective held: these hung.
func saturated(trials []trial, plateaus []Plateau) []Plateau {
	return slices.DeleteFunc(slices.Clone(plateaus), func(p Plateau) bool {
		return p.Rate <= 0 || slices.ContainsFunc(trials, func(t trial) bool {
			return t.units == p.Units && t.held() && p.Rate < 0.9*t.rate*float64(t.units)
		})
	})
}

// ofOneSize makes trials of different numbers of units tell of the same number,
// where units do less each the more there are of them: where clearly fewer units
// than the most that saturated did more than a tenth more each. Then a rate counts
// by how near it is to what its units saturate at; trials of more or fewer units
// than saturated are left out.
func ofOneSize(trials []trial, plateaus []Plateau) ([]trial, []Plateau) {
	most := 0
	for _, p := range plateaus {
		most = max(most, p.Units)
	}
	few, about := split(plateaus, func(p Plateau) bool { return float64(p.Units) >= 0.75*float64(most) })
	fewer, many := saturation(few), saturation(about)
	if many == nil || (fewer == nil || *fewer <= 1.1**many) && !outdoneByFewer(trials, most, *many) {
		return trials, plateaus
	}
	_, largest := split(plateaus, func(p Plateau) bool { return p.Units == most })
	each, fewest := *saturation(largest), slices.MinFunc(plateaus, func(a, b Plateau) int { return a.Units - b.Units }).Units
	var told []trial
	for _, t := range trials {
		if t.units >= fewest && t.units <= most {
			share := each / (interpolated(plateaus, t.units) / float64(t.units))
			t.rate, t.most, t.units = t.rate*share, t.most*share, most
			told = append(told, t)
		}
	}
	return told, largest
}

// outdoneByFewer reports whether clearly fewer units than the most that saturated kept
// every objective at more than each of these saturates at.
func outdoneByFewer(trials []trial, most int, saturated float64) bool {
	return slices.ContainsFunc(trials, func(t trial) bool {
		return float64(t.units) < 0.75*float64(most) && t.rate > 1.1*saturated && t.held()
	})
}

// interpolated is the throughput of so many units, on straight lines between the
// numbers of units whose plateaus were seen.
func interpolated(plateaus []Plateau, units int) float64 {
	below, above := 0, 0 // the nearest numbers of units that saturated
	for _, p := range plateaus {
		if p.Units <= units {
			below = max(below, p.Units)
		} else if above == 0 || p.Units < above {
			above = p.Units
		}
	}
	total := func(n int) float64 {
		_, own := split(plateaus, func(p Plateau) bool { return p.Units == n })
		return float64(n) * *saturation(own)
	}
	if above == 0 {
		return total(below)
	}
	return total(below) + (total(above)-total(below))*float64(units-below)/float64(above-below)
}

func split[T any](all []T, wanted func(T) bool) (rest, kept []T) {
	for _, one := range all {
		if wanted(one) {
			kept = append(kept, one)
		} else {
			rest = append(rest, one)
		}
	}
	return rest, kept
}

func (u PerUnit) inWords() string {
	ends := figure.Interval(u.Low, u.High, figure.Rate)
	switch {
	case u.Low == nil && u.High == nil:
		return "no stretch of steady units tells what one unit sustains"
	case u.High == nil:
		return fmt.Sprintf("one unit sustains %s: no window that counts broke an objective", ends)
	case u.Low == nil:
		return fmt.Sprintf("one unit sustains %s: no window that counts held", ends)
	}
	return fmt.Sprintf("one unit sustains %s (%s), measured at %s units%s", figure.Rate(*u.Mid), ends, figure.Count(u.Units), u.narrowed())
}

// wide is the width of an interval, as a share of its middle, from which it is
// told that it is wide.
const wide = 0.2

// Wide reports whether both sides are known, and far apart: then so is every margin
// that rests on it.
func (u PerUnit) Wide() bool {
	return u.Low != nil && u.Mid != nil && u.High != nil && *u.High-*u.Low > wide**u.Mid
}

// narrowed is what would make a wide interval narrower.
func (u PerUnit) narrowed() string {
	if !u.Wide() {
		return ""
	}
	return "; that is wide, since few rates near it were held for long: a staircase tells more"
}

// calmly sums up the service times of all calm windows: of the calmest alone, rare
// slow requests might be missing. Where there is none, service times vary as much
// as their mean.
func (r run) calmly() calm {
	service := timeline.Merged(func(yield func(timeline.Histogram) bool) {
		for _, window := range tile(Span{0, r.end()}, trialWindow) {
			own := r.service(window)
			if p50, ok := own.Quantile(0.5); ok && r.answers(window) && p50 <= r.calm+r.calm/10 && !yield(own) {
				return
			}
		}
	})
	mean, ok := service.Mean()
	if !ok || mean <= 0 {
		return calm{variation: 1}
	}
	return calm{mean.Seconds(), service.Deviation().Seconds() / mean.Seconds()}
}
