package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

// Markdown writes the report as a job summary or a comment on a pull request shows
// it best: the answer, then the objectives, and all else folded.
//
//	## ✅ name: pass
//	**The headroom in a sentence.**
//	what binds, why, when
//	### Objectives    a row each
//	▸ Warnings        what weakens the answer
//	▸ Headroom and layers, fleets, load, …
func (r *Report) Markdown(w io.Writer) error {
	m := &markdown{}
	fmt.Fprintf(&m.b, "## %s %s: %s\n\n", badge(r.Result.Verdict), cell(r.name()), r.Result.Verdict)
	fmt.Fprintf(&m.b, "**%s**\n\n", cell(strings.TrimSpace(r.headline())))
	m.binding(r)
	if notes := slices.Concat(r.notes(), r.wide()); len(notes) > 0 {
		m.list(notes)
		m.b.WriteString("\n")
	}
	fmt.Fprintf(&m.b, "%s, run %s\n", r.when(), cell(r.Manifest.Run))
	m.objectives(r)
	m.folded(fmt.Sprintf("Warnings (%s)", figure.Count(len(r.Result.Warnings))), func(in *markdown) { in.list(r.Result.Warnings) })
	m.folded("Headroom and layers", func(in *markdown) { in.margins(r); in.layers(r) })
	m.folded("Fleets and how they scaled", func(in *markdown) { in.fleets(r); in.spread(r) })
	m.folded("What to hold ready", func(in *markdown) { in.plan(r) })
	m.folded("Load, times, errors", func(in *markdown) { in.load(r); in.addresses(r) })
	m.folded("What this rests on", func(in *markdown) { in.generator(r); in.observation(r) })
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdown struct{ b strings.Builder }

// mostLines is how many rows a table has, and lines a list.
const mostLines = 50

// longestMarkdown is how many bytes report.md grows to with what is folded: GitHub
// refuses a comment of more than 65,536 characters, a job summary of more than
// 1 MiB.
const longestMarkdown = 60_000

// folded writes a part that opens on a click; one that would make the whole too
// long is only named.
func (m *markdown) folded(title string, write func(*markdown)) {
	part := &markdown{}
	write(part)
	text := strings.TrimSpace(part.b.String())
	switch {
	case text == "":
	case m.b.Len()+len(text) > longestMarkdown:
		fmt.Fprintf(&m.b, "\n%s: see report.html, for this is too long here.\n", title)
	default:
		fmt.Fprintf(&m.b, "\n<details>\n<summary>%s</summary>\n\n%s\n\n</details>\n", title, text)
	}
}

// binding says which layer binds, where that is known.
func (m *markdown) binding(r *Report) {
	for _, l := range r.layerRows() {
		if l.Binding {
			fmt.Fprintf(&m.b, "Binding layer: %s, %s: %s\n\n", cell(l.Name), cell(l.Rate), cell(l.Source))
		}
	}
}

func badge(verdict string) string {
	switch verdict {
	case "pass", "held":
		return "✅"
	case "fail", "failed":
		return "❌"
	}
	return "⚠️"
}

// table writes rows under a header, unless there are none.
func (m *markdown) table(title, header, alignment string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(&m.b, "\n### %s\n\n%s\n%s\n", title, header, alignment)
	for _, row := range rows[:min(len(rows), mostLines)] {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cell(c)
		}
		fmt.Fprintf(&m.b, "| %s |\n", strings.Join(cells, " | "))
	}
	m.more(len(rows))
}

func (m *markdown) objectives(r *Report) {
	var rows [][]string
	for _, o := range r.objectiveRows() {
		rows = append(rows, []string{badge(o.Verdict) + " " + o.Verdict, o.Name, o.Worst, o.At, o.Broken})
	}
	m.table("Objectives", "| | objective | worst | at | broken |", "|---|---|--:|---|---|", rows)
}

func (m *markdown) margins(r *Report) {
	var rows [][]string
	for _, row := range r.marginRows() {
		rows = append(rows, []string{row.Name, row.Asked, row.Has, row.Headroom, row.Probability})
	}
	m.table("Headroom", "| | asked | has | headroom | P(enough) |", "|---|--:|---|---|--:|", rows)
}

