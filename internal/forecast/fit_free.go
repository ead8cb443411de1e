package forecast

import (
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
// ceiling: that is how capacity makes the ceiling's rate of it, too. The scale lag was
// found with the share, and is found anew.
func (f *fitting) free() {
	f.r.Fleets = slices.Clone(f.r.Fleets)
	freed := false
	for i, r := range f.r.Fleets {
		if u, ok := alone(r); ok {
			f.r.Fleets[i].PerUnit, freed = u, true
		}
	}
	if freed {
		f.r.ScaleLag = f.lagAnew()
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

// lagAnew is the scale lag by what units carry in the model, and the ceilings: in the
// first spot with a shortfall, from its first second to its last; nil without one, and
// where the spot ends short.
func (f *fitting) lagAnew() *time.Duration {
	demand := f.demand()
	ceiling := f.met()
	short := make([]bool, len(demand))
	for _, r := range f.r.Fleets {
		if f.carriesPods(r) || r.PerUnit.Mid == nil {
			continue
		}
		for s, n := range f.measuredUnits(r.Name, len(demand)) {
			carried := float64(n) * *r.PerUnit.Mid
			short[s] = short[s] || n >= 0 && demand[s] > carried || ceiling > 0 && demand[s] > ceiling
		}
	}
	for _, spot := range f.q.Spots {
		first, last, end := -1, -1, min(int(spot.To/time.Second), len(demand))
		for s := int(spot.From / time.Second); s < end; s++ {
			if !short[s] {
				continue
			}
			if last = s; first < 0 {
				first = s
			}
		}
		if first >= 0 {
			if last == end-1 {
				return nil
			}
			return new(time.Duration(last+1-first) * time.Second)
		}
	}
	return nil
}
