package forecast

import "github.com/seed-f864f198/onair/internal/simulation"

// Chance says how many runs are played, and under which seeds.
type Chance struct {
	Runs int    // 0: 2,000
	Seed uint64 // of the first run; the others count up
}

// Outcome is what became of a demand.
type Outcome struct {
	simulation.Many
	Typical simulation.Trace // of the run whose unserved share is the median
	Peak    Peak
}

// Peak is the demand's highest second: its 5 %, 50 % and 95 % over the runs, req/s.
type Peak struct{ P5, P50, P95 float64 }

// Play plays the model under a demand.
func (m *Model) Play(d Demand, c Chance) (Outcome, error) { panic("not yet") }
