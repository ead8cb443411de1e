package rundir

import (
	"os"
	"runtime"
	"strconv"
)

// environment says on what a run was made.
func environment() map[string]string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return map[string]string{
		"host": host,
		"os":   runtime.GOOS + "/" + runtime.GOARCH,
		"go":   runtime.Version(),
		"cpus": strconv.Itoa(runtime.GOMAXPROCS(0)),
	}
}
