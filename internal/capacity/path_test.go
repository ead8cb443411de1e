package capacity

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// jump asks 40/s until 20 s and 100/s from then to 120 s.
func jump() Question {
	level := func(rate float64, length time.Duration) traffic.Segment {
		return traffic.Segment{Length: length, From: rate, To: rate}
	}
	return Question{Demand: traffic.NewCurve(level(40, 20*time.Second), level(100, 100*time.Second))}
}

// ten is a fleet of units that sustain 10/s each.
func ten(name, kind string) FleetResult {
	return FleetResult{Fleet: Fleet{Name: name, Kind: kind}, PerUnit: PerUnit{Low: ptr(9.0), Mid: ptr(10.0), High: ptr(11.0)}}
}

// comes tells a pod's stages; those at 0 it never ended.
func (f *facts) comes(unit string, created, placed, started, ready float64) {
	for i, s := range []float64{created, placed, started, ready} {
		if s > 0 {
			f.event(s, web, stageOrder[i], unit)
		}
	}
}

// inShort writes a path: 20-32 metric, 32-62 decision.
func inShort(path []Owned) string {
	var all []string
	for _, o := range path {
		text := fmt.Sprintf("%g-%g %s", o.From.Seconds(), o.To.Seconds(), o.Stage)
		if o.Limit != "" {
			text += " (" + o.Limit + ")"
		} else if o.Fleet != web && o.Fleet != "" {
			text += " of " + o.Fleet
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// From 20 on, 100/s ask for ten units of 10/s, and there are four: six are
// missing.
func TestPath(t *testing.T) {
	const group = "asg/web"
	for _, c := range []struct {
		name   string
		facts  func(*facts)
		fleets []FleetResult
		want   string
	}{
		//	20        32         35   62     63    64    70    75      95
		//	|-metric--|-decision------|create|place|start|ready|backlog|
		//	short     over     4 to 8  8 to 10             there
		{"two generations", func(f *facts) {
			f.read(0, web, timeline.TargetOf+"cpu", 0.7)
			f.read(0, web, timeline.MetricOf+"cpu", 0.6)
			f.read(32, web, timeline.MetricOf+"cpu", 1)
			f.read(35, web, timeline.Desired, 8)
			for i := range 4 {
				f.comes(fmt.Sprint("a", i), 36, 37, 42, 50)
			}
			f.read(50, web, timeline.Ready, 8)
			f.read(62, web, timeline.Desired, 10)
			f.comes("b0", 63, 64, 70, 75)
			f.comes("b1", 63, 64, 69, 74)
			f.read(74, web, timeline.Ready, 9)
			f.read(75, web, timeline.Ready, 10)
		}, nil, "20-32 metric, 32-62 decision, 62-63 create, 63-64 place, 64-70 start, 70-75 ready, 75-95 backlog"},
		// The sixth of seven counts: it is placed at 30, starts at 50 and is
		// ready at 60. The seventh, last of all, is not waited for.
		{"the k-th of those on their way", func(f *facts) {
			f.read(21, web, timeline.Desired, 11)
			for i := range 5 {
				f.comes(fmt.Sprint("a", i), 22, 23, 25, 28)
			}
			f.comes("sixth", 22, 30, 50, 60)
			f.comes("seventh", 22, 90, 91, 92)
			f.read(28, web, timeline.Ready, 9)
			f.read(60, web, timeline.Ready, 10)
		}, nil, "20-21 decision, 21-22 create, 22-30 place, 30-50 start, 50-60 ready, 60-95 backlog"},
		// Five come up; the sixth is created and placed, and its start fails.
		{"a unit that never comes up is the last", func(f *facts) {
			f.read(21, web, timeline.Desired, 10)
			f.comes("failing", 21, 22, 0, 0)
			for i := range 5 {
				f.comes(fmt.Sprint("a", i), 21, 22, 30, 40)
			}
			f.read(40, web, timeline.Ready, 9)
		}, nil, "20-21 decision, 21-22 place, 22-95 start"},
		// It goes, and another comes in its place.
		{"a unit that goes is not waited for", func(f *facts) {
			f.read(21, web, timeline.Desired, 10)
			f.comes("failing", 21, 22, 25, 0)
			for i := range 5 {
				f.comes(fmt.Sprint("a", i), 21, 22, 30, 40)
			}
			f.read(40, web, timeline.Ready, 9)
			f.event(45, web, timeline.Gone, "failing")
			f.comes("other", 50, 51, 55, 60)
			f.read(60, web, timeline.Ready, 10)
		}, nil, "20-21 decision, 21-22 place, 22-25 start, 25-45 ready, 45-50 create, 50-51 place, 51-55 start, 55-60 ready, 60-95 backlog"},
		{"the max binds", func(f *facts) {
			f.read(0, web, timeline.Max, 8)
			f.read(30, web, timeline.Desired, 8)
			for i := range 4 {
				f.comes(fmt.Sprint("a", i), 31, 32, 33, 34)
			}
			f.read(34, web, timeline.Ready, 8)
			f.read(80, web, timeline.Max, 20)
		}, nil, "20-30 decision, 30-80 limit (hpa/default/web max), 80-95 decision"},
		{"a quota binds", func(f *facts) {
			f.read(0, web, timeline.Max, 80)
			f.read(0, web, timeline.Quota, 4)
		}, nil, "20-95 limit (hpa/default/web quota)"},
		// Twelve are decided, and no more than eight may exist.
		{"a quota refuses what was decided", func(f *facts) {
			f.read(0, web, timeline.Quota, 8)
			f.read(30, web, timeline.Desired, 12)
			for i := range 4 {
				f.comes(fmt.Sprint("a", i), 32, 33, 34, 35)
			}
			f.read(35, web, timeline.Ready, 8)
		}, nil, "20-30 decision, 30-32 create, 32-95 limit (hpa/default/web quota)"},
		{"launches fail, and no pods run on the group", func(f *facts) {
			f.read(0, group, timeline.Desired, 4)
			f.read(0, group, timeline.Ready, 4)
			f.read(30, group, timeline.Desired, 10)
			f.event(40, group, launchFailed, "")
		}, []FleetResult{ten(group, ASG)}, "20-30 decision of asg/web, 30-40 create of asg/web, 40-95 limit (asg/web launches)"},
		{"not seen for a while", func(f *facts) {
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(30), To: at(40), Source: web})
		}, nil, "20-30 decision, 30-40 unknown, 40-95 decision"},
		{"desired was never read", func(f *facts) { f.Readings = f.Readings[1:] }, nil, "20-95 unknown"},
		// Two of ten stop being ready, and nobody made new ones.
		{"units that were ready and are not", func(f *facts) {
			f.Readings = nil
			f.read(0, web, timeline.Desired, 10)
			f.read(0, web, timeline.Ready, 10)
			f.read(30, web, timeline.Ready, 8)
			f.read(50, web, timeline.Ready, 10)
		}, nil, "20-30 backlog, 30-50 ready, 50-95 backlog"},
		// Readings count an instance from a poll on, though it serves since 48.
		{"a group", func(f *facts) {
			f.read(0, group, timeline.Desired, 5)
			f.read(0, group, timeline.Ready, 5)
			f.read(30, group, timeline.Desired, 10)
			f.read(45, group, timeline.Ready, 5)
			f.read(50, group, timeline.Ready, 10)
			for i := range 5 {
				f.event(28, group, timeline.Create, fmt.Sprint("i-", i))
				f.event(50, group, timeline.InService, fmt.Sprint("i-", i))
			}
		}, []FleetResult{ten(group, ASG)}, "20-28 decision of asg/web, 28-50 in_service of asg/web, 50-95 backlog"},
		// The pods' sixth has no room from 24 on; the group may grow to 3 and
		// has them all from 60 on.
		{"no room in a group at its max size", func(f *facts) {
			f.read(0, group, timeline.Max, 3)
			f.read(0, group, timeline.Desired, 2)
			f.read(0, group, timeline.Ready, 2)
			f.read(30, group, timeline.Desired, 3)
			f.read(60, group, timeline.Ready, 3)
			f.read(20, web, timeline.Desired, 10)
			for i := range 6 {
				f.comes(fmt.Sprint("a", i), 20, 0, 0, 0)
				f.event(24, web, failedScheduling, fmt.Sprint("a", i))
			}
		}, []FleetResult{ten(web, HPA), {Fleet: Fleet{Name: group, Kind: ASG}}}, "20-60 place, 60-95 limit (asg/web max)"},
		// Two of three pods that were created have room; that only three of six were
		// asked for delays nobody while the group is at its max.
		{"no room, and too few asked for", func(f *facts) {
			f.read(0, group, timeline.Max, 2)
			f.read(0, group, timeline.Desired, 2)
			f.read(0, group, timeline.Ready, 2)
			f.read(22, web, timeline.Desired, 7)
			f.comes("a0", 22, 23, 25, 30)
			f.comes("a1", 22, 23, 25, 30)
			f.comes("a2", 22, 0, 0, 0)
			f.event(24, web, failedScheduling, "a2")
			f.read(30, web, timeline.Ready, 6)
		}, []FleetResult{ten(web, HPA), {Fleet: Fleet{Name: group, Kind: ASG}}}, "20-24 decision, 24-95 limit (asg/web max)"},
		// No group is observed, five pods have room, and the sixth to the tenth never
		// get any.
		{"no room on nodes of which none came", func(f *facts) {
			f.read(0, web, timeline.Room, 5)
			f.read(119, web, timeline.Room, 5)
			f.read(20, web, timeline.Desired, 10)
			f.read(30, web, timeline.Ready, 5)
			f.comes("a0", 20, 21, 25, 30)
			for i := range 5 {
				f.comes(fmt.Sprint("b", i), 20, 0, 0, 0)
				f.event(24, web, failedScheduling, fmt.Sprint("b", i))
			}
		}, nil, "20-24 place, 24-95 limit (hpa/default/web room on nodes)"},
		{"no room on nodes of which some came", func(f *facts) {
			f.read(0, web, timeline.Room, 5)
			f.read(119, web, timeline.Room, 6)
			f.read(20, web, timeline.Desired, 10)
			for i := range 6 {
				f.comes(fmt.Sprint("b", i), 20, 0, 0, 0)
				f.event(24, web, failedScheduling, fmt.Sprint("b", i))
			}
		}, nil, "20-95 place"},
		// Its launches fail, and it stands below what it was asked for.
		{"no room, and launches fail", func(f *facts) {
			f.read(0, group, timeline.Max, 9)
			f.read(0, group, timeline.Desired, 3)
			f.read(0, group, timeline.Ready, 2)
			f.event(25, group, launchFailed, "")
			f.read(22, web, timeline.Desired, 7)
			f.comes("a0", 22, 0, 0, 0)
			f.event(24, web, failedScheduling, "a0")
		}, []FleetResult{ten(web, HPA), {Fleet: Fleet{Name: group, Kind: ASG}}}, "20-25 decision, 25-95 limit (asg/web launches)"},
		// The group may grow to nine and launches nothing until 60; then an instance is
		// on its way.
		{"no room, and Launch is suspended", func(f *facts) {
			f.read(0, group, timeline.Max, 9)
			f.read(0, group, timeline.Desired, 3)
			f.read(0, group, timeline.Ready, 2)
			f.Events = append(f.Events, timeline.Event{At: at(-1), Source: group, Kind: processSuspended, Text: noLaunch},
				timeline.Event{At: at(60), Source: group, Kind: processResumed, Text: resumedWords + noLaunch})
			f.event(61, group, timeline.Create, "i-3")
			f.read(22, web, timeline.Desired, 7)
			f.comes("a0", 22, 0, 0, 0)
			f.event(24, web, failedScheduling, "a0")
		}, []FleetResult{ten(web, HPA), {Fleet: Fleet{Name: group, Kind: ASG}}}, "20-24 decision, 24-60 limit (asg/web Launch suspended), 60-95 decision"},
		{"Launch is suspended, and no pods run on the group", func(f *facts) {
			f.read(0, group, timeline.Desired, 4)
			f.read(0, group, timeline.Ready, 4)
			f.read(30, group, timeline.Desired, 10)
			f.Events = append(f.Events, timeline.Event{At: at(-1), Source: group, Kind: processSuspended, Text: noLaunch})
		}, []FleetResult{ten(group, ASG)}, "20-30 decision of asg/web, 30-95 limit (asg/web Launch suspended)"},
		{"Launch is suspended, and fewer than needed are asked for", func(f *facts) {
			f.read(0, group, timeline.Desired, 4)
			f.read(0, group, timeline.Ready, 4)
			f.read(30, group, timeline.Desired, 6)
			f.Events = append(f.Events, timeline.Event{At: at(-1), Source: group, Kind: processSuspended, Text: noLaunch})
		}, []FleetResult{ten(group, ASG)}, "20-30 decision of asg/web, 30-95 limit (asg/web Launch suspended)"},
		// Ten pods are ready from 40 on, on their way since before the run; the other fleet has 8.
		{"the fleet that allows least", func(f *facts) {
			f.Readings = nil
			f.read(0, web, timeline.Desired, 10)
			f.read(0, web, timeline.Ready, 4)
			f.read(40, web, timeline.Ready, 10)
			f.read(0, group, timeline.Desired, 8)
			f.read(0, group, timeline.Ready, 8)
		}, []FleetResult{ten(web, HPA), ten(group, ASG)}, "20-40 ready, 40-95 decision of asg/web"},
		{"nothing is known of a unit", func(*facts) {}, []FleetResult{{Fleet: Fleet{Name: web, Kind: HPA}}}, "20-95 unknown"},
	} {
		var f facts
		f.read(0, web, timeline.Desired, 4)
		f.read(0, web, timeline.Ready, 4)
		c.facts(&f)
		if c.fleets == nil {
			c.fleets = []FleetResult{ten(web, HPA)}
		}
		r := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 120)}
		got := r.path(jump(), c.fleets, Span{seconds(20), seconds(95)})
		if diff := cmp.Diff(c.want, inShort(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// By Amdahl's law with a = 0.05 ten units carry as much as 8.97 at four's rate each
// would, 635/s of 80/s: at 620/s none is needed, at 640/s the eleventh is, and no
// number of units carries 2,000/s.
func TestPathByTheScalabilityLaw(t *testing.T) {
	f := pods()
	f.USL = &USL{Model: Amdahl, Gamma: Range{Mid: 100}, Alpha: Range{Mid: 0.05}, Smallest: 2, Largest: 12}
	if ten := 4 * 80 * (10 / 1.45) / (4 / 1.15); math.Abs(ten-634.48) > 0.01 {
		t.Fatalf("ten units carry %v; want 634.48", ten)
	}
	for _, c := range []struct {
		asked, bound float64
		want         string
	}{
		{620, 0, "0-10 backlog"},
		{640, 0, "0-10 decision"},
		{640, 634, "0-10 limit (behind hpa/default/web)"},
		{640, 639, "0-10 decision"}, // up to there a unit helps
		{2000, 0, "0-10 limit (hpa/default/web at its best)"},
	} {
		r := ran([]timeline.Reading{reading(-1, web, timeline.Ready, 10), reading(-1, web, timeline.Desired, 10)}, nil)
		q := Question{Demand: traffic.NewCurve(traffic.Segment{Length: 40 * time.Second, From: c.asked, To: c.asked})}
		if f.Ceiling = nil; c.bound > 0 {
			f.Ceiling = &Ceiling{Rate: Range{c.bound, c.bound, c.bound}}
		}
		if got := inShort(r.path(q, []FleetResult{f}, Span{0, seconds(10)})); got != c.want {
			t.Errorf("path of %v/s within %v/s = %q; want %q", c.asked, c.bound, got, c.want)
		}
	}
}

// Whatever was told, the path is contiguous, sums to its time, says something of
// every second, and waits for a backlog exactly where the headroom's moments see
// no demand beyond capacity.
func FuzzPath(f *testing.F) {
	f.Add([]byte{0, 1, 20, 3, 2, 9, 21, 5, 3, 0, 22, 1, 4, 0, 23, 1, 6, 1, 40, 1, 1, 0, 40, 9}, uint16(75), true)
	f.Add([]byte{1, 0, 0, 200, 8, 30, 10, 9}, uint16(33), false)
	f.Fuzz(func(t *testing.T, text []byte, tenths uint16, pods bool) {
		var told facts
		fleet := ten(web, HPA)
		if !pods {
			fleet.Kind = ASG
		}
		for ; len(text) >= 4; text = text[4:] {
			told.random(text)
		}
		q := jump()
		r := run{Timeline: told.Timeline, seconds: make([]timeline.Second, 120)}
		if tenths%2 == 1 {
			fleet.Ceiling = &Ceiling{Rate: Range{60, 60, 60}}
		}
		fleets := []FleetResult{fleet}
		moments, _ := r.moments(q, r.nows(fleets))
		span := Span{seconds(20), seconds(20) + time.Duration(tenths%1000)*time.Second/10}
		at, last := span.From, Owned{}
		for _, o := range r.path(q, fleets, span) {
			if o.From != at || o.To <= o.From || o.Stage == "" || o.Stage == last.Stage && o.Fleet == last.Fleet && o.Limit == last.Limit {
				t.Fatalf("%+v follows %+v; want it to begin at %v and to be another", o, last, at)
			}
			for s := o.From; s < o.To; s += time.Second {
				m := moments[s/time.Second]
				if short := m.Beyond() > 0; m.Mid != nil && short == (o.Stage == WaitsForBacklog) {
					t.Fatalf("second %v is owned by %s, and demand is %.0f/s of %.0f/s", s, o.Stage, m.Demand, *m.Mid)
				}
			}
			at, last = o.To, o
		}
		if at != span.To {
			t.Errorf("the path ends at %v; want %v", at, span.To)
		}
		for _, s := range r.stages(fleet.Fleet, span) {
			if s.Units == 0 || s.P50 < 0 || s.P90 < s.P50 || s.Max < s.P90 {
				t.Errorf("stage %+v; want times in order", s)
			}
		}
	})
}

// random adds one fact made of four bytes: what, which unit or value, when, and
// how late it was delivered.
func (f *facts) random(b []byte) {
	kinds := append([]string{timeline.Gone, failedScheduling}, stageOrder...)
	when, seen := float64(b[2])/2, float64(b[2])/2+float64(b[3])/20
	switch what := int(b[0]) % (len(kinds) + 7); {
	case what < len(kinds):
		f.cut(when, seen, web, kinds[what], fmt.Sprint("u", b[1]%8))
	case what == len(kinds):
		f.Gaps = append(f.Gaps, timeline.Gap{From: at(when), To: at(seen), Source: web})
	default:
		names := []string{timeline.Ready, timeline.Desired, timeline.Max, timeline.Quota, timeline.MetricOf + "cpu", timeline.TargetOf + "cpu"}
		f.read(when, web, names[what-len(kinds)-1], float64(b[1]%16))
	}
}

// A run in which capacity was short from 30 s on, and to its end at 40 s: four
// units of 87.5/s for 400/s, none of them more decided.
func TestAnalyzeFillsInThePath(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 350)
	tl.Readings = append(tl.Readings, timeline.Reading{At: at(-1), Source: web, Name: timeline.Desired, Value: 4})
	got := Analyze(tl, q)
	want := []Owned{{Span: Span{seconds(30), seconds(40)}, Fleet: web, Stage: WaitsForDecision}}
	if diff := cmp.Diff(want, got.Path); diff != "" || got.Recovered != nil {
		t.Errorf("path of a run that recovered after %v (-want +got):\n%s", got.Recovered, diff)
	}
	calm, q := steady([]int64{100, 200, 300}, 350)
	if got := Analyze(calm, q); got.Shortfall != nil || got.Path != nil {
		t.Errorf("path of a run that was never short = %v; want none", got.Path)
	}
}
