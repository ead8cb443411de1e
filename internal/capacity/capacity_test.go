package capacity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

const web = "hpa/default/web"

var p99 = Objective{Name: "p99 <= 300ms", Quantile: 0.99, Limit: 300 * time.Millisecond, Window: 10 * time.Second}

func at(s float64) timeline.Offset { return timeline.Offset(s * float64(time.Second)) }

// secondOf makes a second in which total requests were answered, slow of them
// after a second and the rest after 20 ms, all sent on time.
func secondOf(n int, total, slow int64) timeline.Second {
	s := timeline.Second{Second: n, Planned: total, Sent: total, Succeeded: total, Response: map[string]timeline.Histogram{}}
	var h timeline.Histogram
	for i := range total {
		took := 20 * time.Millisecond
		if i < slow {
			took = time.Second
		}
		h.Record(took)
		s.Service.Record(took)
		s.Lag.Record(50 * time.Microsecond)
	}
	s.Response["top"] = h
	return s
}

// steady makes a run of 10 s steps on four units: step i asks rates[i] in all,
// and those above breaking are slow.
func steady(rates []int64, breaking int64) (timeline.Timeline, Question) {
	t := timeline.Timeline{Readings: []timeline.Reading{
		{At: at(-1), Source: web, Name: timeline.Ready, Value: 4},
		{At: at(-1), Source: web, Name: timeline.Max, Value: 10},
	}, Events: []timeline.Event{{At: at(float64(10 * len(rates))), Source: "rehearsal", Kind: timeline.SendingDone}}}
	var curve []traffic.Segment
	for i, rate := range rates {
		curve = append(curve, traffic.Segment{Length: 10 * time.Second, From: float64(rate), To: float64(rate)})
		for n := range 10 {
			slow := int64(0)
			if rate >= breaking && n < 9 { // the last second is calm: no backlog passes on
				slow = rate / 5
			}
			t.Seconds = append(t.Seconds, secondOf(10*i+n, rate, slow))
		}
	}
	return t, Question{
		Demand: traffic.NewCurve(curve...), Baseline: 100,
		Objectives: []Objective{p99}, Fleets: []Fleet{{Name: web, Kind: HPA}},
	}
}

// Four units kept the objective at 60/s each and broke it at 80/s, so that what
// one sustains lies between.
func ExampleAnalyze() {
	t, q := steady([]int64{80, 160, 240, 320}, 300)
	r := Analyze(t, q)
	tens := func(rate *float64) float64 { return 10 * math.Round(*rate/10) }
	u := r.Fleets[0].PerUnit
	fmt.Printf("one unit sustains about %v/s\n", tens(u.Mid))
	fmt.Printf("its %s, of ten units, carries about %v/s\n", r.Binding.Name, 10*tens(u.Mid))
	fmt.Println(r.Verdict+":", r.Reasons[0])
	// Output:
	// one unit sustains about 70/s
	// its hpa/default/web max, of ten units, carries about 700/s
	// fail: p99 <= 300ms was broken for 10 s, worst at 00:00:30: 576 of 3,200 requests slower than 300 ms
}

// contains reports whether an estimate is in order and its interval, of two sides,
// holds what is true.
func (u PerUnit) contains(truth float64) bool {
	return u.Low != nil && u.Mid != nil && u.High != nil &&
		*u.Low <= *u.Mid && *u.Mid <= *u.High && *u.Low <= truth && truth <= *u.High
}

func TestJudgeAtItsBounds(t *testing.T) {
	for _, c := range []struct {
		total, over int64
		want        string
	}{
		{300, 0, Held}, {300, 1, Undecided}, {300, 6, Undecided}, {300, 7, Failed},
		{1000, 4, Held}, {1000, 5, Undecided}, {1000, 15, Undecided}, {1000, 16, Failed},
		{3000, 20, Held}, {3000, 21, Undecided}, {3000, 39, Undecided}, {3000, 40, Failed},
		{0, 0, Undecided}, {10, 0, Undecided}, {10, 10, Failed},
	} {
		if got := judge(c.total, c.over, 0.01); got != c.want {
			t.Errorf("judge(%d, %d, 0.01) = %s; want %s", c.total, c.over, got, c.want)
		}
	}
	if judge(5, 0, 0) != Held || judge(5, 1, 0) != Failed {
		t.Error("judge with nothing allowed: want held at 0 and failed at 1")
	}
}

// A window at exactly the allowed share is rarely called either way: each side
// at most in 5 % of cases.
func TestJudgeErrsInAtMostOneOfTwenty(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const windows, requests, allowed = 4000, 800, 0.01
	calls := map[string]int{}
	for range windows {
		var over int64
		for range requests {
			if random.Float64() < allowed {
				over++
			}
		}
		calls[judge(requests, over, allowed)]++
	}
	if calls[Held] > windows*6/100 || calls[Failed] > windows*6/100 || calls[Held] == 0 || calls[Failed] == 0 {
		t.Errorf("at the allowed share %v of %d windows were called; want at most 5 %% each side, and some", calls, windows)
	}
}

