package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// demandOptions are the flags that say which traffic a run's service is asked
// about.
type demandOptions struct {
	spots []string // "peak=12x,rise=20s", each an airing; empty: those of the scenario
	file  string   // a scenario whose traffic is taken; empty: the run's own
}

func (o *demandOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.spots, "spot", nil, "ask about this spot instead: name, at, peak, rise, half_life, tail and baseline, such as peak=12x,rise=20s; a range from median to 95th percentile is written 8x..16x (may be repeated)")
	cmd.Flags().StringVar(&o.file, "scenario", "", "ask about the traffic of this scenario `FILE` instead, with its production and layers; objectives and fleets stay the run's")
}

// asked is the traffic that is asked about, and the scenario whose it is: the run's
// own, another one, or the run's with other spots. It may start so much later.
func (o demandOptions) asked(run *report.Report, slip time.Duration) (*scenario.Scenario, forecast.Demand, error) {
	s, err := o.scenario(run)
	if err != nil {
		return nil, forecast.Demand{}, usageError{err}
	}
	demand, err := s.DemandWithin(slip)
	if err != nil {
		return nil, forecast.Demand{}, usageError{err}
	}
	return s, demand, nil
}

func (o demandOptions) scenario(run *report.Report) (*scenario.Scenario, error) {
	switch {
	case len(o.spots) > 0 && o.file != "":
		return nil, errors.New("--spot and --scenario cannot go together (the spots of a file, or those of the flags)")
	case len(o.spots) > 0:
		return run.Scenario.WithSpots(o.spots)
	case o.file != "":
		return run.Scenario.WithTrafficOf(o.file, os.LookupEnv)
	}
	return run.Scenario, nil
}

// chanceOptions are the flags of what is simulated many times.
type chanceOptions struct {
	runs int
	seed uint32
}

func (o *chanceOptions) flags(cmd *cobra.Command, runs string) {
	cmd.Flags().IntVar(&o.runs, "runs", forecast.UsualRuns, runs)
	cmd.Flags().Uint32Var(&o.seed, "seed", forecast.UsualSeed, "of the simulated airings: the same seed gives the same answer, another one shares none of them")
}

// check refuses fewer runs than least.
func (o chanceOptions) check(least int) error {
	if o.runs < least || o.runs > mostRuns {
		return fmt.Errorf("--runs %d: not from %d to %d", o.runs, least, mostRuns)
	}
	return nil
}

func (o chanceOptions) chance() forecast.Chance {
	return forecast.Chance{Runs: o.runs, Seed: uint64(o.seed)}
}

// mostRuns keeps a mistyped number from taking an hour and all memory.
const mostRuns = 1_000_000
