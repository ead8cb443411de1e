package main

import (
	"context"
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// rehearseOptions are the flags of onair rehearse.
type rehearseOptions struct {
	scenarioOptions
	out, font      string
	hits           bool
	stdout, stderr io.Writer
}

func newRehearse() *cobra.Command {
	var o rehearseOptions
	cmd := &cobra.Command{
		Use:   "rehearse FILE",
		Short: "Run a rehearsal and report headroom",
		Long: `Run a rehearsal: send the scenario's traffic to its target, watch what scales,
and report headroom. Without target.url, a lab: section makes the embedded
staging the target.

What onair preflight asks is asked first: warnings stay with the run, and nothing
is sent where a check fails (exit status 3).

Ctrl-C stops sending at once, gives requests in flight 2 s to finish and reports
what there is; a second Ctrl-C quits.

With --hits the run directory also has one line for each request sent, which
vegeta's commands read:

  zstd -dc reports/RUN/hits.ndjson.zst | vegeta report
  zstd -dc reports/RUN/hits.ndjson.zst | vegeta plot > plot.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file, o.stdout, o.stderr = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			return rehearse(cmd.Context(), o)
		},
	}
	o.scenarioOptions.flags(cmd)
	cmd.Flags().StringVar(&o.out, "out", "reports", "folder in which the run directory is made")
	cmd.Flags().BoolVar(&o.hits, "hits", false, "keep every request in the run directory, as hits.ndjson.zst")
	addFont(cmd, &o.font)
	return cmd
}

// rehearse is one rehearsal from scenario file to verdict.
func rehearse(ctx context.Context, o rehearseOptions) error {
	if err := useFont(o.font); err != nil {
		return err
	}
	plan, stop, err := prepare(ctx, o.scenarioOptions)
	if err != nil {
		return err
	}
	defer stop()
	if plan.Warnings, err = cleared(ctx, plan, o.file, o.stderr); err != nil {
		return err
	}
	folded := group(o.stderr, "rehearsal")
	progress := newProgress(ctx, o.stderr, plan.Scenario)
	plan.Root, plan.Hits, plan.Progress = o.out, o.hits, progress.show
	dir, err := rehearsal.Run(ctx, plan)
	progress.done()
	folded()
	if err != nil {
		return err
	}
	return writeReport(dir, o.stdout)
}

// cleared asks what would spoil the rehearsal before anything is sent. It tells
// what is not well and returns the warnings, which stay with the run; an error
// where the rehearsal cannot run.
func cleared(ctx context.Context, plan rehearsal.Plan, file string, stderr io.Writer) (warnings []string, err error) {
	found, warnings, err := told(ctx, plan, stderr)
	if err != nil {
		return nil, err
	}
	if err := verdictOfFindings(found); err != nil {
		annotate(stderr, "error", "onair "+plan.Scenario.Name, failedOf(found))
		fmt.Fprintf(stderr, "%s: nothing was sent (onair preflight %s shows every check)\n", plan.Scenario.Name, file)
		return nil, err
	}
	return warnings, nil
}

// told makes the checks and tells what is not well.
func told(ctx context.Context, plan rehearsal.Plan, stderr io.Writer) (found []preflight.Finding, warnings []string, err error) {
	defer group(stderr, "preflight")()
	found = asked(ctx, plan, stderr)
	if ctx.Err() != nil {
		return nil, nil, verdict{exitInterrupted}
	}
	for _, f := range found {
		if f.Status == preflight.OK {
			continue
		}
		sentence := printable(f.String())
		if f.Status == preflight.Warning && !f.Passing {
			warnings = append(warnings, sentence)
		}
		if _, err := fmt.Fprintf(stderr, "%s: %s\n", f.Status, sentence); err != nil {
			return nil, nil, err
		}
	}
	return found, warnings, nil
}

// failedOf are the checks that failed, a sentence each.
func failedOf(found []preflight.Finding) []string {
	var failed []string
	for _, f := range found {
		if f.Status == preflight.Fail {
			failed = append(failed, printable(f.String()))
		}
	}
	return failed
}

// startLab starts the embedded staging; nil where the scenario has none.
func startLab(s *scenario.Scenario) (*lab.Lab, error) {
	if s.Lab == nil {
		return nil, nil
	}
	return lab.Start(*s.Lab)
}

// targetOf is where load is sent.
func targetOf(s *scenario.Scenario, staging *lab.Lab) (*url.URL, error) {
	switch {
	case s.Target.URL != nil:
		return s.Target.URL, nil
	case staging != nil:
		return url.Parse(staging.ServiceURL)
	}
	return nil, usageError{fmt.Errorf("scenario %s has neither target.url nor lab", s.Name)}
}