func ptr[T any](v T) *T { return &v }

func TestSaturationIsThePlateauOfAnswers(t *testing.T) {
	tl := timeline.Timeline{Readings: []timeline.Reading{{At: at(-1), Source: web, Name: timeline.Ready, Value: 2}}}
	q := Question{
		Demand:     traffic.NewCurve(hold(100, 10), hold(300, 30)),
		Objectives: []Objective{p99}, Fleets: []Fleet{{Name: web, Kind: HPA}},
	}
	for n := range 40 {
		if n < 10 {
			tl.Seconds = append(tl.Seconds, secondOf(n, 100, 0))
		} else {
			tl.Seconds = append(tl.Seconds, secondOf(n, 300, 300))
		}
	}
	for n := range 41 { // 100/s until 10 s, then only 160 of 300/s come back
		tl.Readings = append(tl.Readings, timeline.Reading{At: at(float64(n) + 0.02), Source: timeline.Generator, Name: timeline.Answered,
			Value: float64(min(n, 10)*100 + max(n-10, 0)*160)})
	}
	u := Analyze(tl, q).Fleets[0].PerUnit
	if u.Saturation == nil || math.Abs(u.Saturation.Mid-80) > 0.1 {
		t.Errorf("saturation = %v; want 80/s per unit", u.Saturation)
	}
	// 50/s held, and nothing holds beyond saturation.
	if u.Mid == nil || *u.Low < 0.9*50 || *u.High > 1.01*80 {
		t.Errorf("sustainable: %s; want about 50 to 80/s", u.Said)
	}
}

// What was not observed is not known: neither for the estimate nor for the
// picture.
func TestGapsAreUnknown(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 350)
	tl.Gaps = []timeline.Gap{{From: at(12), To: at(15), Source: web, Cause: "refused"}, {From: at(1), To: at(39), Source: "asg/other"}}
	r := Analyze(tl, q)
	for n, m := range r.Headroom.Series {
		if unknown := n >= 12 && n < 15; (m.Mid == nil) != unknown {
			t.Errorf("capacity at %d s known: %v; want it unknown in the gap alone", n, m.Mid != nil)
		}
	}
	// The step from 10 s to 20 s was seen only in pieces shorter than a window.
	ran := newRun(tl, q)
	var rates []float64
	for _, trial := range ran.trials(ran.steady(q.Fleets[0], ran.Series(web, timeline.Ready)), q) {
		rates = append(rates, trial.rate)
	}
	if diff := cmp.Diff([]float64{25, 75, 100}, rates); diff != "" {
		t.Errorf("rates of the trials around a gap (-want +got):\n%s", diff)
	}
	if u := r.Fleets[0].PerUnit; !u.contains(87.5) {
		t.Errorf("one unit = %s; want what breaks, 87.5/s, in its interval", u.Said)
	}
}

// noneLeft makes n requests of a second find no port or file left, as load
// records them: sent, late by as little as others, and failed, but without a time
// of the target's.
func noneLeft(tl *timeline.Timeline, second int, n int64) {
	s := secondOf(second, tl.Seconds[second].Planned-n, 0)
	for range n {
		s.Lag.Record(50 * time.Microsecond)
	}
	s.Planned, s.Sent, s.Failed = s.Planned+n, s.Sent+n, n
	s.Errors = map[string]int64{timeline.GeneratorLimit: n}
	tl.Seconds[second] = s
}

