package truth_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// airingOf is what became of a spot in the lab, from a minute before it to the end of
// its influence.
type airingOf struct {
	lag      *time.Duration
	short    float64 // share of requests beyond what the ready units truly sustain, second by second
	refused  float64 // share of those that came to the lab's door and were not served
	late     float64 // the same, those included that were served later than the tightest objective's limit
	unserved float64 // share that were not served, or later than that beyond the share of a window for which the objective allows it
}

// air plays a scenario's traffic in its lab and holds it against what its units
// truly sustain.
func (k known) air(t *testing.T) airingOf {
	t.Helper()
	return k.became(playAgainst(t, *k.Lab, k.Traffic.Curve, k.tightest().Limit, nil))
}

// became is what an answered scenario's spot came to.
func (k known) became(a answered) (of airingOf) {
	q := k.Question()
	from := q.Spots[0].From.Truncate(time.Second) - ahead
	o := k.tightest()
	spot := a.between(from, q.Spots[0].To, o.Window)
	of.refused, of.late, of.unserved = spot.refused(), spot.late(), spot.unserved(o)
	of.lag, of.short = k.shortOf(simulation.Requests(k.Traffic.Curve), a.ready, from, q.Spots)
	return of
}

// tightest is the objective that allows the lowest latency.
func (k known) tightest() (least capacity.Objective) {
	for _, o := range k.Objectives {
		if o.Quantile > 0 && (least.Limit == 0 || o.Limit < least.Limit) {
			least = o
		}
	}
	return least
}

// shortOf is the scale lag by what the ready units truly sustain, and the share of
// requests from an offset to the end of the spots that went beyond it. The lag is nil
// without a second that was short in a spot, and where its last one was short.
func (k known) shortOf(demand []float64, ready []int, from time.Duration, spots []capacity.Span) (lag *time.Duration, share float64) {
	first, last, end := -1, -1, -1
	beyond, all := 0.0, 0.0
	for at, d := range demand {
		if at := time.Duration(at) * time.Second; at < from || at >= spots[len(spots)-1].To {
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

// order is something that a lab is told while it runs.
type order struct {
	at time.Duration // from its beginning; it is done at the first full second from then on
	do func(*world.World) error
}

// playAgainst is playInLab where each second's requests are counted by what became of
// them, late ones by a limit, and where the lab is given orders.
func playAgainst(t *testing.T, c world.Config, curve traffic.Curve, limit time.Duration, orders []order) (a answered) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		w, err := world.Start(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Wait()
		defer stop()
		seconds := len(simulation.Requests(curve))
		a.seconds = make([]second, seconds)
		var sent sync.WaitGroup
		sent.Go(func() { sendWithin(t, w.Door(), curve, limit, a.seconds) })
		for at := range seconds {
			synctest.Wait()
			s, _ := w.State()
			a.ready = append(a.ready, serving(s))
			for len(orders) > 0 && orders[0].at <= time.Duration(at)*time.Second {
				if err := orders[0].do(w); err != nil {
					t.Error(err)
				}
				orders = orders[1:]
			}
			time.Sleep(time.Second)
		}
		sent.Wait()
		a.last, _ = w.State()
	})
	return a
}

// sendWithin makes a curve's requests when they are due and returns when all are
// answered, each counted in the second in which it was due.
func sendWithin(t *testing.T, door http.RoundTripper, curve traffic.Curve, limit time.Duration, seconds []second) {
	began := time.Now()
	var answers sync.WaitGroup
	for k := 0.5; ; k++ {
		due, ok := curve.Due(k)
		if !ok {
			break
		}
		time.Sleep(due - time.Since(began))
		in := &seconds[min(int(due/time.Second), len(seconds)-1)]
		in.sent.Add(1)
		answers.Go(func() {
			switch status := get(t, door); {
			case status != http.StatusOK:
				in.lost.Add(1)
			case time.Since(began)-due > limit:
				in.slow.Add(1)
			}
		})
	}
	answers.Wait()
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
