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

// airingOf is what became of a spot in the lab, from a minute before it.
type airingOf struct {
	lag     *time.Duration
	short   float64 // share of requests beyond what the ready units truly sustain, second by second
	refused float64 // share of those that came to the lab's door and were not served
	late    float64 // the same, those included that were served later than the tightest objective allows
}

// air plays a scenario's traffic in its lab and holds it against what its units
// truly sustain.
func (k known) air(t *testing.T) airingOf {
	t.Helper()
	q := k.Question()
	from := q.Spots[0].From.Truncate(time.Second) - ahead
	var a airingOf
	var ready []int
	ready, a.refused, a.late = playAgainst(t, *k.Lab, k.Traffic.Curve, from, k.tightest())
	a.lag, a.short = k.shortOf(simulation.Requests(k.Traffic.Curve), ready, from, q.Spots)
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
// requests from an offset on that went beyond it. The lag is nil without a second that was short in a
// spot, and where its last one was short.
func (k known) shortOf(demand []float64, ready []int, from time.Duration, spots []capacity.Span) (lag *time.Duration, share float64) {
	first, last, end := -1, -1, -1
	beyond, all := 0.0, 0.0
	for at, d := range demand {
		if time.Duration(at)*time.Second < from {
			continue
		}
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

// playAgainst is playInLab where requests are counted that are due from an offset on,
// and answers later than a limit are counted too.
func playAgainst(t *testing.T, c world.Config, curve traffic.Curve, from, limit time.Duration) (ready []int, refused, late float64) {
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
		sent.Go(func() { refused, late = sendWithin(t, w.Door(), curve, from, limit) })
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
// answered, which share of those due from an offset on was not served, and which was
// not or later than the limit.
func sendWithin(t *testing.T, door http.RoundTripper, curve traffic.Curve, from, limit time.Duration) (refused, late float64) {
	began := time.Now()
	var answers sync.WaitGroup
	var sent, lost, slow atomic.Int64
	for k := 0.5; ; k++ {
		due, ok := curve.Due(k)
		if !ok {
			break
		}
		time.Sleep(due - time.Since(began))
		if due >= from {
			sent.Add(1)
		}
		answers.Go(func() {
			switch status := get(t, door); {
			case due < from:
			case status != http.StatusOK:
				lost.Add(1)
			case time.Since(began)-due > limit:
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
