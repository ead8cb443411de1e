package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/figure"
)

// terminal is the width text is made for.
const terminal = 100

// Text writes the report for a terminal of 100 columns: the verdict first, the
// path of the full report last. With colour, verdicts are coloured by ANSI
// sequences.
func (r *Report) Text(w io.Writer, colour bool) error {
	t := &textWriter{colour: colour}
	t.verdict(r)
	t.margins(r)
	t.layers(r)
	t.objectives(r)
	t.fleets(r)
	t.scaling(r)
	t.plan(r)
	t.load(r)
	t.errors(r)
	t.addresses(r)
	t.spread(r)
	t.generator(r)
	t.observation(r)
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
			line += ", broken " + o.Broken
		}
		const verdict = 9
		fmt.Fprintf(&t.b, "  %s", t.coloured(pad(o.Verdict, verdict), tone(o.Verdict)))
		t.wrappedAfter(2+verdict, "  "+pad(o.Name, width)+"  ", "    ", line)
	}
}

func (t *textWriter) margins(r *Report) {
	rows := r.marginRows()
	if len(rows) == 0 {
		return
	}
	t.title("Headroom")
	rows = append([]marginRow{{"", "asked", "has", "headroom", "P(enough)"}}, rows...)
	name := columnWidth(rows, func(m marginRow) string { return m.Name })
	asked := columnWidth(rows, func(m marginRow) string { return m.Asked })
	has := columnWidth(rows, func(m marginRow) string { return m.Has })
	headroom := columnWidth(rows, func(m marginRow) string { return m.Headroom })
	for _, m := range rows {
		fmt.Fprintf(&t.b, "  %s  %s  %s  %s  %s", pad(m.Name, name), pad(m.Asked, asked), pad(m.Has, has), pad(m.Headroom, headroom), m.Probability)
		t.endLine()
	}
}

// mostLayers is how many a terminal shows: the binding one and the next two.
const mostLayers = 3

func (t *textWriter) layers(r *Report) {
	rows := r.layerRows()
	if len(rows) == 0 {
		return
	}
	t.title("Layers")
	shown := rows[:min(len(rows), mostLayers)]
	name := columnWidth(shown, func(l layerRow) string { return l.Name })
	rate := columnWidth(shown, func(l layerRow) string { return l.Rate })
	for _, l := range shown {
		binds := ""
		if l.Binding {
			binds = "binding: "
		}
		t.wrapped(fmt.Sprintf("  %s  %s  ", pad(l.Name, name), pad(l.Rate, rate)), "    ", binds+l.Source)
	}
	t.more(len(rows) - len(shown))
}

// more says how many rows were left out.
func (t *textWriter) more(rows int) {
	if rows > 0 {
		fmt.Fprintf(&t.b, "  and %s more\n", figure.Count(rows))
	}
}

func (t *textWriter) fleets(r *Report) {
	rows := r.fleetRows()
	if len(rows) == 0 {
		return
	}
	t.title("Fleets")
	name := columnWidth(rows, func(f fleetRow) string { return f.Name })
	for _, f := range rows {
		fmt.Fprintf(&t.b, "  %s  %s ready (max %s)\n", pad(f.Name, name), f.Units, f.Max)
		said := f.Said
		if said == "" {
			said = "one unit sustains: " + f.PerUnit
		}
		if f.Saturation != figure.Unknown {
			said += "; it saturates at " + f.Saturation
			if least, ok := strings.CutPrefix(f.Saturation, "at least "); ok {
				said = strings.TrimSuffix(said, f.Saturation) + least + " or more"
			}
		}
		for _, note := range slices.Concat([]string{said}, f.Notes) {
			t.wrapped("    ", "      ", note)
		}
	}
}

// scaling tells how the fleets followed the demand.
func (t *textWriter) scaling(r *Report) {
	facts, stages := append(r.scalingFacts(), r.pathFacts()...), r.stageRows()
	if len(facts)+len(stages) == 0 {
		return
	}
	t.title("Scaling")
	for _, f := range facts {
		t.wrapped("  "+f.Name+": ", "    ", f.Value)
	}
	t.stages(stages)
}

func (t *textWriter) stages(rows []stageRow) {
	if len(rows) == 0 {
		return
	}
	fleet := columnWidth(rows, func(s stageRow) string { return s.Fleet })
	stage := max(columnWidth(rows, func(s stageRow) string { return s.Stage }), len("stage"))
	line := func(s stageRow) {
		fmt.Fprintf(&t.b, "  %s  %s  %8s  %8s  %8s  %s\n", pad(s.Fleet, fleet), pad(s.Stage, stage), s.P50, s.P90, s.Max, s.Units)
	}
	line(stageRow{"", "stage", "p50", "p90", "max", "count"})
	for i, s := range rows {
		if i > 0 && rows[i-1].Fleet == s.Fleet {
			s.Fleet = ""
		}
		line(s)
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
	t.more(len(rows) - len(shown))
}

// generator writes its facts in three columns, from the top of each to its end.
func (t *textWriter) generator(r *Report) {
	t.title("Generator")
	facts := r.generatorFacts()
	const columns = 3
	rows := (len(facts) + columns - 1) / columns
	for row := range rows {
		for from := 0; from < len(facts); from += rows {
			column := facts[from:min(from+rows, len(facts))]
			if row >= len(column) {
				continue
			}
			name := columnWidth(column, func(f fact) string { return f.Name })
			value := columnWidth(column, func(f fact) string { return f.Value })
			fmt.Fprintf(&t.b, "  %s  %s  ", pad(column[row].Name, name), pad(column[row].Value, value))
		}
		t.endLine()
	}
	for _, f := range r.unheldFacts() {
		t.wrapped("  "+f.Name+": ", "    ", f.Value)
	}
}

func (t *textWriter) observation(r *Report) {
	rows := r.observationRows()
	if len(rows) == 0 {
		return
	}
	t.title("Observation")
	source := columnWidth(rows, func(o observationRow) string { return o.Source })
	seen := columnWidth(rows, observationRow.Seen)
	for _, o := range rows {
		t.wrapped(fmt.Sprintf("  %s  seen %s  ", pad(o.Source, source), pad(o.Seen(), seen)), "    ", "gaps "+o.Gaps+", calls "+o.Calls+", bytes "+o.Bytes)
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
func (t *textWriter) wrapped(first, rest, s string) { t.wrappedAfter(0, first, rest, s) }

// wrappedAfter is wrapped where so many columns of the first line are written
// already.
func (t *textWriter) wrappedAfter(columns int, first, rest, s string) {
	line, empty := clean(first), true
	for _, word := range words(clean(s)) {
		if !empty && columns+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > terminal {
			t.b.WriteString(line + "\n")
			line, empty, columns = rest, true, 0
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	t.b.WriteString(line + "\n")
}

// words splits a text where a line may end: not between a number and its unit.
func words(s string) []string {
	var all []string
	for word := range strings.FieldsSeq(s) {
		last := len(all) - 1
		if last >= 0 && isUnit(word) && endsInDigit(all[last]) {
			all[last] += " " + word
			continue
		}
		all = append(all, word)
	}
	return all
}

func isUnit(word string) bool {
	switch strings.TrimRight(word, ".,;:)") {
	case "s", "ms", "µs", "%", "kB", "MB", "GB", "points":
		return true
	}
	return false
}

func endsInDigit(word string) bool {
	last := word[len(word)-1]
	return '0' <= last && last <= '9'
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
