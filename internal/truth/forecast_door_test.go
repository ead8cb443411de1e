package truth_test

import (
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// answered is what a lab did under some traffic, second by second.
type answered struct {
	ready   []int // units that requests reached at the beginning of each
	seconds []second
	last    world.State // when all was answered
}

// second counts requests by the second in which they were due.
type second struct {
	sent, lost, slow atomic.Int64 // lost: not served; slow: served later than a limit
}

// counted are stretches of a door's requests, each of one window of the objectives or
// less.
type counted []window

type window struct{ sent, lost, slow float64 }

// between counts the requests of a stretch by windows of some length, which begin at
// multiples of it.
func (a *answered) between(from, to, length time.Duration) (all counted) {
	last := time.Duration(-1)
	for n := range a.seconds {
		at := time.Duration(n) * time.Second
		if at < from || at >= to {
			continue
		}
		if at/length != last {
			last = at / length
			all = append(all, window{})
		}
		s, w := &a.seconds[n], &all[len(all)-1]
		w.sent, w.lost, w.slow = w.sent+float64(s.sent.Load()), w.lost+float64(s.lost.Load()), w.slow+float64(s.slow.Load())
	}
	return all
}

// refused is the share of requests that were not served.
func (c counted) refused() float64 {
	return c.share(func(w window) float64 { return w.lost })
}

// late is the share of requests that were not served, or later than the limit.
func (c counted) late() float64 {
	return c.share(func(w window) float64 { return w.lost + w.slow })
}

// unserved is the share of requests that an objective does not allow to be as they
// were: those that were not served, and in each window those of the late ones that are
// more than the objective lets be late, one in a hundred of the window's requests for a
// p99. A service that is asked for just what it sustains has that one in a hundred late,
// and so has kept its objectives: were they counted, a plan would have to hold more than
// what sustains the demand.
func (c counted) unserved(o capacity.Objective) float64 {
	return c.share(func(w window) float64 { return w.lost + max(0, w.slow-(1-o.Quantile)*w.sent) })
}

func (c counted) share(of func(window) float64) float64 {
	var sum, sent float64
	for _, w := range c {
		sum, sent = sum+of(w), sent+w.sent
	}
	return sum / sent
}

// A p99 of 1 s lets 10 of a window's 1,000 requests be late, of those that are counted
// in it; what is not served is never allowed.
func TestWhatIsUnservedAtTheDoor(t *testing.T) {
	p99 := capacity.Objective{Quantile: 0.99, Limit: time.Second}
	for _, c := range []struct {
		name                    string
		lost, slow              map[int]int64 // by second, of 100 requests each
		from, to                time.Duration
		refused, late, unserved float64
	}{
		{name: "all in time", to: 40 * time.Second},
		{name: "as many late as may be, in each window", slow: map[int]int64{3: 10, 12: 5, 19: 5}, to: 20 * time.Second, late: 20. / 2000},
		{name: "the same number in one window", slow: map[int]int64{3: 10, 4: 10}, to: 20 * time.Second, late: 20. / 2000, unserved: 10. / 2000},
		{name: "one window does not lend to another", slow: map[int]int64{3: 40}, to: 40 * time.Second, late: 40. / 4000, unserved: 30. / 4000},
		{name: "one that is not served", lost: map[int]int64{3: 1}, slow: map[int]int64{4: 10}, to: 10 * time.Second, refused: 1. / 1000, late: 11. / 1000, unserved: 1. / 1000},
		{name: "half a window allows half", slow: map[int]int64{6: 7}, from: 5 * time.Second, to: 20 * time.Second, late: 7. / 1500, unserved: 2. / 1500},
		{name: "what is outside", lost: map[int]int64{4: 50}, slow: map[int]int64{20: 50}, from: 5 * time.Second, to: 20 * time.Second},
	} {
		a := answered{seconds: make([]second, 40)}
		for at := range a.seconds {
			a.seconds[at].sent.Store(100)
			a.seconds[at].lost.Store(c.lost[at])
			a.seconds[at].slow.Store(c.slow[at])
		}
		got := a.between(c.from, c.to, 10*time.Second)
		for what, of := range map[string][2]float64{"refused": {got.refused(), c.refused}, "late": {got.late(), c.late}, "unserved": {got.unserved(p99), c.unserved}} {
			if math.Abs(of[0]-of[1]) > 1e-12 {
				t.Errorf("%s: %s = %g; want %g", c.name, what, of[0], of[1])
			}
		}
	}
}
