package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/plan"
)

// Text writes the what-ifs for a terminal of 100 columns: the answer, how far the
// model is to be trusted, then the table.
func (w *WhatIf) Text(out io.Writer, colour bool) error {
	t := &textWriter{colour: colour}
	fmt.Fprintf(&t.b, "%s  %s  %s\n", t.coloured("WHAT IF", bold), clean(w.Run), w.Started.Format("2006-01-02 15:04:05 MST"))
	t.wrapped("", "", sentenceOf(w.headline()))
	t.wrapped("", "", sentenceOf(w.asked()))
	t.notes("Warnings", "! ", w.Warnings)
	t.b.WriteString("\n")
	t.wrapped("", "", w.trust()+" "+w.restsOn())
	t.b.WriteString("\n")
	t.whatIfs(w.rows())
	t.b.WriteString("\n")
	t.wrapped("", "", w.method())
	if all := w.assumptions(); len(all) > 0 {
		t.title("Assumed")
		for _, assumed := range all {
			t.wrapped("- ", "  ", assumed)
		}
	}
	_, err := io.WriteString(out, t.b.String())
	return err
}

// whatIfs writes the table. A name that takes more than is left beside the figures
// has lines of its own.
func (t *textWriter) whatIfs(rows []whatIfRow) {
	all := append([]whatIfRow{{cells: whatIfHeader}}, rows...)
	widths := make([]int, len(whatIfHeader))
	room := terminal
	for i := range widths {
		widths[i] = columnWidth(all, func(r whatIfRow) string { return r.cells[i] })
		room -= 2
		if i > 0 {
			room -= widths[i]
		}
	}
	widths[0] = min(widths[0], max(room, len(AsIs)))
	for i, r := range all {
		name := r.cells[0]
		if utf8.RuneCountInString(clean(name)) > widths[0] {
			t.wrapped("  ", "    ", name)
			name = ""
		}
		t.b.WriteString("  " + pad(name, widths[0]))
		for k, text := range r.cells[1:] {
			text = clean(text)
			before := strings.Repeat(" ", 2+widths[k+1]-utf8.RuneCountInString(text))
			if i > 0 && k+1 == chanceCell {
				text = t.coloured(text, chanceTone(r.chance))
			}
			t.b.WriteString(before + text)
		}
		t.endLine()
	}
}

// evens is the chance below which failing is likelier than not.
const evens = 0.5

// chanceTone is the colour of the chance that enough is served.
func chanceTone(p float64) string {
	switch {
	case p >= plan.Sure:
		return green
	case p < evens:
		return red
	}
	return yellow
}