func (m *markdown) fleets(r *Report) {
	var rows [][]string
	for _, f := range r.fleetRows() {
		rows = append(rows, []string{f.Name, f.Units, f.Max, f.PerUnit, f.MeasuredAt, f.Saturation})
	}
	m.table("Fleets", "| fleet | ready | max | a unit sustains | measured at | saturates at |", "|---|---|--:|---|--:|--:|", rows)
	m.facts(slices.Concat(r.fleetFacts(), r.scalingFacts(), r.pathFacts()))

	rows = nil
	for _, s := range r.stageRows() {
		rows = append(rows, []string{s.Fleet, s.Stage, s.P50, s.P90, s.Max, s.Units})
	}
	m.table("Stages of scaling", "| fleet | stage | p50 | p90 | max | count |", "|---|---|--:|--:|--:|--:|", rows)
}

func (m *markdown) layers(r *Report) {
	var rows [][]string
	for _, l := range r.layerRows() {
		name := l.Name
		if l.Binding {
			name += " (binding)"
		}
		rows = append(rows, []string{name, l.Rate, l.Source})
	}
	m.table("Layers", "| layer | capacity | source |", "|---|--:|---|", rows)
}

func (m *markdown) load(r *Report) {
	var names, values []string
	for _, f := range r.loadFacts() {
		names, values = append(names, f.Name), append(values, f.Value)
	}
	m.table("Load", "| "+strings.Join(names, " | ")+" |", strings.Repeat("|--:", len(names))+"|", [][]string{values})
	var rows [][]string
	for _, t := range r.timeRows() {
		rows = append(rows, []string{t.Name, t.P50, t.P90, t.P99, t.Max})
	}
	m.table("Times", "| | p50 | p90 | p99 | max |", "|---|--:|--:|--:|--:|", rows)
	rows = nil
	for _, e := range r.errorRows() {
		rows = append(rows, []string{e.Class, e.Count, e.Share, e.Sample})
	}
	m.table("Errors", "| class | requests | of sent | the first |", "|---|--:|--:|---|", rows)
}

func (m *markdown) addresses(r *Report) {
	var rows [][]string
	for _, a := range r.addressRows() {
		rows = append(rows, []string{a.Address, a.Requests, a.Share, a.First, a.Last, a.Joined, a.Left})
	}
	m.table("Addresses", "| address | requests | of all | first | last | joined | left |", "|---|--:|--:|---|---|---|---|", rows)
}

func (m *markdown) generator(r *Report) {
	var rows [][]string
	for _, f := range slices.Concat(r.generatorFacts(), r.unheldFacts()) {
		rows = append(rows, []string{f.Name, f.Value})
	}
	m.table("Generator", "| | most |", "|---|--:|", rows)
}

func (m *markdown) observation(r *Report) {
	var rows [][]string
	for _, o := range r.observationRows() {
		rows = append(rows, []string{o.Source, o.Seen(), o.Gaps, o.Calls, o.Bytes})
	}
	m.table("Observation", "| source | seen | gaps | calls | bytes |", "|---|---|--:|--:|--:|", rows)
}

func (m *markdown) facts(facts []fact) {
	if len(facts) > 0 {
		m.b.WriteString("\n")
	}
	for _, f := range facts[:min(len(facts), mostLines)] {
		fmt.Fprintf(&m.b, "- %s: %s\n", item(f.Name), cell(f.Value))
	}
	m.more(len(facts))
}

func (m *markdown) list(lines []string) {
	for _, line := range lines[:min(len(lines), mostLines)] {
		fmt.Fprintf(&m.b, "- %s\n", item(line))
	}
	m.more(len(lines))
}

// more says how many of all lines were left out.
func (m *markdown) more(all int) {
	if all > mostLines {
		fmt.Fprintf(&m.b, "\nand %s more in report.html\n", figure.Count(all-mostLines))
	}
}
