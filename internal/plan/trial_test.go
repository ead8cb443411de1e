package plan

import (
	"math"
	"testing"
)

// The error of a quantile is half of what lies a standard deviation of ranks to each
// side: of 100 shares 0.01 to 1, 5 ranks about the 50th and 2.18 about the 95th.
func TestChanceOfSaysItsErrors(t *testing.T) {
	var shares []float64
	for i := range 100 {
		shares = append(shares, float64(i+1)/100)
	}
	c := chanceOf(shares)
	for _, q := range []struct {
		name      string
		got, want float64
	}{
		{"median", c.Typical, 0.5}, {"its error", c.TypicalError, (0.55 - 0.45) / 2},
		{"95th percentile", c.Bad, 0.95}, {"its error", c.BadError, (0.98 - 0.93) / 2},
	} {
		if math.Abs(q.got-q.want) > 1e-9 {
			t.Errorf("%s = %v; want %v", q.name, q.got, q.want)
		}
	}
}
