package traffic

import "sort"

// mix chooses by weight the request that a visit begins with.
type mix struct {
	seed   uint64
	limits []float64 // cumulated weights
}

func newMix(p Plan) mix {
	m := mix{seed: p.Seed, limits: make([]float64, len(p.Steps))}
	sum := 0.0
	for i, s := range p.Steps {
		sum += rate(s.Weight)
		m.limits[i] = sum
	}
	return m
}

// pick returns the index of the request that visit v begins with; 0 where there
// is nothing to choose from.
func (m mix) pick(v uint64) int {
	if len(m.limits) < 2 {
		return 0
	}
	last := len(m.limits) - 1
	u := Uniform(m.seed, v) * m.limits[last]
	return sort.Search(last, func(i int) bool { return m.limits[i] > u })
}
