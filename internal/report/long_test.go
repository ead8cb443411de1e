package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// An evening of television is four hours long. Judging it must take at most 15 s
// and 300 MiB, however many names its requests have: what is read stays packed,
// and a window is counted once. The test holds four minutes of the same run
// against their share of these bounds, and half as much again.
const (
	fourHours   = 14_400 // seconds
	pages       = 20     // names of requests
	rate        = 2000   // requests a second
	longestRead = 15 * time.Second
	mostMemory  = 300 << 20 // bytes
	leastMemory = 12 << 20  // bytes that judging takes however short the run is
	goes        = 3         // how often a short run may be judged: what else the machine does only adds to it
)

func TestALongRunIsJudgedInBounds(t *testing.T) {
	const seconds, share = 240, 1.5 * 240 / fourHours
	longest, most := time.Duration(slowedBy*share*float64(longestRead)), int64(leastMemory+share*mostMemory)
	dir := writeLong(t, seconds)
	for range goes {
		took, memory := judgeLong(t, dir)
		t.Logf("reading and judging %d s took %v and %.1f MiB", seconds, took, float64(memory)/(1<<20))
		if took <= longest && memory <= most {
			return
		}
	}
	t.Errorf("each of %d times reading and judging %d s took more than %v or %.1f MiB", goes, seconds, longest, float64(most)/(1<<20))
}

func BenchmarkFourHours(b *testing.B) {
	dir := writeLong(b, fourHours)
	for b.Loop() {
		took, memory := judgeLong(b, dir)
		b.ReportMetric(took.Seconds(), "cpu-s/op")
		b.ReportMetric(float64(memory)/(1<<20), "MiB")
		if took > longestRead || memory > mostMemory {
			b.Errorf("reading and judging four hours took %v and %d MiB; want at most %v and %d", took, memory>>20, longestRead, mostMemory>>20)
		}
	}
}

// mostRendering is how much processor time writing every file of the report may
// take once the run is judged.
const mostRendering = 2 * time.Second

func BenchmarkFourHoursRendered(b *testing.B) {
	r, err := Read(writeLong(b, fourHours))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		debug.FreeOSMemory() // what reading left over is not writing's
		began, all := processorTime(b), 0
		for _, file := range r.renderings() {
			content, err := file.encode()
			if err != nil {
				b.Fatal(err)
			}
			all += len(content)
			b.ReportMetric(float64(len(content)), file.name+"-bytes")
		}
		took := processorTime(b) - began
		b.ReportMetric(took.Seconds(), "cpu-s/op")
		if took > mostRendering {
			b.Errorf("writing the %d bytes of the report of four hours took %v; want at most %v", all, took, mostRendering)
		}
	}
}

// The page of four hours stays a file that can be mailed: of each line it has what
// a picture can show.
func TestPageOfFourHoursIsSmall(t *testing.T) {
	e := evening{seconds: fourHours, baseline: 900, peak: 5200, airing: 4000, start: 30, max: 80, delay: 120, sustains: 72, saturates: 80, fleets: 2}
	e.series = cases()["series"].series
	r := e.report()
	for i := range r.Timeline.Seconds {
		s := &r.Timeline.Seconds[i]
		s.Sent = s.Planned - int64(i%7) // no two lines are the same
		same := s.Response["top"]
		for n := range pages {
			s.Response[fmt.Sprintf("page-%02d", n)] = same
		}
	}
	const most = 2e6 // bytes
	if page := rendered(t, r.HTML); len(page) > most {
		t.Errorf("report.html of four hours has %d bytes; want at most %d", len(page), int(most))
	} else {
		t.Logf("report.html of four hours has %d bytes", len(page))
	}
}

// judgeLong reads a run and judges it, and says how much processor time that took,
// which is at least as long as a quiet machine needs and does not depend on what
// else it does, and how much more memory the process held at most than before. A
// collector that has to wait for a processor lets more pile up.
func judgeLong(t testing.TB, dir *rundir.Dir) (took time.Duration, memory int64) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // as the command does
	debug.FreeOSMemory()
	before := heldBytes()
	stop, most := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		peak := before
		for {
			select {
			case <-tick.C:
				peak = max(peak, heldBytes())
			case <-stop:
				most <- peak
				return
			}
		}
	}()
	began := processorTime(t)
	r, err := Read(dir)
	took = processorTime(t) - began
	close(stop)
	memory = <-most - before
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Result.Verdict; got != capacity.Pass && got != capacity.Fail {
		t.Fatalf("the long run is %s: %q; want it judged", got, r.Result.Reasons)
	}
	return took, memory
}

