package simulation

import (
	"cmp"
	"slices"
)

// Slower is how many times less each of so many units carries than one alone, by
// Gunther's Universal Scalability Law; 1 where that is of no account.
func (f Fleet) Slower(units int) float64 { return f.middle().slower(units) }

// middle is the law without what is uncertain of it.
func (f Fleet) middle() Law { return Law{Contention: f.Contention, Coherence: f.Coherence, Alone: 1} }

func (l Law) slower(units int) float64 {
	n := float64(max(units, 1))
	return 1 + (n-1)*(l.Contention+l.Coherence*n)
}

// drawn is what a unit alone carries, and the law, in a run that draws a number.
func (f Fleet) drawn(by float64) (Rate, Law) {
	r := chosen(by, f.PerUnit)
	if len(f.Laws) == 0 {
		return r, f.middle()
	}
	l := chosen(by, f.Laws)
	return Rate{r.Sustained * l.Alone, r.Saturation * l.Alone}, l
}

// Sustains is what so many units carry, req/s, in each of the cases that runs draw.
func (f Fleet) Sustains(units int) []float64 {
	all := make([]float64, max(len(f.PerUnit), len(f.Laws)))
	for i := range all {
		r, l := f.drawn((float64(i) + 0.5) / float64(len(all)))
		all[i] = r.Sustained * float64(units) / l.slower(units)
	}
	return all
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
