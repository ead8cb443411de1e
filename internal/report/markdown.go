package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Markdown writes the report as a job summary or a comment shows it best.
func (r *Report) Markdown(w io.Writer) error {
	m := &markdown{}
	fmt.Fprintf(&m.b, "## %s %s: %s\n\n", badge(r.Result.Verdict), cell(r.name()), r.Result.Verdict)
	fmt.Fprintf(&m.b, "**%s**\n\n", cell(r.headline()))
	notes := r.notes()
	for _, note := range notes {
		fmt.Fprintf(&m.b, "- %s\n", cell(note))
	}
	if len(notes) > 0 {
		m.b.WriteString("\n")
	}
	fmt.Fprintf(&m.b, "%s, run %s\n", r.when(), cell(r.Manifest.Run))
	m.margins(r)
	m.layers(r)
	m.objectives(r)
	m.fleets(r)
	m.load(r)
	m.addresses(r)
	m.spread(r)
	m.generator(r)
	m.observation(r)
	m.list("Warnings", r.Result.Warnings)
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdown struct{ b strings.Builder }

func badge(verdict string) string {
	switch verdict {
	case "pass", "held":
		return "✅"
	case "fail", "failed":
		return "❌"
	}
	return "⚠️"
}

// cell keeps a text from outside from becoming markup or ending its cell.
func cell(s string) string {
	return strings.NewReplacer(`\`, `\\`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`).Replace(clean(s))
}

// table writes rows under a header, unless there are none.
func (m *markdown) table(title, header, alignment string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(&m.b, "\n### %s\n\n%s\n%s\n", title, header, alignment)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cell(c)
		}
		fmt.Fprintf(&m.b, "| %s |\n", strings.Join(cells, " | "))
	}
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
	for _, f := range facts {
		fmt.Fprintf(&m.b, "- %s: %s\n", cell(f.Name), cell(f.Value))
	}
}

func (m *markdown) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(&m.b, "\n### %s\n\n", title)
	for _, line := range lines {
		fmt.Fprintf(&m.b, "- %s\n", cell(line))
	}
}