// processorTime is what this process has used so far.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// heldBytes is how many bytes the runtime has of the system.
func heldBytes() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

// writeLong writes a run as a rehearsal would have: 20 requests with log-normal
// response times, and a fleet whose size changes every minute.
func writeLong(t testing.TB, seconds int) *rundir.Dir {
	t.Helper()
	m := rundir.Manifest{Tool: "test", Run: "long", Scenario: "long", Started: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
	w, err := rundir.Create(t.TempDir(), m, []byte(longScenario(seconds)))
	if err != nil {
		t.Fatal(err)
	}
	keep := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	answered := 0
	for n := range seconds {
		s := longSecond(random, n)
		answered += int(s.Succeeded)
		keep(w.WriteSecond(s))
		at := timeline.Offset(n+1) * timeline.Offset(time.Second)
		for _, name := range generatorReads {
			value := 0.3
			if name == timeline.Answered {
				value = float64(answered)
			}
			keep(w.WriteReading(timeline.Reading{At: at, Source: timeline.Generator, Name: name, Value: value}))
		}
		if n%15 == 0 {
			for name, value := range map[string]float64{timeline.Ready: float64(20 + n/60%20), timeline.Desired: float64(20 + n/60%20), timeline.Max: 60} {
				keep(w.WriteReading(timeline.Reading{At: at - timeline.Offset(time.Second), Source: "hpa/default/web", Name: name, Value: value}))
			}
		}
	}
	keep(w.WriteEvent(timeline.Event{At: timeline.Offset(seconds) * timeline.Offset(time.Second), Source: "rehearsal", Kind: timeline.SendingDone}))
	keep(w.Close())
	return w.Dir()
}

// generatorReads is what is read of the generator every second.
var generatorReads = []string{
	timeline.Answered, timeline.InFlight, timeline.InFlightCap, timeline.LagP99, timeline.Connections, timeline.RSS,
	timeline.CPU, timeline.MachineCPU, timeline.CPUThrottled, timeline.Goroutines, timeline.GCPause,
	timeline.OpenFiles, timeline.Ports,
}

func longScenario(seconds int) string {
	var requests strings.Builder
	for i := range pages {
		fmt.Fprintf(&requests, "  - {name: page-%02d, get: /%d}\n", i, i)
	}
	return fmt.Sprintf(`name: long
target: {url: "https://staging.example.jp", allow_hosts: [staging.example.jp]}
traffic: {baseline: %d/s, duration: %ds}
requests:
%sobjectives:
  - {p99: 400ms}
  - {p50: 200ms}
  - {errors: 0.5%%}
  - {p95: 300ms, request: page-03}
  - {p99: 400ms, request: page-07}
observe: [{hpa: default/web}]
caps: {rate: 8k/s, duration: 5h, requests: 100M}
`, rate, seconds, requests.String())
}

// longSecond has response times about 60 ms, and a few failures.
func longSecond(random *rand.Rand, n int) timeline.Second {
	s := timeline.Second{Second: n, Response: map[string]timeline.Histogram{}, Failures: map[string]timeline.Histogram{}}
	s.Planned, s.Sent, s.Succeeded = rate, rate, rate
	s.Addresses = map[string]int64{"10.0.0.5": rate / 2, "10.0.0.6": rate / 2}
	for i := range rate {
		took := time.Duration(60e6 * math.Exp(0.5*random.NormFloat64()))
		lag := time.Duration(120e3 * math.Exp(0.4*random.NormFloat64()))
		into := s.Response
		if random.IntN(2000) == 0 {
			into = s.Failures
			s.Failed, s.Succeeded = s.Failed+1, s.Succeeded-1
			s.Errors = map[string]int64{"status_503": s.Failed}
		}
		name := fmt.Sprintf("page-%02d", i%pages)
		h := into[name]
		h.Record(took + lag)
		into[name] = h
		s.Service.Record(took)
		s.Lag.Record(lag)
	}
	return s
}
