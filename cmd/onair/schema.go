package main

import (
	"github.com/spf13/cobra"

	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/scenario"
)

func newSchema() *cobra.Command {
	var summary bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenario files, or of summary.json",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			schema := scenario.Schema
			if summary {
				schema = report.SummarySchema
			}
			_, err := cmd.OutOrStdout().Write(schema())
			return err
		},
	}
	cmd.Flags().BoolVar(&summary, "summary", false, "print the schema of summary.json, the result of a run for machines")
	return cmd
}
