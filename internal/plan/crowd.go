package plan

import (
	"time"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// crowd is a demand in many draws, apart from what serves it.
type crowd struct {
	upper   []float64         // req/s that 95 % of the draws do not exceed, by second
	peaks   simulation.Sample // the highest second of each draw, req/s
	highest float64           // of any draw
}

// gather draws a demand under the seeds under which services are played, so that it
// is the same. What serves it here does not matter.
func gather(d forecast.Demand, first uint64, runs int) (crowd, error) {
	any := simulation.Fleet{Name: "any", Start: 1, PerUnit: []simulation.Rate{{Sustained: boundless}}}
	m, err := simulation.New(simulation.Service{Waves: d.Waves, Fleets: []simulation.Fleet{any}})
	if err != nil {
		return crowd{}, err
	}
	var draws [][]float64
	var peaks []float64
	for i := range runs {
		_, trace := m.Trace(first + uint64(i))
		if i < crowdRuns {
			draws = append(draws, trace.Demand)
		}
		peaks = append(peaks, highest(trace.Demand))
	}
	c := crowd{peaks: simulation.SampleOf(peaks), highest: highest(peaks), upper: make([]float64, len(draws[0]))}
	if c.highest == 0 {
		return crowd{}, errNoDemand
	}
	at := make([]float64, len(draws))
	for t := range c.upper {
		for i := range draws {
			at[i] = draws[i][t]
		}
		c.upper[t], _ = simulation.SampleOf(at).Quantile(0.95)
	}
	return c, nil
}

func highest(all []float64) float64 {
	most := 0.0
	for _, v := range all {
		most = max(most, v)
	}
	return most
}

func (c crowd) peak() forecast.Peak {
	var p forecast.Peak
	p.P5, _ = c.peaks.Quantile(0.05)
	p.P50, _ = c.peaks.Quantile(0.5)
	p.P95, _ = c.peaks.Quantile(0.95)
	return p
}

// until is the highest second before an offset, and after is the demand from it on.
func (c crowd) until(at time.Duration) float64   { return highest(c.upper[:c.second(at)]) }
func (c crowd) after(at time.Duration) []float64 { return c.upper[c.second(at):] }

func (c crowd) second(at time.Duration) int { return min(int(at/time.Second), len(c.upper)) }
