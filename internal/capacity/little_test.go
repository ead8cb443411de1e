package capacity

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// flights is a run whose requests never wait for each other: what was in flight
// is counted from their own beginnings and ends, and multiplied by counted.
type flights struct {
	seed    uint64
	rate    float64
	seconds int
	counted float64
	poisson bool
	mean    float64 // seconds of service, exponential; constant where not poisson
}

func (f flights) run() (timeline.Timeline, Question) {
	random := rand.New(rand.NewPCG(f.seed, 11))
	tl := timeline.Timeline{Readings: []timeline.Reading{{At: at(-1), Source: web, Name: timeline.Ready, Value: 4}}}
	for n := range f.seconds {
		tl.Seconds = append(tl.Seconds, timeline.Second{Second: n, Response: map[string]timeline.Histogram{}})
	}
	var begins, ends []float64
	for due := 0.0; ; {
		took := f.mean
		if f.poisson {
			due += random.ExpFloat64() / f.rate
			took *= random.ExpFloat64()
		} else {
			due = float64(len(begins)) / f.rate
		}
		if int(due) >= f.seconds {
			break
		}
		begins, ends = append(begins, due), append(ends, due+took)
		s := &tl.Seconds[int(due)]
		s.Planned, s.Sent, s.Succeeded = s.Planned+1, s.Sent+1, s.Succeeded+1
		s.Service.Record(seconds(took))
		s.Lag.Record(0)
		h := s.Response["top"]
		h.Record(seconds(took))
		s.Response["top"] = h
	}
	slices.Sort(ends)
	for n := range f.seconds + 1 {
		now := float64(n) + 0.003
		begun, _ := slices.BinarySearch(begins, now)
		ended, _ := slices.BinarySearch(ends, now)
		read(&tl, timeline.InFlight, n, n, f.counted*float64(begun-ended))
	}
	return tl, Question{
		Demand:     traffic.Flat(f.rate, time.Duration(f.seconds)*time.Second),
		Objectives: []Objective{{Name: "p99 <= 2s", Quantile: 0.99, Limit: 2 * time.Second, Window: 10 * time.Second}},
		Fleets:     []Fleet{{Name: web, Kind: HPA}},
	}
}

func warnsOfLittle(warnings []string) bool {
	return slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "were in flight on average over") })
}

// Where the law holds nothing is said, however few are in flight and however
// the readings fall; where the counts are a third off it is.
func TestLittle(t *testing.T) {
	seeds := raced.Part(8, 2)
	for _, c := range []struct {
		name string
		flights
		warned, never bool
	}{
		{"random", flights{rate: 200, seconds: 60, counted: 1, poisson: true, mean: 0.1}, false, true},
		{"random, shortest", flights{rate: 200, seconds: 40, counted: 1, poisson: true, mean: 0.1}, false, true},
		{"random, long service", flights{rate: 100, seconds: 90, counted: 1, poisson: true, mean: 1}, false, true},
		{"random, few in flight", flights{rate: 20, seconds: 120, counted: 1, poisson: true, mean: 0.05}, false, true},
		{"even: readings always see one of 0.9", flights{rate: 10, seconds: 60, counted: 1, mean: 0.09}, false, true},
		{"counts a third too high", flights{rate: 400, seconds: 120, counted: 4. / 3, poisson: true, mean: 0.1}, true, false},
		{"counts a third too low", flights{rate: 400, seconds: 120, counted: 2. / 3, poisson: true, mean: 0.1}, true, false},
		{"even, counts a tenth too high", flights{rate: 400, seconds: 60, counted: 1.1, mean: 0.1}, true, false},
	} {
		warned := 0
		for seed := range uint64(seeds) {
			c.seed = seed
			r := Analyze(c.run())
			l := r.Little
			if l == nil || l.Windows < c.seconds/30 {
				t.Fatalf("%s: Little = %+v; want one over at least %d windows", c.name, l, c.seconds/30)
			}
			if want := c.rate * c.mean; math.Abs(l.Product-want) > 0.12*want {
				t.Errorf("%s: product = %v; want about %v", c.name, l.Product, want)
			}
			if want := math.Abs(1 - l.Product/l.InFlight); math.Abs(l.Off-want) > 1e-9 {
				t.Errorf("%s: off = %v; want %v", c.name, l.Off, want)
			}
			if warnsOfLittle(r.Warnings) {
				warned++
			}
		}
		if c.never && warned > 0 || c.warned && warned < seeds {
			t.Errorf("%s: warned in %d of %d runs", c.name, warned, seeds)
		}
	}
}

