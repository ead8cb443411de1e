package load

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// spike is a calm 200/s that rises to 600/s and falls again, 20 s in all.
func spike() traffic.Curve {
	return traffic.Stages(200,
		traffic.Stage{Hold: true, Over: 4 * time.Second},
		traffic.Stage{To: 600, Over: 2 * time.Second},
		traffic.Stage{Hold: true, Over: 4 * time.Second},
		traffic.Stage{To: 200, Over: 2 * time.Second},
		traffic.Stage{Hold: true, Over: 8 * time.Second})
}

// A target that stands still from 5 s to 8 s, the middle of the spike.
const (
	stallFrom  = 5 * time.Second
	stallTo    = 8 * time.Second
	stallUsual = 20 * time.Millisecond // its service time otherwise
)

func stallingService(sent time.Duration) time.Duration {
	if sent >= stallFrom && sent < stallTo {
		return stallTo - sent + stallUsual
	}
	return stallUsual
}

func stalling(start time.Time) door {
	return func(int64, *http.Request) (time.Duration, int) { return stallingService(time.Since(start)), 200 }
}

// quantile is the exact one of a histogram's definition.
func quantile(of []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(of))
	for i, d := range sorted {
		if float64(i+1) >= q*float64(len(sorted)) {
			return d
		}
	}
	return 0
}

// checkQuantiles compares a histogram with the exact durations, of which it may
// be off by 0.1 % or 1 µs.
func checkQuantiles(t *testing.T, name string, h timeline.Histogram, exact []time.Duration) {
	t.Helper()
	if h.Count() != int64(len(exact)) {
		t.Errorf("%s: %d counted; want %d", name, h.Count(), len(exact))
	}
	for _, q := range []float64{0, 0.5, 0.9, 0.99, 0.999, 1} {
		got, _ := h.Quantile(q)
		want := quantile(exact, q)
		if off := (got - want).Abs(); off > max(want/1000, time.Microsecond) {
			t.Errorf("%s: quantile %g = %s; want %s, give or take 0.1 %% or 1µs", name, q, got, want)
		}
	}
}

// Sent as planned whatever the target does, the requests due while it stands
// still wait for it, and their response times say so.
func TestTargetStallShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := planInside(stalling(start), spike())
		p.Start, p.DropAfter = start, 250*time.Millisecond
		r, m := mustRun(t, p)
		if r.Dropped != 0 || r.Late != 0 {
			t.Errorf("dropped %d, late %d; want none: the generator was well", r.Dropped, r.Late)
		}
		var during timeline.Second
		for n := 5; n < 8; n++ {
			during.Add(m.seconds[n])
		}
		p99, _ := during.Response["top"].Quantile(0.99)
		if p99 < 2900*time.Millisecond || p99 > 3020*time.Millisecond {
			t.Errorf("response p99 of what was due in the stall = %s; want about 3s", p99)
		}
	})
}

// queue says when each arrival is sent where at most so many are in flight, and
// when it is answered: first come, first served, worked out one by one.
func queue(due []time.Duration, inFlight int, service func(sent time.Duration) time.Duration) (sent, answered []time.Duration) {
	var ends []time.Duration // of those in flight
	at := time.Duration(0)
	for _, d := range due {
		at = max(at, d)
		slices.Sort(ends)
		if over := len(ends) - inFlight; over >= 0 {
			at = max(at, ends[over])
		}
		ends = slices.DeleteFunc(ends, func(e time.Duration) bool { return e <= at })
		end := at + service(at)
		ends = append(ends, end)
		sent, answered = append(sent, at), append(answered, end)
	}
	return sent, answered
}

func dues(p Plan) []time.Duration {
	var all []time.Duration
	s := p.Schedule.Stripe(0, 1)
	for a, ok := s.Next(); ok; a, ok = s.Next() {
		all = append(all, a.Due)
	}
	return all
}

