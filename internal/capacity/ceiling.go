package capacity

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// When throughput is said to have met a ceiling. Over a stretch in which units
// grew by half, in proportion throughput would have grown by half too, which is
// unmistakable; less is not, and neither is a few seconds in which new units are
// ready but not yet reached. The growth must be shown to be less than a quarter
// of proportional. Contention of 5 % is at two thirds of it with 8 units and still
// above a quarter with 50.
const (
	grownBy     = 1.5
	lasting     = 10 * time.Second
	flatBelow   = 0.25 // exponent of throughput by units: 1 is proportional
	plateauSway = 0.03 // how far off a plateau may be at least, as a share; two or three cannot tell
)

// capped is throughput that grows with units until something behind them binds:
//
//	X(N) = min(g N, C)
type capped struct{ g, c float64 }

func (l capped) at(n float64) float64 { return min(l.g*n, l.c) }

// cappedTerms of capped: g and C.
const cappedTerms = 2

// newCeiling looks for a rate that more units of a fleet did not raise; nil
// where there is none to be seen.
func newCeiling(fleet string, plateaus []Plateau, one PerUnit) *Ceiling {
	known := points(plateaus)
	if len(counts(known)) < 2 {
		return nil
	}
	l := fitCapped(known)
	flat := known[slices.IndexFunc(known, func(p point) bool { return l.g*p.units >= l.c*(1-2*plateauSway) }):]
	from, to := flat[0].units, flat[len(flat)-1].units
	if to < grownBy*from || lastingAt(plateaus, grownBy*from) < lasting || !isFlat(flat) || lawIsBetter(known, l) {
		return nil
	}
	if !math.IsInf(l.g, 1) && one.Units < int(from) {
		one.Saturation = &Range{l.g, l.g, l.g} // of units that nothing held down, as those were that it was made at
	}
	c, said := one.under(l.c, sway(flat, l.at)/math.Sqrt(float64(len(flat))), dice{fleet: fleet})
	c.From, c.To, c.Throughput = int(from), int(to), l.c
	c.Said = fmt.Sprintf("throughput stayed at %s while %s grew from %s to %s units: something behind it binds; %s",
		figure.Rate(l.c), fleet, figure.Count(c.From), figure.Count(c.To), said)
	return &c
}

// fitCapped finds, for every number of units at which the ceiling may begin, the
// slope below it and the level from it on. Of those that chance does not set
// apart from the least squares it takes the one that begins first: two plateaus
// would else always be explained best by a slope through the first.
func fitCapped(points []point) capped {
	const asGood = 4 * plateauSway * plateauSway // two deviations of one plateau
	var fits []capped
	least := math.Inf(1)
	for i := range points {
		if i > 0 && points[i].units == points[i-1].units {
			continue
		}
		l := capped{g: math.Inf(1), c: level(points[i:], func(p point) float64 { return p.rate })}
		if i > 0 {
			l.g = level(points[:i], func(p point) float64 { return p.rate / p.units })
		}
		if l.g*points[len(points)-1].units >= l.c { // it is met
			fits = append(fits, l)
			least = min(least, squares(points, l.at))
		}
	}
	first := slices.IndexFunc(fits, func(l capped) bool { return squares(points, l.at) <= least+asGood })
	return fits[first]
}

// level is the constant of which the points' values are least off, as a share
// of it.
func level(points []point, value func(point) float64) float64 {
	var first, second float64
	scale := value(points[0])
	for _, p := range points {
		v := value(p) / scale
		first, second = first+p.weight*v, second+p.weight*v*v
	}
	return scale * second / first
}

// sway is how far a plateau is off by chance, as a share: as far as these are,
// and no less than is usual.
func sway(points []point, says func(float64) float64) float64 {
	if len(points) < 3 {
		return plateauSway
	}
	return max(plateauSway, math.Sqrt(squares(points, says)/float64(len(points)-1)))
}

// isFlat reports whether throughput was shown to grow by less than a quarter of
// what units grew: the exponent in X ~ N^e, by weighted least squares of the
// logarithms, is below with 95 % of certainty.
func isFlat(points []point) bool {
	exponent, spread, line := grows(points)
	return exponent+sureOfSide*sway(points, line)/math.Sqrt(spread) < flatBelow
}

