package plan

import (
	"sort"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// trial is a candidate that was played under the first so many seeds. It plays on
// only when more is asked of it.
type trial struct {
	player *simulation.Simulator
	first  uint64
	runs   int       // that a chance is of
	shares []float64 // of demand unserved, by seed
	peaks  []float64 // the demand's highest second, req/s, by seed
	played func()    // after each; nil: nobody asks
}

func (t *trial) upTo(n int) {
	for i := len(t.shares); i < n; i++ {
		o := t.play(i)
		t.shares, t.peaks = append(t.shares, o.Share()), append(t.peaks, o.Highest)
	}
}

// play plays the i-th seed.
func (t *trial) play(i int) simulation.Outcome {
	o := t.player.Run(t.first + uint64(i))
	if t.played != nil {
		t.played()
	}
	return o
}

// holds says whether as good as all is served in at least the share Sure of the
// first n draws. It plays no further than it takes to know.
func (t *trial) holds(n int) bool {
	need := needed(n)
	for i, served := 0, 0; i < n; i++ {
		t.upTo(i + 1)
		if t.shares[i] <= Unserved {
			served++
		}
		if served == need {
			return true
		}
		if served+n-1-i < need {
			return false
		}
	}
	return need == 0
}

// needed is the fewest of n draws that are the share Sure of them. The quotient is
// compared, as a reader would: 0.95 x n may be off by a bit.
func needed(n int) int {
	return sort.Search(n, func(k int) bool { return float64(k)/float64(n) >= Sure })
}

// chance plays all draws.
func (t *trial) chance() Chance {
	t.upTo(t.runs)
	return chanceOf(t.shares[:t.runs])
}

func chanceOf(shares []float64) Chance {
	s := simulation.SampleOf(shares)
	c := Chance{Runs: len(shares)}
	c.Probability, c.Error = s.Within(Unserved)
	c.Typical, c.TypicalError = s.Quantile(0.5)
	c.Bad, c.BadError = s.Quantile(0.95)
	return c
}