func TestVerdicts(t *testing.T) {
	broken := func(tl *timeline.Timeline, q *Question) {}
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline, *Question)
		rates  []int64
		want   string
		reason string
	}{
		{"all held", broken, []int64{100, 200}, Pass, "300 of"},
		{"broken", broken, []int64{100, 400}, Fail, "p99 <= 300ms was broken for 10 s"},
		{"broken outside spots only", func(_ *timeline.Timeline, q *Question) {
			q.Objectives[0].During, q.Spots = true, []Span{{0, 10 * time.Second}}
		}, []int64{100, 400}, Pass, ""},
		{"too few to judge", broken, []int64{2}, Invalid, "could not be judged"},
		{"lost arrivals", func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds[4].Planned, tl.Seconds[4].Dropped = 160, 60
		}, []int64{100, 100}, Invalid, "between 00:00:00 and 00:00:10 only 94.3 % of the planned requests were sent"},
		{"sent late", func(tl *timeline.Timeline, _ *Question) {
			for range 20 {
				tl.Seconds[4].Lag.Record(25 * time.Millisecond)
			}
		}, []int64{100, 100}, Invalid, "lag p99 25"},
		{"late, but broken elsewhere on time", func(tl *timeline.Timeline, _ *Question) {
			for range 20 {
				tl.Seconds[4].Lag.Record(25 * time.Millisecond)
			}
		}, []int64{100, 400}, Fail, "broken"},
		{"held back by the target", func(tl *timeline.Timeline, _ *Question) {
			for n := 10; n < 20; n++ {
				tl.Seconds[n] = secondOf(n, 100, 100)
			}
			tl.Seconds[14].Planned, tl.Seconds[14].Dropped, tl.Seconds[14].HeldBack = 400, 300, 300
		}, []int64{100, 100}, Fail, "1,300 of 1,300 requests slower than 300 ms or never sent, 300 of them never sent since"},
		{"held back by the cap alone", func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds[14].Planned, tl.Seconds[14].Dropped, tl.Seconds[14].HeldBack = 400, 300, 300
		}, []int64{100, 100}, Invalid, "only 76.9 % of the planned requests were sent"},
		{"no ports left", func(tl *timeline.Timeline, _ *Question) {
			noneLeft(tl, 14, 60)
		}, []int64{100, 100}, Invalid, "only 94 % of the planned requests were sent"},
		{"no ports left for a few, who are nobody's errors", func(tl *timeline.Timeline, q *Question) {
			q.Objectives = append(q.Objectives, Objective{Name: "errors <= 0.5%", Errors: 0.005, Window: 10 * time.Second})
			for n := 10; n < 20; n++ {
				noneLeft(tl, n, 3) // 1.5 % of the window
			}
		}, []int64{200, 200}, Invalid, "only 99.3 % of the planned requests were sent over the run"},
		{"killed", func(tl *timeline.Timeline, _ *Question) { tl.Events = nil }, []int64{100, 100}, Invalid, "the run was killed before it was complete: 2,000 of about 2,000 planned arrivals came due"},
		{"killed with requests in flight", func(tl *timeline.Timeline, _ *Question) {
			for n := range tl.Seconds {
				tl.Seconds[n].Succeeded -= 20
			}
		}, []int64{100, 100}, Invalid, "could not be judged"},
		{"killed, and told so", func(tl *timeline.Timeline, _ *Question) {
			tl.Events = nil
			tl.Seconds[19].Succeeded -= 73
		}, []int64{100, 100}, Invalid, "73 requests were still unanswered then"},
		{"cut off when the run was stopped", func(tl *timeline.Timeline, _ *Question) {
			s := &tl.Seconds[19]
			s.Succeeded, s.Failed, s.Errors = s.Succeeded-80, 80, map[string]int64{timeline.Cancelled: 80}
			s.Service = timeline.Histogram{}
			s.Response = nil
		}, []int64{100, 100}, Pass, ""},
		{"counts that do not add up", func(tl *timeline.Timeline, _ *Question) { tl.Seconds[3].Succeeded-- },
			[]int64{100, 100}, Invalid, "the counts do not add up: planned 2,000, sent 2,000, dropped 0, succeeded 1,999, failed 0"},
		{"ended by a cap", func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds = tl.Seconds[:15]
			tl.Events = []timeline.Event{{At: at(15), Source: "rehearsal", Kind: timeline.CutShort, Text: "the cap on duration ended sending"}}
		}, []int64{100, 100}, Invalid, "the cap on duration ended sending at 00:00:15: 1,500 of about 2,000 planned arrivals came due"},
		{"ended by a cap, and broken before", func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds = tl.Seconds[:25]
			tl.Events = []timeline.Event{{At: at(25), Source: "rehearsal", Kind: timeline.CutShort}}
		}, []int64{100, 400, 100}, Fail, "broken for 10 s"},
		{"fewer arrivals than expected, by chance", func(tl *timeline.Timeline, _ *Question) { tl.Seconds = tl.Seconds[:19] },
			[]int64{100, 100}, Pass, "1,900 of 1,900 requests sent"},
		{"fails at the very end", func(tl *timeline.Timeline, _ *Question) {
			for n := 20; n < 24; n++ {
				tl.Seconds = append(tl.Seconds, secondOf(n, 100, 100))
			}
		}, []int64{100, 100}, Fail, "400 of 1,400 requests slower"},
		{"fast errors, and no objective for them", func(tl *timeline.Timeline, _ *Question) {
			for n := range tl.Seconds {
				s := &tl.Seconds[n]
				s.Failures, s.Response = s.Response, nil
				s.Failed, s.Succeeded = s.Succeeded, 0
			}
		}, []int64{100, 100}, Fail, "worst at 00:00:00: 1,000 of 1,000 requests failed"},
		{"broken in a window that was not delivered", func(tl *timeline.Timeline, q *Question) {
			q.Objectives[0].Window = 2 * time.Second
			tl.Seconds[4] = secondOf(4, 100, 60)
			for range 3 {
				tl.Seconds[4].Lag.Record(25 * time.Millisecond)
			}
		}, []int64{100, 100}, Invalid, "was broken for 2 s, while the load was not delivered"},
		{"stopped", func(tl *timeline.Timeline, _ *Question) {
			tl.Events = []timeline.Event{{At: at(12), Source: "rehearsal", Kind: timeline.Interrupted, Text: "stopped by the user"}}
		}, []int64{100, 400}, Aborted, "stopped by the user at 00:00:12"},
		{"a guard", func(tl *timeline.Timeline, _ *Question) {
			tl.Events = []timeline.Event{{At: at(20), Source: "rehearsal", Kind: timeline.GuardFired, Text: "errors reached 50% for 20 s (57% in the last second)"}}
		}, []int64{100, 400}, Aborted, "aborted at 00:00:20: errors reached 50% for 20 s (57% in the last second)"},
		{"headroom missed", func(_ *timeline.Timeline, q *Question) {
			q.Objectives[0].During, q.Spots = true, []Span{{0, 20 * time.Second}}
			q.Required = Required{AtLeast: 0.6, Asked: true}
		}, []int64{100, 200, 400}, Fail, "at least 60 % of headroom is required"},
		{"headroom shown", func(_ *timeline.Timeline, q *Question) {
			q.Objectives[0].During, q.Spots = true, []Span{{0, 10 * time.Second}}
			q.Required = Required{AtLeast: 0.6, Asked: true}
		}, []int64{100, 200, 400}, Pass, ""},
		{"headroom unknown", func(tl *timeline.Timeline, q *Question) {
			tl.Readings = nil
			q.Required = Required{AtLeast: 0.1, Asked: true}
		}, []int64{100}, Invalid, "hpa/default/web was never observed"},
		{"nothing sent", func(tl *timeline.Timeline, _ *Question) { tl.Seconds = nil }, []int64{100}, Invalid, "no request was due"},
	} {
		tl, q := steady(c.rates, 350)
		c.change(&tl, &q)
		r := Analyze(tl, q)
		if r.Verdict != c.want || !strings.Contains(strings.Join(r.Reasons, "\n"), c.reason) && c.name != "all held" {
			t.Errorf("%s: verdict = %s %q; want %s because %q", c.name, r.Verdict, r.Reasons, c.want, c.reason)
		}
	}
}

