package capacity

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// facts make a timeline in few words. Times are seconds.
type facts struct{ timeline.Timeline }

func (f *facts) read(s float64, source, name string, value float64) {
	f.Readings = append(f.Readings, timeline.Reading{At: at(s), Source: source, Name: name, Value: value})
}

// event is told at once, at its own time.
func (f *facts) event(s float64, source, kind, unit string) {
	f.Events = append(f.Events, timeline.Event{At: at(s), Source: source, Kind: kind, Unit: unit})
}

// polled is seen by a poll, and was not yet at the poll before.
func (f *facts) polled(before, s float64, source, kind, unit string) {
	f.event(s, source, kind, unit)
	f.Events[len(f.Events)-1].After = ptr(at(before))
}

// cut is an event whose own time is cut to the whole second, delivered at seen.
func (f *facts) cut(s, seen float64, source, kind, unit string) {
	delivered := at(seen)
	f.Events = append(f.Events, timeline.Event{At: at(float64(int(s))), Seen: &delivered, Source: source, Kind: kind, Unit: unit})
}

// find is the stage of a name; nil where it was not measured.
func find(stages []Stage, name string) *Stage {
	for i := range stages {
		if stages[i].Name == name {
			return &stages[i]
		}
	}
	return nil
}

// desired 4 -> 7 at 10
// web-0   created 10.5  placed 11  started 16  ready 18
// web-1   created 10.5  placed 11  started 17  ready 19
// web-2   created 10.5  placed 11  started 20  ready 22
// desired 7 -> 9 at 30
// web-3   created 31    started 80, and again, never ready
// web-4   created 31    never placed
// old     ready at 12, there before the run
func TestStages(t *testing.T) {
	var f facts
	f.read(0, web, timeline.Desired, 4)
	f.read(10, web, timeline.Desired, 7)
	for i, start := range []float64{5, 6, 9} {
		unit := fmt.Sprint("web-", i)
		f.event(10.5, web, timeline.Create, unit)
		f.event(11, web, timeline.Place, unit)
		f.event(11+start, web, timeline.Start, unit)
		f.event(13+start, web, timeline.UnitReady, unit)
	}
	f.read(30, web, timeline.Desired, 9)
	for _, unit := range []string{"web-3", "web-4"} {
		f.event(31, web, timeline.Create, unit)
	}
	f.event(31, web, timeline.Place, "web-3")
	f.event(80, web, timeline.Start, "web-3")
	f.event(12, web, timeline.UnitReady, "old")
	want := []Stage{
		{Name: "create", P50: seconds(0.5), P90: seconds(0.5), Max: seconds(0.5), Units: 3, Missing: 2},
		{Name: "place", P50: seconds(0.5), P90: seconds(0.5), Max: seconds(0.5), Units: 3, Missing: 2},
		{Name: "start", P50: seconds(6), P90: seconds(9), Max: seconds(9), Units: 3, Missing: 2},
		{Name: "ready", P50: seconds(2), P90: seconds(2), Max: seconds(2), Units: 3, Missing: 2},
	}
	r := run{Timeline: f.Timeline}
	if diff := cmp.Diff(want, r.stages(Fleet{Name: web, Kind: HPA}, Span{})); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}

// A start that failed was tried again: the last counts. One that crashed when it had
// come, started and became ready again: that is no part of how it came.
func TestAUnitComesOnce(t *testing.T) {
	const balancer = "elb/web"
	var f facts
	f.event(10, web, timeline.Create, "a")
	f.event(12, web, timeline.Start, "a")
	f.event(20, web, timeline.Create, "b") // what started it is not known, only how it started anew
	f.event(29, web, timeline.UnitReady, "b")
	f.event(30, web, timeline.Start, "a")
	f.event(33, web, timeline.UnitReady, "a")
	f.event(34, web, timeline.InService, "a")
	f.polled(34, 38, balancer, timeline.InService, "a")
	f.event(40, web, timeline.Start, "b")
	f.event(50, web, timeline.Start, "a")
	f.event(59, web, timeline.UnitReady, "a")
	f.event(60, web, timeline.InService, "a")
	f.event(66, balancer, timeline.InService, "a")
	r := run{Timeline: f.Timeline}
	stages := r.stages(Fleet{Name: web, Kind: HPA}, Span{})
	for stage, want := range map[string]time.Duration{"start": seconds(20), "ready": seconds(3), "in_service": seconds(3)} {
		if got := find(stages, stage); got == nil || got.Max != want || stage == "ready" && got.Units != 1 {
			t.Errorf("%s = %+v; want at most %v", stage, got, want)
		}
	}
}

