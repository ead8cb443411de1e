package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/scenario"
)

func newCheck() *cobra.Command {
	var o scenarioOptions
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Validate a scenario and show its plan, without using the network",
		Long: `Validate a scenario and show its plan, without using the network. Mistakes come
all at once, each with its place. A valid scenario's load is shown in figures
and as a curve, with what it asks of the machine that sends it: a warning names
what this machine cannot give, and does not make the scenario wrong.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			s, err := o.load()
			if err != nil {
				return err
			}
			return writePlan(forPeople(cmd.OutOrStdout()), s, load.ThisMachine())
		},
	}
	o.flags(cmd)
	return cmd
}

// writePlan shows the planned load in figures and as a curve, and warns of what
// machine m cannot give it: the scenario is valid all the same.
func writePlan(out io.Writer, s *scenario.Scenario, m load.Machine) error {
	needs := needsOf(s)
	_, err := fmt.Fprintf(out, "%s: a valid scenario\n\n%-16s %s\n%s%s%-16s %s\n\n%s\n",
		s.Name,
		"target", targetInWords(s),
		s.Outline(), needs,
		"observed", watchedInWords(s),
		strings.TrimRight(scenario.Draw(s.Traffic.Curve, s.Traffic.Spots, columns(out), 12), "\n"))
	if err != nil {
		return err
	}
	return writeWarnings(out, needs.Beyond(m))
}

func targetInWords(s *scenario.Scenario) string {
	if s.Target.URL == nil {
		return "the embedded staging"
	}
	return s.Mask(s.Target.URL.Redacted())
}

// watchedInWords names what is watched; series only by whom they are asked of.
func watchedInWords(s *scenario.Scenario) string {
	var names []string
	for _, o := range s.Watched() {
		if !slices.Contains(names, o.Source()) {
			names = append(names, o.Source())
		}
	}
	switch {
	case len(names) == 0:
		return "nothing: headroom will not be known (observe: names what scales)"
	case len(s.Fleets()) == 0:
		return strings.Join(names, ", ") + " and no fleet: headroom will not be known (observe: names what scales)"
	}
	return strings.Join(names, ", ")
}

// columns is how wide a drawing may be.
func columns(out io.Writer) int {
	const usual = 80
	if file, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			return min(width, 120)
		}
	}
	return usual
}
