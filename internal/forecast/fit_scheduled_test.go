package forecast

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

var began = time.Date(2026, 11, 2, 11, 0, 0, 0, time.UTC)

// due is a scheduled action of the rehearsal, so many seconds after its beginning.
func due(name string, at float64, least int) autoscale.Scheduled {
	return autoscale.Scheduled{Name: name, At: began.Add(secs(at)[0]), Min: &least}
}

// TestReplayPlaysScheduledActions: two minutes into the rehearsal, long before its spot,
// a scheduled action grows the group to 9. The replay grows there too, and the model
// that is asked does not.
func TestReplayPlaysScheduledActions(t *testing.T) {
	k := tracked(0)
	k.fleet.Orders = []simulation.Order{{At: 3 * time.Minute, Min: new(9)}} // a minute of which nobody comes
	nightly := due("nightly", 86400, 2)
	nightly.Recurrence, nightly.Zone = "2 20 * * *", "Asia/Tokyo"
	k.spec.Group.Scheduled = []autoscale.Scheduled{due("evening", 120, 9), nightly}
	r := k.rehearse()
	r.Start = began
	m := r.fitted(t)
	units := m.Replay.Units[0]
	latest := 120 + 120 + 35 // the action, by how much it may be late, and an instance's boot
	if before, after := units.Simulated[119], units.Simulated[latest]; before >= 9 || after < 9 {
		t.Errorf("the replay has %d units before the action and %d after; want 9 after it", before, after)
	}
	if *units.Mean > 0.15 || m.Replay.Trusted() != nil {
		t.Errorf("units off by %g: %v; want at most 15 %%, for the action may be late", *units.Mean, m.Replay.Trusted())
	}
	if got := m.Service.Fleets[0].Orders; got != nil {
		t.Errorf("orders of what is asked = %v; want none", got)
	}
	if diff := cmp.Diff(k.spec.Group.Scheduled, m.Fleets[0].Scheduled); diff != "" {
		t.Errorf("scheduled (-want +got):\n%s", diff)
	}
	for _, want := range []string{
		"evening, next at 2026-11-02 11:02 UTC, sets min 9: it is taken not to be due",
		`nightly, next at 2026-11-03 11:00 UTC and again by the cron "2 20 * * *" in Asia/Tokyo, sets min 2: it is taken not to be due`,
	} {
		if want = nodes + ": its scheduled action " + want; !strings.Contains(strings.Join(m.Assumed, "\n"), want) {
			t.Errorf("assumed %q; want %q among it", m.Assumed, want)
		}
	}
	if off := math.Abs(m.Service.Fleets[0].CPU.Request/0.025 - 1); off > 0.1 {
		t.Errorf("a request takes %g of an instance; want 0.025 within 10 %%, for the action decided by no load", m.Service.Fleets[0].CPU.Request)
	}
}

// TestReplayPlaysActionsOfNodes does so for the instances under pods.
func TestReplayPlaysActionsOfNodes(t *testing.T) {
	r := onNodes()
	text, err := autoscale.Spec{Group: &autoscale.GroupSpec{Min: 1, Max: 9, Scheduled: []autoscale.Scheduled{due("evening", 60, 3)}}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	r.Start = began
	r.Events = append(r.Events, timeline.Event{At: -1, Source: nodes, Kind: timeline.Scaler, Spec: text})
	f := &fitting{Timeline: r.Timeline, q: r.q, r: r.r, loads: make(map[string]load), late: make(map[string]time.Duration)}
	s, err := f.service()
	if err != nil {
		t.Fatal(err)
	}
	replayed := f.rehearsed(s, f.demand(), 30)
	if got := replayed.Fleets[0].Pods.Nodes.Orders; len(got) != 1 || got[0].At != 90*time.Second || *got[0].Min != 3 {
		t.Errorf("orders of the nodes = %+v; want min 3 a minute after the rehearsal's 30 s of lead", got)
	}
	if got := s.Fleets[0].Pods.Nodes.Orders[0].At; got != time.Minute {
		t.Errorf("the fit's own order is at %s; want 1m", got)
	}
	m := r.fitted(t)
	if got := m.Service.Fleets[0].Pods.Nodes.Orders; got != nil {
		t.Errorf("orders of what is asked = %v; want none", got)
	}
	if got := m.Fleets[0].Nodes.Scheduled; len(got) != 1 || got[0].Name != "evening" {
		t.Errorf("scheduled = %v; want evening", got)
	}
}

// TestDue takes each action as its group was told last before.
func TestDue(t *testing.T) {
	f := &fitting{Timeline: timeline.Timeline{Start: began}}
	tell := func(at float64, actions ...autoscale.Scheduled) {
		text, err := autoscale.Spec{Group: &autoscale.GroupSpec{Max: 9, Scheduled: actions}}.Text()
		if err != nil {
			t.Fatal(err)
		}
		f.Events = append(f.Events, timeline.Event{At: timeline.Offset(secs(at)[0]), Source: nodes, Kind: timeline.Scaler, Spec: text})
	}
	tell(-5, due("gone by", -20, 1), due("early", 60, 2), due("moved", 300, 3), due("taken back", 400, 4))
	tell(65, due("moved", 330, 5), due("taken back", 400, 4), due("tomorrow", 86400+60, 2))
	tell(350, due("tomorrow", 86400+60, 2))
	f.Events = append(f.Events, timeline.Event{Source: nodes, Kind: timeline.Scaler, Spec: "{"}, timeline.Event{Source: web, Kind: timeline.Scaler})
	var got []string
	for _, o := range f.due(nodes) {
		if o.At < time.Hour {
			got = append(got, o.At.String())
		}
	}
	if diff := cmp.Diff([]string{"1m0s", "5m30s"}, got); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		at   float64
		to   int
		want bool
	}{{60, 2, true}, {185, 2, true}, {195, 2, false}, {55, 2, false}, {70, 3, false}} {
		if got := f.byAction(nodes, capacity.Growth{At: secs(c.at)[0], To: c.to}); got != c.want {
			t.Errorf("a growth to %d at %gs is by an action: %v; want %v", c.to, c.at, got, c.want)
		}
	}
}
