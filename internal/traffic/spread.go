package traffic

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Spread is a quantity above 0 that is known as far as two of its quantiles, its
// median and its 95th percentile. In between and beyond it is log-normal, as what
// spots draw is (their multiple of the baseline: median 7, sigma 0.5):
//
//	sigma = ln(P95 / P50) / z(95 %)     z(95 %) = 1.645
//
//	density |   ,--.
//	        |  /    `-.
//	        | /        `--.___
//	        +------|-------|----->
//	              P50     P95
type Spread struct {
	P50 float64
	P95 float64 // at least P50; 0: P50 is certain
}

// Certain says whether there is no doubt about the quantity.
func (s Spread) Certain() bool { return s.P95 == 0 || s.P95 == s.P50 }

// Sigma is the standard deviation of the quantity's logarithm.
func (s Spread) Sigma() float64 {
	if s.Certain() {
		return 0
	}
	return math.Log(s.P95/s.P50) / distuv.UnitNormal.Quantile(0.95)
}

// Quantile returns what the quantity is below with probability p, above 0 and
// below 1.
func (s Spread) Quantile(p float64) float64 {
	if s.Certain() {
		return s.P50
	}
	return s.P50 * math.Exp(s.Sigma()*distuv.UnitNormal.Quantile(p))
}

// Strata returns n equally likely values: the middles, by probability, of n parts
// of the distribution. One value where the quantity is certain.
func (s Spread) Strata(n int) []float64 {
	if s.Certain() {
		n = 1
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = s.Quantile((float64(i) + 0.5) / float64(n))
	}
	return values
}
