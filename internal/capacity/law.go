package capacity

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// law is throughput by the number of units N, after Gunther, Guerrilla Capacity
// Planning (2007):
//
//	X(N) = g N / (1 + a (N-1) + b N (N-1))
//
// g is what one unit serves alone, a the share of the work that units do one
// after the other (contention), b what each pair of them costs (crosstalk).
type law struct{ g, a, b float64 }

func (l law) at(n float64) float64 {
	if n <= 0 {
		return 0
	}
	return l.g * n / (1 + l.a*(n-1) + l.b*n*(n-1))
}

// peak is the number of units at which throughput is highest; without a cost of
// pairs it grows without end.
func (l law) peak() float64 {
	if l.b <= 0 {
		return math.Inf(1)
	}
	return max(math.Sqrt(max(1-l.a, 0)/l.b), 1)
}

// point is a plateau as a law sees it.
type point struct {
	units, rate float64
	weight      float64 // its length, over the mean length
}

// Throughput outside of these, in requests per second, is not a service's.
const (
	slowest = 1e-6
	fastest = 1e12
)

// points are the plateaus that say something of throughput, in an order that
// does not depend on theirs.
func points(plateaus []Plateau) []point {
	var found []point
	var whole float64
	for _, p := range plateaus {
		length := p.length().Seconds()
		if p.Units > 0 && p.Rate >= slowest && p.Rate <= fastest && p.From < p.To && length > 0 {
			found = append(found, point{float64(p.Units), p.Rate, length})
			whole += length
		}
	}
	for i := range found {
		found[i].weight *= float64(len(found)) / whole
	}
	slices.SortFunc(found, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.units, b.units), cmp.Compare(a.rate, b.rate), cmp.Compare(a.weight, b.weight))
	})
	return found
}

// counts are the different numbers of units, in order.
func counts(points []point) []int {
	var found []int
	for _, p := range points {
		if n := int(p.units); len(found) == 0 || found[len(found)-1] != n {
			found = append(found, n)
		}
	}
	return found
}

// off is by how much a point lies below what a law says, as a share of that:
// the noise of throughput grows with it.
func (p point) off(says float64) float64 { return 1 - p.rate/says }

// squares is the sum of the squared offs, each by its weight.
func squares(points []point, says func(units float64) float64) (sum float64) {
	for _, p := range points {
		off := p.off(says(p.units))
		sum += p.weight * off * off
	}
	return sum
}

// closest is the mean square beyond which a fit is not called better: no
// throughput is measured to 0.01 %.
const closest = 1e-8

// aicc is Akaike's criterion with the correction for few points (Hurvich and
// Tsai, Biometrika 76, 1989); less is better. The noise is a term besides the
// model's own. With too few points for so many terms no fit is good.
func aicc(squares float64, points, terms int) float64 {
	n, k := float64(points), float64(terms+1)
	if n-k-1 <= 0 || math.IsNaN(squares) {
		return math.Inf(1)
	}
	return n*math.Log(max(squares/n, closest)) + 2*k + 2*k*(k+1)/(n-k-1)
}

// substantial is by how much the criterion of a model with more terms must be
// lower before the simpler one has too little support (Burnham and Anderson,
// Model Selection and Multimodel Inference, 2002, 2.6).
const substantial = 2

// pin says where a bounded term is held.
type pin int

const (
	free pin = iota
	atZero
	atOne
)

var (
	absent  = []pin{atZero}
	bounded = []pin{free, atZero, atOne}
)

// model is a law of which some terms may be absent.
type model struct {
	name  string
	terms int
	a, b  []pin
}

// models have more terms one after the other.
var models = []model{
	{Linear, 1, absent, absent},
	{Amdahl, 2, bounded, absent},
	{Universal, 3, bounded, bounded},
}

// fit is the law of the least squares with a and b from 0 to 1. The law turned
// over is linear in 1/g, a/g and b/g:
//
//	N / X(N) = 1/g + a/g (N-1) + b/g N (N-1)
//
// and the offs with it, so that the squares are a convex bowl over a cone, the
// bounds of a and b being its faces. Its lowest point is therefore the lowest of
// one face without its edges, and there are only nine to look at: exact, and
// without a start that could be wrong.
func (m model) fit(points []point) (best law, ok bool) {
	least := math.Inf(1)
	for _, a := range m.a {
		for _, b := range m.b {
			l, solved := solve(points, a, b)
			if !solved || !l.inBounds() {
				continue
			}
			if sum := squares(points, l.at); sum < least {
				best, least, ok = l, sum, true
			}
		}
	}
	return best, ok
}

func (l law) inBounds() bool {
	return l.g > 0 && l.g <= math.MaxFloat64 && l.a >= 0 && l.a <= 1 && l.b >= 0 && l.b <= 1
}

// solve finds the least squares of the law turned over where a and b are each
// free or pinned; false where the points do not tell them apart.
func solve(points []point, a, b pin) (law, bool) {
	most := points[len(points)-1].units
	scale := [3]float64{1, most, most * most} // so that no column dwarfs another
	pins := [3]pin{free, a, b}
	width := 0
	for _, p := range pins {
		if p == free {
			width++
		}
	}
	if len(points) < width {
		return law{}, false
	}
	rows, ones := mat.NewDense(len(points), width, nil), mat.NewVecDense(len(points), nil)
	for i, p := range points {
		root := math.Sqrt(p.weight)
		each := root * p.rate / p.units / points[0].rate
		terms := [3]float64{1, p.units - 1, p.units * (p.units - 1)}
		column := 0
		for k, term := range terms {
			switch pins[k] {
			case free:
				rows.Set(i, column, rows.At(i, column)+each*term/scale[k])
				column++
			case atOne:
				rows.Set(i, 0, rows.At(i, 0)+each*term)
			}
		}
		ones.SetVec(i, root)
	}
	var found mat.VecDense
	if err := found.SolveVec(rows, ones); err != nil && !errors.As(err, new(mat.Condition)) {
		return law{}, false
	}
	return unturned(found.RawVector().Data, pins, scale, points[0].rate), true
}

// unturned is the law whose turned over terms are those found.
func unturned(found []float64, pins [3]pin, scale [3]float64, rate float64) law {
	var terms [3]float64
	column := 0
	for k, p := range pins {
		switch p {
		case free:
			terms[k] = found[column] / scale[k]
			column++
		case atOne:
			terms[k] = terms[0]
		}
	}
	return law{g: rate / terms[0], a: terms[1] / terms[0], b: terms[2] / terms[0]}
}

// choose is the model with the fewest terms that the points support.
func choose(points []point) (chosen model, fitted law, ok bool) {
	criterion := make([]float64, len(models))
	laws := make([]law, len(models))
	for i, m := range models {
		criterion[i] = math.Inf(1)
		if l, ok := m.fit(points); ok {
			laws[i], criterion[i] = l, aicc(squares(points, l.at), len(points), m.terms)
		}
	}
	least := slices.Min(criterion)
	for i, m := range models {
		if !math.IsInf(least, 1) && criterion[i] <= least+substantial {
			return m, laws[i], true
		}
	}
	return model{}, law{}, false
}
