package compare

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// doubt is the level of the test whether runs differ by more than they say
// themselves.
const doubt = 0.25

// prediction is what base runs say of one more run like them, on a measure's scale.
type prediction struct {
	mean, variance float64 // variance of one run
	freedom        float64 // degrees of freedom of variance
	n              float64
}

// predict learns from the values of at least two runs. own is the variance that the
// runs give themselves; NaN where they do not. The variance is then that of the
// values s², with d = n - 1 degrees of freedom, and own with d0 together,
//
//	(d0 own + d s²) / (d0 + d), with d0 + d degrees of freedom
//
// (Smyth, Linear models and empirical Bayes methods, Stat. Appl. Genet. Mol. Biol.
// 3(1), 2004, where own is the prior's s0²): t is then compared with more of them,
// which for few runs is a much shorter tail. Smyth estimates d0 from thousands of
// genes; here it is d, so that what runs say of themselves counts as much as what is
// seen of them. Runs on a busy staging may differ by more than each can know of
// itself: where s² is larger than own explains (chi², 25 %) their word counts for
// nothing. With 7 runs a change of 6 deviations is then found at p < 0.001 in 76 of
// 100 heads instead of 64, and with 3 runs a loss of a fifth behind an autoscaler in
// 83 of 100 instead of 42 (truth's world hpa-utilisation); and where runs differ ten times as much as they know, p <
// 0.01 comes up in at most 1.9 of 100 heads without a change beyond what is allowed.
// finest is the least that variance can be.
func predict(values []float64, own, finest float64) prediction {
	mean, variance := stat.MeanVariance(values, nil)
	p := prediction{mean: mean, variance: variance, freedom: float64(len(values) - 1), n: float64(len(values))}
	explained := distuv.ChiSquared{K: p.freedom}.Quantile(1-doubt) / p.freedom
	if own > 0 && variance <= own*explained {
		p.variance = (own + variance) / 2 // d0 = d
		p.freedom *= 2
	}
	p.variance = max(p.variance, finest)
	return p
}

// spread is the standard deviation of one more run from the mean of these.
func (p prediction) spread() float64 { return math.Sqrt(p.variance * (1 + 1/p.n)) }

func (p prediction) student() distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: p.freedom}
}

// beyond is the probability that one more run lies at least as far above a limit
// as a value does, where the limit is its mean.
func (p prediction) beyond(value, limit float64) float64 {
	spread := p.spread()
	if spread == 0 {
		if value > limit {
			return 0
		}
		return 1
	}
	return p.student().Survival((value - limit) / spread)
}

// half is half the width of the interval that holds one more run with a
// probability.
func (p prediction) half(probability float64) float64 {
	return p.student().Quantile((1+probability)/2) * p.spread()
}

// reach is how far above a limit a value lies whose probability is p.
func (p prediction) reach(probability float64) float64 {
	return p.student().Quantile(1-probability) * p.spread()
}
