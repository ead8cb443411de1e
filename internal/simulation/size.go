package simulation

import (
	"cmp"
	"slices"
)

// Slower is how many times less each of so many units carries than one alone, by
// Gunther's Universal Scalability Law; 1 where that is of no account.
func (f Fleet) Slower(units int) float64 {
	n := float64(max(units, 1))
	return 1 + (n-1)*(f.Contention+f.Coherence*n)
}

// Times is what so many units carry as a multiple of one alone.
func (f Fleet) Times(units int) float64 { return float64(units) / f.Slower(units) }

// Middle is the median of what one unit alone carries, by what it sustains: the lower
// of two. It is a zero Rate where nothing is stated.
func (f Fleet) Middle() Rate {
	if len(f.PerUnit) == 0 {
		return Rate{}
	}
	sorted := slices.SortedFunc(slices.Values(f.PerUnit), func(a, b Rate) int { return cmp.Compare(a.Sustained, b.Sustained) })
	return sorted[(len(sorted)-1)/2]
}

// For is how many instances have room for so many pods.
func (n Nodes) For(pods int) int { return (pods + n.PodsPerInstance - 1) / n.PodsPerInstance }