// What production has is not held against a peak that nobody names: headroom is
// staging's. A plan uses it all the same, so that nothing says that it is not used.
func TestProductionWithoutAPeakIsNoPartOfHeadroom(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 350)
	q.Fleets[0].Production = &Production{Start: 12, Max: 60}
	const want = web + ": headroom is that of staging: without headroom.peak there is no peak to hold production's size against"
	if r := Analyze(tl, q); !slices.Contains(r.Warnings, want) {
		t.Errorf("warnings = %q; want %q among them", r.Warnings, want)
	}
	q.Required = Required{Peak: 4000, AtLeast: 0.8, Asked: true}
	if r := Analyze(tl, q); slices.Contains(r.Warnings, want) {
		t.Errorf("warnings with a peak = %q; want none of production", r.Warnings)
	}
}

func TestLayersAndTheRequiredPeak(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 350) // one unit: between 75 and 100/s
	q.Objectives[0].During, q.Spots = true, []Span{{0, 10 * time.Second}}
	q.Fleets[0].Production = &Production{Start: 12, Max: 60}
	q.Layers = []Layer{{Name: "db", Rate: 9000, Source: "stated"}}
	q.Required = Required{Peak: 4000, AtLeast: 0.8, Asked: true}

	r := Analyze(tl, q)
	u := r.Fleets[0].PerUnit
	if !u.contains(87.5) {
		t.Fatalf("one unit = %s; want what breaks, 87.5/s, in its interval", u.Said)
	}
	close := func(got *float64, want float64) bool { return got != nil && math.Abs(*got-want) < 1e-9 }
	if r.Binding == nil || r.Binding.Name != web+" max" || !close(&r.Binding.Rate, 60**u.Mid) {
		t.Fatalf("binding = %+v; want 60 units of %v/s", r.Binding, *u.Mid)
	}
	if h := r.Headroom; !close(h.Low, 60**u.Low/4000-1) || !close(h.Mid, 60**u.Mid/4000-1) || !close(h.High, 60**u.High/4000-1) {
		t.Errorf("headroom = %s; want 60 units of %s over 4,000/s", r.Headroom.Sentence, u.Said)
	}
	if r.Verdict != Fail {
		t.Errorf("verdict = %s; want fail: %v is less than 0.8", r.Verdict, *r.Headroom.Low)
	}

	// 60 units may still sustain as little as the low end of what one does.
	q.Layers[0].Rate = 60 * (*u.Low + *u.Mid) / 2
	db, low := q.Layers[0].Rate/4000-1, 60**u.Low/4000-1
	if r := Analyze(tl, q); r.Binding.Name != "db" || !close(r.Headroom.Low, low) || !close(r.Headroom.Mid, db) || !close(r.Headroom.High, db) {
		t.Errorf("with a db of %v/s: binding %+v, %s; want db, %v to %v", q.Layers[0].Rate, r.Binding, r.Headroom.Sentence, low, db)
	}
	q.Required.AtLeast = low - 0.005
	if r := Analyze(tl, q); r.Verdict != Pass {
		t.Errorf("verdict = %s %q; want pass: %v is at least %v", r.Verdict, r.Reasons, low, q.Required.AtLeast)
	}
	q.Required.AtLeast = low + 0.005
	if r := Analyze(tl, q); r.Verdict != Fail {
		t.Errorf("verdict = %s %q; want fail: %v is less than %v", r.Verdict, r.Reasons, low, q.Required.AtLeast)
	}

	// Without the estimate the db alone shows nothing.
	tl.Seconds = tl.Seconds[:10]
	q.Demand = q.Demand.Clip(10 * time.Second)
	r = Analyze(tl, q)
	u = r.Fleets[0].PerUnit
	if u.Low == nil || *u.Low > 25 || *u.Low < 20 || u.High != nil {
		t.Fatalf("one unit of one step of 25/s = %s; want at least about so much", u.Said)
	}
	if r.Verdict != Invalid || !close(r.Headroom.Low, 60**u.Low/4000-1) || r.Headroom.Mid != nil || !close(r.Headroom.High, db) {
		t.Errorf("with a bound alone: %s, %s; want invalid, and from what 60 units of at least %v/s carry to the db", r.Verdict, r.Headroom.Sentence, *u.Low)
	}
	tl.Readings = nil
	if r := Analyze(tl, q); r.Verdict != Invalid || r.Headroom.Low != nil || r.Headroom.Mid != nil {
		t.Errorf("with nothing observed: %s, %s; want invalid and at most the db", r.Verdict, r.Headroom.Sentence)
	}
}

