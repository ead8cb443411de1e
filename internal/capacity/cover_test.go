package capacity

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
	"github.com/seed-f864f198/onair/internal/truth"
)

// staging is a service whose truth is known, and the load it is rehearsed with.
type staging struct {
	name string
	truth.Service
	saturates, sustains float64 // req/s of one unit
	curve               traffic.Curve
}

// stagings are two staircases, from half of saturation to beyond it, and a spot
// of a third more than saturation that falls off by half in 45 s. All are of three
// units with four slots each, in which a request spends 50 ms on average.
func stagings() []staging {
	const saturates = 4 / 0.05
	service := func(draw func(*rand.Rand) float64) truth.Service {
		return truth.Service{Units: 3, Concurrency: 4, Queue: 200, Draw: draw}
	}
	sustains := func(s truth.Service) float64 {
		return s.Sustainable(saturates, p99.Limit.Seconds(), p99.allowed(), 200_000)
	}
	exponential, lognormal := service(truth.Exponential(0.05)), service(truth.Lognormal(0.05, 0.6))
	known := sustains(exponential)
	return []staging{
		{"fine staircase", exponential, saturates, known, staircase(3*saturates, 0.6, 1.15, 0.05, 40)},
		{"coarse staircase", lognormal, saturates, sustains(lognormal), staircase(3*saturates, 0.5, 1.2, 0.1, 30)},
		{"spot", exponential, saturates, known, spike(3*saturates, 0.3, 1.35)},
	}
}

// staircase holds shares of a rate for so many seconds each.
func staircase(rate, from, to, by float64, length int) traffic.Curve {
	var steps []traffic.Segment
	for share := from; share <= to+1e-9; share += by {
		steps = append(steps, hold(share*rate, length))
	}
	return traffic.NewCurve(steps...)
}

// spike rises from one share of a rate to another in 20 s and falls back with a
// half-life of 45 s.
func spike(rate, base, peak float64) traffic.Curve {
	at := func(s float64) float64 { return rate * (base + (peak-base)*math.Exp2(-s/45)) }
	segments := []traffic.Segment{hold(base*rate, 40), ramp(base*rate, peak*rate, 20)}
	for s := 0.0; s < 150; s += 10 {
		segments = append(segments, ramp(at(s), at(s+10), 10))
	}
	return traffic.NewCurve(segments...)
}

// rehearse makes the facts of a rehearsal, as onair would have recorded them.
func (s staging) rehearse(seed uint64) (timeline.Timeline, Question) {
	tl := timeline.Timeline{Readings: []timeline.Reading{reading(-1, web, timeline.Ready, float64(s.Units))}}
	for n := range ceilSeconds(s.curve.Duration()) {
		tl.Seconds = append(tl.Seconds, timeline.Second{Second: n, Response: map[string]timeline.Histogram{}, Failures: map[string]timeline.Histogram{}})
	}
	answered := make([]float64, len(tl.Seconds)+60) // by the second in which they came
	for a := range s.Answers(seed, s.arrivals) {
		record(&tl.Seconds[min(int(a.Due), len(tl.Seconds)-1)], a)
		if a.Served {
			answered[min(int(a.At), len(answered)-1)]++
		}
	}
	sum := 0.0
	for n, came := range answered {
		tl.Readings = append(tl.Readings, reading(float64(n), timeline.Generator, timeline.Answered, sum))
		sum += came
	}
	tl.Events = []timeline.Event{{At: at(float64(len(tl.Seconds))), Source: "rehearsal", Kind: timeline.SendingDone}}
	return tl, Question{Demand: s.curve, Objectives: []Objective{p99}, Fleets: []Fleet{{Name: web, Kind: HPA}}}
}

// arrivals are when the curve's requests are due, in seconds.
func (s staging) arrivals(yield func(float64) bool) {
	for k := range int(s.curve.Total()) {
		due, ok := s.curve.Due(float64(k) + 0.5)
		if !ok || !yield(due.Seconds()) {
			return
		}
	}
}

func record(s *timeline.Second, a truth.Answer) {
	took := seconds(a.At - a.Due)
	s.Planned, s.Sent = s.Planned+1, s.Sent+1
	s.Lag.Record(30 * time.Microsecond)
	s.Service.Record(took)
	into := s.Response
	if a.Served {
		s.Succeeded++
	} else {
		s.Failed++
		into = s.Failures
	}
	h := into["top"]
	h.Record(took)
	into["top"] = h
}

// Intervals of 90 % contain the truth that a simulation of the same service has:
// of 36, at least 27. Were it 90 % of them in the long run, fewer would in one of
// 450 lots of seeds; were it 60 %, as many would in one of 20 (binomial). Package
// truth's table says how many do, over many more stagings and seeds. Under the race
// detector a third of the seeds has to do.
func TestIntervalsContainTheTruth(t *testing.T) {
	seeds := raced.Part(12, 4)
	fewest := raced.Part(27, 9)
	inside, all := 0, 0
	for _, s := range stagings() {
		want, missed := s.sustains, 0
		for _, u := range s.estimates(seeds) {
			all++
			if (u.Low == nil || *u.Low <= want) && (u.High == nil || want <= *u.High) {
				inside++
			} else {
				missed++
			}
			if u.Saturation == nil || math.Abs(u.Saturation.Mid/s.saturates-1) > 0.05 {
				t.Errorf("%s: saturation = %v; want %v within 5 %%", s.name, bareRange(u.Saturation), s.saturates)
			}
			if u.Mid == nil || math.Abs(*u.Mid/want-1) > 0.2 {
				t.Errorf("%s: %s; want both sides, and about %v/s", s.name, u.Said, want)
			}
		}
		t.Logf("%s: truth %.1f/s is missed by %d of %d intervals", s.name, want, missed, seeds)
	}
	if inside < fewest {
		t.Errorf("%d of %d intervals contain the truth; want at least %d", inside, all, fewest)
	}
}

// estimates are those of one unit in rehearsals with so many seeds.
func (s staging) estimates(seeds int) []PerUnit {
	found := make([]PerUnit, seeds)
	var wait sync.WaitGroup
	for i := range found {
		wait.Go(func() {
			tl, q := s.rehearse(uint64(i) + 1)
			found[i] = Analyze(tl, q).Fleets[0].PerUnit
		})
	}
	wait.Wait()
	return found
}
