package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// planOptions are the flags of onair plan.
type planOptions struct {
	demandOptions
	chanceOptions
	run  string
	at   string
	slip time.Duration
	format
	out            string // folder; empty: nothing is written
	stdout, stderr io.Writer
}

func newPlan() *cobra.Command {
	var o planOptions
	var font string
	cmd := &cobra.Command{
		Use:   "plan RUN --at TIME",
		Short: "What to hold ready before a spot airs, from when to when, and how sure that is",
		Long: `Find, from a run, the fewest units with which all but 0.1 % of requests are served
in at least 95 % of simulated airings, when to ask for them and when to give them
back, and write the changes as texts to review, each with its reversal:

  onair plan reports/RUN --at 2026-12-01T21:54 --slip 60m
  onair plan reports/RUN --at 2026-12-01T21:54:00+09:00 --spot peak=12x..20x

A time without an offset is one of the clocks of the scenario's zone, that of
--scenario FILE where it states one. Broadcasts slip: the units are held for an airing
that starts at the time or up to --slip later. What a unit costs an hour is the
scenario's unit_cost.

onair changes nothing itself: it reads the run directory, asks no cluster and no
account, and what it prints is for a person to review and to run. With --out it also
writes plan.svg, .png, .md and .json into a folder.

Exit status: 0; 1 no number of units suffices; 2 bad usage; 3 no model can be made of
the run, or it is not to be trusted.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := useFont(font); err != nil {
				return err
			}
			o.run, o.stdout, o.stderr = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			return makePlan(o)
		},
	}
	o.demandOptions.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.at, "at", "", "when the first spot airs, such as 2026-12-01T21:54 or 2026-12-01T21:54:00+09:00 (required)")
	f.DurationVar(&o.slip, "slip", 0, "how much later it may start")
	o.chanceOptions.flags(cmd, "simulated airings of each number of units; five times as many at the answer")
	o.format.flags(cmd)
	f.StringVar(&o.out, "out", "", "also write files into this folder")
	addFont(cmd, &font)
	return cmd
}

// makePlan is one plan from run directory to exit status.
func makePlan(o planOptions) error {
	if err := o.check(); err != nil {
		return usageError{err}
	}
	dir, err := rundir.Open(o.run)
	if err != nil {
		return err
	}
	p, err := o.find(dir)
	if err != nil {
		return err
	}
	o.past(p)
	if err := errors.Join(o.keep(p), o.write(o.stdout, p)); err != nil {
		return err
	}
	if p.Refused != "" {
		return verdict{exitMissed}
	}
	return nil
}

// check refuses flags that make no sense, before anything is read.
func (o planOptions) check() error {
	switch {
	case o.at == "":
		return errors.New("--at is missing: when the first spot airs (--at 2026-12-01T21:54)")
	case o.slip < 0:
		return fmt.Errorf("--slip %s: an airing that starts earlier is one with an earlier --at", o.slip)
	}
	return errors.Join(o.format.check(), o.chanceOptions.check(leastRuns), checkFolder(o.out))
}

// leastRuns can tell 95 % from 90 %.
const leastRuns = 100

// find makes the plan.
func (o planOptions) find(dir *rundir.Dir) (*report.Planned, error) {
	// As in writeReport: all facts of the run are in memory.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	run, err := report.ReadFacts(dir)
	if err != nil {
		return nil, err
	}
	asked, demand, err := o.asked(run, o.slip)
	if err != nil {
		return nil, err
	}
	at, err := o.airs(run, asked.Zone)
	if err != nil {
		return nil, usageError{fmt.Errorf("--at: %w", err)}
	}
	count := newTally(o.stderr)
	defer count.done()
	p, err := run.PlanFor(asked, demand, report.Airing{At: at, Slip: o.slip, Chance: o.chance(), Played: count.played})
	if err != nil {
		return nil, errors.Join(o.refuse(run, asked.Name, err), fmt.Errorf("%s: no plan is made: %w%s", o.run, err, suspects(err)))
	}
	return p, nil
}

// airs is when the first spot does: after what tells of it was rehearsed.
func (o planOptions) airs(run *report.Report, zone *time.Location) (time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	at, err := prescale.ParseAt(o.at, zone)
	if started := run.Manifest.Started; err == nil && at.Before(started) {
		return at, fmt.Errorf("%s is before %s, when the run itself began (an airing is planned ahead)", instant(at), instant(started.In(zone)))
	}
	return at, err
}

func instant(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }

// refuse tells machines that there is no plan; people read the error.
func (o planOptions) refuse(run *report.Report, scenario string, why error) error {
	if !o.json {
		return nil
	}
	return run.NoPlanJSON(o.stdout, scenario, why)
}

// past warns of instants that this machine's clock has passed. What is planned does
// not depend on the clock: the same run and flags are the same plan at any time.
func (o planOptions) past(p *report.Planned) {
	i, now := p.Instants, time.Now()
	switch {
	case i == nil:
	case !now.Before(i.Air.Add(o.slip)):
		warn(o.stderr, fmt.Sprintf("the airing at %s is over by this machine's clock: nothing can be held ready for it any more", instant(i.Air.Add(o.slip))))
	case !p.Enough && !now.Before(i.Apply):
		warn(o.stderr, fmt.Sprintf("%s, when the units are to be asked for, has passed by this machine's clock: they may come too late", instant(i.Apply)))
	}
}

// keep writes the files where --out asks for them.
func (o planOptions) keep(p *report.Planned) error {
	if o.out == "" {
		return nil
	}
	put, err := into(o.out)
	if err != nil {
		return err
	}
	return keepIn(o.out, put, p, o.stderr)
}
