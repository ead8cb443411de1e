package capacity

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Six pods are created at 10; one comes, three have no node, one does not start and
// one starts and is not ready. Of the group one instance comes of two.
func TestUnitsThatNeverCameAreWarnedOf(t *testing.T) {
	const group = "asg/nodes"
	var f facts
	for i := range 6 {
		f.event(10, web, timeline.Create, fmt.Sprint("p", i))
	}
	f.comes("p0", 0, 11, 13, 15)
	f.comes("p4", 0, 11, 0, 0)
	f.comes("p5", 0, 11, 13, 0)
	why := func(kind, unit, text string) {
		f.Events = append(f.Events, timeline.Event{At: at(12), Source: web, Kind: kind, Unit: unit, Text: text})
	}
	why(failedScheduling, "p5", "not of those that still wait")
	why(failedScheduling, "p2", "0/2 nodes are available: 2 Too many pods.")
	plain := slices.Clone(f.Events)
	why(notTriggered, "p3", "pod didn't trigger scale-up: 1 max node group size reached")
	all := f.Events
	q := Question{Fleets: []Fleet{{Name: web, Kind: HPA}, {Name: group, Kind: ASG}}}
	const waited = web + ": 6 units were created and 5 never became ready: 3 waited for a node (%s), 1 did not start, 1 ran and did not report ready; the stages are those of the others"
	for _, c := range []struct {
		name   string
		events []timeline.Event
		want   []string
	}{
		{"the scheduler's words", plain, []string{fmt.Sprintf(waited, "0/2 nodes are available: 2 Too many pods")}},
		{"the autoscaler's say more", all, []string{fmt.Sprintf(waited, "pod didn't trigger scale-up: 1 max node group size reached")}},
		{"none came", []timeline.Event{{At: at(10), Source: web, Kind: timeline.Create, Unit: "p9"}},
			[]string{web + ": 1 unit was created and 1 never became ready: 1 waited for a node"}},
		{"only since a moment ago", []timeline.Event{{At: at(30), Source: web, Kind: timeline.Create, Unit: "p9"}}, nil},
		{"gone soon", []timeline.Event{{At: at(10), Source: web, Kind: timeline.Create, Unit: "p9"}, {At: at(14), Source: web, Kind: timeline.Gone, Unit: "p9"}}, nil},
		{"there before", []timeline.Event{{At: at(10), Source: web, Kind: timeline.Gone, Unit: "p9"}}, nil},
		{"an instance", []timeline.Event{
			{At: at(10), Source: group, Kind: timeline.Create, Unit: "i-1"},
			{At: at(10), Source: group, Kind: timeline.Create, Unit: "i-2"},
			{At: at(20), Source: group, Kind: timeline.InService, Unit: "i-1"},
		}, []string{group + ": 2 units were created and 1 never became ready: 1 waited to come into service; the stages are those of the others"}},
	} {
		if diff := cmp.Diff(c.want, ran(nil, c.events).uncomeWarnings(q)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	// Of one that went before nobody looked it is known that it never came.
	gone := append(slices.Clone(all), timeline.Event{At: at(30), Source: web, Kind: timeline.Gone, Unit: "p2"})
	unknown := web + ": 6 units were created and what became of %s is not known: the fleet was not observed from 00:00:34 to the end; the stages are those of the others"
	for _, c := range []struct {
		name    string
		events  []timeline.Event
		to      float64 // the end of the gap; the run's is at 40
		want    []string
		missing int
	}{
		{"not seen at the end", all, 45, []string{fmt.Sprintf(unknown, "5")}, 0},
		{"until the run was stopped, just before its last second was over", all, 39.995, []string{fmt.Sprintf(unknown, "5")}, 0},
		{"seen again", all, 38, []string{fmt.Sprintf(waited, "pod didn't trigger scale-up: 1 max node group size reached")}, 5},
		{"one was gone before", gone, 40, []string{
			web + ": 6 units were created and 1 never became ready: 1 waited for a node (0/2 nodes are available: 2 Too many pods); the stages are those of the others",
			fmt.Sprintf(unknown, "4"),
		}, 1},
	} {
		blind := ran(nil, c.events)
		blind.Gaps = []timeline.Gap{{From: at(5), To: at(6), Source: web}, {From: at(34), To: at(c.to), Source: web}}
		if diff := cmp.Diff(c.want, blind.uncomeWarnings(q)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		for _, s := range blind.stages(Fleet{Name: web, Kind: HPA}, Span{}) {
			if s.Units != 1 || s.Missing != c.missing {
				t.Errorf("%s: stage %s is of %d units with %d missing; want 1 and %d", c.name, s.Name, s.Units, s.Missing, c.missing)
			}
		}
	}
	for _, s := range ran(nil, all).stages(Fleet{Name: web, Kind: HPA}, Span{}) {
		if s.Units != 1 || s.Missing != 5 {
			t.Errorf("stage %s is of %d units with %d missing; want 1 and 5", s.Name, s.Units, s.Missing)
		}
	}
}
