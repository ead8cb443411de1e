package report

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the what-ifs as a job summary or a comment shows them best: the
// answer, the table, and what it rests on.
func (w *WhatIf) Markdown(out io.Writer) error {
	m := &markdown{}
	fmt.Fprintf(&m.b, "## What if: %s\n\n**%s**\n\n%s\n", cell(w.Scenario), cell(sentenceOf(w.headline())), cell(sentenceOf("run "+w.Run+"; "+w.asked())))
	if len(w.Warnings) > 0 {
		m.b.WriteString("\n### Warnings\n\n")
		m.list(w.Warnings)
	}
	var rows [][]string
	for _, r := range w.rows() {
		rows = append(rows, r.cells)
	}
	m.table("Ranked by requests unserved", "| "+strings.Join(whatIfHeader, " | ")+" |", "|---|--:|--:|--:|--:|--:|--:|--:|", rows)
	fmt.Fprintf(&m.b, "\n%s\n", cell(w.method()))
	fmt.Fprintf(&m.b, "\n%s\n", cell(w.trust()+" "+w.restsOn()))
	m.folded("Assumed", func(in *markdown) { in.list(w.assumptions()) })
	_, err := io.WriteString(out, m.b.String())
	return err
}
