package forecast

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Cadences of what looks for pods that wait: Karpenter gathers them for about a
// second, cluster-autoscaler looks every 10 s.
const (
	karpenterScan  = time.Second
	autoscalerScan = 10 * time.Second
)

// nodes is the group that a fleet's pods stand on; nil where none is watched.
func (f *fitting) nodes(fleet *simulation.Fleet, known *Fleet, pods capacity.FleetResult) *simulation.Nodes {
	group := f.carrier(pods)
	if group == nil {
		return nil
	}
	start, ok := ableAt(*group, 0)
	if !ok || start == 0 {
		f.assume("%s: how many instances there were was not observed: its pods are taken to have room at once", group.Name)
		return nil
	}
	n := &simulation.Nodes{Start: start, PodsPerInstance: f.density(pods, *group)}
	n.Start = max(n.Start, n.For(fleet.Start))
	n.Min, n.Max = orElse(group.Min, 0), orElse(group.Max, math.MaxInt32)
	n.Max = max(n.Max, n.Min)
	n.Quota = f.quota(*group)
	f.notCome(*group)
	known.Node = between(f.steps(*group), begun, inService)
	if n.Boot = measured(known.Node); n.Boot == nil {
		n.Boot = simulation.Fixed(usualNode)
		f.assume("%s: no instance was seen to start: it is taken to take %s until it is in service", group.Name, seconds(usualNode))
	}
	n.Scan, n.Orders = f.scan(pods, *group), f.due(group.Name)
	known.Nodes = &NodeGroup{Name: group.Name, Min: group.Min, Max: group.Max, PodsPerInstance: n.PodsPerInstance, Scheduled: f.toCome(group.Name)}
	return n
}

func orElse(n *int, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return *n
}

// carrier is the group that a fleet's pods stand on: of several the one that grew
// most. Where several fleets of pods share it, each is taken to have it alone.
func (f *fitting) carrier(pods capacity.FleetResult) *capacity.FleetResult {
	var best *capacity.FleetResult
	groups := 0
	for i := range f.r.Fleets {
		r := &f.r.Fleets[i]
		if r.Kind != capacity.ASG {
			continue
		}
		groups++
		if best == nil || grown(*r) > grown(*best) {
			best = r
		}
	}
	if best != nil && groups > 1 {
		f.assume("%s: which group its pods stand on is not known: it is taken to be %s, which grew most", pods.Name, best.Name)
	}
	return best
}

func grown(r capacity.FleetResult) int { return orElse(r.ReadyMax, 0) - orElse(r.ReadyStart, 0) }

// density is how many pods an instance has room for: as the cluster tells, but at least
// as many as stood there when it did, else as many as there ever were for each. That may
// be too many: a group is polled, and new pods are ready before a poll shows the instance
// that they stand on.
func (f *fitting) density(pods, group capacity.FleetResult) int {
	for _, p := range f.Series(pods.Name, timeline.Room) {
		n, ok := ableAt(group, time.Duration(p.At))
		if !ok || n == 0 {
			continue
		}
		told, stood := int(p.Value)/n, 0
		if ready, ok := ableAt(pods, time.Duration(p.At)); ok {
			stood = (ready + n - 1) / n
		}
		if told < stood {
			f.assume("%s: its nodes were read to have room for %s of its pods, and as many as %s stood on each: it is taken to be that", pods.Name, figure.Count(int(p.Value)), figure.Count(stood))
		}
		return max(told, stood, 1)
	}
	most := f.densest(pods, group)
	f.assume("%s: how many of its pods an instance has room for was not observed: it is taken to be %s, as many as there were", pods.Name, figure.Count(max(most, 1)))
	return max(most, 1)
}

// densest is the most ready pods there were for each ready instance.
func (f *fitting) densest(pods, group capacity.FleetResult) int {
	most := 1
	for _, p := range pods.Able {
		if n, ok := ableAt(group, time.Duration(p.At)); ok && n > 0 {
			most = max(most, int(math.Ceil(p.Value/float64(n)-1e-9)))
		}
	}
	return most
}

// cut is by how much a wait may look longer than it was: an event's clock is cut to the
// second.
const cut = time.Second

// scan is how often pods that wait are looked for: Karpenter's cadence, else the fewest
// of cluster-autoscaler's that are no shorter than the last of them ever waited for a
// launch.
func (f *fitting) scan(pods, group capacity.FleetResult) time.Duration {
	longest, seen := time.Duration(0), false
	for _, g := range group.Growths {
		if last, ok := f.lastWithoutRoom(pods.Name, g.At); ok {
			longest, seen = max(longest, g.At-last), true
		}
	}
	longest = max(0, longest-cut)
	switch {
	case !seen:
		f.assume("%s: no pod was seen to wait for an instance to be launched: that is taken to be looked for every %s", group.Name, seconds(autoscalerScan))
		return autoscalerScan
	case longest <= karpenterScan:
		return karpenterScan
	}
	return (longest + autoscalerScan - 1).Truncate(autoscalerScan)
}

// lastWithoutRoom is when a pod was last told, up to a minute before an instant, that no
// node had room for it.
func (f *fitting) lastWithoutRoom(pods string, before time.Duration) (at time.Duration, ok bool) {
	for _, e := range f.Events {
		if t := time.Duration(e.At); e.Source == pods && e.Kind == noRoom && t <= before && before-t < time.Minute && (!ok || t > at) {
			at, ok = t, true
		}
	}
	return at, ok
}
