package capacity

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// redraws is how many replicates the bootstrap of one unit has.
const redraws = 400

// dice are what the bootstrap draws from: for each replicate and each step of
// the run one deviate, so that whatever is estimated from the same step, of any
// fleet and objective, varies together. The same run always gets the same draws.
type dice struct{}

// What deviates are drawn for besides the rate of each step, which has its own
// number: the count of each step, and what happens once in a replicate.
const (
	counting   = 1 << 30
	saturating = -1
	nearness   = -2
	turning    = -3
)

// deviate is a standard normal one.
func (dice) deviate(replicate, what int) float64 {
	return rand.New(rand.NewPCG(uint64(replicate), uint64(what))).NormFloat64()
}

// stream is for what is drawn between two rates.
func (dice) stream(replicate int) stream {
	what := turning
	return stream{rand.NewPCG(uint64(replicate), uint64(what))}
}

type stream struct{ rand.Source }

// around is a beta variate with the given mean, nearly; the more weight, the
// closer to it.
func (s stream) around(mean, weight float64) float64 {
	return distuv.Beta{Alpha: 1 + weight*mean, Beta: 1 + weight*(1-mean), Src: s}.Rand()
}

func (s stream) logUniform(from, to float64) float64 {
	return math.Exp(distuv.Uniform{Min: math.Log(from), Max: math.Log(to), Src: s}.Rand())
}

// redrawn is a count that might have been seen instead of n, where what is
// counted comes in clumps: clump times a gamma variate of shape n/clump, and a
// little more for clumps that were due and did not come, by the cube of a normal
// one (Wilson and Hilferty, 1931).
func redrawn(n, clump, deviate float64) float64 {
	shape := n/clump + unseen
	root := 1 - 1/(9*shape) + deviate/(3*math.Sqrt(shape))
	return clump * shape * math.Pow(max(root, 0), 3)
}

// quantileOf is the nearest-rank quantile of values.
func quantileOf(values []float64, q float64) float64 {
	return stat.Quantile(q, stat.Empirical, slices.Sorted(slices.Values(values)), nil)
}

// bound is v, or nil where v bounds nothing.
func bound(v float64) *float64 {
	if math.IsInf(v, 0) || v <= 0 {
		return nil
	}
	return &v
}
