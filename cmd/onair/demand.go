package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

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
	cmd.Flags().StringVar(&o.file, "scenario", "", "ask about the traffic of this scenario `FILE` instead")
}

// asked is the scenario whose traffic is asked about: the run's own, another one,
// or the run's with other spots.
func (o demandOptions) asked(run *report.Report) (*scenario.Scenario, error) {
	var s *scenario.Scenario
	var err error
	switch {
	case len(o.spots) > 0 && o.file != "":
		return nil, usageError{errors.New("--spot and --scenario cannot go together (the spots of a file, or those of the flags)")}
	case len(o.spots) > 0:
		s, err = run.Scenario.WithSpots(o.spots)
	case o.file != "":
		s, err = run.Scenario.WithTrafficOf(o.file, os.LookupEnv)
	default:
		return run.Scenario, nil
	}
	if err != nil {
		return nil, usageError{err}
	}
	return s, nil
}
