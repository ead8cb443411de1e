package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/rehearsal"
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

// embedded stands for where the embedded staging will listen.
var embedded = url.URL{Scheme: "http", Host: "127.0.0.1"}

// load reads the scenario; an error is the file's, or a refusal of its target.
// What only the load itself can find, in the rows of a feed, is found here too,
// before anything is started.
func (o *scenarioOptions) load() (*scenario.Scenario, error) {
	s, err := scenario.Load(o.file, scenario.Options{Set: o.set, Env: os.LookupEnv})
	if err != nil {
		return nil, usageError{err}
	}
	planned := rehearsal.Plan{Scenario: s, Target: cmp.Or(s.Target.URL, &embedded)}
	if err := planned.Check(); err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", o.file, err)}
	}
	return s, nil
}
