package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// Exit statuses.
const (
	exitPassed      = 0
	exitMissed      = 1   // an objective or the required headroom
	exitUsage       = 2   // bad usage or scenario
	exitInvalid     = 3   // the run proves nothing, or could not run
	exitAborted     = 4   // by a guard
	exitRefused     = 5   // for safety, before anything was sent
	exitInterrupted = 130 // by the user
)

// execute runs one command line and returns its exit status.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "onair",
		Short:         "Rehearse a television campaign before it airs",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	stderr = forPeople(stderr)
	defer ended(stderr)
	usage := true // until a command has begun its work
	root.PersistentPreRun = func(*cobra.Command, []string) { usage = false }
	root.AddCommand(newRehearse(), newCheck(), newPreflight(), newReport(), newCompare(), newSimulate(), newPlan(), newLab(), newSchema())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if v := (verdict{}); errors.As(err, &v) {
		return v.exit
	}
	if err == nil {
		return exitPassed
	}
	fmt.Fprintln(stderr, err)
	if usage {
		fmt.Fprintln(stderr, "(onair --help shows what there is)")
		return exitUsage
	}
	return failure(err)
}

// failure is the exit status of a command that could not do its work.
func failure(err error) int {
	switch {
	case errors.Is(err, load.ErrRefused):
		return exitRefused
	case errors.As(err, &usageError{}), errors.Is(err, rundir.ErrNotRun), errors.Is(err, report.ErrWith):
		return exitUsage
	}
	return exitInvalid
}

// usageError is about what the user wrote, not about what then happened.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// verdict is the error of a command that did its work and has nothing good to
// say; its words are in the report.
type verdict struct{ exit int }

func (v verdict) Error() string { return fmt.Sprintf("exit status %d", v.exit) }

// verdictOf turns what a run means into what its command returns.
func verdictOf(r capacity.Result) error {
	switch {
	case r.Interrupted:
		return verdict{exitInterrupted}
	case r.Verdict == capacity.Pass:
		return nil
	case r.Verdict == capacity.Fail:
		return verdict{exitMissed}
	case r.Verdict == capacity.Aborted:
		return verdict{exitAborted}
	}
	return verdict{exitInvalid}
}
