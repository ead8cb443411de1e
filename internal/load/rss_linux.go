package load

import (
	"fmt"
	"os"
)

// residentBytes returns the memory this process holds.
func residentBytes() (float64, bool) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		return 0, false
	}
	return float64(resident) * float64(os.Getpagesize()), true
}
