package simulation

import (
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// node is one instance of those ever launched in a run.
type node struct {
	pods     int
	empty    time.Duration // since when there is none
	loss     uint16        // by which it is lost
	progress progress      // starting, lost, ready or gone
}

// nodes are the instances that a fleet's pods stand on.
type nodes struct {
	Nodes
	fleet    *fleet
	boot     stages
	late     stream
	all      []node // in the order they were launched
	places   places
	limits   autoscale.Group
	live     int // not gone
	lost     int // of them, lost
	ready    int
	waiting  int // pods without room
	scanning bool
}

func (f *fleet) newNodes(spec *Nodes) *nodes {
	c := &f.m.chance
	return &nodes{Nodes: *spec, fleet: f, boot: c.stages(spec.Boot), late: c.newStream()}
}

// begin puts the first pods on the first instances, evenly.
func (n *nodes) begin() {
	n.all, n.waiting, n.scanning = n.all[:0], 0, false
	n.places.clear()
	n.live, n.lost, n.ready = n.Start, 0, n.Start
	n.fleet.outcome.Nodes = n.Start
	n.limits = autoscale.Group{Min: n.Min, Max: n.Max, Desired: n.Start}
	for range n.Start {
		n.all = append(n.all, node{progress: ready})
	}
	f := n.fleet
	for i := range f.units {
		f.units[i].node = int32(i % n.Start)
		n.all[i%n.Start].pods++
	}
	for i := range n.all {
		n.noteEmpty(0, i)
	}
	for i, o := range n.Orders {
		at := o.At
		if len(o.Late) > 0 {
			at += one(&f.m.chance, n.late, o.Late)
		}
		f.m.agenda.push(entry{at: at, fleet: f.number, what: toOrderNodes, index: int32(i)})
	}
}

// take gives a pod room on the emptiest instance; without any it waits.
func (n *nodes) take(at time.Duration, u *unit) bool {
	best := -1
	for i := range n.all {
		if c := &n.all[i]; c.progress == ready && c.pods < n.PodsPerInstance && (best < 0 || c.pods < n.all[best].pods) {
			best = i
		}
	}
	if best < 0 {
		if u.progress != waiting {
			u.progress = waiting
			n.waiting++
			n.wantScan(at)
		}
		return false
	}
	if u.progress == waiting {
		n.waiting--
	}
	u.node = int32(best)
	n.all[best].pods++
	return true
}

// placeWaiting tries again for the pods without room, the oldest first.
func (n *nodes) placeWaiting(at time.Duration) {
	f := n.fleet
	for i := f.first; n.waiting > 0 && i < len(f.units); i++ {
		if f.units[i].progress != waiting {
			continue
		}
		if f.schedule(at, int32(i)); f.units[i].progress == waiting {
			return
		}
	}
}

// leave gives back the room of a pod that is gone, which had come so far.
func (n *nodes) leave(at time.Duration, u unit, was progress) {
	switch was {
	case waiting:
		n.waiting--
	case starting, ready:
		n.all[u.node].pods--
		n.placeWaiting(at)
		n.noteEmpty(at, int(u.node))
	}
}

// wantScan plans a look at the waiting pods.
func (n *nodes) wantScan(at time.Duration) {
	if !n.scanning {
		n.scanning = true
		n.fleet.m.agenda.push(entry{at: (at/n.Scan + 1) * n.Scan, fleet: n.fleet.number, what: toScan})
	}
}

// scan launches as many instances as the waiting pods need beyond those that
// already come. Those that are lost do not: a node autoscaler sees them as not ready.
func (n *nodes) scan(at time.Duration) {
	n.scanning = false
	if lacking := n.waiting - (n.limits.Desired-n.lost-n.ready)*n.PodsPerInstance; lacking > 0 {
		n.limits.Desired = min(n.limits.Desired+n.For(lacking), max(n.limits.Desired, n.limits.Max))
		n.fill(at)
	}
}

// fill launches what is lacking of the desired count, as far as the quota goes.
func (n *nodes) fill(at time.Duration) {
	f := n.fleet
	for n.live < n.limits.Desired && (n.Quota == 0 || n.live < n.Quota) {
		number := n.places.take(n.live)
		n.all = append(n.all, node{progress: starting})
		n.live++
		f.outcome.Nodes = max(f.outcome.Nodes, n.live)
		f.m.agenda.push(entry{at: at + f.m.chance.delay(n.boot, number), fleet: f.number, what: toBoot, index: int32(len(n.all) - 1)})
	}
}

// serve lets an instance carry pods.
func (n *nodes) serve(at time.Duration, index int32) {
	if n.all[index].progress != starting {
		return // it is gone, or lost
	}
	n.all[index].progress = ready
	n.ready++
	n.placeWaiting(at)
	n.noteEmpty(at, int(index))
}

// noteEmpty begins the time after which an instance without pods is given back.
func (n *nodes) noteEmpty(at time.Duration, index int) {
	if c := &n.all[index]; c.progress == ready && c.pods == 0 {
		c.empty = at
		n.fleet.m.agenda.push(entry{at: at + n.Unneeded, fleet: n.fleet.number, what: toEmpty, index: int32(index)})
	}
}

// giveBack takes an instance away that has been empty for long enough, unless
// the group is at its minimum.
func (n *nodes) giveBack(at time.Duration, index int32) {
	c := &n.all[index]
	if c.progress != ready || c.pods > 0 || at-c.empty < n.Unneeded || n.limits.Desired <= n.limits.Min {
		return
	}
	c.progress = gone
	n.live--
	n.ready--
	n.limits.Desired--
	n.fill(at)
}

// obey sets what an order names. What is too many goes when it is empty.
func (n *nodes) obey(at time.Duration, o Order) {
	before := n.limits.Desired
	n.limits = o.apply(n.limits)
	if n.limits.Desired < before {
		n.limits.Desired = max(n.limits.Desired, n.live)
	}
	n.fill(at)
}
