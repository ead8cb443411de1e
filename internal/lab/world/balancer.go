package world

import (
	"slices"
	"time"
)

// register lets requests reach a unit when the load balancer finds it healthy,
// and notes in healthy when that is. What is there when the world begins is
// known to it.
func (w *World) register(u *unit, healthy *time.Time) {
	b := w.config.Balancer
	if b == nil || w.now.Equal(w.start) {
		w.admit(u, healthy)
		return
	}
	w.after(drawn(w.checks, b.Register, b.Spread), func() {
		if !u.withdrawn {
			w.admit(u, healthy)
		}
	})
}

func (w *World) admit(u *unit, healthy *time.Time) {
	*healthy = w.now
	w.router.add(u)
	w.dirty = true
}

// withdraw lets no further request reach a unit, for good.
func (w *World) withdraw(u *unit) {
	u.withdrawn = true
	w.ready = slices.DeleteFunc(w.ready, func(r *unit) bool { return r == u })
	w.router.remove(u)
}

// newReady makes a unit that is ready and wears out.
func (w *World) newReady(name string, crash func()) *unit {
	u := w.newUnit(name)
	w.ready = append(w.ready, u)
	w.wear(u, crash)
	return u
}
