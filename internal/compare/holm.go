package compare

import (
	"cmp"
	"slices"
)

// holm corrects probabilities for how many they are (Holm, A simple sequentially
// rejective multiple test procedure, Scand. J. Statist. 6, 1979): calling those
// below a level is wrong of any of them with at most that probability, however they
// depend on each other.
func holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	adjusted, most := make([]float64, len(ps)), 0.0
	for rank, i := range order {
		most = max(most, min(float64(len(ps)-rank)*ps[i], 1))
		adjusted[i] = most
	}
	return adjusted
}
