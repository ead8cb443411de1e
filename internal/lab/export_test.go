package lab

import "github.com/seed-f864f198/onair/internal/lab/world"

// Truth is the state that the lab's APIs are held against, with a channel that
// is closed when it changes.
func (l *Lab) Truth() (world.State, <-chan struct{}) { return l.world.State() }
