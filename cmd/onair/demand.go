package main

import (
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

func (o *demandOptions) flags(cmd *cobra.Command) { panic("not yet") }

// asked is the scenario whose traffic is asked about: the run's own, another one,
// or the run's with other spots.
func (o demandOptions) asked(run *report.Report) (*scenario.Scenario, error) { panic("not yet") }
