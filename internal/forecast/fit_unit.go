package forecast

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// perUnit sets what a unit carries, and how units slow each other down; atLeast says
// that only a lower bound is known.
func (f *fitting) perUnit(fleet *simulation.Fleet, r capacity.FleetResult) (atLeast bool, err error) {
	u := r.PerUnit
	rates := f.drawn(u.Draws)
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
		fleet.Laws = f.laws(r)
	}
	alone := slower(r, u.Units)
	for _, rate := range rates {
		fleet.PerUnit = append(fleet.PerUnit, simulation.Rate{Sustained: rate * alone, Saturation: saturation(u, rate) * alone})
	}
	return atLeast, nil
}

// laws are the fleet's law in each replicate, by which as many units as were measured
// carry what they do in it.
func (f *fitting) laws(r capacity.FleetResult) []simulation.Law {
	u, l := r.PerUnit, r.USL
	var laws []simulation.Law
	for _, i := range f.replicates(len(u.Draws)) {
		if alpha, beta, ok := l.Drawn(i, len(u.Draws)); ok {
			laws = append(laws, lawOf(alpha, beta, u.Units, slower(r, u.Units)))
		}
	}
	if laws == nil {
		f.assume("%s: how far the law by which units slow each other down may be off is not known: it is taken at its middle", r.Name)
	}
	return laws
}

// lawOf is a law by which so many units carry as much as by the middle one, which slows
// each of them down so many times.
func lawOf(alpha, beta float64, units int, middle float64) simulation.Law {
	own := simulation.Fleet{Contention: alpha, Coherence: beta}
	return simulation.Law{Contention: alpha, Coherence: beta, Alone: own.Slower(units) / middle}
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
