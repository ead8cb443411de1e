package compare

import (
	"math"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// serving is a run of so many seconds that answers in a time, the same always,
// 50 requests each second of the first half and 200 of the second.
func serving(name string, seconds int, took time.Duration) Run {
	r := measured(name, 72)
	for n := range seconds {
		s := timeline.Second{Second: n, Planned: 50}
		if n >= seconds/2 {
			s.Planned = 200
		}
		s.Sent, s.Succeeded = s.Planned, s.Planned
		var h timeline.Histogram
		for range s.Planned {
			h.Record(took)
		}
		s.Response, s.Lag = map[string]timeline.Histogram{"top": h}, timeline.Histogram{}
		r.Timeline.Seconds = append(r.Timeline.Seconds, s)
		r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{At: timeline.Offset(time.Duration(n) * time.Second), Source: web, Name: timeline.Ready, Value: 4})
		r.Result.Headroom.Series = append(r.Result.Headroom.Series, capacity.Moment{At: time.Duration(n) * time.Second, Demand: float64(s.Planned), Mid: at(288.0)})
	}
	r.Result.Load.Sent = 1
	return r
}

func nights() []Run {
	return []Run{serving("a", 120, 50*time.Millisecond), serving("b", 120, 51*time.Millisecond), serving("c", 120, 49*time.Millisecond)}
}

func TestResponseTimesAtTheSameLoad(t *testing.T) {
	c := Compare(nights(), serving("head", 120, 80*time.Millisecond), Options{Tolerance: 0.05})
	for _, id := range []string{"response/low/top/p50", "response/low/top/p99", "response/high/top/p50", "response/high/top/p99"} {
		m := find(t, c, id)
		if math.Abs(*m.Head-0.080) > 0.0001 || math.Abs(*m.Mean-0.050) > 0.0001 || m.Verdict != Worse {
			t.Errorf("%s: %v against %v, %s; want 80 ms against 50 ms, worse", id, *m.Head, *m.Mean, m.Verdict)
		}
	}
	if got, want := find(t, c, "response/low/top/p50").Name, "top, p50 at 50/s"; got != want {
		t.Errorf("name = %q; want %q", got, want)
	}
}

// What must keep a window out does.
func TestUsableWindows(t *testing.T) {
	change := func(r Run, from, to int, how func(*timeline.Second, *capacity.Moment)) Run {
		for n := from; n < to; n++ {
			how(&r.Timeline.Seconds[n], &r.Result.Headroom.Series[n])
		}
		return r
	}
	for _, c := range []struct {
		name   string
		change func(bases []Run, head *Run)
		want   int
	}{
		{"all of 12", func([]Run, *Run) {}, 12},
		{"a shorter head", func(_ []Run, head *Run) { *head = serving("", 60, time.Millisecond) }, 3}, // its rate differs from 30 s on
		{"not delivered", func(bases []Run, _ *Run) {
			change(bases[0], 0, 10, func(s *timeline.Second, _ *capacity.Moment) { s.Sent /= 2 })
		}, 11},
		{"held back by the target", func(_ []Run, head *Run) {
			change(*head, 0, 10, func(s *timeline.Second, _ *capacity.Moment) { s.Sent /= 2; s.HeldBack = s.Sent })
		}, 12},
		{"another rate", func(_ []Run, head *Run) {
			change(*head, 10, 20, func(_ *timeline.Second, m *capacity.Moment) { m.Demand = 60 })
		}, 11},
		{"a base run near its capacity, and the window after", func(bases []Run, _ *Run) {
			change(bases[1], 20, 30, func(_ *timeline.Second, m *capacity.Moment) { m.Mid = at(60.0) })
		}, 10},
		{"the head near its capacity", func(_ []Run, head *Run) {
			change(*head, 20, 30, func(_ *timeline.Second, m *capacity.Moment) { m.Mid = at(60.0) })
		}, 12},
		{"an objective broken in a base run", func(bases []Run, _ *Run) {
			bases[2].Result.Objectives = []capacity.Judged{{Windows: []capacity.Window{{Span: capacity.Span{From: 40 * time.Second, To: 50 * time.Second}, Verdict: capacity.Failed}}}}
		}, 10},
		{"a smaller fleet than any", func(_ []Run, head *Run) {
			for n := 70; n < 80; n++ {
				head.Timeline.Readings[n].Value = 3
			}
		}, 11},
		{"a fleet as small as a base run's", func(bases []Run, head *Run) {
			for n := 70; n < 80; n++ {
				head.Timeline.Readings[n].Value, bases[0].Timeline.Readings[n].Value = 3, 3
			}
		}, 12},
	} {
		bases, head := nights(), serving("head", 120, 50*time.Millisecond)
		c.change(bases, &head)
		var views []view
		for _, r := range append(bases, head) {
			views = append(views, newView(r))
		}
		if got := len(usable(views, comfort)); got != c.want {
			t.Errorf("%s: %d windows count; want %d", c.name, got, c.want)
		}
	}
}