// Coordinated omission: with few requests in flight, the stall holds few of them
// up, so that service times hardly show it. Response times do, for they begin
// when a request was due. Every time is that of the queue it has to be.
func TestCatchUpHidesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := planInside(stalling(start), spike())
		p.Start, p.CatchUp, p.Caps.InFlight = start, true, 30
		due := dues(p)
		r, m := mustRun(t, p)
		if r.Dropped != 0 || r.Interrupted || r.Capped || r.Sent != int64(len(due)) {
			t.Errorf("result %+v; want all %d sent, however late", r, len(due))
		}
		sent, answered := queue(due, 30, stallingService)
		var lags, services, responses []time.Duration
		for i := range due {
			lags = append(lags, sent[i]-due[i])
			services = append(services, answered[i]-sent[i])
			responses = append(responses, answered[i]-due[i])
		}
		sum := m.total()
		checkQuantiles(t, "lag", sum.Lag, lags)
		checkQuantiles(t, "service", sum.Service, services)
		checkQuantiles(t, "response", sum.AllResponses(), responses)
		service, _ := sum.Service.Quantile(0.99)
		all := sum.AllResponses()
		response, _ := all.Quantile(0.99)
		if service > 50*time.Millisecond || response < 2500*time.Millisecond {
			t.Errorf("service p99 = %s, response p99 = %s; want the stall in the latter alone", service, response)
		}
		if sum.Queued == 0 || sum.Queued < r.Late {
			t.Errorf("queued %d of %d late ones; want all of them", sum.Queued, r.Late)
		}
		if got := m.seconds[3].Queued; got != 0 {
			t.Errorf("queued %d before the stall; want none", got)
		}
	})
}

// pauseOnce waits, and the first time for an instant after at it stands still
// before.
func pauseOnce(start time.Time, at, length time.Duration) wait {
	paused := false
	return func(ctx context.Context, until time.Time) bool {
		if !paused && until.Sub(start) > at {
			paused = true
			time.Sleep(length)
		}
		return waitByTimer(ctx, until)
	}
}

// runWith runs a plan with a wait of the test's own.
func runWith(t *testing.T, p Plan, w wait) (Result, *memory) {
	t.Helper()
	p, templates, err := p.ready()
	if err != nil {
		t.Fatal(err)
	}
	m := newMemory()
	run := newRun(p, templates, m, nil)
	run.wait = w
	r, err := run.do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checkEquations(t, r, m)
	return r, m
}

// sends keeps the offsets at which a door was knocked at.
type sends struct {
	mu sync.Mutex
	at []time.Duration
}

func (s *sends) door(start time.Time, service time.Duration) door {
	return func(int64, *http.Request) (time.Duration, int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.at = append(s.at, time.Since(start))
		return service, 200
	}
}

// most returns the most that were sent within any such span.
func (s *sends) most(span time.Duration) int {
	slices.Sort(s.at)
	most, from := 0, 0
	for to, at := range s.at {
		for at-s.at[from] >= span {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// The same on a real clock and real connections: the counts are exact, however
// long the generator really stood still.
func TestGeneratorStallOnRealConnections(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	for _, catchUp := range []bool{false, true} {
		p := planFor(s.URL, traffic.Flat(200, time.Second))
		p.Start = time.Now()
		p.DropAfter, p.CatchUp = 50*time.Millisecond, catchUp
		r, m := runWith(t, p, pauseOnce(p.Start, 300*time.Millisecond, 400*time.Millisecond))
		sum := m.total()
		if r.Planned != 200 || sum.HeldBack+sum.Capped+sum.Queued != 0 || r.Interrupted || r.Capped {
			t.Errorf("catch up %t: result %+v; want 200 planned, none held back by a cap", catchUp, r)
		}
		if catchUp && (r.Dropped != 0 || r.Late < 70) || !catchUp && r.Dropped < 60 {
			t.Errorf("catch up %t: result %+v; want the 80 of the stall sent late, or dropped but for the last 50ms", catchUp, r)
		}
	}
}

// lateAtRate counts those of 100/s over 30 s that are late where at most so many
// are sent in a second, none between 1.995 s and 4.995 s, and what is more than
// 10 ms late no closer together than the rate, but for 10 ms.
func lateAtRate(most int) (late int64) {
	var sent []time.Duration
	var now, next time.Duration
	apart := (time.Second + time.Duration(most) - 1) / time.Duration(most)
	for n := range 3000 {
		due := time.Duration(n)*10*time.Millisecond + 5*time.Millisecond
		if now = max(now, due); now > 2*time.Second {
			now = max(now, 4995*time.Millisecond)
		}
		if n >= most {
			now = max(now, sent[n-most]+time.Second)
		}
		if now-due > 10*time.Millisecond {
			now = max(now, next-10*time.Millisecond)
			next = max(next, now) + apart
		}
		sent = append(sent, now)
		if now-due > 20*time.Millisecond {
			late++
		}
	}
	return late
}

// The generator stands still for three seconds. What was due by then is dropped
// or sent late, as the plan says, and never a burst beyond its bound.
func TestGeneratorStall(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*Plan)
		dropped int64
		late    int64
		burst   int // most within 10 ms
		second  int // most within a second
	}{
		{"drop after", func(p *Plan) { p.DropAfter = 200 * time.Millisecond }, 279, 18, 22, 120},
		{"drop after nearly nothing", func(p *Plan) { p.DropAfter = time.Nanosecond }, 299, 0, 2, 100},
		// The 300 of the stall less the two that are on time.
		// The cap allows a million a second here.
		{"catch up", func(p *Plan) { p.CatchUp = true }, 0, 297, 301, 399},
		{"catch up at the rate", func(p *Plan) { p.CatchUp, p.Caps.Rate = true, 120 }, 0, lateAtRate(120), 3, 120},
		// In 10 ms, twice ten of the backlog and one that is on time.
		{"catch up at ten times the rate", func(p *Plan) { p.CatchUp, p.Caps.Rate = true, 1000 }, 0, lateAtRate(1000), 21, 399},
		{"catch up by the number", func(p *Plan) { p.CatchUp, p.Caps.Requests = true, 1000 }, 2000, 297, 301, 399},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var s sends
				p := planInside(s.door(start, time.Millisecond), traffic.Flat(100, 30*time.Second))
				p.Start = start
				tt.change(&p)
				r, m := runWith(t, p, pauseOnce(start, 2*time.Second, 3*time.Second))
				if r.Planned != 3000 || r.Dropped != tt.dropped || r.Late != tt.late || r.Interrupted || r.Capped {
					t.Errorf("result %+v; want 3000 planned, %d dropped, %d late", r, tt.dropped, tt.late)
				}
				sum := m.total()
				var overCap int64
				if p.Caps.Requests == 1000 {
					overCap = 2000
				}
				if sum.HeldBack != 0 || sum.Queued != 0 || sum.Capped != overCap {
					t.Errorf("held back %d, queued %d, capped %d; want 0, 0, %d", sum.HeldBack, sum.Queued, sum.Capped, overCap)
				}
				if got := s.most(10 * time.Millisecond); got > tt.burst {
					t.Errorf("%d sent within 10ms; want at most %d", got, tt.burst)
				}
				if got := s.most(time.Second); got > tt.second {
					t.Errorf("%d sent within a second; want at most %d", got, tt.second)
				}
			})
		})
	}
}

