package report

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Of what a picture shows of an uncertain demand: so many airings, of which 95 % lie
// in the band.
const (
	airings  = 200
	mostDots = 1800 // instants; of a longer demand every second or third is shown, and so on
)

// seconds is how long a demand is.
func seconds(d forecast.Demand) int {
	n := 0
	for _, w := range d.Waves {
		n = max(n, length(w))
	}
	return n
}

func length(w simulation.Wave) int {
	n := len(w.Requests)
	for _, form := range w.Forms {
		n = max(n, len(form))
	}
	return n
}

// certain reports whether all airings of a demand are alike.
func certain(d forecast.Demand) bool {
	return !slices.ContainsFunc(d.Waves, func(w simulation.Wave) bool { return len(w.Times) > 1 || len(w.Forms) > 1 })
}

// demandLines are the median of a demand over airings, and where 95 % of them lie,
// with x in seconds from an origin in the demand.
func demandLines(d forecast.Demand, origin time.Duration) (low, mid, high plotter.XYs) {
	draws := airings
	if certain(d) {
		draws = 1
	}
	all := make([][]float64, draws)
	n := seconds(d)
	step := 1 + n/mostDots
	for i := range all {
		all[i] = airing(d, uint64(i), n, step)
	}
	column := make([]float64, draws)
	for k, second := 0, 0; second < n; k, second = k+1, second+step {
		for i := range all {
			column[i] = all[i][k]
		}
		slices.Sort(column)
		x := float64(second) + 0.5 - origin.Seconds()
		at := func(p float64) plotter.XY {
			return plotter.XY{X: x, Y: column[int(math.Round(p*float64(draws-1)))]}
		}
		low, mid, high = append(low, at(0.025)), append(mid, at(0.5)), append(high, at(0.975))
	}
	return low, mid, high
}

// airing is one airing of a demand, at every step-th of its seconds: each wave draws
// a form and a factor.
func airing(d forecast.Demand, seed uint64, n, step int) []float64 {
	sum := make([]float64, (n+step-1)/step)
	for i, w := range d.Waves {
		requests, times := w.Requests, 1.0
		if len(w.Forms) > 0 {
			requests = drawn(seed, uint64(2*i), w.Forms)
		}
		if len(w.Times) > 0 {
			times = drawn(seed, uint64(2*i+1), w.Times)
		}
		for k := range sum {
			if at := k * step; at < len(requests) {
				sum[k] += times * requests[at]
			}
		}
	}
	return sum
}

func drawn[T any](seed, which uint64, all []T) T {
	return all[int(traffic.Uniform(seed, which)*float64(len(all)))]
}

// sustained is what the service sustains, in req/s, with so many units of each of
// its fleets: the least of what they and its ceiling do, by the median of what one
// unit sustains.
func sustained(s simulation.Service, units func(simulation.Fleet) int) float64 {
	least := math.Inf(1)
	if s.Ceiling > 0 {
		least = s.Ceiling
	}
	for _, f := range s.Fleets {
		n := float64(units(f))
		least = min(least, ofUnit(f)*n/(1+f.Contention*(n-1)+f.Coherence*n*(n-1)))
	}
	return least
}

// ofUnit is the median of what one unit sustains.
func ofUnit(f simulation.Fleet) float64 {
	var rates []float64
	for _, r := range f.PerUnit {
		rates = append(rates, r.Sustained)
	}
	if len(rates) == 0 {
		return 0
	}
	slices.Sort(rates)
	return rates[len(rates)/2]
}
