package simulation

import "time"

// struck yields every how-many-th of those that are counted: a share of them,
// spread evenly and rounded down.
type struck struct{ share, sum float64 }

func (s *struck) next() bool {
	const bits = 1e-9 // three thirds are one
	if s.sum += s.share; s.sum < 1-bits {
		return false
	}
	s.sum--
	return true
}

// lose takes a share of the fleet's units away, and starts others.
func (f *fleet) lose(at time.Duration, share float64) {
	if f.nodes != nil {
		f.nodes.lose(at, share)
	} else {
		hit := struck{share: share}
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

// lose takes a share of the instances away, with the pods on them.
func (n *nodes) lose(at time.Duration, share float64) {
	hit := struck{share: share}
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
