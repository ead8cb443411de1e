package capacity

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// line is a model of one evening: arrivals wait in line while cap requests are in
// flight, as with late: {catch_up: true}, or are dropped; the pacer may stand
// still, and the target answers each request after a time that depends on when it
// was sent. It is worked out request by request, unlike what it is to test.
type line struct {
	seconds, rate, cap int
	service            func(sent time.Duration) time.Duration
	pacer              func(at time.Duration) time.Duration // when the pacer, ready at an instant, can send
}

// run has arrivals wait.
func (l line) run() (timeline.Timeline, Question) { return l.evening(false) }

// drops has them dropped, also where they are 250 ms late.
func (l line) drops() (timeline.Timeline, Question) { return l.evening(true) }

func (l line) evening(drop bool) (timeline.Timeline, Question) {
	tl := timeline.Timeline{Events: []timeline.Event{{At: at(float64(l.seconds)), Kind: timeline.SendingDone}}}
	tl.Seconds = make([]timeline.Second, l.seconds)
	var free, fullFrom, fullUntil time.Duration
	var sends, ends []time.Duration // of every request
	open := []time.Duration{}       // ends of those in flight, in order
	for i := range l.seconds * l.rate {
		due := time.Duration(i) * time.Second / time.Duration(l.rate)
		n := int(due / time.Second)
		sent := max(due, free)
		if l.pacer != nil {
			sent = l.pacer(sent)
		}
		for len(open) > 0 && open[0] <= sent {
			open = open[1:]
		}
		s := &tl.Seconds[n]
		s.Second = n
		s.Planned++
		if late := sent-due > 250*time.Millisecond; drop && (late || len(open) >= l.cap) {
			s.Dropped++
			if !late {
				s.HeldBack++
			}
			continue
		}
		if len(open) >= l.cap {
			if due > fullUntil {
				fullFrom = due
				if sent-due > time.Millisecond { // late already: it did not wait for room
					fullFrom = sent
				}
			}
			sent, open = open[0], open[1:]
			fullUntil = sent
		}
		free = sent
		took := l.service(sent)
		k, _ := slices.BinarySearch(open, sent+took)
		open = slices.Insert(open, k, sent+took)
		sends, ends = append(sends, sent), append(ends, sent+took)
		s.Sent, s.Succeeded = s.Sent+1, s.Succeeded+1
		if due >= fullFrom && due < fullUntil {
			s.Queued++
		}
		s.Lag.Record(sent - due)
		s.Service.Record(took)
		if s.Response == nil {
			s.Response = map[string]timeline.Histogram{}
		}
		h := s.Response["top"]
		h.Record(sent + took - due)
		s.Response["top"] = h
	}
	slices.Sort(ends)
	for n := range l.seconds + 1 {
		now := time.Duration(n) * time.Second
		done, _ := slices.BinarySearch(ends, now)
		begun, _ := slices.BinarySearch(sends, now)
		for name, value := range map[string]int{timeline.Answered: done, timeline.InFlight: begun - done, timeline.InFlightCap: l.cap} {
			tl.Readings = append(tl.Readings, timeline.Reading{At: timeline.Offset(now), Source: timeline.Generator, Name: name, Value: float64(value)})
		}
	}
	return tl, Question{Demand: traffic.Flat(float64(l.rate), time.Duration(l.seconds)*time.Second), Objectives: []Objective{p99}}
}

func quick(time.Duration) time.Duration { return 20 * time.Millisecond }

// stalls is a target that answers nothing from one instant until another.
func stalls(from, to time.Duration) func(time.Duration) time.Duration {
	return func(sent time.Duration) time.Duration {
		if sent >= from && sent < to {
			return to - sent + 20*time.Millisecond
		}
		return 20 * time.Millisecond
	}
}

func TestWhoIsToBlameForWhatWaited(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		line   line
		want   string
		reason string
	}{
		{"all is well", line{60, 200, 50, quick, nil}, Pass, "every objective held"},
		{"the target stalls and recovers", line{60, 200, 50, stalls(20*s, 35*s), nil}, Fail, "p99 <= 300ms was broken for"},
		{"the target slows down and fills the cap", line{60, 200, 50, func(sent time.Duration) time.Duration {
			if sent > 20*s {
				return 500 * time.Millisecond
			}
			return 20 * time.Millisecond
		}, nil}, Fail, "broken for 40 s, worst"},
		{"the target was slow from the start", line{60, 200, 50, func(time.Duration) time.Duration { return 400 * time.Millisecond }, nil}, Fail, "broken for 1m, worst"},
		{"the cap is too low for a target that is as fast as ever", line{60, 200, 3, quick, nil}, Invalid,
			"the cap on requests in flight (3) made"},
		{"onair stands still", line{60, 200, 500, quick, func(at time.Duration) time.Duration {
			if at > 20*s && at < 26*s {
				return 26 * s
			}
			return at
		}}, Invalid, "between 00:00:20 and 00:00:30 requests were sent late"},
		{"onair is starved: each sending takes it 6 ms", line{60, 200, 500, quick, func(at time.Duration) time.Duration {
			return at + 6*time.Millisecond
		}}, Invalid, "requests were sent late"},
	} {
		tl, q := c.line.run()
		r := Analyze(tl, q)
		if r.Verdict != c.want || !strings.Contains(strings.Join(r.Reasons, "\n"), c.reason) {
			t.Errorf("%s: %s %q; want %s because %q", c.name, r.Verdict, r.Reasons, c.want, c.reason)
		}
		if delivered := c.want != Invalid; r.Generator.Delivered != delivered {
			t.Errorf("%s: delivered = %v (%s); want %v", c.name, r.Generator.Delivered, r.Generator.Shortcoming, delivered)
		}
	}
}

