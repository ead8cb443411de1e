package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/report"
)

// historyOptions are the flags of onair compare that matter with --history.
type historyOptions struct {
	folder         string // that holds run directories
	json           bool
	out            string // folder for pictures; empty: none
	stdout, stderr io.Writer
}

// alone refuses runs and flags that make no sense beside --history.
func (historyOptions) alone(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s: --history shows all runs of its folder and takes no other", args[0])}
	}
	for _, name := range []string{"base", "tolerance", "any-plan", "markdown"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			return usageError{fmt.Errorf("--%s does not go with --history", name)}
		}
	}
	return nil
}

// history tells how the runs of each scenario in a folder went, night by night. It
// judges nothing: its exit status is 0 wherever there is a run to read. Runs that
// cannot be read are told on stderr.
func history(o historyOptions) error {
	if filepath.Ext(o.out) == ".svg" || filepath.Ext(o.out) == ".png" {
		return usageError{fmt.Errorf("--out %s: with --history it is a folder, for history.svg and history.png", o.out)}
	}
	histories, told, err := report.ReadHistories(o.folder)
	for _, sentence := range told {
		warn(o.stderr, sentence)
	}
	if errors.Is(err, report.ErrNoRuns) || errors.Is(err, os.ErrNotExist) {
		err = usageError{err}
	}
	if err != nil {
		return err
	}
	return errors.Join(o.draw(histories), o.write(histories, told))
}

func (o historyOptions) write(histories []*report.History, told []string) error {
	if o.json {
		return report.HistoriesJSON(o.stdout, histories, told)
	}
	for i, h := range histories {
		if i > 0 {
			fmt.Fprintln(o.stdout)
		}
		if err := h.Text(forPeople(o.stdout), coloured(o.stdout)); err != nil {
			return err
		}
	}
	return nil
}

// draw writes the pictures, named by their scenario where there is more than one.
func (o historyOptions) draw(histories []*report.History) error {
	if o.out == "" {
		return nil
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	for _, h := range histories {
		name := filepath.Join(o.out, "history")
		if len(histories) > 1 {
			name += "-" + h.Scenario
		}
		if err := errors.Join(drawn(name+".svg", h.SVG), drawn(name+".png", h.PNG)); err != nil {
			return err
		}
	}
	return nil
}
