package world

import (
	"math"
	"sync"
)

// shared is what the requests of all units take in turn, first come first served in the order in which
// their services begin:
//
//	unit 1  slot |-- waits --|-- shared --|-- own time --|
//	unit 2  slot        |-------- waits --------|-- shared --|-- own time --|
//
// How long a request waits is known when it begins, so there is nothing to wake. Safe for concurrent use.
type shared struct {
	mu   sync.Mutex
	draw func() int64 // the next time, ns
	free []int64      // when each slot has done what it was given, by the world's clock
}

// Streams of random numbers besides that of names and delays, 0, and those of the units, which count from 1:
// what is added to a world draws from its own, so that the rest of the world stays as it was.
const (
	sharedStream = math.MaxUint64 - iota
	crashStream
	checkStream
)

// newShared returns nil where the units have nothing in common.
func (c Config) newShared() *shared {
	if c.Service.Shared == nil {
		return nil
	}
	s := c.Service
	s.Mean, s.Distribution = s.Shared.Mean, s.Shared.Distribution
	return &shared{draw: s.draws(c.Seed, sharedStream), free: make([]int64, s.Shared.Concurrency)}
}

// take gives a request that comes at an instant the slot that is free first, and returns when it is done
// with it.
func (s *shared) take(at int64) (done int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := soonest(s.free)
	s.free[slot] = max(at, s.free[slot]) + s.draw()
	return s.free[slot]
}
