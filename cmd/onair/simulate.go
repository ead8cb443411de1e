package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// simulateOptions are the flags of onair simulate.
type simulateOptions struct {
	demandOptions
	chanceOptions
	run  string
	sets []string // each the settings of one column
	format
	out            string // folder; empty: the run's own
	stdout, stderr io.Writer
}

func newSimulate() *cobra.Command {
	var o simulateOptions
	var font string
	cmd := &cobra.Command{
		Use:   "simulate RUN",
		Short: "What if: another spot, other settings, side by side",
		Long: `Play the service that a run rehearsed under its own spots or others, as it is and
with other settings, and say side by side how many requests would go unserved.
Nothing is sent and nothing is asked of a cluster or an account: all is arithmetic
on the run directory. Every --set is a column; what changes together is separated
by commas. The same spot under other metrics:

  onair simulate reports/RUN --set metric=cpu:60% --set metric=requests:50/s --set metric=schedule:20

A bigger spot, of which it is known that it may be bigger still, before more units,
and before an HPA that may grow faster:

  onair simulate reports/RUN --spot peak=12x..20x,rise=15s \
    --set min=20 --set min=20,target=40% --set up.stabilization=0s,up=100%/15s

Slower nodes, a zone lost as the first spot starts, new units that are cold:

  onair simulate reports/RUN --set boot=180s --set zone_lost=1/3@1m --set cold=30s

Nobody misses a zone at once. What it had serves nothing, and others are begun 340 s
later in place of pods (40 s until their nodes are taken for lost, 300 s until they are
evicted: Kubernetes' defaults), 180 s later in place of a group's instances (failed
health checks); or as replaced says:

  onair simulate reports/RUN --set zone_lost=1/3@1m,replaced=40s

Offsets, as in zone_lost=1/3@1m and metric=schedule:20@-10m..30m, count from where
the demand begins: 1 minute before the first spot, or with a recording or stages in
which there is none. So 1m is when the spot starts, and -10m long before.

Settings are of the first fleet; another one's stand behind its name, as in
hpa/default/web.min=20. Those of every fleet: start, capacity, zone_lost. Of what
scales: min, max, metric, target, boot, cold, replaced. Of an HPA: up and down with
.stabilization, .select and .tolerance, tolerance, sync, ready, nodes, nodes.min,
nodes.max. Of a group: warmup, cooldown. The group that pods stand on takes min, max,
start and boot by its own name, as in asg/web-nodes.min=4.

The model plays the rehearsal itself first. Where it is too far from what was
measured it is asked nothing, and stderr says why. Otherwise simulation.svg, .png,
.md and .json are written into RUN, or the folder of --out.

Exit status: 0; 2 bad usage; 3 no model can be made of the run, or it is not to be
trusted.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := useFont(font); err != nil {
				return err
			}
			o.run, o.stdout, o.stderr = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			return simulate(o)
		},
	}
	o.demandOptions.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.sets, "set", nil, "another column: what is otherwise, such as min=20,target=50% (may be repeated)")
	o.chanceOptions.flags(cmd, "simulated airings of each column")
	o.format.flags(cmd)
	f.StringVar(&o.out, "out", "", "write the files into this folder instead of RUN")
	addFont(cmd, &font)
	return cmd
}

// simulate is one set of what-ifs from run directory to files.
func simulate(o simulateOptions) error {
	settings, err := o.check()
	if err != nil {
		return usageError{err}
	}
	dir, err := rundir.Open(o.run)
	if err != nil {
		return err
	}
	w, err := o.ask(dir, settings)
	if err != nil {
		return err
	}
	return errors.Join(o.write(o.stdout, w), o.keep(w, dir))
}

// check refuses flags that make no sense, before anything is read, and reads the
// settings.
func (o simulateOptions) check() (settings [][]forecast.Setting, err error) {
	if err := o.format.check(); err != nil {
		return nil, err
	}
	if err := errors.Join(o.chanceOptions.check(leastRuns), checkFolder(o.out)); err != nil {
		return nil, err
	}
	for _, text := range o.sets {
		set, err := forecast.ParseSettings(text)
		if err != nil {
			return nil, fmt.Errorf("--set %s: %w", text, err)
		}
		settings = append(settings, set)
	}
	return settings, o.checkTwice(settings)
}

// checkTwice refuses a column that is there already, in whatever order its settings are.
func (o simulateOptions) checkTwice(settings [][]forecast.Setting) error {
	first := map[string]int{}
	for i, set := range settings {
		var words []string
		for _, s := range set {
			words = append(words, s.String())
		}
		slices.Sort(words)
		column := strings.Join(words, ",")
		if j, twice := first[column]; twice {
			return fmt.Errorf("--set %s: the column is there already, as --set %s (leave one of them out)", o.sets[i], o.sets[j])
		}
		first[column] = i
	}
	return nil
}

// ask plays all columns.
func (o simulateOptions) ask(dir *rundir.Dir, settings [][]forecast.Setting) (*report.WhatIf, error) {
	// As in writeReport: all facts of the run are in memory.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	run, err := report.ReadFacts(dir)
	if err != nil {
		return nil, err
	}
	asked, demand, err := o.asked(run, 0)
	if err != nil {
		return nil, err
	}
	model, err := run.Trusted(asked)
	if err != nil {
		return nil, errors.Join(o.refuse(run, err), fmt.Errorf("%s: nothing is simulated: %w%s", o.run, err, suspects(err)))
	}
	variants := []report.Variant{{Name: report.AsIs, Model: model}}
	for i, set := range settings {
		changed, err := model.With(set)
		if err == nil {
			err = demand.Reaches(set)
		}
		if err != nil {
			return nil, usageError{fmt.Errorf("--set %s: %w", o.sets[i], err)}
		}
		variants = append(variants, report.Variant{Name: o.sets[i], Settings: set, Model: changed})
	}
	return run.WhatIf(variants, demand, o.chance())
}

// refuse tells machines that nothing is simulated; people read the error.
func (o simulateOptions) refuse(run *report.Report, why error) error {
	if !o.json {
		return nil
	}
	return run.NoWhatIfJSON(o.stdout, why)
}

// suspects are the lines of what a model assumes that is not to be trusted.
func suspects(err error) string {
	var u report.Untrusted
	if !errors.As(err, &u) {
		return ""
	}
	if len(u.Assumed) == 0 {
		return "\n- it assumes nothing that the rehearsal did not tell"
	}
	var lines strings.Builder
	for _, sentence := range u.Assumed {
		lines.WriteString("\n- it assumes: " + printable(sentence))
	}
	return lines.String()
}

// keep writes the files, into the run directory unless --out says otherwise.
func (o simulateOptions) keep(w *report.WhatIf, dir *rundir.Dir) error {
	if o.out == "" {
		return keepIn(dir.Path(), dir.WriteRendering, w, o.stderr)
	}
	put, err := into(o.out)
	if err != nil {
		return err
	}
	return keepIn(o.out, put, w, o.stderr)
}