// exponent is the e in X ~ N^e of points of two numbers of units or more.
func exponent(points []point) float64 {
	e, _, _ := grows(points)
	return e
}

// grows is the exponent, the spread of what it is taken from, and the throughput
// that it makes of a number of units.
func grows(points []point) (exponent, spread float64, line func(n float64) float64) {
	var whole, meanN, meanX float64
	for _, p := range points {
		whole += p.weight
		meanN += p.weight * math.Log(p.units)
		meanX += p.weight * math.Log(p.rate)
	}
	meanN, meanX = meanN/whole, meanX/whole
	var joint float64
	for _, p := range points {
		off := math.Log(p.units) - meanN
		spread += p.weight * off * off
		joint += p.weight * off * (math.Log(p.rate) - meanX)
	}
	exponent = joint / spread
	return exponent, spread, func(n float64) float64 { return math.Exp(meanX + exponent*(math.Log(n)-meanN)) }
}

// sureOfSide is how many standard deviations a normal variable exceeds in one of
// twenty cases.
const sureOfSide = 1.645

// lawIsBetter reports whether one of the laws without a ceiling explains the
// points better than one with; unknown, and false, where the points are too few
// to compare. Plateaus that lie closer together than chance would have them are no
// reason for another law: what is off by less than half of what is usual counts as
// that much.
func lawIsBetter(points []point, l capped) bool {
	const usual = plateauSway / 2
	off := func(at func(float64) float64) float64 {
		return max(squares(points, at), usual*usual*float64(len(points)))
	}
	own := aicc(off(l.at), len(points), cappedTerms)
	if math.IsInf(own, 1) {
		return false
	}
	for _, m := range models {
		if fitted, ok := m.fit(points); ok && aicc(off(fitted.at), len(points), m.terms) < own-substantial {
			return true
		}
	}
	return false
}

// lastingAt is how long the plateaus of at least so many units last in all.
func lastingAt(plateaus []Plateau, units float64) (sum time.Duration) {
	for _, p := range plateaus {
		if float64(p.Units) >= units {
			sum += p.length()
		}
	}
	return sum
}

// levelling is what deviates of a ceiling are drawn for, besides those of a
// unit (bootstrap.go).
const levelling = 1<<31 + 3

// under is the ceiling of which the objectives are kept at as large a share as one
// unit sustains of its saturation, with words on where that is from. spread is how
// far off the ceiling itself may be, as a share. Where that share was not measured
// on both sides, all that is known is that no more than the ceiling is sustained.
func (u PerUnit) under(ceiling, spread float64, d dice) (Ceiling, string) {
	share := func(rate *float64) float64 { return min(max(*rate/u.Saturation.Mid, 0), 1) }
	saturates := u.Saturation != nil && u.Saturation.Mid > 0
	highest := ceiling * (1 + sureOfSide*spread)
	if saturates && u.High != nil {
		highest *= share(u.High)
	}
	if !saturates || u.Low == nil || u.Mid == nil || u.High == nil {
		return Ceiling{Rate: Range{High: highest}, AtMost: true},
			fmt.Sprintf("how much of that keeps the objectives was not measured, at most %s", figure.Rate(highest))
	}
	low, high := share(u.Low), share(u.High)
	c := Ceiling{Rate: Range{Low: ceiling * low * max(1-sureOfSide*spread, 0), Mid: ceiling * share(u.Mid), High: highest}}
	for i := range u.Draws {
		c.Draws = append(c.Draws, ceiling*share(&u.Draws[i])*max(1+spread*d.fleets(i, levelling), 0))
	}
	if c.Draws != nil {
		c.Rate.Low, c.Rate.Mid, c.Rate.High = interval(c.Draws)
	}
	return c, fmt.Sprintf("%s of it keeps the objectives, as of one unit's saturation", figure.Interval(&low, &high, figure.Share))
}

// carried is what a ceiling lets through.
func (c *Ceiling) carried() carried {
	if c.AtMost {
		return carried{high: &c.Rate.High}
	}
	all := between(c.Rate)
	all.draws = c.Draws
	return all
}
