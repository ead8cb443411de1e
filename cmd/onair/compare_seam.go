package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// newCompare stands in for the comparison of runs until that is there: it holds the
// p50 of response times alone against the base runs' slowest.
func newCompare() *cobra.Command {
	var bases []string
	var markdown bool
	var o historyOptions
	cmd := &cobra.Command{
		Use:   "compare --history DIR",
		Short: "Show how the runs of each scenario went, night by night",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.stdout, o.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if o.folder != "" {
				if err := o.alone(cmd, args); err != nil {
					return err
				}
				return history(o)
			}
			if len(args) == 0 || len(bases)+len(args) < 2 {
				return usageError{errors.New("no run to compare with (onair compare --base RUN HEAD)")}
			}
			last := len(args) - 1
			return standIn(cmd, slices.Concat(bases, args[:last]), args[last])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.folder, "history", "", "show all runs in this folder, night by night")
	f.BoolVar(&o.json, "json", false, "write JSON")
	f.StringVar(&o.out, "out", "", "also draw, into this folder")
	f.StringArrayVar(&bases, "base", nil, "a run to compare with (may be repeated)")
	f.BoolVar(&markdown, "markdown", false, "write Markdown")
	return cmd
}

func standIn(cmd *cobra.Command, bases []string, head string) error {
	slowest := 0.0
	p50 := func(path string) (float64, error) {
		dir, err := rundir.Open(path)
		if err != nil {
			return 0, err
		}
		r, err := report.Read(dir)
		if err != nil {
			return 0, err
		}
		return *cmp.Or(r.Summary().Load.Response.P50, new(float64)), nil
	}
	for _, base := range bases {
		v, err := p50(base)
		if err != nil {
			return err
		}
		slowest = max(slowest, v)
	}
	v, err := p50(head)
	if err != nil {
		return err
	}
	word, exit := "same", error(nil)
	if v > 1.05*slowest {
		word, exit = "worse", verdict{exitMissed}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "## %s: %s against %d base runs\n", filepath.Base(head), word, len(bases))
	return exit
}
