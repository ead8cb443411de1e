package main

import (
	"errors"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/rundir"
)

func newReport() *cobra.Command {
	var with []string
	var font string
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Make the report of a run again, from its directory alone",
		Long: `Make the report of a run again, from its directory alone. The exit status is
the verdict's, as it was after the rehearsal.

How much a fleet serves by its number of units, and whether something behind it
holds it down, shows where units always have work. A scalability law takes at
least six different numbers of units, more than one run often sees. With --with,
what other runs saw under constant work counts as well:

  onair report reports/RUN --with reports/RUN2 --with reports/RUN3

They must have watched one of the same fleets, on a staging that has not changed
since. All else in the report stays the run's own; what the law and a ceiling say
enters the capacity of the fleet, and with it layers, headroom and verdict. A
warning names each run that was counted in, and the report is written into RUN.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := useFont(font); err != nil {
				return err
			}
			dir, err := rundir.Open(args[0])
			if err != nil {
				return err
			}
			others, err := openAll(with)
			if err != nil {
				return err
			}
			return writeReport(dir, cmd.OutOrStdout(), others...)
		},
	}
	cmd.Flags().StringArrayVar(&with, "with", nil, "another run of the same fleets, to learn their throughput by units from too")
	addFont(cmd, &font)
	return cmd
}

func openAll(paths []string) ([]*rundir.Dir, error) {
	var dirs []*rundir.Dir
	for _, path := range paths {
		dir, err := rundir.Open(path)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// writeReport renders a run into its directory, tells the result on stdout and
// returns the verdict.
func writeReport(dir *rundir.Dir, stdout io.Writer, with ...*rundir.Dir) error {
	// All facts of the run are in memory from here on, and little garbage is worth
	// more than a few tenths of a second.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	r, err := report.Read(dir, with...)
	if err != nil {
		return err
	}
	rendered := r.Render(dir) // the result is told even where it cannot be kept
	if err := errors.Join(rendered, writeResult(stdout, r, coloured(stdout))); err != nil {
		return err
	}
	return verdictOf(r.Result)
}

// coloured reports whether whoever reads there sees colours.
func coloured(stdout io.Writer) bool {
	file, ok := stdout.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
