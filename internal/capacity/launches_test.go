package capacity

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// One of two launches came up at 10 and the other failed: from then on the group
// has 3 instances of the 4 desired, and its quota's last reading leaves room for 9.
//
//	desired  4 ______________________
//	ready      2   | 3 ______________
//	              10  12 failed     35 failed
func shortOfInstances() ([]timeline.Reading, []timeline.Event) {
	return []timeline.Reading{
			reading(-1, nodes, timeline.Ready, 2), reading(-1, nodes, timeline.Desired, 2),
			reading(0, nodes, timeline.Quota, 9),
			reading(4, nodes, timeline.Desired, 4), reading(10, nodes, timeline.Ready, 3),
		}, []timeline.Event{
			{At: at(3), Source: nodes, Kind: timeline.Create, Unit: "i-3"},
			{At: at(5), Source: web, Kind: timeline.Create, Unit: "web-9"},
			{At: at(10), Source: nodes, Kind: timeline.InService, Unit: "i-3"},
			{At: at(12), Source: nodes, Kind: launchFailed, Text: "Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of 6 allows for the instance bucket that the specified instance type belongs to."},
			{At: at(35), Source: nodes, Kind: launchFailed, Text: "Could not launch Spot Instances."},
		}
}

// A group is full at the size at which its launches fail, for as long as that is
// its last word.
func TestFailedLaunchesBind(t *testing.T) {
	large := group()
	large.Max = ptr(10)
	for _, c := range []struct {
		name   string
		change func([]timeline.Reading, []timeline.Event) ([]timeline.Reading, []timeline.Event)
		want   string // the binding layer
		waits  string // what a pod without room waits for at 30
	}{
		{"they fail", func(r []timeline.Reading, e []timeline.Event) ([]timeline.Reading, []timeline.Event) { return r, e },
			nodes + " launches", nodes + " launches"},
		{"another is on its way", func(r []timeline.Reading, e []timeline.Event) ([]timeline.Reading, []timeline.Event) {
			return r, append(e[:4:4], timeline.Event{At: at(20), Source: nodes, Kind: timeline.Create, Unit: "i-4"})
		}, web + " max", ""},
		{"that one fails too", func(r []timeline.Reading, e []timeline.Event) ([]timeline.Reading, []timeline.Event) {
			return r, append(e[:4:4], timeline.Event{At: at(13), Source: nodes, Kind: timeline.Create, Unit: "i-4"},
				timeline.Event{At: at(14), Source: nodes, Kind: launchFailed, Unit: "i-4"})
		}, nodes + " launches", nodes + " launches"},
		{"no more is desired", func(r []timeline.Reading, e []timeline.Event) ([]timeline.Reading, []timeline.Event) {
			return append(r, reading(15, nodes, timeline.Desired, 3)), e
		}, web + " max", ""},
		{"none failed", func(r []timeline.Reading, e []timeline.Event) ([]timeline.Reading, []timeline.Event) { return r, e[:3] },
			web + " max", ""},
	} {
		r := ran(c.change(shortOfInstances()))
		limits := r.limits(Question{}, []FleetResult{pods(), large})
		found, binding := layers(limits)
		if got := nameOf(binding); got != c.want {
			t.Errorf("%s: binding = %q of %+v; want %q", c.name, got, found, c.want)
		}
		group := r.groups([]FleetResult{large})[0]
		if got := group.waits("", group.exhausted(30e9)).Limit; got != c.waits {
			t.Errorf("%s: at 30 s the group is exhausted by %q; want %q", c.name, got, c.waits)
		}
		if c.want == nodes+" launches" {
			// 7 pods were ready on 3 instances, at 80/s each.
			if want := "3 instances (all it had when launches failed) with room for 7 pods of 80/s"; binding.Rate != 560 || binding.Source != want {
				t.Errorf("%s: binding %v/s, %q; want 560/s, %q", c.name, binding.Rate, binding.Source, want)
			}
		}
	}
}

// One warning for each fleet and kind, with the first words of what was said first.
func TestFailedLaunchesAreWarnedOf(t *testing.T) {
	_, events := shortOfInstances()
	events = append(events, timeline.Event{At: at(7), Source: web, Kind: failedCreate,
		Text: "pods \"web-x\" is forbidden: exceeded quota: staging, requested: pods=1, used: pods=7, limited: pods=7"})
	got := ran(nil, events).unmade(Question{Fleets: []Fleet{{Name: web, Kind: HPA}, {Name: nodes, Kind: ASG}}})
	want := []string{
		web + `: pods could not be created, the first at 00:00:07: pods "web-x" is forbidden: exceeded quota: staging, requested: pods=1, used: pods=7, limited: pods=7`,
		nodes + ": 2 launches failed, the first at 00:00:12: Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of 6 allows for the instance …",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if got := firstWords(strings.Repeat("x", 500)); len(got) > 170 {
		t.Errorf("firstWords of 500 letters = %q; want no more than fits", got)
	}
}
