package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/report"
)

// compareOptions are the flags of onair compare.
type compareOptions struct {
	bases     []string
	head      string
	tolerance string
	anyPlan   bool
	format
	out    string
	stdout io.Writer
}

func newCompare() *cobra.Command {
	var o compareOptions
	var past historyOptions
	cmd := &cobra.Command{
		Use:   "compare --base RUN... HEAD | --history DIR",
		Short: "Say what changed from earlier runs to one, or show how all went",
		Long: `Say what changed from earlier runs, the base, to one of the same plan: what a
unit sustains, headroom, response times and errors at the same load, scale lag and
its stages. The last argument is the run in question, all others are base runs:

  onair compare --base reports/MON reports/TUE reports/WED reports/THU

With 3 base runs or more each measure is held against where one more run like them
would lie, and is worse where it is beyond that by more than the tolerance, all
measures together wrongly so in at most 1 of 100 runs without a change. It is
the same where all of its interval lies within the tolerance, else "not shown worse":
that no change was found is not that there is none. With 1 or 2 base runs differences
are shown, and nothing is judged. Base runs that are invalid or aborted are left out.

With --history it shows what a unit sustained, the headroom and the scale lag of all
runs in a folder, by scenario, and judges nothing:

  onair compare --history reports --out pictures

Exit status: 0 nothing is shown to be worse, or 1 or 2 base runs are too few to
judge; 1 something is worse; 2 the runs cannot be compared; 3 the run in question
proves nothing.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if past.folder != "" {
				past.json, past.out = o.json, o.out
				past.stdout, past.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
				if err := past.alone(cmd, args); err != nil {
					return err
				}
				return history(past)
			}
			if len(args) == 0 {
				return usageError{errors.New("no run in question (onair compare --base RUN HEAD)")}
			}
			last := len(args) - 1
			o.bases, o.head, o.stdout = append(o.bases, args[:last]...), args[last], cmd.OutOrStdout()
			return compareRuns(o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.bases, "base", nil, "a run to compare with (may be repeated)")
	f.StringVar(&past.folder, "history", "", "show all runs in this folder")
	f.StringVar(&o.tolerance, "tolerance", "5%", "how much worse a measure may be")
	f.BoolVar(&o.anyPlan, "any-plan", false, "compare runs of different plans all the same")
	o.format.flags(cmd)
	f.StringVar(&o.out, "out", "", "also draw, into FILE.svg, FILE.png or a folder; with --history into a folder")
	return cmd
}

// compareRuns is one comparison from run directories to exit status.
func compareRuns(o compareOptions) error {
	tolerance, err := ratioOf(o.tolerance)
	if err != nil {
		return usageError{fmt.Errorf("--tolerance %s: %w", o.tolerance, err)}
	}
	if err := o.check(); err != nil {
		return usageError{err}
	}
	c, err := readComparison(o, compare.Options{Tolerance: tolerance})
	if err != nil {
		return err
	}
	if len(c.Bases) == 0 {
		return usageError{fmt.Errorf("%s: %s", strings.Join(c.Reasons, "; "), strings.Join(c.Warnings, "; "))}
	}
	if err := errors.Join(o.draw(c), o.write(o.stdout, c)); err != nil {
		return err
	}
	switch {
	case c.Verdict == compare.Worse:
		return verdict{exitMissed}
	case !c.Proves():
		return verdict{exitInvalid}
	}
	return nil
}

// readComparison reads all runs.
func readComparison(o compareOptions, options compare.Options) (*report.Comparison, error) {
	// As in writeReport: all facts of all runs are in memory.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	dirs, err := openAll(append(o.bases, o.head))
	if err != nil {
		return nil, err
	}
	runs := make([]*report.Report, len(dirs))
	for i, dir := range dirs {
		if runs[i], err = report.ReadFacts(dir); err != nil {
			return nil, err
		}
	}
	last := len(runs) - 1
	c, err := report.Compare(runs[:last], runs[last], options, o.anyPlan)
	if errors.Is(err, report.ErrPlans) || errors.Is(err, report.ErrTwice) || errors.Is(err, report.ErrItself) {
		err = usageError{err}
	}
	return c, err
}

// draw writes the picture where --out asks for it.
func (o compareOptions) draw(c *report.Comparison) error {
	switch {
	case o.out == "":
		return nil
	case filepath.Ext(o.out) == "":
		if err := os.MkdirAll(o.out, 0o755); err != nil {
			return err
		}
		return errors.Join(drawn(filepath.Join(o.out, "compare.svg"), c.SVG), drawn(filepath.Join(o.out, "compare.png"), c.PNG))
	case filepath.Ext(o.out) == ".svg":
		return drawn(o.out, c.SVG)
	}
	return drawn(o.out, c.PNG)
}

// check refuses flags that make no sense, before anything is read.
func (o compareOptions) check() error {
	switch {
	case len(o.bases) == 0:
		return errors.New("no run to compare with (onair compare --base RUN HEAD)")
	case !slices.Contains([]string{"", ".svg", ".png"}, filepath.Ext(o.out)):
		return fmt.Errorf("--out %s: a picture is .svg or .png", o.out)
	}
	return o.format.check()
}

func drawn(path string, encode func() ([]byte, error)) error {
	picture, err := encode()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, picture, 0o644)
}

// ratioOf reads a share such as 5% or 0.05, from 0 to less than all.
func ratioOf(text string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	ratio, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		ratio /= 100
	}
	if err != nil || !(ratio >= 0 && ratio < 1) {
		return 0, errors.New("not a share from 0% to less than 100%, such as 5%")
	}
	return ratio, nil
}