func TestScaleLagAndDeficit(t *testing.T) {
	// Four units of between 75 and 100/s; a spot of 500/s from 40 s; eight units from
	// 52 s on.
	tl, q := steady([]int64{100, 200, 300, 400, 500, 500, 500, 500, 500}, 350)
	tl.Readings = append(tl.Readings, timeline.Reading{At: at(52.3), Source: web, Name: timeline.Ready, Value: 8})
	q.Spots = []Span{{40 * time.Second, 90 * time.Second}}
	for n := 52; n < 90; n++ {
		tl.Seconds[n] = secondOf(n, 500, 0)
	}
	r := Analyze(tl, q)
	if r.Shortfall == nil || *r.Shortfall != 40*time.Second {
		t.Fatalf("shortfall = %v; want 40s", r.Shortfall)
	}
	if r.ScaleLag == nil || *r.ScaleLag != 12*time.Second {
		t.Errorf("scale lag = %v; want 12s", r.ScaleLag)
	}
	u := r.Fleets[0].PerUnit
	if !u.contains(87.5) {
		t.Fatalf("one unit = %s; want what breaks, 87.5/s, in its interval", u.Said)
	}
	// 500/s on four units, for 12 s.
	if want := (500 - 4**u.Mid) * 12; r.Headroom.Deficit == nil || math.Abs(*r.Headroom.Deficit-want) > 1e-6 {
		t.Errorf("deficit = %v; want %v requests", r.Headroom.Deficit, want)
	}
	// Seconds to 52 are slow, and one of them is enough to break 10 s.
	if r.Recovered == nil || *r.Recovered != 12*time.Second {
		t.Errorf("recovered after %v; want 12s", r.Recovered)
	}
}

// Demand beyond a mere lower bound proves neither a shortfall nor a deficit.
func TestALowerBoundProvesNoDeficit(t *testing.T) {
	tl, q := steady([]int64{200, 200}, 350)
	bound := Analyze(tl, q).Fleets[0].PerUnit
	if bound.Low == nil || bound.High != nil {
		t.Fatalf("one unit = %s; want a lower bound alone", bound.Said)
	}
	q.Demand = traffic.Flat(4**bound.Low*(1-1e-9), 20*time.Second)
	if r := Analyze(tl, q); r.Shortfall != nil || r.Headroom.Deficit == nil || *r.Headroom.Deficit != 0 {
		t.Errorf("at the bound: shortfall %v, deficit %v; want none and 0", r.Shortfall, r.Headroom.Deficit)
	}
	q.Demand = traffic.Flat(900, 20*time.Second)
	if r := Analyze(tl, q); r.Shortfall != nil || r.Headroom.Deficit != nil {
		t.Errorf("beyond the bound: shortfall %v, deficit %v; want both unknown", r.Shortfall, r.Headroom.Deficit)
	}
}

// The peak that was asked for is the plan's, even if the run was stopped
// before it.
func TestThePeakIsThePlans(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300}, 350)
	q.Spots = []Span{{20 * time.Second, 30 * time.Second}}
	tl.Seconds = tl.Seconds[:5]
	if got := Analyze(tl, q).Headroom.Demand; got != 300 {
		t.Errorf("peak = %v; want 300/s", got)
	}
}

