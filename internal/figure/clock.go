package figure

import (
	"fmt"
	"time"
)

// Clock writes the time of day in t's zone, as a clock shows it: 21:54:30.
func Clock(t time.Time) string { return t.Format("15:04:05") }

// Elapsed writes a time since a start, as a stopwatch shows it: 01:05, and
// 1:02:03 from an hour on. Where the start is known the time of day says more.
func Elapsed(d time.Duration) string {
	seconds := int64(d.Round(time.Millisecond) / time.Second)
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%02d:%02d", seconds/60, seconds%60)
}
