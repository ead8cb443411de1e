package load

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

// precision is how long before the due instant the kernel takes over from the
// timer: more than a timer is late (its queue is polled in whole milliseconds),
// and less than a cancelled run may go on.
const precision = 1800 * time.Microsecond

// waitPrecisely waits with a timer until shortly before the instant and then
// asleep in the kernel, which wakes about 0.1 ms late.
func waitPrecisely(ctx context.Context, until time.Time) bool {
	if !waitByTimer(ctx, until.Add(-precision)) {
		return false
	}
	for left := time.Until(until); left > 0; left = time.Until(until) {
		span := unix.NsecToTimespec(min(left, precision).Nanoseconds())
		// An early return, by a signal or by error, only goes round again.
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &span, nil)
	}
	return ctx.Err() == nil
}
