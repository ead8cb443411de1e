package capacity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed-f864f198/onair/internal/figure"
)

// fewestCounts is at how many different numbers of units throughput must have
// been measured before a law of three terms is fitted to it.
const fewestCounts = 6

// farthest is how many times the most units measured a law is trusted.
const farthest = 2

// replicates is how many times a law is fitted again to other noise: with 200 the
// draw itself moves the ends of an interval so far that it holds the truth in 84
// to 95 of 100 runs.
const replicates = 1000

// newUSL fits the law to a fleet's plateaus, or says why it cannot be. There may
// be others, of constant work too, that say nothing of the law.
func newUSL(fleet string, plateaus []Plateau, ceiling *Ceiling, others ...Plateau) (*USL, string) {
	known := points(plateaus)
	below := ""
	if ceiling != nil {
		// What something behind the fleet holds down says nothing of the fleet.
		below = fmt.Sprintf(" below its ceiling at %s units", figure.Count(ceiling.From))
		known = slices.DeleteFunc(known, func(p point) bool { return p.units >= float64(ceiling.From) })
	}
	units := counts(known)
	if len(units) < fewestCounts {
		return nil, tooFew(units, others) + below + fmt.Sprintf("; the scalability law needs %d (onair report --with adds other runs)", fewestCounts)
	}
	chosen, fitted, ok := choose(known)
	drawn := again(known)
	if !ok || len(drawn) < replicates/2 {
		return nil, fmt.Sprintf("throughput at %s unit counts%s scatters too much for a law to be seen in it", figure.Count(len(units)), below)
	}
	u := &USL{Model: chosen.name, Smallest: units[0], Largest: units[len(units)-1], again: drawn}
	u.estimate(fitted, drawn)
	u.Said = fleet + ": " + u.inWords()
	return u, ""
}

