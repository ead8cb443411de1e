// Command onair rehearses a television campaign before it airs: it drives a
// planned traffic ramp at a staging, watches what scales, and reports headroom.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set when a release is built.
var version = "dev"

func main() { os.Exit(run()) }

// run ends ctx on the first interrupt, for a clean stop and a report; a second
// one ends the process at once.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
