package capacity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A pod is in service when the load balancer has its address too: it is known by
// the address that it had then.
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
		}, map[string]time.Duration{"a": seconds(28.5), "b": seconds(20)}},
		{"soon after the endpoints", func(f *facts) {
			f.event(21, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(20.5), "b": seconds(20)}},
		{"before the endpoints", func(f *facts) {
			f.event(16, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
		{"nobody's address", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.9")
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
		{"an address that another had before", func(f *facts) {
			f.Events = append(f.Events, timeline.Event{At: at(24), Source: web, Kind: timeline.Address, Unit: "b", Text: "10.0.0.1"})
			f.event(31, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(28.5)}},
		{"an address that another has afterwards", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.Events = append(f.Events, timeline.Event{At: at(34), Source: web, Kind: timeline.Address, Unit: "b", Text: "10.0.0.1"})
		}, map[string]time.Duration{"a": seconds(28.5), "b": seconds(20)}},
		{"out of sight", func(f *facts) {
			f.event(31, lb, timeline.InService, "10.0.0.1")
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(26), To: at(31), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{"b": seconds(20)}},
		{"out of sight, and before the endpoints", func(f *facts) {
			f.event(16, lb, timeline.InService, "10.0.0.1")
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(11), To: at(16), Source: lb, Cause: "throttled"})
		}, map[string]time.Duration{"a": seconds(20), "b": seconds(20)}},
		{"seldom looked at", func(f *facts) {
			f.polled(10, 31, lb, timeline.InService, "10.0.0.1") // since the endpoints had it at 20: 5.5 s to either side
		}, map[string]time.Duration{"b": seconds(20)}},
		{"seldom looked at, and soon after the endpoints", func(f *facts) {
			f.polled(10, 26, lb, timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"a": seconds(23), "b": seconds(20)}},
		{"not looked at before", func(f *facts) {
			f.event(31, "elb/other", timeline.InService, "10.0.0.1")
		}, map[string]time.Duration{"b": seconds(20)}},
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
			for _, u := range (run{Timeline: f.Timeline}).units(Fleet{Name: web, Kind: HPA}) {
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