// The cap on duration ends sending by the clock: what would only be sent after it
// is planned, and dropped.
func TestDurationEndsCatchingUp(t *testing.T) {
	for _, tt := range []struct {
		name    string
		service time.Duration
		change  func(*Caps)
		sent    int64
		want    timeline.Second // its drops
	}{
		// Ten at a time, one second each: those due first are sent at 0, 1, … 4 s.
		{"in flight", time.Second, func(c *Caps) { c.InFlight = 10 }, 50, timeline.Second{Dropped: 440, HeldBack: 440}},
		// 50 at once, and after a second one every 20 ms, the first of them 10 ms early.
		{"rate", time.Millisecond, func(c *Caps) { c.Rate = 50 }, 50 + 196, timeline.Second{Dropped: 244}},
		{"neither", time.Millisecond, func(*Caps) {}, 490, timeline.Second{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := planInside(steady(tt.service), traffic.Flat(100, 10*time.Second))
				p.Start, p.CatchUp, p.Caps.Duration = time.Now(), true, 4900*time.Millisecond
				tt.change(&p.Caps)
				r, m := mustRun(t, p)
				if r.Planned != 490 || r.Sent != tt.sent || !r.Capped || r.Interrupted || r.SendingEnded > p.Caps.Duration {
					t.Errorf("result %+v; want 490 planned, %d sent, ended by the cap within 4.9s", r, tt.sent)
				}
				sum := m.total()
				if sum.Dropped != tt.want.Dropped || sum.HeldBack != tt.want.HeldBack || sum.Capped != tt.want.Capped {
					t.Errorf("dropped %d, held back %d, capped %d; want %d, %d, %d", sum.Dropped, sum.HeldBack, sum.Capped,
						tt.want.Dropped, tt.want.HeldBack, tt.want.Capped)
				}
			})
		})
	}
}