// A stall of the generator while it is still behind a stall of the target makes
// the lag grow, and is its own doing.
func TestAStallOfItsOwnIsNotTheTargets(t *testing.T) {
	const s = time.Second
	own := func(at time.Duration) time.Duration {
		if at > 22*s && at < 40*s {
			return 40 * s
		}
		return at
	}
	tl, q := line{60, 200, 50, stalls(20*s, 22*s), own}.run()
	r := Analyze(tl, q)
	if r.Generator.Delivered {
		t.Errorf("delivered; want the 18 s in which onair stood still told")
	}
}

// Once the target has recovered the line drains. A lag that stays, or grows ever
// so slowly, is the generator's.
func TestALagThatDoesNotDrainIsItsOwn(t *testing.T) {
	const s = time.Second
	each := func(spent time.Duration) func(time.Duration) time.Duration {
		return func(at time.Duration) time.Duration {
			if at < 24*s {
				return at
			}
			return at + spent
		}
	}
	for _, c := range []struct {
		name  string
		spent time.Duration // on each sending, after the target has recovered; one is due every 5 ms
		want  bool
	}{
		{"drains", 0, true},
		{"drains slowly", 4500 * time.Microsecond, true},
		{"stays", 5 * time.Millisecond, false},
		{"grows by 2 ms a second", 5010 * time.Microsecond, false},
		{"grows by 10 ms a second", 5050 * time.Microsecond, false},
	} {
		tl, q := line{60, 200, 400, stalls(20*s, 24*s), each(c.spent)}.run()
		r := newRun(tl, q)
		if got := r.seconds[22].Queued; got != 200 {
			t.Errorf("%s: %d of those due in the stall are the target's; want all 200", c.name, got)
		}
		var own int64
		for _, s := range r.seconds {
			own += max(s.Lag.Over(20*time.Millisecond)-s.Queued, 0)
		}
		if got := own == 0; got != c.want {
			t.Errorf("%s: %d late ones are the generator's; want none: %v", c.name, own, c.want)
		}
		if got := Analyze(tl, q).Generator.Delivered; got != c.want {
			t.Errorf("%s: delivered = %v; want %v", c.name, got, c.want)
		}
	}
}

