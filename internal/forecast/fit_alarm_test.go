package forecast

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// TestTriesAreForgotten: how busy instances were is told by their only decision, if its
// alarm saw a period of 20 s late; of the period just before it nothing is known. That
// this would have to be assumed of an alarm that sees at once is nobody's concern.
func TestTriesAreForgotten(t *testing.T) {
	r := tracked(20 * time.Second).rehearse()
	fleet := &r.r.Fleets[0]
	fleet.Growths = fleet.Growths[:1]
	for i := range fleet.Ways {
		fleet.Ways[i].Growth = nil
	}
	decided := fleet.Growths[0].At
	r.Gaps = append(r.Gaps, timeline.Gap{Source: nodes, From: timeline.Offset(decided - 15*time.Second), To: timeline.Offset(decided - 5*time.Second)})
	m := r.fitted(t)
	if got := m.Service.Fleets[0].Group.Policies[0].Metric.Delay; got != 20*time.Second {
		t.Fatalf("delay = %s; want 20s, so that the decision tells", got)
	}
	want := []string{nodes + ": its policy seer is of type PredictiveScaling, which is not played: it is taken to do nothing",
		nodes + ": how late its alarms see their data points was not read: it is taken to be 20s, by which of 4 periods of 20s, 0 to 3, the rehearsal is played most closely, so the replay's error is the least over those tried"}
	if diff := cmp.Diff(want, m.Assumed); diff != "" {
		t.Errorf("assumed (-want +got):\n%s", diff)
	}
}
