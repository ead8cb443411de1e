package main

import (
	"context"
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// rehearseOptions are the flags of onair rehearse.
type rehearseOptions struct {
	scenarioOptions
	out            string
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
	return cmd
}

// rehearse is one rehearsal from scenario file to verdict.
func rehearse(ctx context.Context, o rehearseOptions) error {
	s, err := o.load()
	if err != nil {
		return err
	}
	staging, err := startLab(s)
	if err != nil {
		return err
	}
	if staging != nil {
		defer staging.Stop()
	}
	target, err := targetOf(s, staging)
	if err != nil {
		return err
	}
	observers, err := newObservers(ctx, s, staging)
	if err != nil {
		return err
	}
	warnings := needsOf(s).Beyond(load.ThisMachine())
	if err := writeWarnings(o.stderr, warnings); err != nil {
		return err
	}
	progress := newProgress(ctx, o.stderr, s)
	dir, err := rehearsal.Run(ctx, rehearsal.Plan{
		Scenario:  s,
		Target:    target,
		Observers: observers,
		Root:      o.out,
		Tool:      version,
		Hits:      o.hits,
		Warnings:  warnings,
		Progress:  progress.show,
	})
	progress.done()
	if err != nil {
		return err
	}
	return writeReport(dir, o.stdout)
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
