package forecast

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// holdLag holds the runs' scale lag against the rehearsal's.
//
//	rehearsed            most runs            LagError
//	recovered            recovered            median of |simulated / measured - 1|
//	recovered            did not              none: Apart
//	demand fell back     (any other)          none: NoLag, and units alone are judged
//	did not              recovered            none: Apart
//	did not              did not              none: NoLag, and units alone are judged
//	no shortfall         (any)                the same
//	not known            (any)                the same
func (f *fitting) holdLag(r *Replay, runs []replayed) {
	typical := median(runs).lag
	if !math.IsNaN(typical) && !math.IsInf(typical, 0) {
		r.Simulated = new(time.Duration(typical * float64(time.Second)))
	}
	recovers := r.Simulated != nil
	switch {
	case f.r.ScaleLag != nil && math.IsInf(typical, 1):
		r.Apart = fmt.Sprintf("capacity was behind demand for %s in the rehearsal, and never catches up in its replay", figure.Duration(*f.r.ScaleLag))
	case f.r.ScaleLag != nil && !f.outgrown():
		r.NoLag = fmt.Sprintf("capacity was behind demand for %s in the rehearsal, and had not grown when demand fell back", figure.Duration(*f.r.ScaleLag))
	case f.r.ScaleLag != nil:
		r.LagError = new(lagError(runs, f.r.ScaleLag.Seconds()))
	case f.r.Shortfall == nil:
		r.NoLag = "capacity never fell short in the rehearsal"
		if len(f.q.Spots) > 0 {
			r.NoLag = "capacity never fell short while the rehearsed spots lasted"
		}
	case !f.sawToTheEnd():
		r.NoLag = "capacity fell short in the rehearsal while not all of it was seen, so that for how long is not known"
	case recovers:
		r.Apart = fmt.Sprintf("capacity never caught up with demand in the rehearsal, and does within %s in its replay", figure.Duration(*r.Simulated))
	case math.IsNaN(typical):
		r.Apart = "capacity never caught up with demand in the rehearsal, and never falls short in its replay"
	default:
		r.NoLag = "capacity never caught up with demand, neither in the rehearsal nor in its replay"
	}
	if r.LagError == nil && r.Apart == "" {
		f.assume("%s: how fast it scales could be held against its units alone, and against no scale lag", r.NoLag)
	}
}

// outgrown reports whether capacity had grown when the rehearsal's shortfall ended. If
// not, demand had only fallen back: the same demand does so in any replay, whatever it
// scales by, and how long that took says nothing of a scaler.
func (f *fitting) outgrown() bool {
	from := int(*f.r.Shortfall / time.Second)
	to := from + int(*f.r.ScaleLag/time.Second)
	rates := f.carried(to + 1)
	return rates[to] > rates[from]
}

// lagError is the median over the runs of how far their lag is off the measured one. A
// run without a shortfall has none; one that never recovers is off by any amount.
func lagError(runs []replayed, measured float64) float64 {
	var off []float64
	for _, run := range runs {
		lag := run.lag
		if math.IsNaN(lag) {
			lag = 0
		}
		off = append(off, math.Abs(lag/measured-1))
	}
	slices.Sort(off)
	return off[(len(off)-1)/2]
}

// sawToTheEnd reports whether capacity was known from the shortfall to the end of its
// spot.
func (f *fitting) sawToTheEnd() bool {
	for _, m := range f.r.Headroom.Series {
		if m.Rehearsed && m.At >= *f.r.Shortfall && m.Mid == nil && m.Low == nil && m.High == nil {
			return false
		}
	}
	return true
}