// Every spot has a shortfall of its own; the lag is the first one's.
func TestScaleLagEndsWithItsSpot(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400, 500, 100, 100, 500, 100}, 350)
	q.Spots = []Span{{70 * time.Second, 90 * time.Second}, {40 * time.Second, 60 * time.Second}}
	r := Analyze(tl, q)
	if r.Shortfall == nil || *r.Shortfall != 40*time.Second || r.ScaleLag == nil || *r.ScaleLag != 10*time.Second {
		t.Errorf("shortfall %v, scale lag %v; want 10s from 40s", r.Shortfall, r.ScaleLag)
	}
	if !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "demand fell back") }) {
		t.Errorf("warnings = %q; want one that says that demand fell back", r.Warnings)
	}
	tl.Gaps = []timeline.Gap{{From: at(44), To: at(46), Source: web, Cause: "refused"}}
	if r := Analyze(tl, q); r.ScaleLag != nil || r.Headroom.Deficit != nil || r.Headroom.Low != nil {
		t.Errorf("with a gap at the peak: lag %v, deficit %v, low %v; want all unknown", r.ScaleLag, r.Headroom.Deficit, r.Headroom.Low)
	}
}

// Errors that come fast make no window calm.
func TestCalmIsNotMadeOfErrors(t *testing.T) {
	tl, _ := steady([]int64{100, 100}, 350)
	for n := range 10 {
		s := &tl.Seconds[n]
		s.Failed, s.Succeeded, s.Service = s.Sent, 0, timeline.Histogram{}
		s.Service.Record(time.Millisecond)
	}
	if r := newRun(tl, Question{}); (r.calm - 20*time.Millisecond).Abs() > 20*time.Microsecond {
		t.Errorf("calm service time = %v; want 20ms", r.calm)
	}
}

// A polled group may have grown any time after the last reading of its old
// size.
func TestAPolledStretchEndsAtTheLastReading(t *testing.T) {
	tl := timeline.Timeline{Readings: []timeline.Reading{
		{At: at(0), Source: web, Name: timeline.Ready, Value: 2}, {At: at(5), Source: web, Name: timeline.Ready, Value: 2},
		{At: at(10), Source: web, Name: timeline.Ready, Value: 3},
	}}
	for n := range 20 {
		tl.Seconds = append(tl.Seconds, secondOf(n, 10, 0))
	}
	r := newRun(tl, Question{})
	ready := tl.Series(web, timeline.Ready)
	for kind, want := range map[string]time.Duration{HPA: 10 * time.Second, ASG: 5 * time.Second} {
		if got := r.steady(Fleet{Name: web, Kind: kind}, ready)[0].To; got != want {
			t.Errorf("first stretch of an %s ends at %v; want %v", kind, got, want)
		}
	}
}

func TestPodsWithoutRoomMakeTheGroupALayer(t *testing.T) {
	const group = "asg/nodes"
	tl, q := steady([]int64{100, 200, 300, 400}, 350)
	q.Fleets = append(q.Fleets, Fleet{Name: group, Kind: ASG})
	tl.Readings = append(tl.Readings,
		timeline.Reading{At: at(-1), Source: group, Name: timeline.Ready, Value: 2},
		timeline.Reading{At: at(-1), Source: group, Name: timeline.Max, Value: 2})
	r := Analyze(tl, q)
	if len(r.Layers) != 2 || r.Binding == nil || r.Binding.Name != web+" max" || !r.Layers[1].AtLeast {
		t.Fatalf("layers = %+v; want the pods' max, and the group known from below only", r.Layers)
	}
	// An instance carried 150/s while the objective held, and 200/s while it did not.
	u := r.Fleets[1].PerUnit
	if u.Low == nil || *u.Low < 0.9*150 || *u.Low > 200 || u.Mid != nil || u.High != nil || u.Draws != nil {
		t.Fatalf("one instance = %s; want at least about 150/s and no more said", u.Said)
	}
	if r.Layers[1].Rate != 2**u.Low {
		t.Errorf("layer = %+v; want 2 instances of at least %v/s", r.Layers[1], *u.Low)
	}
	if want := "and hpa/default/web max binds unless asg/nodes max (at least "; !strings.Contains(r.Headroom.Sentence, want) || !strings.HasSuffix(r.Headroom.Sentence, ") does first") {
		t.Errorf("sentence = %q; want it to say that the group may bind first", r.Headroom.Sentence)
	}
	tl.Events = []timeline.Event{{At: at(5), Source: web, Kind: timeline.Create, Unit: "web-9"}}
	r = Analyze(tl, q)
	if each := r.Fleets[0].PerUnit; !each.contains(87.5) || r.Binding == nil || r.Binding.Name != group+" max" || math.Abs(r.Binding.Rate-4**each.Mid) > 1e-9 {
		t.Errorf("binding = %+v; want 2 instances of 2 pods, where %s", r.Binding, each.Said)
	}
	// A group that may have more, but not by the account's quota, is as full.
	tl.Readings[len(tl.Readings)-1].Value = 9
	tl.Readings = append(tl.Readings, timeline.Reading{At: at(-1), Source: "quota/L-1", Name: timeline.Quota, Value: 2})
	q.Fleets[1].Quotas = []string{"quota/L-1"}
	if r = Analyze(tl, q); r.Binding == nil || r.Binding.Name != group+" quota" || !strings.Contains(r.Binding.Source, "room for 2 pods each") {
		t.Errorf("binding = %+v; want the quota's 2 instances of 2 pods", r.Binding)
	}
}

