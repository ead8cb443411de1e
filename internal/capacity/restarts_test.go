package capacity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Two pods crash as they start, one of them three times and once more when it
// serves; a third never comes, and one of the start is told of by its restart only.
func TestRestartsAreWarnedOf(t *testing.T) {
	var f facts
	f.comes("p0", 10, 11, 14, 16)
	f.comes("p1", 10, 11, 22, 24)
	f.comes("p2", 10, 12, 20, 23)
	f.comes("p3", 10, 12, 0, 0)
	restart := func(s float64, source, unit, text string) timeline.Event {
		return timeline.Event{At: at(s), Source: source, Kind: restarted, Unit: unit, Text: text}
	}
	const failed, killed = "container app was started again: Error, exit code 1", "container app was started again: OOMKilled, exit code 137"
	q := Question{Fleets: []Fleet{{Name: web, Kind: HPA}, {Name: "hpa/default/api", Kind: HPA}}}
	for _, c := range []struct {
		name   string
		events []timeline.Event
		want   []string
	}{
		{"none", nil, nil},
		{"while starting", []timeline.Event{restart(13, web, "p1", "container app was started again 3 times, at last: Error, exit code 1"), restart(14, web, "p2", failed)},
			[]string{web + ": containers of 2 units were started again 4 times before the units were ready (Error, exit code 1); start took up to 11 s"}},
		{"a unit that never came", []timeline.Event{restart(13, web, "p3", failed), restart(30, web, "p3", killed), restart(35, web, "p3", failed)},
			[]string{web + ": containers of 1 unit were started again 3 times before the units were ready (Error, exit code 1; OOMKilled, exit code 137); start took up to 11 s"}},
		{"when they served", []timeline.Event{restart(30, web, "p0", killed)},
			[]string{web + ": containers of 1 unit were started again once after the units had been ready (OOMKilled, exit code 137)"}},
		{"when it served, both seen late", []timeline.Event{
			{At: at(20), Seen: ptr(at(30)), Source: web, Kind: timeline.UnitReady, Unit: "p3"}, restart(25, web, "p3", killed)},
			[]string{web + ": containers of 1 unit were started again once after the units had been ready (OOMKilled, exit code 137)"}},
		{"both, and of a unit of the start", []timeline.Event{restart(13, web, "p1", failed), restart(30, web, "p1", killed), restart(31, web, "old", "container app was started again: how it ended is not told")},
			[]string{
				web + ": containers of 1 unit were started again once before the units were ready (Error, exit code 1); start took up to 11 s",
				web + ": containers of 2 units were started again 2 times after the units had been ready (OOMKilled, exit code 137; how it ended is not told)",
			}},
		{"of another fleet, of which no start is told", []timeline.Event{{At: at(9), Source: "hpa/default/api", Kind: timeline.Create, Unit: "a0"}, restart(13, "hpa/default/api", "a0", failed)},
			[]string{"hpa/default/api: containers of 1 unit were started again once before the units were ready (Error, exit code 1)"}},
		{"after the run", []timeline.Event{restart(41, web, "p0", killed)}, nil},
	} {
		if diff := cmp.Diff(c.want, ran(nil, append(f.Events[:len(f.Events):len(f.Events)], c.events...)).restartWarnings(q)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
