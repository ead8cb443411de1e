package plan

import (
	"cmp"
	"slices"
)

const (
	points    = 24 // of the risk curve at most
	riskPart  = 8  // of so many draws one is played for a point of it
	riskLeast = 100
)

// risk is the curve over the first fleet's units, from those of an ordinary evening,
// or its minimum where the plan holds no more than they are, to half as many again as
// the plan holds. At the plan's number and beside it more draws count than in the search,
// at the first as many, at others a part of them, so that a reader need not wait.
func (w *work) risk() []Risk {
	low, answer := w.today()[0], w.floors[0]
	if answer <= low {
		low = min(w.least()[0], answer)
	}
	below := max(answer-1, low)
	high := max(answer, min(max(answer+alsoHold, ceil(1.5*float64(answer)), w.today()[0]), w.most(0)))
	for high > answer && !w.fits(w.floors.with(0, high)) {
		high--
	}
	near := []int{below, answer, min(answer+1, high)}
	sample := w.part(w.try(w.floors), w.try(w.floors.with(0, below)))
	var curve []Risk
	for _, n := range spread(low, high, append(near, low)) {
		f := w.floors.with(0, n)
		r := Risk{Units: n, Cost: w.costs(w.holds(f))}
		switch {
		case slices.Contains(near, n):
			r.Chance = w.finely(f).chance()
		case n == low:
			r.Chance = w.try(f).chance()
		default:
			r.Chance = w.try(f).chanceOf(sample)
		}
		curve = append(curve, r)
	}
	return curve
}

// spread returns numbers from low to high, at most points of them and rising, those
// that must be among them included.
func spread(low, high int, must []int) []int {
	all := slices.Clone(must)
	if n := high - low; n < points {
		for i := range n + 1 {
			all = append(all, low+i)
		}
	} else {
		others := points - len(must)
		for i := range others {
			all = append(all, low+(n*i+(others-1)/2)/(others-1))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// part picks a part of the draws that stands for all: in the order of what they
// leave unserved at the plan and just below it, every eighth. So a point of the curve
// lies as it should beside the two that are played in full.
func (w *work) part(at, below *trial) []int {
	at.upTo(w.runs)
	below.upTo(w.runs)
	order := make([]int, w.runs)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(at.shares[a], at.shares[b]), cmp.Compare(below.shares[a], below.shares[b]),
			cmp.Compare(w.asIs().shares[a], w.asIs().shares[b]), cmp.Compare(a, b))
	})
	step := max(1, min(riskPart, w.runs/riskLeast))
	var some []int
	for i := step / 2; i < len(order); i += step {
		some = append(some, order[i])
	}
	return some
}

// chanceOf plays some of the draws.
func (t *trial) chanceOf(draws []int) Chance {
	shares := make([]float64, len(draws))
	for i, draw := range draws {
		if draw < len(t.shares) {
			shares[i] = t.shares[draw]
		} else {
			shares[i] = t.play(draw).Share()
		}
	}
	return chanceOf(shares)
}
