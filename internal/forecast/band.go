package forecast

import (
	"slices"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// Band is a demand second by second, req/s: its 5 %, 50 % and 95 % over runs. Where
// nothing of it is uncertain the three are the same.
type Band struct{ P5, P50, P95 []float64 }

// bandRuns are enough for a picture: the 5 % are told by ten runs on either side.
const bandRuns = 200

// Band draws the demand as Play does under the same seeds. The error names what is
// wrong with its waves.
func (d Demand) Band(seed uint64) (Band, error) {
	stands := simulation.Fleet{Name: "any", Start: 1, PerUnit: []simulation.Rate{{Sustained: 1}}}
	m, err := simulation.New(simulation.Service{Waves: d.Waves, Fleets: []simulation.Fleet{stands}})
	if err != nil {
		return Band{}, err
	}
	drawn := make([][]float64, bandRuns)
	for i := range drawn {
		_, trace := m.Trace(seed + uint64(i))
		drawn[i] = trace.Demand
	}
	seconds := len(drawn[0])
	b := Band{make([]float64, seconds), make([]float64, seconds), make([]float64, seconds)}
	at := make([]float64, bandRuns)
	for t := range seconds {
		for i := range drawn {
			at[i] = drawn[i][t]
		}
		slices.Sort(at)
		b.P5[t], b.P50[t], b.P95[t] = at[bandRuns*5/100-1], at[bandRuns/2-1], at[bandRuns*95/100-1]
	}
	return b, nil
}