// A run as long as the cap on duration, whose last arrival is a little behind, is
// whole; one that stood still at its end is not.
func TestStallAtTheCapOnDuration(t *testing.T) {
	for length, want := range map[time.Duration]Result{
		15 * time.Millisecond: {Planned: 1000, Sent: 1000},
		// Due from 9.805 s on, too late for all but the last two, on time.
		200 * time.Millisecond: {Planned: 1000, Sent: 982, Dropped: 18, Capped: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			p := planInside(steady(time.Millisecond), traffic.Flat(100, 10*time.Second))
			p.Start, p.Caps.Duration = start, 10*time.Second
			got, _ := runWith(t, p, pauseOnce(start, 10*time.Second-length, length+10*time.Millisecond))
			if got.Planned != want.Planned || got.Sent != want.Sent || got.Capped != want.Capped {
				t.Errorf("stall of %s: result %+v; want %+v", length, got, want)
			}
		})
	}
}

// Cancelled while it waits for room, in flight or by the rate, a run stops at that
// very instant; what was due is planned and dropped.
func TestCancelWhileWaitingForRoom(t *testing.T) {
	for _, tt := range []struct {
		name     string
		service  time.Duration
		change   func(*Caps)
		heldBack int64
	}{
		{"in flight", 1500 * time.Millisecond, func(c *Caps) { c.InFlight = 10 }, 290},
		{"rate", time.Millisecond, func(c *Caps) { c.Rate = 1 }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				p := planInside(steady(tt.service), traffic.Flat(100, time.Hour))
				p.Start, p.CatchUp = start, true
				tt.change(&p.Caps)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3100*time.Millisecond, cancel)
				m := newMemory()
				r, err := Run(ctx, p, m, nil)
				if err != nil {
					t.Fatal(err)
				}
				checkEquations(t, r, m)
				if r.Planned != 310 || !r.Interrupted || r.Capped || r.SendingEnded != 3100*time.Millisecond {
					t.Errorf("result %+v; want 310 planned until the cancel at 3.1s", r)
				}
				if got := m.total().HeldBack; cmp.Compare(got, 0) != cmp.Compare(tt.heldBack, 0) {
					t.Errorf("held back %d; want about %d", got, tt.heldBack)
				}
			})
		})
	}
}

// What a cap forbids is told apart from what came too late.
func TestDropsToldApart(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Plan)
		want   string
	}{
		{"in flight", func(p *Plan) { p.Caps.InFlight = 10 }, "dropped 900 held back 900 capped 0"},
		{"requests", func(p *Plan) { p.Caps.Requests = 300 }, "dropped 700 held back 0 capped 700"},
		{"rate", func(p *Plan) { p.Caps.Rate = 50 }, "dropped 500 held back 0 capped 500"},
		{"too late", func(p *Plan) { p.Start, p.DropAfter = p.Start.Add(-2*time.Second), time.Millisecond }, "dropped 190 held back 0 capped 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := planInside(steady(time.Second), traffic.Flat(100, 10*time.Second))
				tt.change(&p)
				_, m := mustRun(t, p)
				sum := m.total()
				got := fmt.Sprintf("dropped %d held back %d capped %d", sum.Dropped, sum.HeldBack, sum.Capped)
				if got != tt.want {
					t.Errorf("%s; want %s", got, tt.want)
				}
			})
		})
	}
}

// The generator stands still before the target does: only what was due after the
// flight was found full waited for the target.
func TestQueuedBehindAGeneratorStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := planInside(steady(500*time.Millisecond), traffic.Flat(100, 10*time.Second))
		p.Start, p.CatchUp, p.Caps.InFlight = start, true, 100
		r, m := runWith(t, p, pauseOnce(start, 2*time.Second, 3*time.Second))
		var before, after int64
		for n, s := range m.seconds {
			if n < 5 {
				before += s.Queued
			} else {
				after += s.Queued
			}
		}
		if r.Sent != 1000 || before > 1 || after < 100 {
			t.Errorf("sent %d, queued %d due before the stall ended at 4.995s, %d after; want 1000, at most one, 100 or more", r.Sent, before, after)
		}
	})
}

// The lag that health reads is that of what was answered in between.
func TestRecentLag(t *testing.T) {
	tl := newTally()
	if got, ok := tl.recentLag(); ok {
		t.Errorf("recentLag of nothing = %s; want unknown", got)
	}
	for n := range 200 {
		tl.answer(&hit{}, answer{lag: time.Duration(n+1) * time.Millisecond})
	}
	if got, ok := tl.recentLag(); !ok || (got-198*time.Millisecond).Abs() > 100*time.Microsecond {
		t.Errorf("recentLag = %s, %t; want 198ms", got, ok)
	}
	if got, ok := tl.recentLag(); ok {
		t.Errorf("recentLag a second time = %s; want unknown", got)
	}
}
