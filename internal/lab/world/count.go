package world

import "sync/atomic"

// counts are the requests the units have answered.
type counts struct{ all, failed atomic.Uint64 }

func (c *counts) note(o outcome) outcome {
	if o != abandoned {
		c.all.Add(1)
	}
	if o == refused || o == cut {
		c.failed.Add(1)
	}
	return o
}

// Answered returns how many requests the units have answered since the world
// began, and how many of those with a status of 500 and above.
func (w *World) Answered() (all, failed uint64) {
	return w.router.counts.all.Load(), w.router.counts.failed.Load()
}
