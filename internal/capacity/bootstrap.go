package capacity

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// redraws is how many replicates the bootstrap of one unit has.
const redraws = 400

// dice are what the bootstrap draws from: for each replicate and each step of
// the load one deviate, so that whatever is estimated from the same step, of any
// fleet and objective, varies together. What is not known of one fleet, or of one
// objective at it, is drawn for that alone. The same run always gets the same draws.
type dice struct{ fleet, objective string }

func (d dice) of(objective string) dice { return dice{d.fleet, objective} }

// What deviates are drawn for besides the rate of each step of the load, which has
// its own number: the count of each step, and what happens once in a replicate.
const (
	counting   = 1 << 30
	saturating = 1 << 31
	nearness   = 1<<31 + 1
	turning    = 1<<31 + 2
	openEnd    = 1<<31 + 4
)

// deviate is a standard normal one, the same for every fleet and objective.
func (dice) deviate(replicate, what int) float64 { return roll(replicate, what, "").NormFloat64() }

// fleets is a standard normal deviate of the fleet.
func (d dice) fleets(replicate, what int) float64 {
	return roll(replicate, what, d.fleet).NormFloat64()
}

// own is a standard normal deviate of the fleet's objective.
func (d dice) own(replicate, what int) float64 {
	return roll(replicate, what, d.fleet+d.objective).NormFloat64()
}

// share is a number from 0 to 1 of the fleet.
func (d dice) share(replicate int) float64 { return roll(replicate, openEnd, d.fleet).Float64() }

// stream is for what is drawn between two rates.
func (d dice) stream(replicate int) stream {
	return stream{source(replicate, turning, d.fleet+d.objective)}
}

func roll(replicate, what int, of string) *rand.Rand { return rand.New(source(replicate, what, of)) }

func source(replicate, what int, of string) *rand.PCG {
	h := fnv.New64a()
	h.Write([]byte(of))
	return rand.NewPCG(uint64(replicate)^h.Sum64(), uint64(what))
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

// outside is the share of replicates beyond either end of an interval.
const outside = 0.05

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
