package capacity

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// twoCome are two units of old, and a and b that come to be ready at 20, in a run of 80
// s in which 100/s are asked until 20, 200/s until 40 and 300/s from then on. Where
// slow, what is asked from 20 to 40 takes too long: two units get 100/s each.
func twoCome(slow bool) (*facts, Question) {
	f := new(facts)
	f.read(-1, web, timeline.Ready, 2)
	f.read(20, web, timeline.Ready, 4)
	f.read(-1, web, timeline.Max, 10)
	for unit, ip := range map[string]string{"a": "10.0.0.1", "b": "10.0.0.2"} {
		f.event(10, web, timeline.Create, unit)
		f.Events = append(f.Events, timeline.Event{At: at(15), Source: web, Kind: timeline.Address, Unit: unit, Text: ip})
		f.event(20.1, web, timeline.UnitReady, unit)
		f.event(20.2, web, timeline.InService, unit)
	}
	var curve []traffic.Segment
	for i, rate := range []int64{100, 200, 300, 300} {
		curve = append(curve, traffic.Segment{Length: seconds(20), From: float64(rate), To: float64(rate)})
		for n := range 20 {
			failing := int64(0)
			if slow && i == 1 && n < 19 { // no backlog passes on
				failing = rate / 5
			}
			f.Seconds = append(f.Seconds, secondOf(20*i+n, rate, failing))
		}
	}
	f.event(80, "rehearsal", timeline.SendingDone, "")
	return f, Question{Demand: traffic.NewCurve(curve...), Baseline: 100, Objectives: []Objective{p99}, Fleets: []Fleet{{Name: web, Kind: HPA}}}
}

// answers of the old units, of all requests there were.
func (f *facts) answersOfOld() {
	f.event(0, timeline.Target, timeline.Serving, "old-1")
	f.event(0, timeline.Target, timeline.Serving, "old-2")
	for i := range f.Seconds {
		s := &f.Seconds[i]
		s.Units = map[string]int64{"old-1": s.Sent / 2, "old-2": s.Sent / 2}
	}
}

// first answers of a and b.
func (f *facts) answer(s float64) {
	f.event(s, timeline.Target, timeline.Serving, "a")
	f.event(s, timeline.Target, timeline.Serving, "b")
}

func TestUnitsThatServeLaterThanReady(t *testing.T) {
	const lb = "elb/web"
	polls := func(f *facts) {
		for n := range 16 {
			f.read(1+5*float64(n), lb, timeline.Healthy, 2)
		}
	}
	listed := func(f *facts, at float64) {
		f.event(at, lb, timeline.InService, "10.0.0.1")
		f.event(at, lb, timeline.InService, "10.0.0.2")
	}
	unseen := func(f *facts, from, to float64) {
		f.Gaps = append(f.Gaps, timeline.Gap{From: at(from), To: at(to), Source: lb, Cause: "throttled"})
	}
	for _, c := range []struct {
		name   string
		change func(*facts)
		want   string
	}{
		{"nothing tells otherwise", func(*facts) {}, "2: -20, 4: 20-80"},
		{"healthy between the polls at 36 and 41", func(f *facts) { polls(f); listed(f, 41) }, "2: -38.5, 4: 38.5-80"},
		{"healthy soon", func(f *facts) { polls(f); listed(f, 21) }, "2: -20, 4: 20-80"},
		{"healthy out of sight", func(f *facts) { polls(f); listed(f, 41); unseen(f, 21, 41) }, "2: -20, 4: 41-80"},
		{"answered while it was out of sight", func(f *facts) { polls(f); listed(f, 51); unseen(f, 21, 51); f.answer(31) }, "2: -20, 4: 31-80"},
		{"answered, and out of sight until before", func(f *facts) { polls(f); listed(f, 41); unseen(f, 11, 31); f.answer(37) }, "2: -36.5, 4: 36.5-80"},
		{"never healthy", func(f *facts) {
			polls(f)
			f.event(21, lb, "registered", "10.0.0.1")
			f.event(21, lb, "registered", "10.0.0.2")
		}, "2: -80"},
		{"the load balancer of something else", polls, "2: -20, 4: 20-80"},
		{"nobody watched, and others answered many", func(f *facts) { f.answersOfOld(); f.answer(30) }, "2: -30, 4: 30-80"},
		{"never answered", (*facts).answersOfOld, "2: -80"},
		{"answered soon", func(f *facts) { f.answersOfOld(); f.answer(22) }, "2: -20, 4: 20-80"},
		{"others answered few", func(f *facts) {
			f.answersOfOld()
			for i := range f.Seconds {
				f.Seconds[i].Units = map[string]int64{"old-1": 2, "old-2": 2} // in 10 s 40, of which 10 are an even share
			}
			f.answer(30)
		}, "2: -20, 4: 20-80"},
		{"one name for all of them", func(f *facts) {
			f.event(0, timeline.Target, timeline.Serving, "zone-a")
			for i := range f.Seconds {
				f.Seconds[i].Units = map[string]int64{"zone-a": f.Seconds[i].Sent}
			}
		}, "2: -20, 4: 20-80"},
		{"who was not ready any more is not known", func(f *facts) { f.answersOfOld(); f.read(50, web, timeline.Ready, 3) }, "2: -50"},
		{"gone before it served", func(f *facts) {
			f.answersOfOld()
			f.read(60, web, timeline.Ready, 2)
			f.event(60, web, timeline.Gone, "a")
			f.event(60, web, timeline.Gone, "b")
		}, "2: -80"},
	} {
		f, q := twoCome(false)
		c.change(f)
		f.Events = slices.SortedStableFunc(slices.Values(f.Events), func(a, b timeline.Event) int { return int(a.At - b.At) })
		r := newRun(f.Timeline, q)
		var got []string
		for _, s := range joined(r.serving(q.Fleets[0])) {
			got = append(got, strings.Replace(fmt.Sprintf("%v: %v-%v", s.units, s.From.Seconds(), s.To.Seconds()), " 0-", " -", 1))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s: units that served (-want +got):\n%s", c.name, diff)
		}
	}
}

