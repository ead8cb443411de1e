package capacity

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// shortOfNodes is a run in which four pods were to become seven at 5, and nodes have
// room for six: two are placed at once and the third is refused until the end.
func shortOfNodes() *facts {
	var f facts
	f.read(-1, web, timeline.Desired, 4)
	f.read(-1, web, timeline.Ready, 4)
	f.read(5, web, timeline.Desired, 7)
	f.read(12, web, timeline.Ready, 6)
	f.read(-1, web, timeline.Room, 6)
	f.read(41, web, timeline.Room, 6)
	f.comes("a0", 5, 6, 8, 12)
	f.comes("a1", 5, 6, 8, 12)
	f.comes("a2", 5, 0, 0, 0)
	f.event(6, web, failedScheduling, "a2")
	return &f
}

// without drops the events of a kind of one unit.
func (f *facts) without(kind, unit string) {
	f.Events = slices.DeleteFunc(f.Events, func(e timeline.Event) bool { return e.Kind == kind && e.Unit == unit })
}

// Six pods of 80/s are 480/s.
func TestNodesBindWherePodsAreRefused(t *testing.T) {
	const (
		bound   = web + " room on nodes"
		most    = web + " max"
		unknown = web + ": its nodes have room for 6 units of at most 10: whether more nodes come is not known"
	)
	last := func(f *facts) *timeline.Reading { return &f.Readings[5] }
	for _, c := range []struct {
		name   string
		change func(*facts, *[]FleetResult)
		layer  string // that binds
		warned string // empty: nothing
	}{
		{"refused, and no node came", func(*facts, *[]FleetResult) {}, bound, ""},
		{"refused, and nobody says why", func(f *facts, _ *[]FleetResult) { f.without(failedScheduling, "a2") }, bound, ""},
		{"less room than before", func(f *facts, _ *[]FleetResult) { f.Readings[4].Value = 9 }, bound, ""},
		{"refused for 20 s", func(f *facts, _ *[]FleetResult) { f.event(25, web, timeline.Place, "a2") }, bound, ""},
		{"a node came", func(f *facts, _ *[]FleetResult) { last(f).Value = 7 }, most,
			web + ": its nodes have room for 7 units of at most 10, and had for 6 at the start: how many more nodes can come is not known"},
		{"enough nodes came", func(f *facts, _ *[]FleetResult) { last(f).Value = 10 }, most, ""},
		{"placed soon", func(f *facts, _ *[]FleetResult) { f.event(15, web, timeline.Place, "a2") }, most, unknown},
		{"never refused", func(f *facts, _ *[]FleetResult) { f.without(timeline.Create, "a2"); f.without(failedScheduling, "a2") }, most, unknown},
		{"refused with room left, as for a zone", func(f *facts, _ *[]FleetResult) {
			f.without(timeline.Place, "a1")
			f.without(timeline.Start, "a1")
			f.without(timeline.UnitReady, "a1")
		}, most, unknown},
		{"not looked at in the end", func(f *facts, _ *[]FleetResult) { f.Readings = f.Readings[:5] }, most, unknown},
		{"looked at again, and not in the end", func(f *facts, _ *[]FleetResult) { last(f).At = at(20) }, most, unknown},
		{"not seen in the end", func(f *facts, _ *[]FleetResult) {
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(35), To: at(45), Source: web})
		}, most, unknown},
		{"never read", func(f *facts, _ *[]FleetResult) { f.Readings = f.Readings[:4] }, most, ""},
		{"a group that may carry the nodes", func(_ *facts, fleets *[]FleetResult) { *fleets = append(*fleets, group()) }, most, ""},
		{"production's nodes are others", func(_ *facts, fleets *[]FleetResult) { (*fleets)[0].Production = &Production{Start: 12, Max: 60} }, most, ""},
		{"what production starts with is no size of it", func(_ *facts, fleets *[]FleetResult) { (*fleets)[0].Production = &Production{Start: 12} }, bound, ""},
		{"of a group nothing is asked", func(_ *facts, fleets *[]FleetResult) { (*fleets)[0].Kind = ASG }, most, ""},
	} {
		f, fleets := shortOfNodes(), []FleetResult{pods()}
		c.change(f, &fleets)
		r := ran(f.Readings, f.Events)
		r.Gaps = f.Gaps
		found, binding := layers(r.limits(Question{}, fleets))
		if got := nameOf(binding); got != c.layer {
			t.Errorf("%s: binding = %q of %+v; want %q", c.name, got, found, c.layer)
		}
		if want := "6 units (all that its nodes have room for) of 80/s"; c.layer == bound && (binding.Rate != 480 || binding.Source != want) {
			t.Errorf("%s: binding %v/s, %q; want 480/s, %q", c.name, binding.Rate, binding.Source, want)
		}
		if got := strings.Join(r.nodeWarnings(fleets), "; "); got != c.warned {
			t.Errorf("%s: warned %q; want %q", c.name, got, c.warned)
		}
	}
}

// The whole way: a fleet of four pods, of at most eight, for whose fifth there is
// no node.
func TestFullNodesAreALayerOfTheRun(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 350)
	end := float64(len(tl.Seconds))
	room := func(first, last float64) []timeline.Reading {
		return append(slices.Clone(tl.Readings), reading(-1, web, timeline.Desired, 4), reading(-1, web, timeline.Room, first), reading(end+1, web, timeline.Room, last))
	}
	refused := []timeline.Event{{At: at(5), Source: web, Kind: timeline.Create, Unit: "web-9"}}
	for _, c := range []struct {
		name     string
		readings []timeline.Reading
		events   []timeline.Event
		binding  string
		warned   bool
	}{
		{"refused", room(4, 4), refused, web + " room on nodes", false},
		{"not refused", room(4, 4), nil, web + " max", true},
		{"half a pod is no reading", room(4, 4.5), refused, web + " max", true},
	} {
		tl.Readings, tl.Events = c.readings, c.events
		r := Analyze(tl, q)
		if r.Binding == nil || r.Binding.Name != c.binding {
			t.Errorf("%s: binding = %+v; want %s", c.name, r.Binding, c.binding)
		}
		warned := slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "its nodes have room for 4 units") })
		if warned != c.warned {
			t.Errorf("%s: warnings = %q; want one of the nodes: %t", c.name, r.Warnings, c.warned)
		}
		if c.binding != web+" room on nodes" {
			continue
		}
		if each := r.Fleets[0].PerUnit.Mid; r.Binding.Rate != 4**each {
			t.Errorf("%s: binding at %v/s; want four of %v/s", c.name, r.Binding.Rate, *each)
		}
		if want := "and hpa/default/web room on nodes binds"; !strings.Contains(r.Headroom.Sentence, want) {
			t.Errorf("%s: sentence = %q; want %q in it", c.name, r.Headroom.Sentence, want)
		}
	}
}

// Pods on nodes are those that there are, less those that wait for a node, at every
// second; a0 and a1 are placed at 6, and a0 is gone at 30.
func TestPlaced(t *testing.T) {
	f := shortOfNodes()
	f.event(30, web, timeline.Gone, "a0")
	c := ran(f.Readings, f.Events).course(Fleet{Name: web, Kind: HPA})
	var got []float64
	for _, s := range []float64{0, 5, 6, 12, 29, 30, 39} {
		got = append(got, c.placed(seconds(s)))
	}
	if diff := cmp.Diff([]float64{4, 4, 6, 6, 6, 5, 5}, got); diff != "" {
		t.Errorf("placed over time (-want +got):\n%s", diff)
	}
}