// tooFew says at which numbers of units throughput was measured under constant
// work, and at how many of them as the law needs it.
func tooFew(units []int, others []Plateau) string {
	all := slices.Clone(units)
	for _, p := range others {
		all = append(all, p.Units)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 {
		return "throughput was never measured under constant work"
	}
	var words []string
	for _, n := range all {
		words = append(words, figure.Count(n))
	}
	numbers := "numbers"
	if len(all) == 1 {
		numbers = "number"
	}
	text := fmt.Sprintf("throughput was measured under constant work at %d %s of units (%s)", len(all), numbers, strings.Join(words, ", "))
	if len(all) >= fewestCounts {
		text += fmt.Sprintf(", but at only %d of them did less come back than was asked", len(units))
	}
	return text
}

// again fits the whole law to points that it could have made just as well: what
// it says, off by normal noise as large as that of the points (a parametric
// bootstrap). Six points and three terms leave little to tell noise by, so in
// each replicate its square is the sum of squares over a draw of chi-squared with
// the degrees of freedom that are left, as in Student's t. The numbers of units
// stay as they were measured.
//
// Bounds would push one term where another ends, and the intervals would hold the
// truth less often than they say; they are for whoever takes the quantiles.
func again(points []point) []law {
	whole, _ := solve(points, free, free)
	if !whole.isThroughput(points) {
		return nil
	}
	random := rand.New(rand.NewPCG(0x75736c, uint64(len(points))))
	left := distuv.ChiSquared{K: float64(len(points) - 3), Src: random}
	made := slices.Clone(points)
	var laws []law
	for range replicates {
		noise := math.Sqrt(squares(points, whole.at) / left.Rand())
		for i, p := range points {
			off := noise * random.NormFloat64() / math.Sqrt(p.weight)
			made[i].rate = whole.at(p.units) * max(1-off, 0.01)
		}
		if l, ok := solve(made, free, free); ok && l.isThroughput(points) {
			laws = append(laws, l)
		}
	}
	return laws
}

// isThroughput reports whether the law says more than nothing of one unit and
// wherever throughput was measured.
func (l law) isThroughput(points []point) bool {
	positive := func(x float64) bool { return x > 0 && x <= math.MaxFloat64 }
	return positive(l.g) && !slices.ContainsFunc(points, func(p point) bool { return !positive(l.at(p.units)) })
}

// estimate takes each term from the law chosen, and its interval from the
// replicates of the whole law: that a term is not needed does not say it is 0.
func (u *USL) estimate(chosen law, again []law) {
	around := func(mid, most float64, of func(law) float64) Range {
		values := []float64{mid}
		for _, l := range again {
			values = append(values, min(max(of(l), 0), most))
		}
		low, _, high := interval(values)
		return Range{Low: min(mid, low), Mid: mid, High: max(mid, high)}
	}
	u.Gamma = around(chosen.g, math.MaxFloat64, func(l law) float64 { return l.g })
	u.Alpha = around(chosen.a, 1, func(l law) float64 { return l.a })
	u.Beta = around(chosen.b, 1, func(l law) float64 { return l.b })
	if u.Beta.Low > 0 {
		peak := around(chosen.peak(), math.MaxFloat64, law.peak)
		rate := chosen.at(peak.Mid)
		u.PeakUnits, u.PeakRate = &peak, &rate
	}
}

// Throughput returns what n units serve together when they always have work, in
// requests per second. Beyond is to be asked, and told, with it.
func (u *USL) Throughput(n float64) float64 {
	return law{u.Gamma.Mid, u.Alpha.Mid, u.Beta.Mid}.at(n)
}

// Between returns the 90 % interval of Throughput, over the laws that the same
// plateaus could have come from as well; ok is false where none were drawn.
func (u *USL) Between(n float64) (between Range, ok bool) {
	if len(u.again) == 0 {
		return Range{}, false
	}
	drawn := make([]float64, len(u.again))
	for i, l := range u.again {
		drawn[i] = max(l.at(n), 0)
	}
	low, _, high := interval(drawn)
	mid := u.Throughput(n)
	return Range{Low: min(low, mid), Mid: mid, High: max(high, mid)}, true
}

// ratio is what n units serve over what m do.
func (u *USL) ratio(n, m float64) float64 { return u.Throughput(n) / u.Throughput(m) }

// drawnRatios are the ratio by each of so many of the laws that could be true as
// well; nil where there are none.
func (u *USL) drawnRatios(n, m float64, count int) []float64 {
	if len(u.again) == 0 {
		return nil
	}
	ratios := make([]float64, count)
	for i := range ratios {
		ratios[i] = u.again[i*len(u.again)/count].ratio(n, m)
	}
	return ratios
}

// Drawn is contention and crosstalk by the law of one of so many replicates: a law that
// the same plateaus could have come from as well, in which units do not help each other.
// They are of any replicate of a unit's rate as likely as of any other. ok is false where
// none were drawn.
func (u *USL) Drawn(replicate, of int) (alpha, beta float64, ok bool) {
	if len(u.again) == 0 {
		return u.Alpha.Mid, u.Beta.Mid, false
	}
	alpha, beta = u.again[replicate*len(u.again)/of].believed(u.Largest)
	return alpha, beta, true
}

// believed are the terms of a law in which none is below 0, for chance makes some laws
// say that units help each other. The other term is then such that as many units as were
// measured slow each other down as much as by both.
func (l law) believed(most int) (a, b float64) {
	n := float64(most)
	slower := l.a*(n-1) + l.b*n*(n-1)
	switch {
	case l.a >= 0 && l.b >= 0:
		return l.a, l.b
	case slower <= 0:
		return 0, 0
	case l.a < 0:
		return 0, slower / (n * (n - 1))
	}
	return slower / (n - 1), 0
}

// ratio is what n units serve over what m do. Chance makes some laws say that
// units help each other; none are believed to.
func (l law) ratio(n, m float64) float64 {
	slower := func(n float64) float64 { return 1 + l.a*(n-1) + l.b*n*(n-1) }
	each := slower(m) / slower(n)
	if !(slower(m) > 0 && slower(n) > 0) || (each > 1) == (n > m) {
		each = 1
	}
	return n / m * each
}

// Beyond reports whether n units are more than twice the most that were
// measured: what the law says of them is an extrapolation.
func (u *USL) Beyond(n float64) bool { return n > farthest*float64(u.Largest) }

func (u *USL) inWords() string {
	words := []string{"throughput is " + u.Gamma.inWords(figure.Rate) + " times the units"}
	if u.Model != Linear {
		words[0] = "one unit alone serves " + u.Gamma.inWords(figure.Rate)
		words = append(words, "contention is "+u.Alpha.inWords(figure.Share))
	}
	if u.Model == Universal {
		words = append(words, "crosstalk "+u.Beta.inWords(figure.Share))
	}
	words = append(words, u.peakInWords())
	return strings.Join(words, ", ") + fmt.Sprintf("; measured at %s to %s units, beyond %s it is extrapolated",
		figure.Count(u.Smallest), figure.Count(u.Largest), figure.Count(farthest*u.Largest))
}

func (u *USL) peakInWords() string {
	if u.PeakUnits == nil {
		return "no retrograde term up to N=" + figure.Count(u.Largest)
	}
	count := func(n float64) string { return figure.Count(int(min(math.Round(n), math.MaxInt32))) }
	words := fmt.Sprintf("throughput is highest at %s units: %s", u.PeakUnits.inWords(count), figure.Rate(*u.PeakRate))
	if u.Beyond(u.PeakUnits.Mid) {
		words += ", by extrapolation"
	}
	return words
}

func (r Range) inWords(write func(float64) string) string {
	return fmt.Sprintf("%s (%s)", write(r.Mid), figure.Interval(&r.Low, &r.High, write))
}
