package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/scenario"
)

// scenarioOptions are the flags of every command that reads a scenario.
type scenarioOptions struct {
	file string
	set  []string
}

func (o *scenarioOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.set, "set", nil, "change one value, such as traffic.spots[0].peak=12x (may be repeated)")
}

// load reads the scenario; an error is the file's, or a refusal of its target.
func (o *scenarioOptions) load() (*scenario.Scenario, error) {
	s, err := scenario.Load(o.file, scenario.Options{Set: o.set, Env: os.LookupEnv})
	if err != nil {
		return nil, usageError{err}
	}
	return s, nil
}
