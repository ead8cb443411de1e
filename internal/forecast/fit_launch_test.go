package forecast

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// TestInstancesWithoutALaunch came, but nobody may read the activities of their group:
// no way has legs, and no decision is known. They take what is usual.
func TestInstancesWithoutALaunch(t *testing.T) {
	unseen := func(r *rehearsal) *Model {
		group := &r.r.Fleets[len(r.r.Fleets)-1]
		group.Growths = nil
		for i, w := range group.Ways {
			group.Ways[i] = capacity.Way{Unit: w.Unit, Ready: w.Ready, Serves: w.Serves}
		}
		return r.fitted(t)
	}
	under, serving := unseen(onNodes()), unseen(tracked(0).rehearse())
	for _, c := range []struct {
		name  string
		boot  simulation.Delay
		want  time.Duration
		known []time.Duration
		model *Model
	}{
		{"under pods", under.Service.Fleets[0].Pods.Nodes.Boot, 90 * time.Second, under.Fleets[0].Node, under},
		{"that serve", serving.Service.Fleets[0].Group.Boot, 120 * time.Second, serving.Fleets[0].Pod, serving},
	} {
		if diff := cmp.Diff(simulation.Fixed(c.want), c.boot); diff != "" {
			t.Errorf("instances %s: boot (-want +got):\n%s", c.name, diff)
		}
		if len(c.known) > 0 {
			t.Errorf("instances %s: measured %v; want nothing, for nobody saw a launch", c.name, c.known)
		}
		if want := nodes + ": no instance was seen to start: it is taken to take"; !strings.Contains(strings.Join(c.model.Assumed, "\n"), want) {
			t.Errorf("instances %s: assumed %q; want %q among it", c.name, c.model.Assumed, want)
		}
	}
}
