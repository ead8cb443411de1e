package simulation

import (
	"cmp"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"
)

// Many is the outcomes of many runs of one service, each under a seed of its
// own.
type Many struct {
	Runs     int
	Unserved Sample   // share of demand, as Outcome.Share
	Lost     Sample   // requests unserved
	Lag      Sample   // seconds, of the runs with a shortfall; infinite where capacity never recovered
	Peaks    []Sample // of each fleet: most units that were ready at a time
	Highest  Sample   // req/s: the demand of its highest second
	// Median is the seed of the run that is in the middle by its unserved share,
	// among those of one share by its demand, and then by its seed. 0 without a run.
	Median uint64
}

// Runs plays the service under so many seeds, from the first one upwards.
func (m *Simulator) Runs(n int, first uint64) Many {
	all := Many{Runs: n, Peaks: make([]Sample, len(m.fleets))}
	ranked := make([]rank, n)
	for i := range ranked {
		seed := first + uint64(i)
		o := m.Run(seed)
		ranked[i] = rank{o.Share(), o.Demand, seed}
		all.Unserved.add(o.Share())
		all.Lost.add(o.Unserved)
		all.Highest.add(o.Highest)
		if o.Shortfall != nil {
			all.Lag.add(o.seconds())
		}
		for f := range o.Fleets {
			all.Peaks[f].add(float64(o.Fleets[f].Peak))
		}
	}
	if n > 0 {
		slices.SortFunc(ranked, rank.compare)
		all.Median = ranked[(n-1)/2].seed
	}
	all.Unserved.sort()
	all.Lost.sort()
	all.Highest.sort()
	all.Lag.sort()
	for f := range all.Peaks {
		all.Peaks[f].sort()
	}
	return all
}

// rank is a run's place among others.
type rank struct {
	share, demand float64
	seed          uint64
}

func (r rank) compare(o rank) int {
	return cmp.Or(cmp.Compare(r.share, o.share), cmp.Compare(r.demand, o.demand), cmp.Compare(r.seed, o.seed))
}

// seconds is the scale lag of a run with a shortfall.
func (o Outcome) seconds() float64 {
	if o.Lag == nil {
		return math.Inf(1)
	}
	return o.Lag.Seconds()
}

// Sample is one quantity of many runs. Each statistic comes with its standard
// error, which says how far another set of as many seeds would be from it. Of what
// comes from demand alone it is an upper bound, for demand is dealt evenly.
type Sample struct{ values []float64 }

// SampleOf returns the sample of these values, which it leaves as they are.
func SampleOf(values []float64) Sample { return Sample{slices.Sorted(slices.Values(values))} }

func (s *Sample) add(v float64) { s.values = append(s.values, v) }
func (s *Sample) sort()         { slices.Sort(s.values) }

// N is how many runs have the quantity.
func (s Sample) N() int { return len(s.values) }

// Mean returns NaN without a run, and an infinite one where any run's is.
func (s Sample) Mean() (mean, err float64) {
	mean, deviation := stat.MeanStdDev(s.values, nil)
	return mean, stat.StdErr(deviation, float64(len(s.values)))
}

// Quantile returns the value that the share p of the runs does not exceed, NaN
// without a run. The number of runs below the true quantile is binomial, so its
// error is half the distance between the values that lie a standard deviation,
// sqrt(n p (1-p)), of ranks to each side.
func (s Sample) Quantile(p float64) (value, err float64) {
	if len(s.values) == 0 {
		return math.NaN(), math.NaN()
	}
	n := float64(len(s.values))
	ranks := math.Sqrt(n * p * (1 - p))
	low, high := s.at(n*p-ranks), s.at(n*p+ranks)
	if value = s.at(n * p); low == high {
		return value, 0
	}
	return value, (high - low) / 2
}

// at is the value of a rank, counted from 1; between two it is the higher's.
func (s Sample) at(rank float64) float64 {
	return s.values[min(max(int(math.Ceil(rank)), 1), len(s.values))-1]
}

// Within returns the share of runs whose value is at most most, NaN without a
// run. Its error is that of a share with one run more on either side (Agresti
// and Coull, 1998), for none of a hundred runs is not none of all.
func (s Sample) Within(most float64) (share, err float64) {
	if len(s.values) == 0 {
		return math.NaN(), math.NaN()
	}
	k, n := 0.0, float64(len(s.values))
	for _, v := range s.values {
		if v <= most {
			k++
		}
	}
	near := (k + 1) / (n + 2)
	return k / n, math.Sqrt(near * (1 - near) / (n + 2))
}

// Duration is a statistic of Lag, which counts seconds; ok is false where it is
// not finite.
func Duration(seconds float64) (d time.Duration, ok bool) {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}