func TestLittleInWords(t *testing.T) {
	tl, q := flights{rate: 400, seconds: 60, counted: 1.5, mean: 0.1}.run()
	const want = "60 requests were in flight on average over 5 steady windows, but the rate of sending times the service time is 40, 33.3 % off: either the count of requests in flight or the service times are wrong, and with these the latencies and what one unit sustains"
	if w := Analyze(tl, q).Warnings; !slices.Contains(w, want) {
		t.Errorf("warnings = %q; want %q", w, want)
	}
}

func TestNoLittleInWords(t *testing.T) {
	tl, q := flights{rate: 400, seconds: 60, counted: 1, mean: 0.1}.run()
	tl.Seconds = tl.Seconds[:30]
	const want = "it takes 3 windows of 10 s in which the rate and the units stood still, nothing waited and all was answered; of 3 there were 2"
	if got := Analyze(tl, q).NoLittle; got != want {
		t.Errorf("not held since %q; want %q", got, want)
	}
	tl.Readings = nil
	if got := Analyze(tl, q).NoLittle; got != "what was in flight was not read" {
		t.Errorf("not held since %q; want that it was not read", got)
	}
}

// Only steady windows count.
func TestLittleLooksAtSteadyWindows(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline, *Question)
		want   int // windows; 0: nothing can be told
	}{
		{"steady since before the second window", func(*timeline.Timeline, *Question) {}, 5},
		{"units grew", func(tl *timeline.Timeline, _ *Question) {
			tl.Readings = append(tl.Readings, timeline.Reading{At: at(35), Source: web, Name: timeline.Ready, Value: 5})
		}, 4},
		{"the rate rose", func(_ *timeline.Timeline, q *Question) {
			q.Demand = traffic.NewCurve(traffic.Segment{Length: 40 * time.Second, From: 300, To: 300}, traffic.Segment{Length: 20 * time.Second, From: 300, To: 600})
		}, 3},
		{"a backlog at 30 s", func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds[29].Service = timeline.Histogram{}
			for range tl.Seconds[29].Sent {
				tl.Seconds[29].Service.Record(time.Second)
			}
		}, 3},
		{"not sent", func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds[33].Planned, tl.Seconds[33].Dropped = tl.Seconds[33].Planned+400, 400
		}, 4},
		{"cut off", func(tl *timeline.Timeline, _ *Question) { tl.Seconds[55].Service = timeline.Histogram{} }, 4},
		{"a stretch that was not read", func(tl *timeline.Timeline, _ *Question) {
			tl.Readings = slices.DeleteFunc(tl.Readings, func(r timeline.Reading) bool { return r.At > at(20) && r.At < at(38) })
		}, 3},
		{"too short", func(tl *timeline.Timeline, _ *Question) { tl.Seconds = tl.Seconds[:30] }, 0},
		{"never read", func(tl *timeline.Timeline, _ *Question) { tl.Readings = tl.Readings[:1] }, 0},
	} {
		tl, q := flights{rate: 400, seconds: 60, counted: 1, mean: 0.1}.run()
		c.change(&tl, &q)
		got := 0
		result := Analyze(tl, q)
		if l := result.Little; l != nil {
			got = l.Windows
		}
		if (result.NoLittle != "") != (result.Little == nil) {
			t.Errorf("%s: %+v, and not held since %q; want one of them", c.name, result.Little, result.NoLittle)
		}
		if got != c.want {
			t.Errorf("%s: %d windows; want %d", c.name, got, c.want)
		}
	}
}