// Whatever the delays, and whether the watch delivered at once, late, or only
// at times, the medians are the truth to within a second or a tenth.
func TestStageMediansAreTheDelays(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	late := map[string]func() float64{
		"at once":  func() float64 { return 0.01 + random.Float64()*0.4 },
		"late":     func() float64 { return 2.5 + random.Float64()*20 },
		"at times": func() float64 { return []float64{0.1, 4}[random.IntN(2)] },
	}
	for name, delay := range late {
		for range 40 {
			truth := map[string]float64{timeline.Place: random.Float64() * 3, timeline.Start: 1 + random.Float64()*40, timeline.UnitReady: random.Float64() * 15}
			var f facts
			for i := range 30 {
				unit, now := fmt.Sprint("u", i), 100+random.Float64()*60
				f.cut(now, now+delay(), web, timeline.Create, unit)
				for _, kind := range []string{timeline.Place, timeline.Start, timeline.UnitReady} {
					now += truth[kind] * (0.95 + random.Float64()/10)
					f.cut(now, now+delay(), web, kind, unit)
				}
			}
			r := run{Timeline: f.Timeline}
			stages := r.stages(Fleet{Name: web, Kind: HPA}, Span{})
			for kind, want := range truth {
				got := find(stages, kind)
				if got == nil || got.Units != 30 {
					t.Fatalf("%s: stage %s = %+v; want it of 30 units", name, kind, got)
				}
				if off := (got.P50 - seconds(want)).Abs(); off > max(time.Second, seconds(want/10)) {
					t.Errorf("%s: stage %s has the median %v; want %v within 1 s or 10 %%", name, kind, got.P50, seconds(want))
				}
			}
		}
	}
}

// An instance's boot is known by the end of its launch, and without it by the
// polls around.
func TestBootOfAGroupSeenByPolls(t *testing.T) {
	const group, every, boot = "asg/web", 5.0, 31.7
	for _, told := range []bool{true, false} {
		var f facts
		random := rand.New(rand.NewPCG(11, 12))
		for n := range 60 {
			f.read(every*float64(n), group, timeline.Desired, float64(2+n/3))
			f.read(every*float64(n)+0.001, group, timeline.Ready, 2)
		}
		for i := range 15 {
			unit, launched := fmt.Sprint("i-", i), 10+random.Float64()*200
			served := launched + boot
			poll := every * float64(int(served/every)+1)
			f.Events = append(f.Events, timeline.Event{At: at(launched), Seen: ptr(at(launched + 9)), Source: group, Kind: timeline.Create, Unit: unit})
			f.event(poll+0.002, group, timeline.InService, unit)
			if told {
				f.Events = append(f.Events, timeline.Event{At: at(served), Seen: ptr(at(served + 12)), Source: group, Kind: "activity", Unit: unit, Text: "Successful: Launching a new EC2 instance: " + unit})
			}
		}
		r := run{Timeline: f.Timeline}
		stages := r.stages(Fleet{Name: group, Kind: ASG}, Span{})
		if len(stages) != 1 || stages[0].Name != "in_service" || stages[0].Units != 15 {
			t.Fatalf("stages of a group = %+v; want in_service of 15 alone", stages)
		}
		within := seconds(every / 2)
		if told {
			within = time.Millisecond
		}
		if off := (stages[0].P50 - seconds(boot)).Abs(); off > within {
			t.Errorf("told %v: in_service has the median %v; want %v within %v", told, stages[0].P50, seconds(boot), within)
		}
	}
}

// An instance is in service when its load balancer has it too: that it saw at a
// poll of its own; one that it never had is not in service. A target of another group
// is nobody's.
func TestInServiceIsWhenTheBalancerSaysSo(t *testing.T) {
	const group, balancer = "asg/web", "elb/web"
	var f facts
	for n := range 20 {
		f.read(5*float64(n), group, timeline.Ready, 2)
		f.read(5*float64(n)+1, balancer, timeline.Healthy, 2)
	}
	for unit, healthy := range map[string]float64{"i-late": 61, "i-early": 21, "i-unseen": 0} {
		f.event(10, group, timeline.Create, unit)
		f.event(40, group, timeline.InService, unit) // between 35 and 40
		if healthy > 0 {
			f.event(healthy, balancer, timeline.InService, unit) // within the 5 s before
		}
	}
	f.event(50, balancer, timeline.InService, "i-other")
	units := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 96)}.units(Fleet{Name: group, Kind: ASG})
	got := map[string]time.Duration{}
	for _, u := range units {
		by, ok := u.ended[timeline.InService]
		if got[u.name] = by.best(); ok == u.unlisted {
			t.Errorf("%s is in service: %t, and unlisted: %t; want one of them", u.name, ok, u.unlisted)
		}
	}
	want := map[string]time.Duration{"i-late": seconds(58.5), "i-early": seconds(37.5), "i-unseen": 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in service (-want +got):\n%s", diff)
	}
}

