package capacity

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// read adds one reading of the generator a second, from one second to another.
func read(tl *timeline.Timeline, name string, from, to int, value float64) {
	for n := from; n <= to; n++ {
		tl.Readings = append(tl.Readings, timeline.Reading{At: at(float64(n) + 0.01), Source: timeline.Generator, Name: name, Value: value})
	}
}

// tardy makes every tenth request of second n go out after so long.
func tardy(tl *timeline.Timeline, n int, lag time.Duration) {
	s := &tl.Seconds[n]
	s.Lag = timeline.Histogram{}
	for i := range s.Sent {
		if i%10 == 0 {
			s.Lag.Record(lag)
		} else {
			s.Lag.Record(50 * time.Microsecond)
		}
	}
}

// tooLate drops n requests of a second because it was too late for them.
func tooLate(tl *timeline.Timeline, second int, n int64) {
	tl.Seconds[second].Planned += n
	tl.Seconds[second].Dropped += n
}

// Where the load was not delivered, the sentence says what fell short, whose
// doing it was, and the way out.
func Example_cause() {
	t, q := steady([]int64{100, 100, 100}, 350)
	t.Start = time.Date(2026, 11, 22, 21, 54, 0, 0, time.UTC)
	read(&t, timeline.CPU, 0, 30, 0.4)
	read(&t, timeline.CPU, 14, 14, 0.98)
	for n := 12; n < 18; n++ {
		tardy(&t, n, 310*time.Millisecond)
	}
	r := Analyze(t, q)
	fmt.Println(r.Verdict)
	fmt.Println(r.Reasons[0])
	// Output:
	// invalid
	// the load was not delivered as planned: between 21:54:10 and 21:54:20 requests were sent late (lag p99 310 ms, at most 20 ms is allowed): onair used 98 % of its processor time (give it more cores, or lower connections.new)
}

