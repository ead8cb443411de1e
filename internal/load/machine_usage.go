package load

import (
	"math"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// usage is what was used up to one instant, in seconds; NaN where unknown.
type usage struct {
	at        time.Time
	own       float64 // processor time of this process
	busy, all float64 // processor time of the machine: used by anyone or stolen, and in all
	throttled float64 // time that a quota kept this process waiting
	paused    float64 // time that the garbage collector stopped this process
}

func (s system) usage() usage {
	u := usage{at: time.Now(), own: ownTime(), throttled: s.group.throttled(), paused: paused()}
	u.busy, u.all = s.processors()
	return u
}

// ownTime is the processor time this process has used, on all cores together.
func ownTime() float64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return math.NaN()
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// paused is how long the garbage collector has stopped everything. Reading it
// stops nothing, unlike runtime.ReadMemStats.
func paused() float64 {
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	return gc.PauseTotal.Seconds()
}

// processors adds up the machine's processor time. What a hypervisor gave to
// others is used: nobody here could have it.
func (s system) processors() (busy, all float64) {
	if !s.linux {
		return math.NaN(), math.NaN()
	}
	stat, err := s.proc.Stat()
	if err != nil {
		return math.NaN(), math.NaN()
	}
	// User and Nice hold Guest and GuestNice already.
	c := stat.CPUTotal
	busy = c.User + c.Nice + c.System + c.IRQ + c.SoftIRQ + c.Steal
	return busy, busy + c.Idle + c.Iowait
}

// share is a part of a whole from 0 to 1; NaN where the whole is nothing, as
// when a clock did not move. Clocks of different kinds stand behind the two, so
// that a whole and a hair more is a whole.
func share(part, whole float64) float64 {
	if !(whole > 0) {
		return math.NaN()
	}
	return min(max(part/whole, 0), 1)
}

// tellsOpenFiles is whether the kernel tells the number of open files without
// listing them.
var tellsOpenFiles = sync.OnceValue(func() bool {
	folder, err := os.Stat("/proc/self/fd")
	return err == nil && folder.Size() > 0
})