func TestTileAndMerge(t *testing.T) {
	s := time.Second
	if diff := cmp.Diff([]Span{{3 * s, 13 * s}, {13 * s, 20 * s}}, tile(Span{2500 * time.Millisecond, 20 * s}, 10*s)); diff != "" {
		t.Errorf("tile (-want +got):\n%s", diff)
	}
	if got := tile(Span{0, 14 * s}, 10*s); len(got) != 1 || got[0].To != 14*s {
		t.Errorf("tile(14s) = %v; want one window with the rest of 4 s in it", got)
	}
	if got := tile(Span{0, 3 * s}, 10*s); len(got) != 1 || got[0].To != 3*s {
		t.Errorf("tile(3s) = %v; want it as one window", got)
	}
	got := merge([]Span{{11 * s, 99 * s}, {1 * s, 5 * s}, {4 * s, 9 * s}}, Span{0, 20 * s})
	if diff := cmp.Diff([]Span{{1 * s, 9 * s}, {11 * s, 20 * s}}, got); diff != "" {
		t.Errorf("merge (-want +got):\n%s", diff)
	}
}

func TestAnEstimateSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline)
		want   string
	}{
		{"no readings", func(tl *timeline.Timeline) { tl.Readings = nil }, "ready units were not observed, so nothing is known of one unit"},
		{"no service times", func(tl *timeline.Timeline) {
			for i := range tl.Seconds {
				tl.Seconds[i].Service = timeline.Histogram{}
			}
		}, "no service times were measured, so nothing is known of one unit"},
		{"too short", func(tl *timeline.Timeline) { tl.Seconds = tl.Seconds[:4] }, "no stretch of steady units tells what one unit sustains"},
	} {
		tl, q := steady([]int64{100, 200}, 350)
		c.change(&tl)
		if got := Analyze(tl, q).Fleets[0].PerUnit.Said; got != web+": "+c.want {
			t.Errorf("%s: one unit = %q; want %q", c.name, got, web+": "+c.want)
		}
	}
}

// Every sentence tells the time of day in the question's zone.
func TestSentencesTellTheTime(t *testing.T) {
	tl, q := steady([]int64{100, 200, 400}, 350)
	tl.Start = time.Date(2026, 11, 22, 12, 53, 50, 4e8, time.UTC)
	q.Zone = time.FixedZone("JST", 9*3600)
	r := Analyze(tl, q)
	if got := r.Reasons[0]; !strings.Contains(got, "worst at 21:54:10: ") {
		t.Errorf("reason = %q; want it worst at 21:54:10", got)
	}
	if got := r.Headroom.Sentence; !strings.Contains(got, " at worst, 21:54:10;") {
		t.Errorf("sentence = %q; want it worst at 21:54:10", got)
	}
	tl.Seconds[15].Planned, tl.Seconds[15].Dropped = 300, 100
	tl.Events = []timeline.Event{{At: at(12), Kind: timeline.Interrupted, Text: "stopped by the user"}}
	r = Analyze(tl, q)
	if got, want := r.Generator.Shortcoming, "between 21:54:00 and 21:54:10 only 95.2 % of the planned requests were sent: "; !strings.HasPrefix(got, want) {
		t.Errorf("shortcoming = %q; want it to begin %q", got, want)
	}
	if got, want := r.Reasons[0], "stopped by the user at 21:54:02"; got != want {
		t.Errorf("reason = %q; want %q", got, want)
	}
	tl.Seconds[22].Planned, tl.Seconds[22].Dropped = 600, 200
	r = Analyze(tl, q)
	if got, want := r.Generator.Shortcoming, "between 21:54:00 and 21:54:10 only 95.2 % of the planned requests were sent, the first of 2 windows of 3 that were not delivered: "; !strings.HasPrefix(got, want) {
		t.Errorf("shortcoming = %q; want it to begin %q", got, want)
	}
}

