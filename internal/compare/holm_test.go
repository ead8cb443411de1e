package compare

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestHolm(t *testing.T) {
	for _, c := range []struct{ ps, want []float64 }{
		{nil, []float64{}},
		{[]float64{0.02}, []float64{0.02}},
		// The textbook's: 4 times the least, 3 times the next, never falling.
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{[]float64{0.9, 0.8}, []float64{1, 1}},
	} {
		if diff := cmp.Diff(c.want, holm(c.ps), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("holm(%v) (-want +got):\n%s", c.ps, diff)
		}
	}
}

// Corrected probabilities are no smaller than the others, at most as many times as
// large, and in the same order.
func FuzzHolm(f *testing.F) {
	f.Add(0.1, 0.2, 0.003, 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		ps := []float64{a, b, c, d}
		for _, p := range ps {
			if !(p >= 0 && p <= 1) {
				t.Skip("no probability")
			}
		}
		got := holm(ps)
		for i, p := range ps {
			if got[i] < p || got[i] > math.Min(4*p, 1) {
				t.Errorf("holm(%v)[%d] = %v; want it between %v and %v", ps, i, got[i], p, math.Min(4*p, 1))
			}
			for k, q := range ps {
				if p < q && got[i] > got[k] {
					t.Errorf("holm(%v) = %v; want the order kept", ps, got)
				}
			}
		}
	})
}
