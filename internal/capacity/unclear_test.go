package capacity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A time that is known only to 5 s to either side at best is one; what is known less
// well is none, unless the group's own activity tells it. The instance was created
// at 10; a poll saw it in service at 60.
func TestInServiceOverAGap(t *testing.T) {
	const group = "asg/web"
	for _, c := range []struct {
		name   string
		before float64   // the poll before, by the event itself; 0: it does not say
		polls  []float64 // of the group
		ended  float64   // by the activity; 0: it does not tell
		want   float64   // of the stage; 0: not known
	}{
		{"at the usual pace", 55, nil, 0, 47.5},
		{"one poll failed", 50, nil, 0, 45},
		{"and the next was answered a little later", 49.7, nil, 0, 44.85},
		{"two polls failed", 45, nil, 0, 0},
		{"a long gap", 20, nil, 0, 0},
		{"a long gap, and an activity", 20, nil, 38, 28},
		{"an activity that ended before the gap", 20, nil, 15, 0},
		{"by the readings, at the usual pace", 0, []float64{0, 55, 60}, 0, 47.5},
		{"by the readings, over a gap", 0, []float64{0, 20, 60}, 0, 0},
		{"by the readings, over a gap, and an activity", 0, []float64{0, 20, 60}, 38, 28},
		{"the event knows better than the readings", 55, []float64{0, 20, 60}, 0, 47.5},
		{"nobody looked before", 0, []float64{60}, 0, 0},
		{"an interval that ends before it begins", 70, nil, 0, 0},
		{"an interval that no run has", -1e9, nil, 0, 0},
	} {
		var f facts
		f.event(10, group, timeline.Create, "i-1")
		f.event(60, group, timeline.InService, "i-1")
		if c.before != 0 {
			f.Events[1].After = ptr(at(c.before))
		}
		for _, s := range c.polls {
			f.read(s, group, timeline.Ready, 1)
		}
		if c.ended > 0 {
			f.Events = append(f.Events, timeline.Event{At: at(c.ended), Source: group, Kind: "activity", Unit: "i-1", Text: "Successful: Launching a new EC2 instance: i-1"})
		}
		f.event(72, timeline.Target, timeline.Serving, "i-1")
		r := run{Timeline: f.Timeline}
		fleet := Fleet{Name: group, Kind: ASG}
		var want []Stage
		if c.want > 0 {
			came := seconds(c.want)
			served := seconds(62) - came // the first answer came 62 s after the creation
			want = []Stage{
				{Name: "in_service", P50: came, P90: came, Max: came, Units: 1},
				{Name: "serving", P50: served, P90: served, Max: served, Units: 1},
			}
		}
		if diff := cmp.Diff(want, r.stages(fleet, Span{})); diff != "" {
			t.Errorf("%s: stages (-want +got):\n%s", c.name, diff)
		}
		var warning []string
		if c.want == 0 {
			warning = []string{"asg/web: 1 unit was created, and when 1 came into service is known less closely than to 5 s: the stages that end or begin there are those of the others"}
		}
		if diff := cmp.Diff(warning, r.unclearWarnings(Question{Fleets: []Fleet{fleet}})); diff != "" {
			t.Errorf("%s: warnings (-want +got):\n%s", c.name, diff)
		}
		if up := r.units(fleet)[0].up; up == nil || *up != 60*time.Second {
			t.Errorf("%s: up at %v; want 60s, when a poll saw it, whatever is known of the stage", c.name, up)
		}
	}
}