// Capacity is short from 20 to 100. The autoscaler decides at 35, 62, 77 and 110;
// the metric is over its target from 32 on.
//
//	20     32    35      50          62      77   90  95   100    110
//	|metric|decis.|       |-decision--|decis.-|    |   |    |
//	short  over  4 to 6  6 ready     6 to 9  9 to 12   |  not short
//	                                               9   12 ready
func TestDecisionStages(t *testing.T) {
	build := func(metrics bool) facts {
		var f facts
		for _, p := range [][2]float64{{0, 4}, {35, 6}, {62, 9}, {77, 12}, {110, 14}} {
			f.read(p[0], web, timeline.Desired, p[1])
		}
		for _, p := range [][2]float64{{0, 4}, {50, 6}, {90, 9}, {95, 12}} {
			f.read(p[0], web, timeline.Ready, p[1])
		}
		if metrics {
			f.read(0, web, timeline.TargetOf+"cpu", 0.7)
			for _, p := range [][2]float64{{0, 0.5}, {25, 0.7}, {32, 1}} {
				f.read(p[0], web, timeline.MetricOf+"cpu", p[1])
			}
		}
		return f
	}
	for _, c := range []struct {
		name             string
		metrics          bool
		short            Span
		metric, decision []float64
	}{
		// 62 follows the units of 35, ready at 50; 77 follows 62 itself, whose
		// units were ready only at 90.
		{"with metrics", true, Span{seconds(20), seconds(100)}, []float64{12, 0, 0}, []float64{3, 12, 15}},
		{"without", false, Span{seconds(20), seconds(100)}, nil, []float64{15, 12, 15}},
		{"short from 40", true, Span{seconds(40), seconds(100)}, []float64{0, 0}, []float64{12, 15}},
		{"short from 60", true, Span{seconds(60), seconds(70)}, []float64{0}, []float64{2}},
		{"never short", true, Span{}, nil, nil},
	} {
		f := build(c.metrics)
		r := run{Timeline: f.Timeline}
		fleet := Fleet{Name: web, Kind: HPA}
		in := func(stage string) (s []float64) {
			for _, g := range r.decided(fleet, r.growths(fleet), c.short) {
				for _, l := range g.Legs {
					if l.Stage == stage {
						s = append(s, l.Took.Seconds())
					}
				}
			}
			return s
		}
		if diff := cmp.Diff([][]float64{c.metric, c.decision}, [][]float64{in(WaitsForMetric), in(WaitsForDecision)}); diff != "" {
			t.Errorf("%s: metric and decision (-want +got):\n%s", c.name, diff)
		}
	}
}

// The reading that a decision is known by tells when it was made, unless that is
// of a decision before.
func TestWhenADecisionWasMade(t *testing.T) {
	for _, c := range []struct {
		name          string
		seen, account float64
		want          float64
	}{
		{"delivered at once", 35.4, 35, 35.4},
		{"delivered late", 60.2, 35, 35.5},
		{"of the decision before", 60.2, 4, 60.2},
	} {
		var f facts
		f.read(0, web, timeline.Desired, 4)
		f.read(20, web, timeline.Desired, 3)
		f.Readings = append(f.Readings, timeline.Reading{At: at(c.seen), True: ptr(at(c.account)), Source: web, Name: timeline.Desired, Value: 6})
		r := run{Timeline: f.Timeline}
		got := r.growths(Fleet{Name: web, Kind: HPA})
		if len(got) != 1 || got[0].best() != seconds(c.want) || got[0].from != 3 || got[0].to != 6 {
			t.Errorf("%s: growths = %+v; want 3 to 6 at %v s", c.name, got, c.want)
		}
	}
}

// Decisions that are seen together after an outage have their own times each.
func TestDecisionsSeenTogether(t *testing.T) {
	var f facts
	for _, c := range []struct{ seen, account, desired float64 }{{16.8, 16, 10}, {26.8, 24, 14}, {26.81, 26, 16}} {
		f.Readings = append(f.Readings, timeline.Reading{At: at(c.seen), True: ptr(at(c.account)), Source: web, Name: timeline.Desired, Value: c.desired})
	}
	r := run{Timeline: f.Timeline}
	var got []time.Duration
	for _, g := range r.growths(Fleet{Name: web, Kind: HPA}) {
		got = append(got, g.at)
	}
	if want := []time.Duration{24 * time.Second, 26 * time.Second}; !cmp.Equal(got, want) {
		t.Errorf("decided at %v; want %v", got, want)
	}
}

// stages are those of one fleet, as scaling takes them; those of decisions are left
// out where short, the time in which capacity was, is empty.
func (r run) stages(fleet Fleet, short Span) []Stage {
	growths := r.growths(fleet)
	missing, _ := r.uncome(fleet)
	return stagesOf(r.decided(fleet, growths, short), r.ways(fleet, growths), len(missing))
}