// joined are stretches with those that follow on each other made one.
func joined(stretches []stretch) (all []stretch) {
	for _, s := range stretches {
		if last := len(all) - 1; last >= 0 && all[last].units == s.units && all[last].To == s.From {
			all[last].To = s.To
			continue
		}
		all = append(all, s)
	}
	return all
}

// One unit keeps the objective at 75/s and breaks it at 100/s. Of four that are ready
// from 20 on two serve from 40 on: counted as four they would break it at 50/s already.
func TestWhatAUnitSustainsIsOfThoseThatServe(t *testing.T) {
	for _, c := range []struct {
		name       string
		change     func(*facts)
		low, high  float64 // what was ready at 30 carried, of what as many carried at 60
		onlyBounds bool
	}{
		{"taken in late", func(f *facts) {
			f.read(-1, "elb/web", timeline.Healthy, 2)
			for n := range 9 {
				f.read(39.5+5*float64(n), "elb/web", timeline.Healthy, 4)
			}
			f.polled(39.5, 40.5, "elb/web", timeline.InService, "10.0.0.1")
			f.polled(39.5, 40.5, "elb/web", timeline.InService, "10.0.0.2")
		}, 0.5, 0.5, false},
		{"reached late", func(f *facts) { f.answersOfOld(); f.answer(40) }, 0.5, 0.5, false},
		{"taken in while nobody looked", func(f *facts) {
			f.read(-1, "elb/web", timeline.Healthy, 2)
			f.read(40, "elb/web", timeline.Healthy, 4)
			f.event(40, "elb/web", timeline.InService, "10.0.0.1")
			f.event(40, "elb/web", timeline.InService, "10.0.0.2")
			f.Gaps = []timeline.Gap{{From: at(19), To: at(40), Source: "elb/web", Cause: "throttled"}}
		}, 0.5, 1, true},
	} {
		f, q := twoCome(true)
		c.change(f)
		res := Analyze(f.Timeline, q)
		u := res.Fleets[0].PerUnit
		if u.Low == nil || *u.Low < 50 || !c.onlyBounds && (u.Mid == nil || *u.Mid < 70 || *u.Mid > 105) {
			t.Errorf("%s: one unit sustains %s; want between 75/s and 100/s, and by no means 50/s or less", c.name, u.Said)
			continue
		}
		then, later := res.Headroom.Series[30], res.Headroom.Series[60]
		if *then.Low != c.low**later.Low {
			t.Errorf("%s: what was ready at 30 carried %v/s or more; want %v of the %v/s at 60", c.name, *then.Low, c.low, *later.Low)
		}
		if known := then.Mid != nil; known == c.onlyBounds {
			t.Errorf("%s: the middle of what was ready at 30 is known: %t; want %t", c.name, known, !c.onlyBounds)
		}
		if !c.onlyBounds && math.Abs(*then.Mid-c.high**later.Mid) > 1e-9 {
			t.Errorf("%s: what was ready at 30 carried %v/s; want %v of the %v/s at 60", c.name, *then.Mid, c.high, *later.Mid)
		}
	}
}

func TestLateUnitsAreToldWhereNoLoadBalancerIsWatched(t *testing.T) {
	const want = "hpa/default/web: 2 units were ready and answered nothing for up to 19.8 s, and what a unit sustains is told without them: what stands in front of them took them in late (observe its target group with elb), or kept connections stayed with the others (raise connections.new)"
	for _, c := range []struct {
		name   string
		change func(*facts)
		told   bool
	}{
		{"late", func(f *facts) { f.answersOfOld(); f.answer(39.8) }, true},
		{"soon", func(f *facts) { f.answersOfOld(); f.answer(22) }, false},
		{"watched", func(f *facts) { f.answersOfOld(); f.answer(39.8); f.read(0, "elb/web", timeline.Healthy, 2) }, false},
	} {
		f, q := twoCome(false)
		c.change(f)
		if got := slices.Contains(Analyze(f.Timeline, q).Warnings, want); got != c.told {
			t.Errorf("%s: warned: %t; want %t, with %q; warnings are %q", c.name, got, c.told, want, Analyze(f.Timeline, q).Warnings)
		}
	}
}
