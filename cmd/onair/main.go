// Command onair rehearses a television campaign before it airs: it drives a
// planned traffic ramp at a staging, watches what scales, and reports headroom.
package main

import (
	"context"
	"io"
	"log"
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
	// net/http logs what a target sends unasked, secrets of a request that it
	// echoes included.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		// Not by the default of the signal: a script that starts onair with & may
		// have it ignored.
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt, syscall.SIGTERM)
		stop()
		<-again
		os.Exit(exitInterrupted)
	})
	return execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
