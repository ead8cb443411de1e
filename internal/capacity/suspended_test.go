package capacity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// tells is an event of the group about one of its processes, in the words of its
// observer.
func tells(s float64, kind, text string) timeline.Event {
	return timeline.Event{At: at(s), Source: nodes, Kind: kind, Text: text}
}

const (
	noLaunch  = "Launch is suspended: the group adds no instance"
	noTraffic = "AddToLoadBalancer is suspended: new instances get no requests from the load balancer"
)

// A group of three instances, of at most ten, on which seven pods of 80/s run, and
// an eighth waits from 5 s on; or that serves by itself, 80/s an instance.
func TestSuspendedProcessesBind(t *testing.T) {
	const (
		halted    = nodes + " Launch suspended"
		unserved  = nodes + " AddToLoadBalancer suspended"
		unlimited = web + " max"
	)
	waits := timeline.Event{At: at(5), Source: web, Kind: timeline.Create, Unit: "web-9"}
	ready := []timeline.Reading{reading(-1, nodes, timeline.Ready, 3), reading(-1, nodes, timeline.Desired, 3), reading(5, nodes, timeline.Desired, 4)}
	grows := reading(20, nodes, timeline.Ready, 4)
	large := group()
	large.Max = ptr(10)
	with := func(f FleetResult, each PerUnit) FleetResult { f.PerUnit = each; return f }
	alone := with(large, sustains())
	for _, c := range []struct {
		name     string
		fleets   []FleetResult
		readings []timeline.Reading
		events   []timeline.Event
		layer    string // that binds
		rate     float64
		source   string
		path     string // what a pod without room waits for at 30 s
	}{
		{"from the start", []FleetResult{pods(), large}, ready, []timeline.Event{tells(-1, processSuspended, noLaunch), waits},
			halted, 560, "3 instances (all it had while Launch was suspended) with room for 7 pods of 80/s", halted},
		{"another process", []FleetResult{pods(), large}, ready, []timeline.Event{tells(-1, processSuspended, "AZRebalance is suspended: zones stay as uneven as they become"), waits},
			unlimited, 800, "10 units (its max) of 80/s", ""},
		{"resumed", []FleetResult{pods(), large}, ready, []timeline.Event{tells(-1, processSuspended, noLaunch), waits, tells(25, processResumed, resumedWords+noLaunch)},
			unlimited, 800, "10 units (its max) of 80/s", ""},
		{"resumed, and suspended again", []FleetResult{pods(), large}, ready,
			[]timeline.Event{tells(-1, processSuspended, noLaunch), waits, tells(25, processResumed, resumedWords+noLaunch), tells(28, processSuspended, noLaunch)},
			halted, 560, "3 instances (all it had while Launch was suspended) with room for 7 pods of 80/s", halted},
		{"no pod waits, and an instance carries at least 150/s", []FleetResult{pods(), large}, ready, []timeline.Event{tells(-1, processSuspended, noLaunch)},
			unlimited, 800, "10 units (its max) of 80/s", halted},
		{"one that was on its way comes", []FleetResult{alone}, append(ready, grows), []timeline.Event{tells(-1, processSuspended, noLaunch)},
			halted, 320, "4 units (all it had while Launch was suspended) of 80/s", halted},
		{"no smaller than its max", []FleetResult{with(group(), sustains())}, ready, []timeline.Event{tells(-1, processSuspended, noLaunch)},
			nodes + " max", 240, "3 units (its max) of 80/s", halted},
		{"its load balancer gets none", []FleetResult{alone}, append(ready, grows), []timeline.Event{tells(10, processSuspended, noTraffic)},
			unserved, 240, "3 units (all it had while AddToLoadBalancer was suspended) of 80/s", ""},
		{"and pods that it knows by themselves", []FleetResult{pods(), large}, append(ready, grows), []timeline.Event{tells(10, processSuspended, noTraffic)},
			unlimited, 800, "10 units (its max) of 80/s", ""},
		{"both", []FleetResult{alone}, append(ready, grows), []timeline.Event{tells(-1, processSuspended, noLaunch), tells(10, processSuspended, noTraffic)},
			unserved, 240, "3 units (all it had while AddToLoadBalancer was suspended) of 80/s", halted},
	} {
		r := ran(c.readings, c.events)
		limits := r.limits(Question{}, c.fleets)
		found, binding := layers(limits)
		if nameOf(binding) != c.layer || c.layer != "" && (binding.Rate != c.rate || binding.Source != c.source) {
			t.Errorf("%s: binding = %+v of %+v; want %s, %v/s, %s", c.name, binding, found, c.layer, c.rate, c.source)
		}
		group := r.groups([]FleetResult{c.fleets[len(c.fleets)-1]})[0]
		if got := group.waits("", group.exhausted(30e9)).Limit; got != c.path {
			t.Errorf("%s: at 30 s the group is exhausted by %q; want %q", c.name, got, c.path)
		}
	}
}

// Spans of a process, whatever another does meanwhile.
func TestSuspensions(t *testing.T) {
	r := ran(nil, []timeline.Event{
		tells(-1, processSuspended, noLaunch), tells(3, processSuspended, noTraffic), tells(4, processSuspended, noLaunch),
		tells(5, processResumed, resumedWords+noLaunch), tells(6, processResumed, resumedWords+noLaunch), tells(30, processSuspended, noLaunch),
	})
	for process, want := range map[string][]Span{
		launch:            {{seconds(-1), seconds(5)}, {seconds(30), seconds(40)}},
		addToLoadBalancer: {{seconds(3), seconds(40)}},
		"Terminate":       nil,
	} {
		if diff := cmp.Diff(want, r.suspensions(Fleet{Name: nodes, Kind: ASG}, process)); diff != "" {
			t.Errorf("suspensions of %s (-want +got):\n%s", process, diff)
		}
	}
}
