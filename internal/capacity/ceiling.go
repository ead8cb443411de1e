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
	if !math.IsInf(l.g, 1) {
		one.Saturation = &l.g // of units that nothing held down
	}
	rate, said := one.sustained(l.c, sway(flat, l.at)/math.Sqrt(float64(len(flat))))
	return &Ceiling{
		Rate: rate, From: int(from), To: int(to),
		Said: fmt.Sprintf("throughput stayed at %s while %s grew from %s to %s units: something behind it binds; %s",
			figure.Rate(l.c), fleet, figure.Count(int(from)), figure.Count(int(to)), said),
	}
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
	var whole, meanN, meanX float64
	for _, p := range points {
		whole += p.weight
		meanN += p.weight * math.Log(p.units)
		meanX += p.weight * math.Log(p.rate)
	}
	meanN, meanX = meanN/whole, meanX/whole
	var spread, joint float64
	for _, p := range points {
		off := math.Log(p.units) - meanN
		spread += p.weight * off * off
		joint += p.weight * off * (math.Log(p.rate) - meanX)
	}
	exponent := joint / spread
	line := func(n float64) float64 { return math.Exp(meanX + exponent*(math.Log(n)-meanN)) }
	return exponent+sureOfSide*sway(points, line)/math.Sqrt(spread) < flatBelow
}

// sureOfSide is how many standard deviations a normal variable exceeds in one of
// twenty cases.
const sureOfSide = 1.645

// lawIsBetter reports whether one of the laws without a ceiling explains the
// points better than one with; unknown, and false, where the points are too few
// to compare.
func lawIsBetter(points []point, l capped) bool {
	own := aicc(squares(points, l.at), len(points), cappedTerms)
	if math.IsInf(own, 1) {
		return false
	}
	for _, m := range models {
		if fitted, ok := m.fit(points); ok && aicc(squares(points, fitted.at), len(points), m.terms) < own-substantial {
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

// What of its saturation a service sustains where nothing tells (prior): services
// of few slots keep a p99 of some times their mean up to 80 or 95 % of it, so half
// is low.
var usualShare = Range{Low: 0.5, Mid: 0.8, High: 1}

// sustained is the rate that keeps the objectives under a ceiling: as much of it
// as one unit sustains of its saturation. spread is how far off the ceiling itself
// may be, as a share.
func (u PerUnit) sustained(ceiling, spread float64) (Range, string) {
	share, said := u.share()
	return Range{
		Low:  ceiling * share.Low * max(1-sureOfSide*spread, 0),
		Mid:  ceiling * share.Mid,
		High: ceiling * share.High * (1 + sureOfSide*spread),
	}, said
}

// share is what one unit sustains over what it serves when it always has work,
// with words on where it is from. A bound alone moves its own end.
func (u PerUnit) share() (Range, string) {
	share := usualShare
	if u.Saturation == nil || *u.Saturation <= 0 || u.Low == nil && u.High == nil {
		return share, fmt.Sprintf("how much of that keeps the objectives was not measured, %s to all of it is assumed", figure.Share(share.Low))
	}
	of := func(rate *float64, otherwise float64) float64 {
		if rate == nil {
			return otherwise
		}
		return min(max(*rate / *u.Saturation, 0), 1)
	}
	share.Low = of(u.Low, min(share.Low, of(u.High, 1)))
	share.High = max(of(u.High, 1), share.Low)
	share.Mid = min(max(of(u.Mid, share.Mid), share.Low), share.High)
	return share, fmt.Sprintf("%s of it keeps the objectives, as of one unit's saturation", figure.Interval(&share.Low, &share.High, figure.Share))
}