func TestCauses(t *testing.T) {
	late := func(tl *timeline.Timeline) { tardy(tl, 15, 400*time.Millisecond); tardy(tl, 16, 300*time.Millisecond) }
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline)
		want   string
	}{
		{"nothing was read", late, "no cause is known, for nothing was read of this machine (give onair a machine of its own)"},
		{"nothing was found", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 30, 0.5)
			read(tl, timeline.RSS, 0, 30, 182e6)
			read(tl, timeline.OpenFiles, 0, 30, 900)
		}, "no cause was found in processor time and open files; memory reached 182 MB (give onair a machine of its own)"},
		{"suspended", func(tl *timeline.Timeline) {
			tooLate(tl, 15, 300)
			read(tl, timeline.CPU, 0, 14, 0.95)
			read(tl, timeline.CPU, 18, 30, 0.95)
		}, "onair itself did not run for up to 4 s: this machine suspended or starved it (give onair a machine of its own)"},
		{"suspended at another time", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 3, 0.95)
			read(tl, timeline.CPU, 8, 30, 0.95)
		}, "onair used 95 % of its processor time (give it more cores, or lower connections.new)"},
		{"read every 4 s anyway", func(tl *timeline.Timeline) {
			late(tl)
			for n := 0; n < 30; n += 4 {
				read(tl, timeline.CPU, n, n, 0.5)
			}
		}, "no cause was found in processor time"},
		{"a quota", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 30, 0.97)
			read(tl, timeline.CPUThrottled, 0, 30, 0.35)
		}, "a quota on processor time held onair back for 35 % of a second (raise the container's CPU limit)"},
		{"others", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 30, 0.4)
			read(tl, timeline.MachineCPU, 0, 30, 0.99)
		}, "other processes left it no processor time: all together used 99 %, onair at most 40 % (give onair a machine of its own)"},
		{"collection", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 30, 0.4)
			read(tl, timeline.GCPause, 0, 30, 0.045)
		}, "garbage collection stopped onair for 45 ms of a second (set GOGC=400, which takes more memory)"},
		{"files", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 30, 0.4)
			read(tl, timeline.OpenFiles, 0, 30, 930)
			read(tl, timeline.OpenFilesLimit, 0, 30, 1024)
		}, "930 of 1,024 files were open (raise ulimit -n)"},
		{"ports", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 30, 0.4)
			read(tl, timeline.OpenFiles, 0, 30, 900)
			read(tl, timeline.OpenFilesLimit, 0, 30, 1024)
			read(tl, timeline.Ports, 0, 30, 28_000)
			read(tl, timeline.PortsLimit, 0, 30, 28_232)
		}, "28,000 of 28,232 ports were in use (lower connections.new, or widen net.ipv4.ip_local_port_range)"},
		{"another window's trouble", func(tl *timeline.Timeline) {
			late(tl)
			read(tl, timeline.CPU, 0, 30, 0.4)
			read(tl, timeline.CPU, 25, 25, 0.99)
			read(tl, timeline.CPU, 7, 7, 0.99)
		}, "no cause was found"},
		{"the cap in flight", func(tl *timeline.Timeline) {
			tooLate(tl, 15, 300)
			tl.Seconds[15].HeldBack = 299
			read(tl, timeline.CPU, 0, 30, 0.99)
			read(tl, timeline.InFlightCap, 0, 30, 20_000)
		}, "the cap on requests in flight (20,000) kept 299 back, though the target was fast enough (raise caps.in_flight)"},
		{"the cap on rate", func(tl *timeline.Timeline) {
			tooLate(tl, 15, 300)
			tl.Seconds[15].Capped = 200
			read(tl, timeline.CPU, 0, 30, 0.99)
		}, "the cap on rate or on requests forbade 200 (raise caps.rate or caps.requests)"},
		{"some capped, most too late", func(tl *timeline.Timeline) {
			tooLate(tl, 15, 300)
			tl.Seconds[15].Capped = 100
			read(tl, timeline.CPU, 0, 30, 0.99)
		}, "onair used 99 % of its processor time"},
		{"no port left", func(tl *timeline.Timeline) {
			noneLeft(tl, 14, 60)
			read(tl, timeline.Ports, 0, 30, 28_232)
			read(tl, timeline.PortsLimit, 0, 30, 28_232)
		}, "60 found no port or file: 28,232 of 28,232 ports were in use ("},
		{"no file left, and nothing read", func(tl *timeline.Timeline) {
			noneLeft(tl, 14, 60)
		}, "60 found no port or file: this machine had none left (raise ulimit -n, or lower connections.new, or widen"},
		{"too little over the run", func(tl *timeline.Timeline) {
			for n := range tl.Seconds {
				tooLate(tl, n, 1) // 1 % of each window
			}
			read(tl, timeline.CPU, 0, 30, 0.9)
		}, "over the run: onair used 90 % of its processor time"},
	} {
		tl, q := steady([]int64{100, 100, 100}, 350)
		c.change(&tl)
		r := Analyze(tl, q)
		g := r.Generator
		if r.Verdict != Invalid || g.Delivered || !strings.Contains(g.Shortcoming, c.want) || !strings.HasSuffix(g.Shortcoming, ": "+g.Cause) {
			t.Errorf("%s: %s, %q because %q; want invalid because %q", c.name, r.Verdict, g.Shortcoming, g.Cause, c.want)
		}
		if !strings.HasSuffix(g.Shortcoming, ")") {
			t.Errorf("%s: %q; want a way out at its end", c.name, g.Shortcoming)
		}
	}
}

// A process that was stopped for 1.2 s is told from one whose reading came 300 ms
// late, whenever in the second that began.
func TestAShortPauseIsFound(t *testing.T) {
	const ms = time.Millisecond
	// stopped reads once a second, but not while stopped, and leaves unsent what
	// was due meanwhile, all but the last 250 ms of it.
	stopped := func(from, length time.Duration) (timeline.Timeline, Question) {
		tl, q := steady([]int64{100, 100, 100}, 350)
		until := from + length
		for n := range 31 {
			at := second(n) + 10*ms
			if at >= from && at < until {
				at = until
			}
			tl.Readings = append(tl.Readings, timeline.Reading{At: timeline.Offset(at), Source: timeline.Generator, Name: timeline.CPU, Value: 0.3})
		}
		for n := range tl.Seconds {
			s := &tl.Seconds[n]
			s.Lag = timeline.Histogram{}
			for i := range s.Planned {
				due := second(n) + time.Duration(i)*10*ms
				switch lag := until - due; {
				case due < from || lag <= 0:
					s.Lag.Record(50 * time.Microsecond)
				case lag <= 250*ms:
					s.Lag.Record(lag)
				default:
					s.Sent, s.Succeeded, s.Dropped = s.Sent-1, s.Succeeded-1, s.Dropped+1
				}
			}
		}
		return tl, q
	}
	for phase := 0 * ms; phase < 1000*ms; phase += 50 * ms {
		for _, length := range []time.Duration{1200 * ms, 1500 * ms, 2400 * ms} {
			tl, q := stopped(14*time.Second+phase, length)
			if got := Analyze(tl, q).Generator.Cause; !strings.HasPrefix(got, "onair itself did not run for up to ") {
				t.Errorf("stopped for %s at 14 s and %s: cause = %q; want that it did not run", length, phase, got)
			}
		}
		tl, q := stopped(14*time.Second+phase, 300*ms)
		tooLate(&tl, 15, 100)
		if got := Analyze(tl, q).Generator.Cause; !strings.HasPrefix(got, "no cause was found") {
			t.Errorf("a reading up to 300 ms late, at 14 s and %s: cause = %q; want none found", phase, got)
		}
	}
}