// A request that is rare has its windows joined until 100 answers are in each.
func TestRareRequests(t *testing.T) {
	runs := nights()
	for i := range runs {
		for n := range runs[i].Timeline.Seconds {
			var h timeline.Histogram
			h.Record(time.Second)
			h.Record(time.Second)
			runs[i].Timeline.Seconds[n].Response["rare"] = h // 20 in each window
		}
	}
	var views []view
	for _, r := range runs {
		views = append(views, newView(r))
	}
	slots := usable(views, comfort)
	if got := len(answersOf(views, slots, "rare")[0]); got != 2 {
		t.Errorf("%d windows of a rare request; want 12 joined by fives to 2", got)
	}
	c := Compare(runs[:2], runs[2], Options{})
	if m := find(t, c, "response/high/rare/p99"); m.Head != nil {
		t.Errorf("p99 of a rare request = %v; want unknown", *m.Head)
	}
}

func TestErrorsWithinCapacity(t *testing.T) {
	failing := func(r Run, from, to int, n int64) Run {
		total := int64(0)
		for i := from; i < to; i++ {
			s := &r.Timeline.Seconds[i]
			s.Errors, s.Failed, s.Succeeded = map[string]int64{"status_503": n}, n, s.Sent-n
			total += n
		}
		r.Result.Load.Sent, r.Result.Load.Errors = 15000, map[string]int64{"status_503": total}
		return r
	}
	bases := nights()
	head := failing(serving("head", 120, 50*time.Millisecond), 60, 120, 4)
	m := find(t, Compare(bases, head, Options{Tolerance: 0.05}), "errors/status_503")
	if want := 240.0 / 15000; m.Verdict != Worse || *m.Head != want || *m.Mean != 0 || *m.Difference != want {
		t.Errorf("%s, %v against %v; want worse, %v against 0 (%s)", m.Verdict, *m.Head, *m.Mean, want, m.Said)
	}
	// One in a thousand more is allowed: of 15 requests. Of 10 it is not known whether
	// the next night has 16.
	for n, want := range map[int]string{1: Same, 10: NotShown} {
		m = find(t, Compare(bases, failing(serving("head", 120, 50*time.Millisecond), 60, 60+n, 1), Options{Tolerance: 0.05}), "errors/status_503")
		if m.Verdict != want {
			t.Errorf("%d of 15,000 requests: %s; want %s (%s)", n, m.Verdict, want, m.Said)
		}
	}
	// Where base runs were past their capacity they tell nothing.
	for i := range bases {
		for n := range bases[i].Result.Headroom.Series {
			bases[i].Result.Headroom.Series[n].Mid = at(40.0)
		}
	}
	if m = find(t, Compare(bases, head, Options{}), "errors/status_503"); m.Head != nil || m.Verdict != CannotSay {
		t.Errorf("beyond capacity: %s; want cannot say", m.Verdict)
	}
}
