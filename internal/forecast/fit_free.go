package forecast

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// free takes what a unit carries from the sizes at which nothing behind the units
// bound, where it was judged at a size at which something did:
//
//	throughput |        ____________ ceiling
//	           |      /   .
//	           |    /     .             judged here: a unit's share of the ceiling,
//	           |  /       .             which says nothing of fewer units
//	           +--+---+---+--------+--> units
//	              plateaus  From
//
// A unit alone sustains the same share of its saturation there as the whole does of the
// ceiling: that is how capacity makes the ceiling's rate of it, too. The shortfall and
// the scale lag were found with the share, and are found anew.
func (f *fitting) free() {
	f.r.Fleets = slices.Clone(f.r.Fleets)
	freed := false
	for i, r := range f.r.Fleets {
		if u, ok := alone(r); ok {
			f.r.Fleets[i].PerUnit, freed = u, true
		}
	}
	if freed {
		f.r.Shortfall, f.r.ScaleLag = f.shortAnew()
	}
}

// alone is what a unit carries below the ceiling of its fleet; ok is false where there
// is none, it was judged there anyway, or no plateau tells.
func alone(r capacity.FleetResult) (u capacity.PerUnit, ok bool) {
	u = r.PerUnit
	if r.Ceiling == nil || u.Units < r.Ceiling.From || u.Saturation == nil {
		return u, false
	}
	units, weight, sum := 0, 0.0, 0.0
	for _, p := range r.Plateaus {
		if long := (p.To - p.From).Seconds(); p.Units > 0 && p.Units < r.Ceiling.From {
			sum, weight = sum+long*p.Rate/float64(p.Units), weight+long
			units = max(units, p.Units)
		}
	}
	if weight == 0 {
		return u, false
	}
	times := sum / weight / u.Saturation.Mid
	scaled := func(rate *float64) *float64 {
		if rate == nil {
			return nil
		}
		return new(*rate * times)
	}
	u.Low, u.Mid, u.High, u.Units = scaled(u.Low), scaled(u.Mid), scaled(u.High), units
	u.Saturation = &capacity.Range{Low: u.Saturation.Low * times, Mid: u.Saturation.Mid * times, High: u.Saturation.High * times}
	u.Draws = slices.Clone(u.Draws)
	for i := range u.Draws {
		u.Draws[i] *= times
	}
	return u, true
}

// shortAnew is when capacity first fell short, and the scale lag, by what units carry
// in the model, and the ceilings, and by capacity's own rule of both.
func (f *fitting) shortAnew() (at, lag *time.Duration) {
	const short, enough = 0.0, 1.0 // of a demand of one
	var series []capacity.Moment
	for s, isShort := range f.short(f.demand()) {
		at, carries := time.Duration(s)*time.Second, enough
		if isShort {
			carries = short
		}
		series = append(series, capacity.Moment{At: at, Demand: 1, Rehearsed: f.q.Rehearses(at), Mid: &carries})
	}
	return capacity.Shortfall(series)
}

// short says of each second whether demand is more than what the fleets or the ceilings
// carry.
func (f *fitting) short(demand []float64) []bool {
	short := make([]bool, len(demand))
	for s, carries := range f.carried(len(demand)) {
		short[s] = demand[s] > carries
	}
	return short
}

// carried is what the fleets and the ceilings carried in each second, in req/s: by the
// median of what a unit does, and the scalability law; infinite where that is not known.
func (f *fitting) carried(seconds int) []float64 {
	rates := slices.Repeat([]float64{cmp.Or(f.met(), math.Inf(1))}, seconds)
	for _, r := range f.r.Fleets {
		each := cmp.Or(r.PerUnit.Mid, r.PerUnit.Low) // as the model takes it
		if f.carriesPods(r) || each == nil {
			continue
		}
		one := *each * slower(r, r.PerUnit.Units)
		for s, n := range f.measuredUnits(r.Name, seconds) {
			if n >= 0 {
				rates[s] = min(rates[s], one*float64(n)/slower(r, n))
			}
		}
	}
	return rates
}