// What still waited when the cap on duration ended sending was dropped by it, and
// what was dropped before was not.
func TestTheCapOnDurationIsTheCause(t *testing.T) {
	cut := timeline.Event{At: at(30.2), Source: "rehearsal", Kind: timeline.CutShort, Text: "the cap on duration ended sending"}
	for _, c := range []struct {
		name    string
		dropped [2]int64 // in seconds 24 and 29
		event   timeline.Event
		want    string
	}{
		{"at the end", [2]int64{0, 300}, cut, "the cap on duration ended sending at 00:00:30, while 300 waited (raise caps.duration)"},
		{"mostly at the end", [2]int64{100, 200}, cut, "the cap on duration ended sending at 00:00:30, while 200 waited (raise caps.duration)"},
		{"mostly before", [2]int64{200, 100}, cut, "no cause is known"},
		{"at the end, which was the plan's", [2]int64{0, 300}, timeline.Event{At: at(30), Kind: timeline.SendingDone}, "no cause is known"},
	} {
		tl, q := steady([]int64{100, 100, 100}, 350)
		tooLate(&tl, 24, c.dropped[0])
		tooLate(&tl, 29, c.dropped[1])
		tl.Events = []timeline.Event{c.event}
		if got := Analyze(tl, q).Generator.Cause; !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: cause = %q; want %q", c.name, got, c.want)
		}
	}
	// To catch up, all that is due from some instant on may still wait.
	tl, q := steady([]int64{100, 100, 100}, 350)
	for n := 15; n < 30; n++ {
		s := &tl.Seconds[n]
		*s = timeline.Second{Second: n, Planned: s.Planned, Dropped: s.Planned}
	}
	tl.Events = []timeline.Event{cut}
	const want = "the cap on duration ended sending at 00:00:30, while 500 waited (raise caps.duration)"
	if got := Analyze(tl, q).Generator.Cause; got != want {
		t.Errorf("in a window long before: cause = %q; want %q", got, want)
	}
}

// What was delivered has no cause, however busy the machine was.
func TestDeliveredNeedsNoCause(t *testing.T) {
	tl, q := steady([]int64{100, 100}, 350)
	read(&tl, timeline.CPU, 0, 20, 0.99)
	read(&tl, timeline.OpenFiles, 0, 20, 1020)
	read(&tl, timeline.OpenFilesLimit, 0, 20, 1024)
	read(&tl, timeline.GCPause, 0, 20, 0.002)
	read(&tl, timeline.GCPause, 7, 7, 0.25)
	g := Analyze(tl, q).Generator
	if !g.Delivered || g.Shortcoming != "" || g.Cause != "" {
		t.Errorf("generator = %+v; want it delivered", g)
	}
	if *g.CPUMax != 0.99 || *g.OpenFilesMax != 1020 || *g.OpenFilesLimit != 1024 || *g.GCPauseMax != 250*time.Millisecond {
		t.Errorf("generator = %v, %v of %v, %v; want 0.99, 1020 of 1024, 250ms", *g.CPUMax, *g.OpenFilesMax, *g.OpenFilesLimit, *g.GCPauseMax)
	}
	if g.PortsMax != nil || g.MachineCPUMax != nil || g.GoroutinesMax != nil || g.InFlightCap != nil {
		t.Errorf("generator = %+v; want nil for what was not read", g)
	}
}

// A failure stays one where the load of another window was not delivered, and
// the run says that too.
func TestAFailureSaysWhatWasNotDelivered(t *testing.T) {
	tl, q := steady([]int64{100, 400, 100}, 350)
	tooLate(&tl, 25, 300)
	tl.Seconds[25].Capped = 250
	r := Analyze(tl, q)
	const want = "the load was not delivered as planned throughout: between 00:00:20 and 00:00:30 only 76.9 % of the planned requests were sent: the cap on rate or on requests forbade 250 (raise caps.rate or caps.requests)"
	if warnings := strings.Join(r.Warnings, "\n"); r.Verdict != Fail || !strings.Contains(warnings, want) || !strings.Contains(warnings, "250 requests were never sent") {
		t.Errorf("%s, warnings:\n%s\nwant fail, and a warning that %s", r.Verdict, warnings, want)
	}
}
