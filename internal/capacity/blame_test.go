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

// line is a model of one evening with late: {catch_up: true}: arrivals wait in
// line while cap requests are in flight, the pacer may stand still, and the
// target answers each request after a time that depends on when it was sent.
// It is worked out request by request, unlike what it is to test.
type line struct {
	seconds, rate, cap int
	service            func(sent time.Duration) time.Duration
	pacer              func(at time.Duration) time.Duration // when the pacer, ready at an instant, can send
}

func (l line) run() (timeline.Timeline, Question) {
	tl := timeline.Timeline{Events: []timeline.Event{{At: at(float64(l.seconds)), Kind: timeline.SendingDone}}}
	tl.Seconds = make([]timeline.Second, l.seconds)
	var free time.Duration
	var sends, ends []time.Duration // of every request
	open := []time.Duration{}       // ends of those in flight, in order
	for i := range l.seconds * l.rate {
		due := time.Duration(i) * time.Second / time.Duration(l.rate)
		n := int(due / time.Second)
		sent := max(due, free)
		if l.pacer != nil {
			sent = l.pacer(sent)
		}
		waited := false
		for len(open) > 0 && open[0] <= sent {
			open = open[1:]
		}
		if len(open) >= l.cap {
			waited, sent = true, open[0]
			open = open[1:]
		}
		free = sent
		took := l.service(sent)
		k, _ := slices.BinarySearch(open, sent+took)
		open = slices.Insert(open, k, sent+took)
		sends, ends = append(sends, sent), append(ends, sent+took)
		s := &tl.Seconds[n]
		s.Second = n
		s.Planned, s.Sent, s.Succeeded = s.Planned+1, s.Sent+1, s.Succeeded+1
		if waited {
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
