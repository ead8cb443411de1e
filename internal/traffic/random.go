package traffic

// Uniform returns a number in [0, 1) that depends on seed and n alone, and looks
// random over either: what is drawn for number n is the same in every run and
// on every machine, whoever draws it and in whatever order.
//
// It is the n-th number of SplitMix64 (Steele, Lea, Flood: Fast Splittable
// Pseudorandom Number Generators, OOPSLA 2014), a hashed counter whose numbers
// need none of those before them, begun at the hash of seed.
func Uniform(seed, n uint64) float64 {
	return float64(scramble(scramble(seed)+n*golden)>>11) / (1 << 53)
}

// offspring returns the seed of numbers that have nothing to do with those of
// seed, nor with those of its other offspring.
func offspring(seed, which uint64) uint64 { return scramble(scramble(seed) + which) }

const golden = 0x9e3779b97f4a7c15 // SplitMix64's step: 2^64 by the golden ratio, odd

func scramble(z uint64) uint64 {
	z += golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
