package capacity

import (
	"slices"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// TestServes is of two units that are ready at 20.1, whatever else is known of them.
func TestServes(t *testing.T) {
	const lb = "elb/web"
	watched := func(f *facts, listed float64) {
		for n := range 16 {
			f.read(1+5*float64(n), lb, timeline.Healthy, 2)
		}
		f.event(listed, lb, timeline.InService, "10.0.0.1")
		f.event(listed, lb, timeline.InService, "10.0.0.2")
	}
	for _, c := range []struct {
		name   string
		change func(*facts)
		want   *time.Duration
	}{
		{"nothing tells otherwise", func(*facts) {}, ptr(seconds(20.1))},
		{"healthy soon", func(f *facts) { watched(f, 21) }, ptr(seconds(20.1))},
		{"healthy between the polls at 36 and 41", func(f *facts) { watched(f, 41) }, ptr(seconds(38.5))},
		{"reached late", func(f *facts) { f.answersOfOld(); f.answer(30) }, ptr(seconds(30))},
		{"never reached", (*facts).answersOfOld, nil},
		{"healthy out of sight", func(f *facts) {
			watched(f, 41)
			f.Gaps = append(f.Gaps, timeline.Gap{From: at(21), To: at(41), Source: lb, Cause: "throttled"})
		}, nil},
	} {
		f, q := twoCome(false)
		c.change(f)
		f.Events = slices.SortedStableFunc(slices.Values(f.Events), func(a, b timeline.Event) int { return int(a.At - b.At) })
		ways := Analyze(f.Timeline, q).Fleets[0].Ways
		if len(ways) != 2 {
			t.Fatalf("%s: %d ways; want those of a and b", c.name, len(ways))
		}
		for _, w := range ways {
			if (w.Serves == nil) != (c.want == nil) || w.Serves != nil && *w.Serves != *c.want {
				t.Errorf("%s: %s serves from %v on; want %v", c.name, w.Unit, w.Serves, c.want)
			}
		}
	}
}

// TestStuck is of a group that may have ten instances and has three.
func TestStuck(t *testing.T) {
	large := group()
	large.Max = ptr(10)
	ready := []timeline.Reading{reading(-1, nodes, timeline.Ready, 3), reading(-1, nodes, timeline.Quota, 8)}
	halted := []timeline.Event{tells(-1, processSuspended, noLaunch)}
	resumed := append(slices.Clone(halted), tells(25, processResumed, resumedWords+noLaunch))
	produced := large
	produced.Production = &Production{Start: 40, Max: 90}
	for _, c := range []struct {
		name   string
		fleet  FleetResult
		events []timeline.Event
		want   *int
	}{
		{"max and quota alone", large, nil, nil},
		{"launches nothing", large, halted, ptr(3)},
		{"launches again", large, resumed, nil},
		{"whatever production has", produced, halted, ptr(3)},
	} {
		got := ran(ready, c.events).stuck(c.fleet, []FleetResult{c.fleet})
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: stuck at %v; want %v", c.name, got, c.want)
		}
	}
}
