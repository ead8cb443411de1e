package truth_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// airing is what became of a spot in the lab.
type airing struct {
	demand  []float64 // requests in each second
	ready   []int     // units that requests reach, at the beginning of each
	lag     *time.Duration
	short   float64 // share of requests beyond what the ready units truly sustain, second by second
	refused float64 // share of those that came to the lab's door and were not served
	late    float64 // the same, those included that were served later than the tightest objective allows
}

// air plays a scenario's traffic in its lab and holds it against what its units
// truly sustain.
func (k known) air(t *testing.T) airing {
	t.Helper()
	a := airing{demand: simulation.Requests(k.Traffic.Curve)}
	a.ready, a.refused, a.late = playAgainst(t, *k.Lab, k.Traffic.Curve, k.tightest())
	a.lag, a.short = k.shortOf(a.demand, a.ready, k.Question().Spots)
	return a
}

// tightest is the lowest latency that an objective allows.
func (k known) tightest() time.Duration {
	least := time.Duration(0)
	for _, o := range k.Objectives {
		if o.Quantile > 0 && (least == 0 || o.Limit < least) {
			least = o.Limit
		}
	}
	return least
}

// shortOf is the scale lag by what the ready units truly sustain, and the share of
// requests that went beyond it. The lag is nil without a second that was short in a
// spot, and where its last one was short.
func (k known) shortOf(demand []float64, ready []int, spots []capacity.Span) (lag *time.Duration, share float64) {
	first, last, end := -1, -1, -1
	beyond, all := 0.0, 0.0
	for at, d := range demand {
		all += d
		over := d - float64(ready[at])*k.sustainable(max(ready[at], 1))
		beyond += max(0, over)
		if !within(time.Duration(at)*time.Second, spots) {
			continue
		}
		if end = at; over > 0 {
			if last = at; first < 0 {
				first = at
			}
		}
	}
	if first >= 0 && last < end {
		took := time.Duration(last+1-first) * time.Second
		lag = &took
	}
	return lag, beyond / all
}

// playAgainst is playInLab where answers later than a limit are counted too.
func playAgainst(t *testing.T, c world.Config, curve traffic.Curve, limit time.Duration) (ready []int, refused, late float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		w, err := world.Start(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Wait()
		defer stop()
		var sent sync.WaitGroup
		sent.Go(func() { refused, late = sendWithin(t, w.Door(), curve, limit) })
		for range len(simulation.Requests(curve)) {
			synctest.Wait()
			s, _ := w.State()
			ready = append(ready, serving(s))
			time.Sleep(time.Second)
		}
		sent.Wait()
	})
	return ready, refused, late
}

// sendWithin makes a curve's requests when they are due and says, when all are
// answered, which share was not served, and which was not or later than the limit.
func sendWithin(t *testing.T, door http.RoundTripper, curve traffic.Curve, limit time.Duration) (refused, late float64) {
	began := time.Now()
	var answers sync.WaitGroup
	var sent, lost, slow atomic.Int64
	for k := 0.5; ; k++ {
		due, ok := curve.Due(k)
		if !ok {
			break
		}
		time.Sleep(due - time.Since(began))
		sent.Add(1)
		answers.Go(func() {
			if get(t, door) != http.StatusOK {
				lost.Add(1)
			} else if time.Since(began)-due > limit {
				slow.Add(1)
			}
		})
	}
	answers.Wait()
	all := float64(sent.Load())
	return float64(lost.Load()) / all, float64(lost.Load()+slow.Load()) / all
}

// cadence is the period of what decides in a lab.
func cadence(s *scenario.Scenario) time.Duration {
	c := s.Lab
	switch {
	case c.HPA != nil && c.HPA.Sync > 0:
		return c.HPA.Sync
	case c.HPA != nil:
		return 15 * time.Second
	case c.Group.Period > 0:
		return c.Group.Period
	}
	return time.Minute
}
