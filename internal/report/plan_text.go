package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// mostRisks is how many points of the risk curve a terminal shows.
const mostRisks = 9

// Text writes the plan for a terminal of 100 columns: what is read out first, the
// texts to run last. The lines of these are as long as they are, for a command that
// is broken is another one.
func (p *Planned) Text(w io.Writer, colour bool) error {
	t := &textWriter{colour: colour}
	t.planned(p)
	t.timetable(p)
	t.nextLimits(p)
	t.notes("Warnings", "! ", p.Warnings)
	t.notes("Assumed", "- ", p.assumed())
	t.facts("How the model played the rehearsal", replayFacts(p.Model.Replay))
	t.changes(p)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// planned writes the answer and what it is chosen from.
func (t *textWriter) planned(p *Planned) {
	t.wrapped("", "", p.sentence())
	t.wrapped("", "", p.subject())
	t.holds(p)
	t.notes(withoutText, "- ", p.NoTexts)
	t.risks(p)
}

// columns writes rows under their names, all but the first two columns to the right.
func (t *textWriter) columns(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for i := range widths {
		widths[i] = columnWidth(rows, func(r []string) string { return r[i] })
	}
	for _, r := range rows {
		t.b.WriteString(" ")
		for i, cell := range r {
			cell = pad(cell, 0)
			if space := strings.Repeat(" ", widths[i]-len([]rune(cell))); i == 0 {
				cell += space
			} else {
				cell = space + cell
			}
			t.b.WriteString(" " + cell)
			if i < len(r)-1 {
				t.b.WriteString(" ")
			}
		}
		t.endLine()
	}
}

func (t *textWriter) holds(p *Planned) {
	if p.refused() {
		return
	}
	t.title("Hold")
	rows := [][]string{{"fleet", "units", "min today", "max today", "ready today", "extra cost"}}
	for _, h := range p.holdRows() {
		rows = append(rows, []string{h.Fleet, h.Units, h.Min, h.Max, h.Start, h.Cost})
	}
	t.columns(p.uncosted(rows))
	if p.costed() {
		t.wrapped("  ", "  ", p.costNote())
	}
}

func (t *textWriter) risks(p *Planned) {
	if len(p.Risk) == 0 {
		return
	}
	t.title("Risk")
	rows := [][]string{{"", "units", "served in", "", "airings", "unserved, median", "95th percentile", "extra cost"}}
	for _, k := range p.riskRows(mostRisks) {
		rows = append(rows, []string{k.Mark, k.Units, k.Served, k.Error, k.Airings, k.Typical, k.Bad, k.Cost})
	}
	t.columns(p.uncosted(rows))
	if left := len(p.Risk) - (len(rows) - 1); left > 0 {
		t.wrapped("  ", "  ", "and "+figure.Count(left)+" more with --markdown and --json")
	}
}

// uncosted leaves the last column, that of costs, out where none is known.
func (p *Planned) uncosted(rows [][]string) [][]string {
	if p.costed() {
		return rows
	}
	for i := range rows {
		rows[i] = rows[i][:len(rows[i])-1]
	}
	return rows
}

func (t *textWriter) timetable(p *Planned) {
	if p.holding() {
		t.facts("Timetable", p.timetable())
	}
}

// facts writes each on a line of its own.
func (t *textWriter) facts(title string, facts []fact) {
	if len(facts) == 0 {
		return
	}
	t.title(title)
	name := columnWidth(facts, func(f fact) string { return f.Name })
	for _, f := range facts {
		t.wrapped("  "+pad(f.Name, name)+"  ", "    ", f.Value)
	}
}

func (t *textWriter) nextLimits(p *Planned) {
	rows := p.nextRows()
	if len(rows) == 0 {
		return
	}
	t.title("Next limits")
	shown := rows[:min(len(rows), mostLayers)]
	name := columnWidth(shown, func(l layerRow) string { return l.Name })
	rate := columnWidth(shown, func(l layerRow) string { return l.Rate })
	for _, l := range shown {
		t.wrapped(fmt.Sprintf("  %s  %s  ", pad(l.Name, name), pad(l.Rate, rate)), "    ", l.Source)
	}
	t.more(len(rows) - len(shown))
}

func (t *textWriter) notes(title, mark string, lines []string) {
	if len(lines) == 0 {
		return
	}
	t.title(title)
	for _, line := range lines {
		t.wrapped("  "+mark, "    ", line)
	}
}

// changes writes the texts, or how to get them.
func (t *textWriter) changes(p *Planned) {
	t.notes(whichToRun, "- ", p.choices())
	for i, text := range p.Texts {
		t.title(p.textTitle(i))
		t.wrapped("  ", "  ", text.Note)
		for _, part := range parts(text) {
			fmt.Fprintf(&t.b, "  %s\n", t.coloured(part.Name+":", bold))
			for line := range strings.Lines(part.Value) {
				t.b.WriteString(strings.TrimRight("    "+clean(strings.TrimSuffix(line, "\n")), " ") + "\n")
			}
		}
	}
	if len(p.Texts) > 0 {
		t.b.WriteString("\n")
		t.wrapped("", "", unchanged)
	}
}

// parts are what a text has people run, in the order in which they do.
func parts(text prescale.Text) []fact {
	var all []fact
	for _, part := range []fact{{"apply", text.Apply}, {"apply late", text.Late}, {"verify", text.Verify}, {"reverse", text.Reverse}} {
		if strings.TrimSpace(part.Value) != "" {
			all = append(all, part)
		}
	}
	return all
}

// plan is the plan as a part of a run's report.
func (t *textWriter) plan(r *Report) {
	if r.Plan == nil && r.NoPlan == "" {
		return
	}
	t.title("What to hold ready")
	if r.Plan == nil {
		t.wrapped("  ", "  ", r.NoPlan)
		return
	}
	t.wrapped("  ", "  ", r.Plan.sentence())
	if r.Plan.holding() {
		t.wrapped("  ", "  ", "The texts that make it so: "+r.Plan.command())
	}
}
