package traffic

import "sort"

// mix chooses a request for each arrival by weight.
type mix struct {
	seed   uint64
	limits []float64 // cumulated weights
}

func newMix(weights []float64, seed uint64) mix {
	m := mix{seed: seed, limits: make([]float64, len(weights))}
	sum := 0.0
	for i, w := range weights {
		sum += max(w, 0)
		m.limits[i] = sum
	}
	return m
}

// pick returns the index of the request that arrival n makes; 0 where there is
// nothing to choose from.
func (m mix) pick(n uint64) int {
	if len(m.limits) < 2 {
		return 0
	}
	last := len(m.limits) - 1
	u := Uniform(m.seed, n) * m.limits[last]
	return sort.Search(last, func(i int) bool { return m.limits[i] > u })
}

// Uniform returns a number in [0, 1) that depends on seed and n alone, and looks
// random over either: what is drawn for arrival n is the same in every run and
// on every machine, whoever sends it and in whatever order.
//
// It is the n-th number of SplitMix64 (Steele, Lea, Flood: Fast Splittable
// Pseudorandom Number Generators, OOPSLA 2014), a hashed counter whose numbers
// need none of those before them, begun at the hash of seed.
func Uniform(seed, n uint64) float64 {
	return float64(scramble(scramble(seed)+n*golden)>>11) / (1 << 53)
}

const golden = 0x9e3779b97f4a7c15 // SplitMix64's step: 2^64 by the golden ratio, odd

func scramble(z uint64) uint64 {
	z += golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
