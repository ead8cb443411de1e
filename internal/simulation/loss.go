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

// lose takes some of the fleet's units away, and starts others.
func (f *fleet) lose(at time.Duration, l Loss) {
	if f.nodes != nil {
		f.nodes.lose(at, l)
	} else {
		hit := struck{hits: l.Takes(f.total), of: f.total}
		for i := f.first; i < len(f.units); i++ {
			if f.units[i].progress != gone && hit.next() {
				f.remove(at, i)
			}
		}
	}
	switch {
	case f.Pods != nil:
		f.reconcile(at)
	case f.Group != nil:
		f.resize(at, f.desired)
	}
}

// lose takes some of the instances away, with the pods on them.
func (n *nodes) lose(at time.Duration, l Loss) {
	hit := struck{hits: l.Takes(n.live), of: n.live}
	for i := range n.all {
		if n.all[i].progress != gone && hit.next() {
			n.strike(at, i)
		}
	}
	n.fill(at)
}

func (n *nodes) strike(at time.Duration, index int) {
	if n.all[index].progress == ready {
		n.ready--
	}
	n.all[index].progress = gone
	n.live--
	f := n.fleet
	for i := f.first; i < len(f.units); i++ {
		if u := f.units[i]; int(u.node) == index && (u.progress == starting || u.progress == ready) {
			f.remove(at, i)
		}
	}
}
