package forecast

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// Chance says how many runs are played, and under which seeds.
type Chance struct {
	Runs int    // 0: UsualRuns
	Seed uint64 // of the first run; the others count up
}

// UsualRuns tell a share of 95 % within half a point.
const UsualRuns = 2000

// UsualSeed is what is played under unless another one is asked for, so that a report's
// airings are the first of a command's.
const UsualSeed = 1

// Outcome is what became of a demand.
type Outcome struct {
	simulation.Many
	Typical simulation.Trace // of the run whose unserved share is the median (Many.Median)
	Peak    Peak
}

// Peak is the demand's highest second: its 5 %, 50 % and 95 % over the runs, req/s.
// They are of what the runs drew, so that they belong to what became of it.
type Peak struct{ P5, P50, P95 float64 }

// Play plays the model under a demand. It changes neither, so that one model may be
// played from several goroutines.
func (m *Model) Play(d Demand, c Chance) (Outcome, error) {
	s, err := m.simulator(d)
	if err != nil {
		return Outcome{}, err
	}
	if c.Runs == 0 {
		c.Runs = UsualRuns
	}
	if c.Runs < 0 {
		return Outcome{}, fmt.Errorf("%s cannot be played %d times", d.title(), c.Runs)
	}
	return summed(s, s.Runs(c.Runs, c.Seed)), nil
}

// Airing is one run of a demand, second by second: that of a seed.
func (m *Model) Airing(d Demand, seed uint64) (simulation.Trace, error) {
	s, err := m.simulator(d)
	if err != nil {
		return simulation.Trace{}, err
	}
	_, trace := s.Trace(seed)
	return trace, nil
}

func (m *Model) simulator(d Demand) (*simulation.Simulator, error) {
	service := m.Service
	service.Waves, service.Spots, service.Queue = d.Waves, d.Spots, d.Queue
	s, err := simulation.New(service)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be played: %w", d.title(), err)
	}
	return s, nil
}

func summed(s *simulation.Simulator, many simulation.Many) Outcome {
	o := Outcome{Many: many}
	_, o.Typical = s.Trace(many.Median)
	o.Peak.P5, _ = many.Highest.Quantile(0.05)
	o.Peak.P50, _ = many.Highest.Quantile(0.5)
	o.Peak.P95, _ = many.Highest.Quantile(0.95)
	return o
}

func (d Demand) title() string {
	if d.Name == "" {
		return "the demand"
	}
	return d.Name
}