// The window that a reason names is the one that the objective's row names: a
// window that failed with its load delivered, though another looks worse.
func TestTheWorstWindowProvesTheFailure(t *testing.T) {
	tl, q := steady([]int64{400, 400}, 350)
	for n := 10; n < 20; n++ { // slower, but the generator's own fault
		tl.Seconds[n] = secondOf(n, 400, 400)
		h := tl.Seconds[n].Response["top"]
		for range 40 {
			tl.Seconds[n].Lag.Record(time.Second)
			h.Record(3 * time.Second)
		}
		tl.Seconds[n].Response["top"] = h
	}
	r := Analyze(tl, q)
	j := r.Objectives[0]
	if j.WorstAt == nil || *j.WorstAt != 0 || j.Worst == nil || math.Abs(*j.Worst-1) > 0.01 {
		t.Errorf("worst = %v at %v; want 1 s at 0 s", j.Worst, j.WorstAt)
	}
	const want = "p99 <= 300ms was broken for 20 s (10 s of it with the load delivered), worst at 00:00:00: 720 of 4,000 requests slower than 300 ms"
	if r.Reasons[0] != want {
		t.Errorf("reason = %q; want %q", r.Reasons[0], want)
	}
}

// A headroom that is missed never reads as if it were met.
func TestInFigures(t *testing.T) {
	for _, c := range []struct {
		low, mid, high *float64
		want           string
	}{
		{nil, nil, nil, "unknown"},
		{ptr(0.3279), nil, nil, "at least +32 %"},
		{nil, nil, ptr(0.1996), "at most +19 %"},
		{ptr(-0.25), ptr(-0.125), ptr(0.0), "−13 % (−25 % to 0 %)"},
		{ptr(0.25), ptr(0.25), ptr(0.25), "+25 %"},
	} {
		h := Headroom{Margin: Margin{Low: c.low, Mid: c.mid, High: c.high}}
		if got := h.InFigures(Required{AtLeast: 0.2, Asked: true}); got != c.want {
			t.Errorf("InFigures = %q; want %q", got, c.want)
		}
	}
}

// What is shown of a window is merged from the histograms of its seconds and
// requests. It is the exact quantile of its requests one by one, those that failed
// being slower than any, but for 0.1 % or 1 µs.
func TestShownQuantilesAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	const seconds, window = 60, 10
	for _, quantile := range []float64{0.5, 0.9, 0.95, 0.99, 0.999} {
		o := Objective{Name: "all", Quantile: quantile, Limit: 300 * time.Millisecond, Window: window * time.Second}
		top := o
		top.Name, top.Request = "top", "top"
		tl := timeline.Timeline{}
		raw := map[string][][]time.Duration{"all": make([][]time.Duration, seconds/window), "top": make([][]time.Duration, seconds/window)}
		failing := []float64{0, 0.0005, 0.004, 0.02, 0.2, 0.7} // shares, by window
		for n := range seconds {
			s := timeline.Second{Second: n, Response: map[string]timeline.Histogram{}, Failures: map[string]timeline.Histogram{}}
			for range 150 + random.IntN(100) {
				name := []string{"top", "cart", "pay"}[random.IntN(3)]
				took := time.Duration(math.Exp(11+4*random.Float64()+random.NormFloat64())) * time.Microsecond / 10
				took = min(took, 100*time.Second)
				into, exact := s.Response, took
				if random.Float64() < failing[n/window] {
					into, exact = s.Failures, math.MaxInt64
					s.Failed++
				}
				h := into[name]
				h.Record(took)
				into[name] = h
				s.Lag.Record(0)
				s.Service.Record(took)
				s.Planned++
				raw["all"][n/window] = append(raw["all"][n/window], exact)
				if name == "top" {
					raw["top"][n/window] = append(raw["top"][n/window], exact)
				}
			}
			s.Sent, s.Succeeded = s.Planned, s.Planned-s.Failed
			tl.Seconds = append(tl.Seconds, s)
		}
		res := Analyze(tl, Question{Objectives: []Objective{o, top}})
		for _, j := range res.Objectives {
			for i, w := range j.Windows {
				of := raw[j.Name][i]
				slices.Sort(of)
				checkShown(t, fmt.Sprintf("p%g of %s in window %d", 100*quantile, j.Name, i), w.Value, of[int(math.Ceil(quantile*float64(len(of))-1e-9))-1])
			}
			worst := j.Windows[*j.WorstAt/o.Window]
			if diff := cmp.Diff(worst.Value, j.Worst); diff != "" {
				t.Errorf("p%g of %s: worst (-its window +shown):\n%s", 100*quantile, j.Name, diff)
			}
		}
	}
}

// checkShown compares a shown quantile with the exact one; failures last for ever.
func checkShown(t *testing.T, name string, got *float64, want time.Duration) {
	t.Helper()
	if got == nil || want == math.MaxInt64 {
		if got != nil || want != math.MaxInt64 {
			t.Errorf("%s is known: %v; want %v", name, got != nil, want)
		}
		return
	}
	if off := (seconds(*got) - want).Abs(); off > max(want/1000, time.Microsecond) {
		t.Errorf("%s = %v; want %v, give or take 0.1 %% or 1µs", name, seconds(*got), want)
	}
}
