package load

import (
	"context"
	"time"
)

// wait returns at the instant until or as soon as possible after it, true; or
// false at once when ctx ends, even if until is past.
type wait func(ctx context.Context, until time.Time) bool

// waitByTimer waits with a timer alone, which wakes up to a millisecond or so
// late on a real clock and exactly on a simulated one.
func waitByTimer(ctx context.Context, until time.Time) bool {
	if ctx.Err() != nil {
		return false
	}
	left := time.Until(until)
	if left <= 0 {
		return true
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
