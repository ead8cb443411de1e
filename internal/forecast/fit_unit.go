package forecast

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// mostDraws is how many rates a model keeps of one unit: quantiles of more are no
// closer than what the rehearsal tells.
const mostDraws = 1000

// perUnit sets what a unit carries, and how units slow each other down; atLeast says
// that only a lower bound is known.
func (f *fitting) perUnit(fleet *simulation.Fleet, r capacity.FleetResult) (atLeast bool, err error) {
	u := r.PerUnit
	rates := thinned(u.Draws)
	switch {
	case u.Mid != nil && len(rates) > 0:
	case u.Mid != nil:
		rates = []float64{*u.Mid}
	case u.Low != nil && *u.Low > 0:
		rates, atLeast = []float64{*u.Low}, true
		f.assume("%s: a unit sustains at least %s, and how much more was not seen: it is taken to sustain no more", r.Name, figure.Rate(*u.Low))
	case u.High != nil:
		return false, fmt.Errorf("%s: a unit sustains at most %s, and nothing shows how little: rehearse steps of load that it carries too", r.Name, figure.Rate(*u.High))
	default:
		return false, fmt.Errorf("%s: what a unit sustains is not known: rehearse steps of load, some that the objectives hold under and some that they do not, while the number of units stands still", r.Name)
	}
	if l := r.USL; l != nil && u.Units > 0 {
		fleet.Contention, fleet.Coherence = l.Alpha.Mid, l.Beta.Mid
	}
	alone := slower(r, u.Units)
	for _, rate := range rates {
		fleet.PerUnit = append(fleet.PerUnit, simulation.Rate{Sustained: rate * alone, Saturation: saturation(u, rate) * alone})
	}
	return atLeast, nil
}

// slower is how many times less each of so many units carries than one alone, by the
// scalability law where it was fitted, as capacity itself takes it:
//
//	rate of n units = n x rate alone / slower(n)
func slower(r capacity.FleetResult, units int) float64 {
	var law simulation.Fleet
	if l := r.USL; l != nil && r.PerUnit.Units > 0 {
		law.Contention, law.Coherence = l.Alpha.Mid, l.Beta.Mid
	}
	return law.Slower(units)
}

// saturation is what a unit serves that always has work; 0 where that was not seen.
func saturation(u capacity.PerUnit, sustained float64) float64 {
	if u.Saturation == nil {
		return 0
	}
	return max(u.Saturation.Mid, sustained)
}

// thinned are at most so many of draws, evenly taken.
func thinned(draws []float64) []float64 {
	if len(draws) <= mostDraws {
		return aboveZero(draws)
	}
	some := make([]float64, mostDraws)
	for i := range some {
		some[i] = draws[i*len(draws)/mostDraws]
	}
	return aboveZero(some)
}

// aboveZero are those that say anything: a replicate may have none.
func aboveZero(draws []float64) []float64 {
	var all []float64
	for _, d := range draws {
		if d > 0 && d < 1e12 {
			all = append(all, d)
		}
	}
	return all
}
