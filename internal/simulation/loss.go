package simulation

import (
	"math"
	"time"
)

// Takes is how many of so many units go (or of the nodes they stand on): the share
// of them, rounded to the nearest, a half up. Of any there are at least one goes,
// for a zone that is lost had something in it.
//
//	1/3 of 6, 4, 2, 1 units   2, 1, 1, 1
func (l Loss) Takes(of int) int {
	const bits = 1e-9 // three thirds are one
	if l.Share <= 0 || of <= 0 {
		return 0
	}
	return min(max(int(math.Floor(l.Share*float64(of)+0.5+bits)), 1), of)
}

// struck yields so many of those that are counted, spread evenly: the last of each
// stretch.
type struck struct{ hits, of, seen int }

func (s *struck) next() bool {
	before := s.seen * s.hits / s.of
	s.seen++
	return s.seen*s.hits/s.of > before
}

// lose lets some of the fleet's units serve no more. They are still there in name until
// others are begun in their place.
func (f *fleet) lose(at time.Duration, index int) {
	l := f.Losses[index]
	if f.nodes != nil {
		f.nodes.lose(uint16(index))
	} else {
		there := f.total - f.lost
		hit := struck{hits: l.Takes(there), of: there}
		for i := f.first; i < len(f.units); i++ {
			if p := f.units[i].progress; p != gone && p != lost && hit.next() {
				f.fail(i, uint16(index))
			}
		}
	}
	if l.Replaced == 0 {
		f.replace(at, index)
		return
	}
	f.m.agenda.push(entry{at: at + l.Replaced, fleet: f.number, what: toReplace, index: int32(index)})
}

// fail loses a unit.
func (f *fleet) fail(index int, loss uint16) {
	u := &f.units[index]
	was := u.progress
	u.progress, u.loss = lost, loss
	f.lost++
	if was == ready {
		f.ready--
		f.changed()
	}
}

// replace gives up what a loss took, and begins others.
func (f *fleet) replace(at time.Duration, loss int) {
	for i := f.first; i < len(f.units); i++ {
		if u := f.units[i]; u.progress == lost && int(u.loss) == loss {
			f.remove(at, i)
		}
	}
	if f.nodes != nil {
		f.nodes.replace(at, loss)
	}
	switch {
	case f.Pods != nil:
		f.reconcile(at)
	case f.Group != nil:
		f.resize(at, f.desired)
	}
}

// lose lets some of the instances serve no more, and the pods on them.
func (n *nodes) lose(loss uint16) {
	there := n.live - n.lost
	hit := struck{hits: n.fleet.Losses[loss].Takes(there), of: there}
	for i := range n.all {
		if p := n.all[i].progress; p != gone && p != lost && hit.next() {
			n.strike(i, loss)
		}
	}
}

func (n *nodes) strike(index int, loss uint16) {
	c := &n.all[index]
	if c.progress == ready {
		n.ready--
	}
	c.progress, c.loss = lost, loss
	n.lost++
	f := n.fleet
	for i := f.first; i < len(f.units); i++ {
		if u := f.units[i]; int(u.node) == index && (u.progress == starting || u.progress == ready) {
			f.fail(i, loss)
		}
	}
}

// replace gives up the instances that a loss took, and launches others.
func (n *nodes) replace(at time.Duration, loss int) {
	for i := range n.all {
		if c := &n.all[i]; c.progress == lost && int(c.loss) == loss {
			c.progress = gone
			n.live--
			n.lost--
		}
	}
	n.fill(at)
}
