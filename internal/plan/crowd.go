package plan

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// crowd is a demand, apart from what serves it.
type crowd struct {
	band    forecast.Band
	peak    forecast.Peak
	highest float64 // second of any draw, req/s
}

// gather draws a demand's band, and takes its peaks from the draws that were played.
func gather(d forecast.Demand, first uint64, played simulation.Sample) (crowd, error) {
	c := crowd{peak: peakOf(d, played)}
	c.highest, _ = played.Quantile(1)
	if c.highest == 0 {
		return c, errNoDemand
	}
	var err error
	c.band, err = d.Band(first)
	return c, err
}

// peakOf is a demand's highest second. Where one wave alone is uncertain its quantiles
// are those of all that may be drawn, each as likely; else they are of the draws that
// were played, in the figures that their standard error leaves.
func peakOf(d forecast.Demand, played simulation.Sample) forecast.Peak {
	quantile := func(p float64) float64 {
		v, err := played.Quantile(p)
		return rounded(v, err)
	}
	if all, ok := peaksOf(d.Waves); ok {
		quantile = func(p float64) float64 {
			v, _ := all.Quantile(p)
			return v
		}
	}
	return forecast.Peak{P5: quantile(0.05), P50: quantile(0.5), P95: quantile(0.95)}
}

// rounded is a number to the power of ten of its error.
func rounded(v, err float64) float64 {
	if !(err > 0) {
		return v
	}
	step := math.Pow(10, math.Floor(math.Log10(err)))
	return math.Round(v/step) * step
}

// mostPeaks is how many seconds are looked at for the peaks of all that may be drawn:
// a part of a second of work.
const mostPeaks = 20_000_000

// peaksOf are the highest seconds of all that may be drawn of waves; false where more
// than one of them is uncertain, or there are too many.
func peaksOf(waves []simulation.Wave) (simulation.Sample, bool) {
	var base []float64
	var uncertain []simulation.Wave
	for _, w := range waves {
		if len(w.Times) > 0 || len(w.Forms) > 0 {
			uncertain = append(uncertain, w)
		} else {
			base = sum(base, w.Requests, 1)
		}
	}
	if len(uncertain) == 0 {
		uncertain = []simulation.Wave{{}}
	}
	w := uncertain[0]
	forms, times := w.Forms, w.Times
	if len(forms) == 0 {
		forms = [][]float64{w.Requests}
	}
	if len(times) == 0 {
		times = []float64{1}
	}
	longest := len(base)
	for _, form := range forms {
		longest = max(longest, len(form))
	}
	if len(uncertain) > 1 || longest == 0 || len(forms)*len(times) > mostPeaks/longest {
		return simulation.Sample{}, false
	}
	var peaks []float64
	for _, form := range forms {
		for _, x := range times {
			peaks = append(peaks, highest(sum(base, form, x)))
		}
	}
	return simulation.SampleOf(peaks), true
}

// sum is a course with so many times another one added.
func sum(base, more []float64, times float64) []float64 {
	all := make([]float64, max(len(base), len(more)))
	copy(all, base)
	for t, v := range more {
		all[t] += times * v
	}
	return all
}

func highest(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	return slices.Max(all)
}

// until is the highest second before an offset, and after is the demand from it on, of
// what 95 % of the draws do not exceed.
func (c crowd) until(at time.Duration) float64   { return highest(c.band.P95[:c.second(at)]) }
func (c crowd) after(at time.Duration) []float64 { return c.band.P95[c.second(at):] }

func (c crowd) second(at time.Duration) int { return min(int(at/time.Second), len(c.band.P95)) }
