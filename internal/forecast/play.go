package forecast

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// Chance says how many runs are played, and under which seeds.
type Chance struct {
	Runs int    // 0: 2,000
	Seed uint64 // of the first run; the others count up
}

// usualRuns tell a share of 95 % within half a point.
const usualRuns = 2000

// nearlyAll is the share of requests that may go unserved in a run that counts as
// served.
const nearlyAll = 0.001

// Outcome is what became of a demand.
type Outcome struct {
	simulation.Many
	Typical  simulation.Trace // of the run whose unserved share is the median (Many.Median)
	Peak     Peak
	Held     Estimate // share of runs in which all but 0.1 % of the requests are served
	MeanLost Estimate // requests unserved, mean over the runs
	Length   time.Duration
}

// Peak is the demand's highest second: its 5 %, 50 % and 95 % over the runs, req/s.
// They are of what the runs drew, so that they belong to what became of it.
type Peak struct{ P5, P50, P95 float64 }

// Estimate is a number that many runs tell, with its standard error.
type Estimate struct{ Value, Error float64 }

// Play plays the model under a demand. It changes neither, so that one model may be
// played from several goroutines.
func (m *Model) Play(d Demand, c Chance) (Outcome, error) {
	service := m.Service
	service.Waves, service.Spots, service.Queue = d.Waves, d.Spots, d.Queue
	s, err := simulation.New(service)
	if err != nil {
		return Outcome{}, fmt.Errorf("%s cannot be played: %w", d.title(), err)
	}
	if c.Runs == 0 {
		c.Runs = usualRuns
	}
	if c.Runs < 0 {
		return Outcome{}, fmt.Errorf("%s cannot be played %d times", d.title(), c.Runs)
	}
	return summed(s, s.Runs(c.Runs, c.Seed)), nil
}

func summed(s *simulation.Simulator, many simulation.Many) Outcome {
	o := Outcome{Many: many}
	_, o.Typical = s.Trace(many.Median)
	o.Length = time.Duration(len(o.Typical.Demand)) * time.Second
	o.Held.Value, o.Held.Error = many.Unserved.Within(nearlyAll)
	o.MeanLost.Value, o.MeanLost.Error = many.Lost.Mean()
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
