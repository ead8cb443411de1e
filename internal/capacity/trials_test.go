package capacity

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

func hold(rate float64, length int) traffic.Segment { return ramp(rate, rate, length) }

func ramp(from, to float64, length int) traffic.Segment {
	return traffic.Segment{Length: time.Duration(length) * time.Second, From: from, To: to}
}

// driven is a run of a curve on four units. Its requests take 20 ms, but for all
// those of the seconds that are slow.
func driven(curve traffic.Curve, slow ...int) (timeline.Timeline, Question) {
	tl := timeline.Timeline{Readings: []timeline.Reading{reading(-1, web, timeline.Ready, 4)}}
	q := Question{Demand: curve, Objectives: []Objective{p99}, Fleets: []Fleet{{Name: web, Kind: HPA}}}
	for n := range ceilSeconds(curve.Duration()) {
		tl.Seconds = append(tl.Seconds, secondOf(n, int64(math.Round(q.demand(time.Duration(n)*time.Second))), 0))
	}
	for _, n := range slow {
		tl.Seconds[n] = secondOf(n, tl.Seconds[n].Planned, tl.Seconds[n].Planned)
	}
	tl.Events = []timeline.Event{{At: at(float64(len(tl.Seconds))), Kind: timeline.SendingDone}}
	return tl, q
}

// seen is a trial in short: of which step, at which rate per unit, rounded, and
// whether it is of a slope.
type seen struct {
	Step  int
	Rate  float64
	Slope bool
}

func trialsOf(tl timeline.Timeline, q Question) (short []seen) {
	r := newRun(tl, q)
	for _, one := range r.trials(r.steady(q.Fleets[0], r.Series(web, timeline.Ready)), q) {
		short = append(short, seen{one.step, math.Round(one.rate), one.slope})
	}
	return short
}

func secondsIn(from, to int) (all []int) {
	for n := from; n < to; n++ {
		all = append(all, n)
	}
	return all
}

func TestTrials(t *testing.T) {
	stairs := traffic.NewCurve(hold(200, 40), hold(240, 20), hold(280, 10))
	for _, c := range []struct {
		name   string
		curve  traffic.Curve
		slow   []int
		change func(*timeline.Timeline)
		want   []seen
	}{
		{"the first window of a step of 40 s is left out, not that of shorter ones", stairs, nil, nil,
			[]seen{{0, 50, false}, {0, 50, false}, {0, 50, false}, {40, 60, false}, {40, 60, false}, {60, 70, false}}},
		{"steps shorter than a window are a slope together", traffic.NewCurve(hold(200, 10), hold(240, 5), hold(280, 5), hold(320, 10)), nil, nil,
			[]seen{{0, 50, false}, {10, 65, true}, {20, 80, false}}},
		{"a slope is cut from its beginning, its rest of less than half a window joined", traffic.NewCurve(hold(200, 10), ramp(200, 560, 24), hold(600, 20)), nil, nil,
			[]seen{{0, 50, false}, {10, 69, true}, {20, 114, true}, {34, 150, false}, {34, 150, false}}},
		{"a step that begins with the backlog of the last, until it is gone", traffic.NewCurve(hold(200, 20), hold(800, 20), hold(200, 20)), secondsIn(20, 45), nil,
			[]seen{{0, 50, false}, {0, 50, false}, {20, 200, false}, {20, 200, false}, {40, 50, false}}},
		{"all of a step whose backlog never goes", traffic.NewCurve(hold(200, 20), hold(800, 20), hold(400, 20)), secondsIn(20, 60), nil,
			[]seen{{0, 50, false}, {0, 50, false}, {20, 200, false}, {20, 200, false}}},
		{"what a window of a slope leaves behind is its own, and not the next one's", traffic.NewCurve(hold(200, 20), ramp(200, 800, 40)), secondsIn(35, 45), nil,
			[]seen{{0, 50, false}, {0, 50, false}, {20, 69, true}, {30, 106, true}, {50, 181, true}}},
		{"what a window of a step leaves behind is the step's", traffic.NewCurve(hold(200, 20), hold(300, 20)), secondsIn(25, 40), nil,
			[]seen{{0, 50, false}, {0, 50, false}, {20, 75, false}, {20, 75, false}}},
		{"not sent", stairs, nil, func(tl *timeline.Timeline) {
			tl.Seconds[23].Planned, tl.Seconds[23].Dropped = 300, 100
		}, []seen{{0, 50, false}, {0, 50, false}, {40, 60, false}, {40, 60, false}, {60, 70, false}}},
		{"sent late", stairs, nil, func(tl *timeline.Timeline) {
			for range 100 {
				tl.Seconds[23].Lag.Record(time.Second)
			}
		}, []seen{{0, 50, false}, {0, 50, false}, {40, 60, false}, {40, 60, false}, {60, 70, false}}},
		{"never sent, since the target held them back", stairs, secondsIn(50, 70), func(tl *timeline.Timeline) {
			tl.Seconds[64].Dropped, tl.Seconds[64].HeldBack = 100, 100
			tl.Seconds[64].Planned += 100
		}, []seen{{0, 50, false}, {0, 50, false}, {0, 50, false}, {40, 60, false}, {40, 60, false}}},
		{"units that changed cut a step, and what is left of it is shorter", stairs, nil, func(tl *timeline.Timeline) {
			tl.Readings = append(tl.Readings, reading(15, web, timeline.Ready, 8))
		}, []seen{{0, 50, false}, {15, 25, false}, {15, 25, false}, {40, 30, false}, {40, 30, false}, {60, 35, false}}},
		{"no units", stairs, nil, func(tl *timeline.Timeline) {
			tl.Readings = append(tl.Readings, reading(38, web, timeline.Ready, 0))
		}, []seen{{0, 50, false}, {0, 50, false}}},
	} {
		tl, q := driven(c.curve, c.slow...)
		if c.change != nil {
			c.change(&tl)
		}
		if diff := cmp.Diff(c.want, trialsOf(tl, q)); diff != "" {
			t.Errorf("%s: trials (-want +got):\n%s", c.name, diff)
		}
	}
}

