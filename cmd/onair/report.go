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
	return &cobra.Command{
		Use:   "report RUN",
		Short: "Make the report of a run again, from its directory alone",
		Long: `Make the report of a run again, from its directory alone. The exit status is
the verdict's, as it was after the rehearsal.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := rundir.Open(args[0])
			if err != nil {
				return err
			}
			return writeReport(dir, cmd.OutOrStdout())
		},
	}
}

// writeReport renders a run into its directory, tells the result on stdout and
// returns the verdict.
func writeReport(dir *rundir.Dir, stdout io.Writer) error {
	// All facts of the run are in memory from here on, and little garbage is worth
	// more than a few tenths of a second.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	r, err := report.Read(dir)
	if err != nil {
		return err
	}
	rendered := r.Render(dir) // the result is told even where it cannot be kept
	file, ok := stdout.(*os.File)
	colour := ok && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if err := errors.Join(rendered, r.Text(stdout, colour)); err != nil {
		return err
	}
	return verdictOf(r.Result)
}
