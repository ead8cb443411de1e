package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/rehearsal"
)

// preflightOptions are the flags of onair preflight.
type preflightOptions struct {
	scenarioOptions
	json, iam, rbac bool
	stdout, stderr  io.Writer
}

func newPreflight() *cobra.Command {
	var o preflightOptions
	cmd := &cobra.Command{
		Use:   "preflight FILE",
		Short: "Ask what would spoil a rehearsal, before it",
		Long: `Ask what would spoil a rehearsal, before it: whether the target resolves, takes
connections at each address, has a certificate that lasts and tells the time; who
onair is in AWS and in the cluster, and whether it may read there; what would
keep the fleets from growing; and whether this machine can send the load. It takes
10 s at most, and onair rehearse asks the same before it sends anything.

The target gets one request, HEAD of its base path. Nothing is changed anywhere.
Exit status 3 where a check fails; warnings are for a person to judge.

With --print-iam or --print-rbac it asks nothing and prints the IAM policy, or the
RBAC manifests, that the scenario needs.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file, o.stdout, o.stderr = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			err := runPreflight(cmd.Context(), o)
			if o.json && err != nil && !errors.As(err, &verdict{}) {
				return cmp.Or(writeReasonJSON(o.stdout, err), err)
			}
			return err
		},
	}
	o.scenarioOptions.flags(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "print status and findings, or the reason why nothing was asked, as one JSON object")
	cmd.Flags().BoolVar(&o.iam, "print-iam", false, "print the IAM policy that the scenario needs, and ask nothing")
	cmd.Flags().BoolVar(&o.rbac, "print-rbac", false, "print the RBAC manifests that the scenario needs, and ask nothing")
	return cmd
}

func runPreflight(ctx context.Context, o preflightOptions) error {
	switch {
	case o.json && (o.iam || o.rbac), o.iam && o.rbac:
		return usageError{errors.New("--json, --print-iam and --print-rbac: only one at a time")}
	case o.iam || o.rbac:
		return printRights(o)
	}
	plan, stop, err := prepare(ctx, o.scenarioOptions)
	if err != nil {
		return err
	}
	defer stop()
	found := asked(ctx, plan, o.stderr)
	if ctx.Err() != nil {
		return verdict{exitInterrupted}
	}
	write, out := writeFindings, forPeople(o.stdout)
	if o.json {
		write, out = writeFindingsJSON, o.stdout
	}
	if err := write(out, found); err != nil {
		return err
	}
	return verdictOfFindings(found)
}

// asked makes the checks, and says so to whoever waits for them at a terminal.
func asked(ctx context.Context, plan rehearsal.Plan, stderr io.Writer) []preflight.Finding {
	if isTerminal(stderr) {
		fmt.Fprintln(stderr, "asking the target and all that is observed (at most 10 s)")
	}
	return plan.Preflight(ctx)
}

// verdictOfFindings is what a command returns whose rehearsal can run, or not.
func verdictOfFindings(found []preflight.Finding) error {
	for _, f := range found {
		if errors.Is(f.Err, load.ErrRefused) {
			return verdict{exitRefused}
		}
	}
	if preflight.Worst(found) == preflight.Fail {
		return verdict{exitInvalid}
	}
	return nil
}

// findingsInJSON are the findings as a machine reads them, or the reason why nothing
// was asked.
type findingsInJSON struct {
	Status   preflight.Status    `json:"status"`
	Reason   string              `json:"reason,omitempty"` // in words, as on stderr; empty: it was asked
	Findings []preflight.Finding `json:"findings"`
}

func (f findingsInJSON) write(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(f)
}

func writeFindingsJSON(out io.Writer, found []preflight.Finding) error {
	return findingsInJSON{Status: preflight.Worst(found), Findings: found}.write(out)
}

// writeReasonJSON is for whoever reads stdout as JSON whatever the exit status.
func writeReasonJSON(out io.Writer, err error) error {
	return findingsInJSON{Status: preflight.Fail, Reason: err.Error(), Findings: []preflight.Finding{}}.write(out)
}

// Columns of the table are as wide as what stands in them, but for the odd long
// question: its row is out of line rather than all of them wide.
const widestAsked = 24

// writeFindings writes a row for each finding, with the way out below it, and
// what they come to.
func writeFindings(out io.Writer, found []preflight.Finding) error {
	var subject, asked int
	for _, f := range found {
		subject = max(subject, utf8.RuneCountInString(f.Subject))
		asked = max(asked, min(utf8.RuneCountInString(f.Asked), widestAsked))
	}
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%-7s  %-*s  %-*s  %s\n", f.Status, subject, printable(f.Subject), asked, printable(f.Asked), printable(f.Text))
		if f.ToDo != "" {
			fmt.Fprintf(&b, "%-7s  %-*s  %-*s  -> %s\n", "", subject, "", asked, "", printable(f.ToDo))
		}
	}
	count := preflight.Count(found)
	fmt.Fprintf(&b, "\n%s ok, %s, %d failed: %s\n",
		plural(count[preflight.OK], "check"), plural(count[preflight.Warning], "warning"), count[preflight.Fail], conclusion(preflight.Worst(found)))
	_, err := io.WriteString(out, b.String())
	return err
}

func conclusion(worst preflight.Status) string {
	switch worst {
	case preflight.Fail:
		return "a rehearsal cannot run"
	case preflight.Warning:
		return "a rehearsal can run, and these warnings stay with it"
	}
	return "a rehearsal can run"
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// printable is text on one line, without what a terminal would obey: others' words
// are in it.
func printable(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
}
