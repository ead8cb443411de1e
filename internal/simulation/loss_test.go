package simulation_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// Nobody notices at once: what is lost at 10 s serves nothing, and the others are begun
// 20 s later. They take as long from then as else from the loss.
func TestALossIsNoticedLater(t *testing.T) {
	pods := func(n *simulation.Nodes) *simulation.Pods {
		return &simulation.Pods{HPA: autoscale.HPA{Min: 6, Max: 9}, Start: simulation.Fixed(5 * s), Phase: simulation.Phase{15 * s}, Nodes: n}
	}
	for _, c := range []struct {
		name           string
		fleet          simulation.Fleet
		more           []simulation.Loss
		desired, ready string
	}{
		{name: "stands still", desired: "0: 6", ready: "0: 6, 10: 4"},
		{name: "group", fleet: simulation.Fleet{Group: &simulation.Group{Min: 1, Max: 9, Boot: simulation.Fixed(30 * s)}}, desired: "0: 6", ready: "0: 6, 10: 4, 60: 6"},
		{name: "pods", fleet: simulation.Fleet{Pods: pods(nil)}, desired: "0: 6", ready: "0: 6, 10: 4, 35: 6"},
		// One of three instances, with two pods; another boots in 30 s.
		{name: "nodes", fleet: simulation.Fleet{Pods: pods(&simulation.Nodes{Start: 3, Min: 3, Max: 3, PodsPerInstance: 2, Boot: simulation.Fixed(30 * s)})}, desired: "0: 6", ready: "0: 6, 10: 4, 65: 6"},
		{name: "nodes with room", fleet: simulation.Fleet{Pods: pods(&simulation.Nodes{Start: 3, Max: 3, PodsPerInstance: 3, Boot: simulation.Fixed(30 * s)})}, desired: "0: 6", ready: "0: 6, 10: 4, 35: 6"},
		// Half of the 4 that are left go at 15 s, and others come 10 s later, before those
		// of the first loss.
		{name: "a second loss", fleet: simulation.Fleet{Group: &simulation.Group{Min: 1, Max: 9, Boot: simulation.Fixed(30 * s)}},
			more: []simulation.Loss{{At: 15 * s, Share: 0.5, Replaced: 10 * s}}, desired: "0: 6", ready: "0: 6, 10: 4, 15: 2, 55: 4, 60: 6"},
		// Of 6 pods the two are given up that are not ready, and nobody replaces them.
		{name: "fewer are wanted", fleet: simulation.Fleet{Pods: pods(nil), Orders: []simulation.Order{{At: 20 * s, Min: at(4), Desired: at(4)}}},
			desired: "0: 6, 20: 4", ready: "0: 6, 10: 4"},
		// Two more of them are begun at once, and the lost ones are still there.
		{name: "more are wanted", fleet: simulation.Fleet{Pods: pods(nil), Orders: []simulation.Order{{At: 20 * s, Desired: at(8)}}},
			desired: "0: 6, 20: 8", ready: "0: 6, 10: 4, 25: 6, 35: 8"},
		// Pods on a node that is lost: two more wait for another, which their scan at 21 s
		// launches, for the lost one is none that comes. In its place one boots from 30 s.
		{name: "more on nodes", fleet: simulation.Fleet{Pods: pods(&simulation.Nodes{Start: 3, Max: 4, PodsPerInstance: 2, Boot: simulation.Fixed(30 * s)}), Orders: []simulation.Order{{At: 20 * s, Desired: at(8)}}},
			desired: "0: 6, 20: 8", ready: "0: 6, 10: 4, 56: 6, 65: 8"},
	} {
		c.fleet.Start, c.fleet.PerUnit = 6, hundred
		c.fleet.Losses = append([]simulation.Loss{{At: 10 * s, Share: 1. / 3, Replaced: 20 * s}}, c.more...)
		_, seconds := trace(t, simulation.Service{Waves: steps(600, 90), Fleets: []simulation.Fleet{c.fleet}})
		if diff := cmp.Diff([]string{c.desired, c.ready}, []string{changes(seconds.Desired[0]), changes(seconds.Ready[0])}); diff != "" {
			t.Errorf("%s: desired, and ready (-want +got):\n%s", c.name, diff)
		}
	}
}

// Lost pods have no metrics: where fewer are wanted they count as using all that they
// request, and no pod goes. 600/s on 6 pods of 200/s are at their target of 50 %. Of
// 300/s on the 4 that are left it is 37.5 %, for which 3 pods would do, and with two at
// 100 % it is 58 %. Replaced at 110 s and ready at 115 s, they are none of the 3
// (33.3 % over the last 15 s, of 4 pods) that the sync at 120 s wants.
func TestTheHPACountsLostPods(t *testing.T) {
	fleet := simulation.Fleet{Start: 6, PerUnit: []simulation.Rate{{Sustained: 200}}, CPU: simulation.CPU{Request: 1. / 200},
		Losses: []simulation.Loss{{At: 10 * s, Share: 1. / 3, Replaced: 100 * s}},
		Pods: &simulation.Pods{Start: simulation.Fixed(5 * s), Phase: simulation.Phase{15 * s}, Metrics: []simulation.Metric{{Target: 0.5}},
			HPA: autoscale.HPA{Min: 1, Max: 9, Behavior: &autoscale.Behavior{ScaleDown: &autoscale.Rules{Stabilization: new(time.Duration)}}}}}
	_, seconds := trace(t, simulation.Service{Waves: steps(600, 10, 300, 120), Fleets: []simulation.Fleet{fleet}})
	want := []string{"0: 6, 120: 3", "0: 6, 10: 4, 115: 6, 120: 3"}
	if diff := cmp.Diff(want, []string{changes(seconds.Desired[0]), changes(seconds.Ready[0])}); diff != "" {
		t.Errorf("desired, and ready (-want +got):\n%s", diff)
	}
	// By requests a pod, of which 100/s are wanted, one that is lost counts as at the
	// target: 4 x 75 + 2 x 100 are 5 pods' work, of which one is lost, then with
	// 4 x 75 + 100 that of 4, and 4 x 75 are that of 3.
	fleet.Pods.Metrics = []simulation.Metric{{Kind: simulation.PerUnit, Target: 100}}
	_, seconds = trace(t, simulation.Service{Waves: steps(600, 10, 300, 120), Fleets: []simulation.Fleet{fleet}})
	if got, want := changes(seconds.Desired[0]), "0: 6, 30: 5, 45: 4, 60: 3"; got != want {
		t.Errorf("by requests: desired = %q; want %q", got, want)
	}
}

// What boots as its zone is lost never serves, and neither does what stood on the rest.
func TestALossWhileBootingIsNoticedLater(t *testing.T) {
	fleet := standing(simulation.Nodes{Start: 1, Max: 2})
	fleet.Losses = []simulation.Loss{{At: 20 * s, Share: 1, Replaced: 40 * s}}
	_, seconds := trace(t, simulation.Service{Waves: steps(400, 120), Fleets: []simulation.Fleet{fleet}})
	if got, want := changes(seconds.Ready[0]), "0: 2, 20: 0, 95: 4"; got != want {
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
