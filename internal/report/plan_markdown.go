package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-f864f198/onair/internal/prescale"
)

// Markdown writes the plan as a pull request that a team reviews shows it best: the
// answer, what is held, when, and each text as a block; the rest folded.
func (p *Planned) Markdown(w io.Writer) error {
	m := &markdown{}
	fmt.Fprintf(&m.b, "## %s\n\n%s\n", uncut(p.sentence()), uncut(p.subject()))
	m.holds(p)
	if len(p.NoTexts) > 0 {
		m.b.WriteString("\n### " + withoutText + "\n\n")
		m.list(p.NoTexts)
	}
	m.instants(p)
	if len(p.Warnings) > 0 {
		m.b.WriteString("\n### Warnings\n\n")
		m.list(p.Warnings)
	}
	m.changes(p)
	m.folded("Units against risk", func(in *markdown) { in.risks(p) })
	m.folded("What this rests on", func(in *markdown) { in.rests(p) })
	_, err := io.WriteString(w, m.b.String())
	return err
}

// plan is the plan as a part of a run's report.
func (m *markdown) plan(r *Report) {
	p := r.Plan
	if p == nil {
		m.b.WriteString(cell(r.NoPlan) + "\n")
		return
	}
	fmt.Fprintf(&m.b, "**%s**\n", cell(p.sentence()))
	m.holds(p)
	m.instants(p)
	m.risks(p)
	m.rests(p)
	if p.holding() {
		fmt.Fprintf(&m.b, "\nThe texts that make it so: %s\n", cell(p.command()))
	}
}

func (m *markdown) holds(p *Planned) {
	var rows [][]string
	for _, h := range p.holdRows() {
		rows = append(rows, []string{h.Fleet, h.Units, h.Min, h.Max, h.Start, h.Cost})
	}
	header, alignment := "| fleet | units | min today | max today | ready today |", "|---|--:|--:|--:|--:|"
	if p.costed() {
		header, alignment = header+" extra cost |", alignment+"--:|"
	}
	m.table("Hold", header, alignment, p.uncosted(rows))
	if len(rows) > 0 && p.costed() {
		fmt.Fprintf(&m.b, "\n%s\n", uncut(p.costNote()))
	}
}

func (m *markdown) instants(p *Planned) {
	if !p.holding() {
		return
	}
	var rows [][]string
	for _, f := range p.timetable() {
		rows = append(rows, []string{f.Name, f.Value})
	}
	m.table("Timetable", "| | |", "|---|---|", rows)
}

func (m *markdown) risks(p *Planned) {
	var rows [][]string
	for _, k := range p.riskRows(mostLines) {
		rows = append(rows, []string{k.Mark, k.Units, k.Served, k.Error, k.Airings, k.Typical, k.Bad, k.Cost})
	}
	header, alignment := "| | units | served in | | airings | unserved, median | 95th percentile |", "|---|--:|--:|--:|--:|--:|--:|"
	if p.costed() {
		header, alignment = header+" extra cost |", alignment+"--:|"
	}
	m.table("Risk", header, alignment, p.uncosted(rows))
}

// rests says what the plan rests on.
func (m *markdown) rests(p *Planned) {
	var rows [][]string
	for _, l := range p.nextRows() {
		rows = append(rows, []string{l.Name, l.Rate, l.Source})
	}
	m.table("Next limits", "| layer | capacity | source |", "|---|--:|---|", rows)
	if len(p.assumed()) > 0 {
		m.b.WriteString("\n### Assumed\n\n")
		m.list(p.assumed())
	}
	rows = nil
	for _, f := range replayFacts(p.Model.Replay) {
		rows = append(rows, []string{f.Name, f.Value})
	}
	m.table("How the model played the rehearsal", "| | |", "|---|---|", rows)
}

func (m *markdown) changes(p *Planned) {
	if choices := p.choices(); len(choices) > 0 {
		m.b.WriteString("\n### " + whichToRun + "\n\n")
		m.list(choices)
	}
	for i, text := range p.Texts {
		fmt.Fprintf(&m.b, "\n### %s\n\n%s\n", cell(p.textTitle(i)), uncut(text.Note))
		for _, part := range parts(text) {
			m.fenced(part.Name, language(text.Kind, part.Name), part.Value)
		}
	}
	if len(p.Texts) > 0 {
		fmt.Fprintf(&m.b, "\n%s\n", cell(unchanged))
	}
}

// language is what a part of a text is written in.
func language(kind, part string) string {
	switch {
	case part == "verify" || part == "apply late" || kind != prescale.KEDA && kind != prescale.Terraform:
		return "sh"
	case kind == prescale.KEDA:
		return "yaml"
	}
	return "hcl"
}

// fenced writes a block that nothing in it ends: its fence is longer than any run of
// backquotes in it.
func (m *markdown) fenced(title, language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(&m.b, "\n%s:\n\n%s%s\n", cell(title), fence, language)
	for line := range strings.Lines(text) {
		m.b.WriteString(strings.TrimRight(clean(strings.TrimSuffix(line, "\n")), " ") + "\n")
	}
	m.b.WriteString(fence + "\n")
}
