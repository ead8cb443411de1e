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
	t.errors(r)
	t.addresses(r)
	t.generator(r)
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
	t.wrapped("", "", r.headline())
	for _, reason := range r.notes() {
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
}

func (t *textWriter) errors(r *Report) {
	rows := r.errorRows()
	if len(rows) == 0 {
		return
	}
	t.title("Errors")
	class := columnWidth(rows, func(e errorRow) string { return e.Class })
	count := columnWidth(rows, func(e errorRow) string { return e.Count })
	share := columnWidth(rows, func(e errorRow) string { return e.Share })
	for _, e := range rows {
		line := fmt.Sprintf("  %s  %*s  %s", pad(e.Class, class), count, e.Count, pad(e.Share, share))
		if e.Sample == "" {
			t.b.WriteString(line)
			t.endLine()
			continue
		}
		t.wrapped(line+"  ", "    ", e.Sample)
	}
}

// mostAddresses is how many a terminal shows.
const mostAddresses = 8

func (t *textWriter) addresses(r *Report) {
	rows := r.addressRows()
	if len(rows) == 0 {
		return
	}
	t.title("Addresses")
	shown := rows[:min(len(rows), mostAddresses)]
	address := columnWidth(shown, func(a addressRow) string { return a.Address })
	requests := columnWidth(shown, func(a addressRow) string { return a.Requests })
	share := columnWidth(shown, func(a addressRow) string { return a.Share })
	for _, a := range shown {
		when := "no requests"
		if a.First != "never" {
			when = a.First + " to " + a.Last
		}
		if a.Joined != "" {
			when += ", joined " + a.Joined
		}
		if a.Left != "" {
			when += ", left " + a.Left
		}
		t.wrapped(fmt.Sprintf("  %s  %*s  %s  ", pad(a.Address, address), requests, a.Requests, pad(a.Share, share)), "    ", when)
	}
	if more := len(rows) - len(shown); more > 0 {
		fmt.Fprintf(&t.b, "  and %s more\n", figure.Count(more))
	}
}

// generator writes its facts in two columns, the first one's first.
func (t *textWriter) generator(r *Report) {
	t.title("Generator")
	facts := r.generatorFacts()
	half := (len(facts) + 1) / 2
	left := columnWidth(facts[:half], func(f fact) string { return f.Name })
	right := columnWidth(facts[half:], func(f fact) string { return f.Name })
	for i, f := range facts[:half] {
		fmt.Fprintf(&t.b, "  %s  %s", pad(f.Name, left), pad(f.Value, 14))
		if half+i < len(facts) {
			fmt.Fprintf(&t.b, "  %s  %s", pad(facts[half+i].Name, right), facts[half+i].Value)
		}
		t.endLine()
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
