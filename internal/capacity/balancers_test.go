package capacity

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A pod is in service when the load balancer has its address too: it is known by
// the address that it had then. Where the load balancer tells of one, it stands before
// the other as well.
func TestPodsBehindALoadBalancer(t *testing.T) {
	const lb = "elb/web"
	for _, c := range []struct {
		name string
		add  func(*facts)
		want map[string]time.Duration
	}{
		{"nobody watched it", func(*facts) {}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
		{"later than the endpoints", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(28.5)}},
		{"soon after the endpoints", func(f *facts) {
			f.event(21, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(20.5)}},
		{"before the endpoints", func(f *facts) {
			f.event(16, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(20)}},
		{"nobody's address", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.9")
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
		{"an address that another had before", func(f *facts) {
			f.Events = append(f.Events, timeline.Event{At: at(24), Source: web, Kind: timeline.Address, Unit: "b", Text: "10.0.0.1"})
			f.event(31, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"b": seconds(28.5)}},
		{"an address that another has afterwards", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.Events = append(f.Events, timeline.Event{At: at(34), Source: web, Kind: timeline.Address, Unit: "b", Text: "10.0.0.1"})
		}, map[string]time.Duration{"a": seconds(28.5)}},
		{"out of sight", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(26), To: at(31), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{}},
		{"out of sight, and before the endpoints", func(f *facts) {
			f.event(16, lb, timeline.InService, "10.0.0.1")
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(11), To: at(16), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{"a": seconds(20)}},
		{"seldom looked at", func(f *facts) {
			f.polled(10, 31, lb, timeline.InService, "10.0.0.1") // since the endpoints had it at 20: 5.5 s to either side
		}, map[string]time.Duration{}},
		{"seldom looked at, and soon after the endpoints", func(f *facts) {
			f.polled(10, 26, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(23)}},
		{"not looked at before", func(f *facts) {
			f.event(31, "elb/other", timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{}},
		{"answered between two polls", func(f *facts) {
			f.event(26, lb, "registered", "10.0.0.1")
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.event(27, timeline.Target, timeline.Serving, "a")
			f.event(24, timeline.Target, timeline.Serving, "b") // since the poll at 21
		}, map[string]time.Duration{"a": seconds(26.5), "b": seconds(22.5)}},
		{"told before its address was", func(f *facts) {
			f.Events = slices.DeleteFunc(f.Events, func(e timeline.Event) bool { return e.Kind == timeline.Address })
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.Events = append(f.Events, timeline.Event{At: at(34), Source: web, Kind: timeline.Address, Unit: "a", Text: "10.0.0.1"})
		}, map[string]time.Duration{"a": seconds(28.5)}},
		{"told of one that had the address before it was created", func(f *facts) {
			f.Events = slices.DeleteFunc(f.Events, func(e timeline.Event) bool { return e.Kind == timeline.Address })
			f.event(6, lb, timeline.InService, "10.0.0.1")
			f.Events = append(f.Events, timeline.Event{At: at(34), Source: web, Kind: timeline.Address, Unit: "a", Text: "10.0.0.1"})
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
		{"answered before the poll that saw it not healthy", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.event(23, timeline.Target, timeline.Serving, "a")
		}, map[string]time.Duration{"a": seconds(23)}},
		{"answered as the endpoints had it", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.event(19.9, timeline.Target, timeline.Serving, "a")
		}, map[string]time.Duration{"a": seconds(20)}},
		{"answered long before, for it was there, and comes back", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.event(9, timeline.Target, timeline.Serving, "a")
		}, map[string]time.Duration{"a": seconds(28.5)}},
		{"answered after a poll saw it", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.event(40, timeline.Target, timeline.Serving, "a")
		}, map[string]time.Duration{"a": seconds(28.5)}},
		{"answered out of sight", func(f *facts) {
			f.event(21, lb, "registered", "10.0.0.1")
			f.event(23, timeline.Target, timeline.Serving, "a")
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(21), To: at(50), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{}},
		{"answered before it was out of sight", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.event(27, timeline.Target, timeline.Serving, "a")
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(28), To: at(31), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{"a": seconds(26.5)}},
		{"out of sight from before it told of any", func(f *facts) {
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(11), To: at(50), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{}},
		{"out of sight, and told of others only", func(f *facts) {
			f.event(11, lb, "registered", "i-1")
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(11), To: at(50), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
		{"out of sight until before they came", func(f *facts) {
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(1), To: at(18), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f facts
			for n := range 9 { // polls of the targets, every 5 s
				f.read(1+5*float64(n), lb, timeline.Healthy, 1)
			}
			for unit, ip := range map[string]string{"a": "10.0.0.1", "b": "10.0.0.2"} {
				f.event(10, web, timeline.Create, unit)
				f.Events = append(f.Events, timeline.Event{At: at(15), Source: web, Kind: timeline.Address, Unit: unit, Text: ip})
				f.event(19, web, timeline.UnitReady, unit)
				f.event(20, web, timeline.InService, unit)
			}
			c.add(&f)
			got := map[string]time.Duration{}
			for _, u := range (run{Timeline: f.Timeline, seconds: make([]timeline.Second, 50)}).units(Fleet{Name: web, Kind: HPA}) {
				if by, ok := u.ended[timeline.InService]; ok && !by.unknown {
					got[u.name] = by.best()
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("in service (-want +got):\n%s", diff)
			}
		})
	}
}

// Of four pods, ready at 19 and in the endpoints at 20, one is healthy at the poll at 26
// and answers first at 28, two come while nobody looks, and one is never healthy.
func TestStagesBehindALoadBalancerOutOfSight(t *testing.T) {
	const lb = "elb/web"
	comes := func(f *facts, unit, ip string, late float64) {
		f.comes(unit, late+10, late+11, late+15, late+19)
		f.Events = append(f.Events, timeline.Event{At: at(late + 15), Source: web, Kind: timeline.Address, Unit: unit, Text: ip})
		f.event(late+20, web, timeline.InService, unit)
	}
	for _, c := range []struct {
		name    string
		gap     bool
		unclear int
	}{
		{"seen", false, 1},
		{"not seen from 50 on", true, 3},
	} {
		var f facts
		f.read(-1, web, timeline.Ready, 1)
		for n := range 20 {
			f.read(1+5*float64(n), lb, timeline.Healthy, 1)
		}
		comes(&f, "a", "10.0.0.1", 0)
		f.event(26, lb, timeline.InService, "10.0.0.1") // since 21
		f.event(28, timeline.Target, timeline.Serving, "a")
		for i, late := range []float64{40, 40} {
			unit, ip := []string{"b", "c"}[i], []string{"10.0.0.2", "10.0.0.3"}[i]
			comes(&f, unit, ip, late)
			f.event(late+24, timeline.Target, timeline.Serving, unit) // since the poll at 61
			if !c.gap {
				f.event(66, lb, timeline.InService, ip)
			}
		}
		comes(&f, "d", "10.0.0.4", 40)
		if c.gap {
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(50), To: at(96), Source: lb, Cause: "throttled"})
		}
		r := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 96)}
		stages := r.stages(Fleet{Name: web, Kind: HPA}, Span{})
		for name, missing := range map[string]int{timeline.UnitReady: 0, timeline.InService: c.unclear, timeline.Serving: c.unclear - 1} {
			s := find(stages, name)
			want := 4 - c.unclear
			if name == timeline.UnitReady {
				want = 4
			}
			if s == nil || s.Units != want || s.Missing != missing {
				t.Errorf("%s: %s = %+v; want %d units, and %d missing", c.name, name, s, want, missing)
			}
		}
		// in_service is 4.5 s after ready for a, 62.5 s less 59 s for b and c.
		if s := find(stages, timeline.InService); s.Max != seconds(4.5) || !c.gap && s.P50 != seconds(3.5) {
			t.Errorf("%s: in_service = %+v; want at most 4.5 s, and 3.5 s in the middle of three", c.name, s)
		}
	}
}

// Of ten units that 100/s need, six are ready at 50: their load balancer has them at
// 56, and they answer first at 60.
//
//	20        50               56          60
//	|-create..|---in_service---|--serving--|--backlog
func TestPathNamesRegistration(t *testing.T) {
	const lb = "elb/web"
	for _, c := range []struct {
		name   string
		change func(*facts)
		want   string
	}{
		{"healthy at 56", func(f *facts) {
			for i := range 6 {
				f.polled(55.99, 56.01, lb, timeline.InService, fmt.Sprint("10.0.0.", i))
			}
		}, "50-56 in_service, 56-60 serving, 60-95 backlog"},
		{"one of them later", func(f *facts) {
			for i := range 6 {
				healthy := []float64{56, 58}[i/5]
				f.polled(healthy-0.01, healthy+0.01, lb, timeline.InService, fmt.Sprint("10.0.0.", i))
			}
		}, "50-58 in_service, 58-60 serving, 60-95 backlog"},
		{"nobody knows when", func(f *facts) {
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(40), To: at(120), Source: lb})
		}, "50-60 serving, 60-95 backlog"},
		{"never, and they never answer", func(f *facts) {
			for i := range 6 {
				f.event(56, lb, "registered", fmt.Sprint("10.0.0.", i))
			}
			f.Events = slices.DeleteFunc(f.Events, func(e timeline.Event) bool { return e.Kind == timeline.Serving && e.Unit != "old" })
		}, "50-95 in_service"},
	} {
		var f facts
		f.read(0, web, timeline.Desired, 4)
		f.read(20, web, timeline.Desired, 10)
		f.read(0, web, timeline.Ready, 4)
		f.read(50, web, timeline.Ready, 10)
		for n := range 120 {
			f.read(float64(n), lb, timeline.Healthy, 4)
		}
		f.event(0, timeline.Target, timeline.Serving, "old")
		for i := range 6 {
			unit := fmt.Sprint("a", i)
			f.comes(unit, 20, 21, 25, 50)
			f.Events = append(f.Events, timeline.Event{At: at(25), Source: web, Kind: timeline.Address, Unit: unit, Text: fmt.Sprint("10.0.0.", i)})
			f.event(50.1, web, timeline.InService, unit)
			f.event(60, timeline.Target, timeline.Serving, unit)
		}
		c.change(&f)
		q := jump()
		q.Fleets = []Fleet{{Name: web, Kind: HPA}}
		r := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 120)}
		got := r.path(q, []FleetResult{ten(web, HPA)}, Span{seconds(50), seconds(95)})
		if diff := cmp.Diff(c.want, inShort(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A load balancer that was never seen may stand before a group, but not before one on
// whose instances there are pods.
func TestInstancesBehindALoadBalancerOutOfSight(t *testing.T) {
	const group, lb = "asg/web", "elb/web"
	for _, c := range []struct {
		name string
		pods bool
		want bool // when the instance came into service is known
	}{{"that serves", false, false}, {"that carries pods", true, true}} {
		var f facts
		f.event(10, group, timeline.Create, "i-1")
		f.polled(38, 42, group, timeline.InService, "i-1")
		f.Gaps = []timeline.Gap{{From: at(0), To: at(50), Source: lb, Cause: "denied"}}
		if c.pods {
			f.Events = append(f.Events, timeline.Event{At: at(45), Source: web, Kind: timeline.Address, Unit: "a", Text: "10.0.0.1"})
		}
		r := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 50)}
		by := r.units(Fleet{Name: group, Kind: ASG})[0].ended[timeline.InService]
		if by.unknown == c.want || c.want && by.best() != seconds(40) {
			t.Errorf("a group %s: in service at %v, known: %t; want it known: %t", c.name, by.best(), !by.unknown, c.want)
		}
	}
}

// A pod that was ready at 18 and answered at 19.5 was in service by then, though its
// fleet was not seen before 27 and its load balancer tells of others only; the poll
// before the answer was at 16.
func TestFirstAnswerTellsThatAPodWasInService(t *testing.T) {
	const lb = "elb/web"
	var f facts
	for n := range 9 {
		f.read(1+5*float64(n), lb, timeline.Healthy, 1)
	}
	f.event(10, web, timeline.Create, "a")
	f.event(10, web, timeline.Create, "b")
	f.cut(18, 27, web, timeline.UnitReady, "a")
	f.event(28, web, timeline.UnitReady, "b")
	f.Events = append(f.Events, timeline.Event{At: at(27), Source: web, Kind: timeline.Address, Unit: "b", Text: "10.0.0.2"})
	f.event(31, lb, timeline.InService, "10.0.0.2")
	f.event(19.5, timeline.Target, timeline.Serving, "a")
	r := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 50)}
	stages := r.stages(Fleet{Name: web, Kind: HPA}, Span{})
	in, serving := find(stages, timeline.InService), find(stages, timeline.Serving)
	if in == nil || in.Units != 2 || in.Missing != 0 || serving == nil || serving.Units != 1 || serving.Max != seconds(1.75) {
		t.Errorf("in service = %+v and serving = %+v; want 2 units in service, and 1 that served 1.75 s after 17.75", in, serving)
	}
}
