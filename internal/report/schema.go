package report

import (
	_ "embed"
	"slices"
)

//go:embed summary.schema.json
var summarySchema []byte

// SummarySchema returns the JSON Schema (2020-12) of summary.json: every key with
// its meaning and unit, and null where it may be unknown.
func SummarySchema() []byte { return slices.Clone(summarySchema) }