// A trial's numbers, counted another way.
func TestATrialsNumbers(t *testing.T) {
	tl, q := driven(traffic.NewCurve(ramp(100, 300, 10)), 7, 8)
	r := newRun(tl, q)
	trials := r.trials(r.steady(q.Fleets[0], r.Series(web, timeline.Ready)), q)
	if len(trials) != 1 {
		t.Fatalf("%d trials of a window; want 1", len(trials))
	}
	var planned, slow int64
	for n, s := range tl.Seconds {
		if planned += s.Planned; n == 7 || n == 8 {
			slow += s.Planned
		}
	}
	got := trials[0]
	want := trial{
		rate: float64(planned) / 10 / 4, most: 290. / 4, units: 4, step: 0, level: 0, slope: true, each: float64(planned) / 4,
		breaches: []count{{p99, tally{total: planned, over: slow}}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(trial{}, count{}, tally{}), cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })); diff != "" {
		t.Errorf("trial (-want +got):\n%s", diff)
	}
	if got.held() {
		t.Error("held = true of a trial with a fifth slow; want false")
	}
}

func TestPieces(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		name  string
		curve traffic.Curve
		span  Span
		want  []piece
	}{
		{"steps", traffic.NewCurve(hold(200, 40), hold(240, 10)), Span{0, 50 * s}, []piece{{Span{0, 40 * s}, true}, {Span{40 * s, 50 * s}, true}}},
		{"from the first whole second", traffic.NewCurve(hold(200, 40)), Span{2500 * time.Millisecond, 40 * s}, []piece{{Span{3 * s, 40 * s}, true}}},
		{"a slope between steps", traffic.NewCurve(hold(200, 20), ramp(200, 380, 15), hold(400, 20)), Span{0, 55 * s},
			[]piece{{Span{0, 20 * s}, true}, {Span{20 * s, 35 * s}, false}, {Span{35 * s, 55 * s}, true}}},
		{"nearly the same rate", traffic.NewCurve(hold(200, 15), hold(202, 15)), Span{0, 30 * s}, []piece{{Span{0, 30 * s}, true}}},
		{"empty", traffic.NewCurve(hold(200, 15)), Span{5 * s, 5 * s}, nil},
	} {
		got := pieces(c.span, Question{Demand: c.curve})
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(piece{})); diff != "" {
			t.Errorf("%s: pieces (-want +got):\n%s", c.name, diff)
		}
	}
}

// Whatever the curve, pieces follow one another over the whole span, and those of
// one rate last a window at least.
func FuzzPieces(f *testing.F) {
	f.Add([]byte{10, 20, 30, 5, 30, 200, 9, 40}, uint8(3), uint8(50))
	f.Add([]byte{255, 0, 0, 255, 1, 1}, uint8(0), uint8(255))
	f.Fuzz(func(t *testing.T, text []byte, from, length uint8) {
		var segments []traffic.Segment
		for ; len(text) >= 3 && len(segments) < 40; text = text[3:] {
			segments = append(segments, ramp(float64(text[0]), float64(text[1]), 1+int(text[2]%40)))
		}
		span := Span{time.Duration(from) * time.Second / 4, time.Duration(from)*time.Second/4 + time.Duration(length)*time.Second/2}
		found := pieces(span, Question{Demand: traffic.NewCurve(segments...)})
		end := time.Duration(ceilSeconds(span.From)) * time.Second
		for i, p := range found {
			if p.From != end || p.From >= p.To || p.flat && p.length() < trialWindow || i > 0 && !p.flat && !found[i-1].flat {
				t.Fatalf("pieces(%v) = %v; want them to follow one another, and slopes joined", span, found)
			}
			end = p.To
		}
		if len(found) > 0 && end != span.To || len(found) == 0 && end < span.To {
			t.Errorf("pieces(%v) = %v; want them to fill it", span, found)
		}
	})
}

func TestLargestBacklog(t *testing.T) {
	errors := Objective{Name: "errors", Errors: 0.01}
	for _, c := range []struct {
		objectives []Objective
		want       time.Duration
	}{
		{[]Objective{p99}, 150 * time.Millisecond},
		{[]Objective{errors, p99, {Quantile: 0.5, Limit: 100 * time.Millisecond}}, 50 * time.Millisecond},
		{[]Objective{errors}, 40 * time.Millisecond},
		{nil, 40 * time.Millisecond},
	} {
		if got := largestBacklog(c.objectives, 20*time.Millisecond); got != c.want {
			t.Errorf("largestBacklog(%v) = %v; want %v", c.objectives, got, c.want)
		}
	}
}
