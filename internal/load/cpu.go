package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns the processor time this process has used so far, on all cores
// together.
func cpuTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
