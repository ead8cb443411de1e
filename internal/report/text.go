package report

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/figure"
)

// terminal is the width text is made for.
const terminal = 80

// Text writes the report for a terminal of 80 columns: the verdict first, the
// path of the full report last. With colour, verdicts are coloured by ANSI
// sequences.
func (r *Report) Text(w io.Writer, colour bool) error {
	t := &textWriter{colour: colour}
	t.verdict(r)
	t.objectives(r)
	t.fleets(r)
	t.load(r)
	t.warnings(r)
	if r.Path != "" {
		fmt.Fprintf(&t.b, "\nReport: %s\n", clean(filepath.Join(r.Path, "report.html")))
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

type textWriter struct {
	b      strings.Builder
	colour bool
}

const (
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	normal = "\x1b[0m"
)

// tone is the colour of a verdict.
func tone(verdict string) string {
	switch verdict {
	case "pass", "held":
		return green
	case "fail", "failed":
		return red
	}
	return yellow
}

func (t *textWriter) coloured(s, with string) string {
	if !t.colour {
		return s
	}
	return with + s + normal
}

func (t *textWriter) verdict(r *Report) {
	verdict := r.Result.Verdict
	fmt.Fprintf(&t.b, "%s  %s  %s\n", t.coloured(strings.ToUpper(verdict), bold+tone(verdict)), clean(r.name()), r.when())
	t.wrapped("", "", r.sentence())
	for _, reason := range r.Result.Reasons {
		t.wrapped("- ", "  ", reason)
	}
}

func (t *textWriter) objectives(r *Report) {
	t.title("Objectives")
	rows := r.objectiveRows()
	width := columnWidth(rows, func(o objectiveRow) string { return o.Name })
	for _, o := range rows {
		line := o.Worst
		if o.Measured {
			line = "worst " + o.Worst
		}
		if o.Measured && o.At != "" {
			line += " at " + o.At
		}
		if o.Broken != "" {
			line += ", broken for " + o.Broken
		}
		fmt.Fprintf(&t.b, "  %s  %s  %s\n", t.coloured(pad(o.Verdict, 9), tone(o.Verdict)), pad(o.Name, width), line)
	}
}

func (t *textWriter) fleets(r *Report) {
	rows := r.fleetRows()
	if len(rows) == 0 {
		return
	}
	t.title("Fleets")
	name := columnWidth(rows, func(f fleetRow) string { return f.Name })
	sizes := columnWidth(rows, func(f fleetRow) string { return f.Units + f.Max })
	for _, f := range rows {
		line := fmt.Sprintf("%s  %s  ", pad(f.Name, name), pad(f.Units+" ready (max "+f.Max+")", sizes+len(" ready (max )")))
		said := f.Said
		if said == "" {
			said = "one unit sustains: " + f.PerUnit
		}
		t.wrapped("  "+line, "    ", said)
	}
	for _, f := range r.scalingFacts() {
		fmt.Fprintf(&t.b, "  %s: %s\n", f.Name, f.Value)
	}
}

func (t *textWriter) load(r *Report) {
	t.title("Load")
	facts := r.loadFacts()
	for i := 0; i < len(facts); i += 3 {
		t.b.WriteString(" ")
		for _, f := range facts[i : i+3] {
			fmt.Fprintf(&t.b, " %s %10s    ", pad(f.Name, 9), f.Value)
		}
		t.endLine()
	}
	times := r.timeRows()
	fmt.Fprintf(&t.b, "  peak %s; lag p99 %s, max %s; response p50 %s, p99 %s\n",
		figure.Rate(r.Result.Load.PeakRate), times[0].P99, times[0].Max, times[2].P50, times[2].P99)
	for _, e := range r.errorRows() {
		fmt.Fprintf(&t.b, "  %s failed: %s (%s)\n", e.Count, clean(e.Class), e.Share)
	}
}

func (t *textWriter) warnings(r *Report) {
	if len(r.Result.Warnings) == 0 {
		return
	}
	t.title("Warnings")
	for _, warning := range r.Result.Warnings {
		t.wrapped("  ! ", "    ", warning)
	}
}

func (t *textWriter) title(s string) {
	fmt.Fprintf(&t.b, "\n%s\n", t.coloured(s, bold))
}

// endLine ends a line without spaces at its end.
func (t *textWriter) endLine() {
	trimmed := strings.TrimRight(t.b.String(), " ")
	t.b.Reset()
	t.b.WriteString(trimmed + "\n")
}

// wrapped writes words up to the width of the terminal, the first line behind
// first, the others behind rest.
func (t *textWriter) wrapped(first, rest, s string) {
	line, empty := clean(first), true
	for word := range strings.FieldsSeq(clean(s)) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > terminal {
			t.b.WriteString(line + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	t.b.WriteString(line + "\n")
}

func pad(s string, width int) string {
	s = clean(s)
	return s + strings.Repeat(" ", max(width-utf8.RuneCountInString(s), 0))
}

func columnWidth[T any](rows []T, of func(T) string) int {
	width := 0
	for _, row := range rows {
		width = max(width, utf8.RuneCountInString(clean(of(row))))
	}
	return width
}
