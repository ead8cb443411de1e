package simulation_test

import (
	"testing"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// A third of 6 units goes at 10 s: 2 are gone until others have started.
func TestAZoneIsLost(t *testing.T) {
	pods := func(n *simulation.Nodes) *simulation.Pods {
		return &simulation.Pods{HPA: autoscale.HPA{Min: 6, Max: 9}, Start: simulation.Fixed(5 * s), Phase: simulation.Phase{15 * s}, Nodes: n}
	}
	for _, c := range []struct {
		name  string
		fleet simulation.Fleet
		share float64
		ready string
	}{
		{"stands still", simulation.Fleet{}, 1. / 3, "0: 6, 10: 4"},
		{"two thirds", simulation.Fleet{}, 2. / 3, "0: 6, 10: 2"},
		{"a quarter of 6 is 1.5, 2", simulation.Fleet{}, 0.25, "0: 6, 10: 4"},
		{"a fifth of 6 is 1.2, 1", simulation.Fleet{}, 0.2, "0: 6, 10: 5"},
		{"a hundredth is one", simulation.Fleet{}, 0.01, "0: 6, 10: 5"},
		{"none", simulation.Fleet{}, 0, "0: 6"},
		{"all", simulation.Fleet{}, 1, "0: 6, 10: 0"},
		{"group", simulation.Fleet{Group: &simulation.Group{Min: 1, Max: 9, Boot: simulation.Fixed(30 * s)}}, 1. / 3, "0: 6, 10: 4, 40: 6"},
		{"pods", simulation.Fleet{Pods: pods(nil)}, 1. / 3, "0: 6, 10: 4, 15: 6"},
		// One of three instances, with two pods; another boots in 30 s.
		{"nodes", simulation.Fleet{Pods: pods(&simulation.Nodes{Start: 3, Min: 3, Max: 3, PodsPerInstance: 2, Boot: simulation.Fixed(30 * s)})}, 1. / 3, "0: 6, 10: 4, 45: 6"},
		// The other two have room.
		{"nodes with room", simulation.Fleet{Pods: pods(&simulation.Nodes{Start: 3, Max: 3, PodsPerInstance: 3, Boot: simulation.Fixed(30 * s)})}, 1. / 3, "0: 6, 10: 4, 15: 6"},
	} {
		c.fleet.Start, c.fleet.PerUnit, c.fleet.Losses = 6, hundred, []simulation.Loss{{At: 10 * s, Share: c.share}}
		_, seconds := trace(t, simulation.Service{Waves: steps(600, 60), Fleets: []simulation.Fleet{c.fleet}})
		if got := changes(seconds.Ready[0]); got != c.ready {
			t.Errorf("%s: ready = %q; want %q", c.name, got, c.ready)
		}
	}
}

// An instance that is lost while it boots never serves; the one launched in its
// place does.
func TestALossWhileBooting(t *testing.T) {
	fleet := standing(simulation.Nodes{Start: 1, Max: 2})
	// Launched at 16 s, lost at 20 s with the first; both are launched again, and
	// serve 30 s later.
	fleet.Losses = []simulation.Loss{{At: 20 * s, Share: 1}}
	_, seconds := trace(t, simulation.Service{Waves: steps(400, 90), Fleets: []simulation.Fleet{fleet}})
	if got, want := changes(seconds.Ready[0]), "0: 2, 20: 0, 55: 4"; got != want {
		t.Errorf("ready = %q; want %q", got, want)
	}
}

// A zone that is lost takes something wherever there is anything: half of one node is
// that node, with all that stands on it.
func TestALossTakesAtLeastOne(t *testing.T) {
	for _, c := range []struct {
		share    float64
		of, want int
	}{
		{1. / 2, 1, 1}, {1. / 3, 2, 1}, {1. / 3, 3, 1}, {1. / 3, 4, 1}, {1. / 3, 5, 2}, {1. / 3, 6, 2}, {1. / 3, 100, 33},
		{1. / 2, 3, 2}, {2. / 3, 3, 2}, {1, 7, 7}, {0.001, 10, 1}, {0, 10, 0}, {1, 0, 0}, {0.1 + 0.2, 10, 3},
	} {
		if got := (simulation.Loss{Share: c.share}).Takes(c.of); got != c.want {
			t.Errorf("Loss{Share: %g}.Takes(%d) = %d; want %d", c.share, c.of, got, c.want)
		}
	}
	pods := simulation.Fleet{Start: 4, PerUnit: hundred, Losses: []simulation.Loss{{At: 10 * s, Share: 0.5}}, Pods: &simulation.Pods{
		HPA: autoscale.HPA{Min: 4, Max: 9}, Start: simulation.Fixed(5 * s), Phase: simulation.Phase{15 * s},
		Nodes: &simulation.Nodes{Start: 1, Min: 1, Max: 1, PodsPerInstance: 4, Boot: simulation.Fixed(30 * s)},
	}}
	_, seconds := trace(t, simulation.Service{Waves: steps(400, 90), Fleets: []simulation.Fleet{pods}})
	if got, want := changes(seconds.Ready[0]), "0: 4, 10: 0, 45: 4"; got != want {
		t.Errorf("half of one node: ready = %q; want %q", got, want)
	}
}