// A cap that a target as fast as it must be cannot keep to is too low. Whoever
// takes what its limits allow and more, or stands still, is slow.
func TestSlowIsWhatTheLimitsSay(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	calm := func(time.Duration) time.Duration { return 5 * ms }
	from20 := func(took time.Duration) func(time.Duration) time.Duration {
		return func(sent time.Duration) time.Duration {
			if sent < 20*s {
				return 5 * ms
			}
			return took
		}
	}
	stands := func(from, until time.Duration) func(time.Duration) time.Duration {
		return func(sent time.Duration) time.Duration {
			if sent >= from && sent < until {
				return until - sent + 5*ms
			}
			return 5 * ms
		}
	}
	always := func(took time.Duration) func(time.Duration) time.Duration {
		return func(time.Duration) time.Duration { return took }
	}
	// every makes each so manieth take 500 ms from one instant on.
	every := func(nth int, from time.Duration) func(time.Duration) time.Duration {
		n := 0
		return func(sent time.Duration) time.Duration {
			if n++; n%nth == 0 && sent >= from {
				return 500 * ms
			}
			return from20(11 * ms)(sent)
		}
	}
	hung := 0
	two := func(sent time.Duration) time.Duration {
		switch {
		case sent == 0:
			hung = 0
		case sent > 22*s && hung < 2:
			hung++
			return 10 * s
		}
		return from20(11 * ms)(sent)
	}
	p800 := Objective{Name: "p99 <= 800ms", Quantile: 0.99, Limit: 800 * ms, Window: 10 * s}
	errors := Objective{Name: "errors <= 0.5%", Errors: 0.005, Window: 10 * s}
	// The pacer stands still, and nothing that was in flight is read meanwhile.
	suspended := func(from, until time.Duration) line {
		return line{40, 1000, 10, stands(from-5*ms, until), func(at time.Duration) time.Duration {
			if at > from && at < until {
				return until
			}
			return at
		}}
	}
	for _, c := range []struct {
		name         string
		line         line
		objective    Objective
		drops, waits string // verdicts
	}{
		{"all is well", line{40, 1000, 10, calm, nil}, p800, Pass, Pass},
		{"not as fast as in its calmest window", line{40, 1000, 10, from20(11 * ms), nil}, p800, Invalid, Invalid},
		{"the same, and a few take long", line{40, 1000, 14, every(100, 20*s), nil}, p800, Invalid, Invalid},
		{"the same, and many take long as ever", line{40, 1000, 28, every(25, 0), nil}, p800, Invalid, Invalid},
		{"the same, and two hang", line{40, 1000, 10, two, nil}, p800, Invalid, Invalid},
		{"near its limit", line{40, 1000, 10, from20(500 * ms), nil}, p800, Fail, Fail},
		{"beyond its limit", line{40, 1000, 10, from20(900 * ms), nil}, p800, Fail, Fail},
		{"slow from the first second", line{40, 1000, 10, always(900 * ms), nil}, p800, Fail, Fail},
		{"within its limit from the first second", line{40, 1000, 10, always(500 * ms), nil}, p800, Invalid, Invalid},
		{"hangs", line{40, 1000, 10, stands(20500*ms, 30200*ms), nil}, p800, Fail, Fail},
		{"hangs until the end", line{40, 1000, 10, stands(20500*ms, 40*s), nil}, p800, Fail, Fail},
		{"hangs for a second and a half", line{40, 1000, 10, stands(20100*ms, 21600*ms), nil}, p800, Fail, Fail},
		{"the same over three seconds", line{40, 1000, 10, stands(20990*ms, 22490*ms), nil}, p800, Fail, Fail},
		{"the same from the second's very end", line{40, 1000, 10, stands(20996*ms, 22496*ms), nil}, p800, Fail, Fail},
		{"the generator is suspended at the end of a window", suspended(27100*ms, 29900*ms), p800, Invalid, Invalid},
		{"the generator is suspended for a second and a half", suspended(20100*ms, 21600*ms), p800, Invalid, Invalid},
		{"errors alone: twice its calm time", line{40, 1000, 10, from20(11 * ms), nil}, errors, Invalid, Invalid},
		{"errors alone: collapses", line{40, 1000, 10, from20(500 * ms), nil}, errors, Fail, Pass},
		{"errors alone: hangs", line{40, 1000, 10, stands(20500*ms, 30200*ms), nil}, errors, Fail, Pass},
		{"errors alone: slow from the first second", line{40, 1000, 10, always(500 * ms), nil}, errors, Invalid, Invalid},
	} {
		for _, mode := range []struct {
			name, want string
			evening    func() (timeline.Timeline, Question)
		}{{"drops", c.drops, c.line.drops}, {"waits", c.waits, c.line.run}} {
			tl, q := mode.evening()
			q.Objectives = []Objective{c.objective}
			r := Analyze(tl, q)
			if r.Verdict != mode.want {
				t.Errorf("%s, %s: %s %q; want %s", c.name, mode.name, r.Verdict, r.Reasons, mode.want)
			}
		}
	}
}

// Little's law over the readings gives the service time that the model has.
func TestStayIsTheServiceTime(t *testing.T) {
	tl, q := line{30, 200, 500, func(time.Duration) time.Duration { return 100 * time.Millisecond }, nil}.run()
	r := newRun(tl, q)
	if got := r.stay(15 * time.Second); math.Abs(got.Seconds()-0.1) > 0.01 {
		t.Errorf("stay = %v; want 100ms", got)
	}
	tl.Readings = nil
	r = newRun(tl, q)
	if got := r.stay(15 * time.Second); got != 0 {
		t.Errorf("stay without readings = %v; want 0", got)
	}
}

// The first answers of a target that always takes a second come a second late:
// that is no reason to call it slow then, and not later.
func TestTheFirstAnswersTakeTheirTime(t *testing.T) {
	tl, q := line{seconds: 12, rate: 20, cap: 5, service: func(time.Duration) time.Duration { return time.Second }}.drops()
	q.Objectives = []Objective{{Name: "p99 <= 1.5s", Quantile: 0.99, Limit: 1500 * time.Millisecond, Window: 2 * time.Second}, {Name: "errors <= 1%", Errors: 0.01, Window: 2 * time.Second}}
	r := Analyze(tl, q)
	for _, j := range r.Objectives {
		if j.Verdict == Failed {
			t.Errorf("%s failed, worst at %v; want it not judged by what the cap forbade", j.Name, j.WorstAt)
		}
	}
	if r.Verdict != Invalid || !strings.Contains(r.Reasons[0], "only 25 %") || !strings.Contains(r.Reasons[0], moreInFlight) {
		t.Errorf("verdict %s %q; want invalid, a quarter sent, and the cap to raise", r.Verdict, r.Reasons)
	}
}
