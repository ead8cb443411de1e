package report

import (
	"fmt"
	"io"

	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/figure"
)

// Markdown writes the comparison as a job summary or a comment shows it best: what
// changed in a short table, all else folded.
func (c *Comparison) Markdown(w io.Writer) error {
	m := &markdown{}
	fmt.Fprintf(&m.b, "## %s%s: %s\n\n%s\n", compareBadge(c.Verdict), cell(c.head.name()), c.Verdict, cell("Run "+c.Head.Name+" "+c.against()))
	changed := c.rowsOf(compare.Worse, compare.Better)
	m.measures("Changed", changed)
	if len(changed) == 0 {
		m.b.WriteString("\n")
		for _, reason := range c.Reasons {
			fmt.Fprintf(&m.b, "- %s\n", cell(reason))
		}
	}
	m.folded(fmt.Sprintf("Warnings (%s)", figure.Count(len(c.Warnings))), func(in *markdown) { in.list(c.Warnings) })
	m.folded("Every measure", func(in *markdown) {
		in.measures("Not shown worse, nor the same", c.rowsOf(compare.NotShown))
		in.measures("The same", c.rowsOf(compare.Same))
		in.unjudged("Not judged", c.rowsOf(compare.CannotSay))
		in.unjudged("Machine that made the load", c.checkRows())
		in.runs(c)
		if text := c.method(); text != "" {
			fmt.Fprintf(&in.b, "\n%s\n", cell(text))
		}
	})
	_, err := io.WriteString(w, m.b.String())
	return err
}

// compareBadge goes before a verdict; nothing before one that neither promises nor
// warns.
func compareBadge(verdict string) string {
	switch verdict {
	case compare.Better, compare.Same:
		return "✅ "
	case compare.NotShown:
		return ""
	case compare.Worse:
		return "❌ "
	}
	return "⚠️ "
}

func (m *markdown) measures(title string, rows []measureRow) {
	var cells [][]string
	for _, r := range rows {
		cells = append(cells, []string{compareBadge(r.Verdict) + r.Verdict, r.Name, r.Base, r.Head, r.Change, r.Between, r.P, r.Found})
	}
	m.table(title, "| | measure | base | head | change | 99 % interval | p | would have shown |", "|---|---|--:|--:|--:|---|--:|--:|", cells)
}

func (m *markdown) unjudged(title string, rows []measureRow) {
	var cells [][]string
	for _, r := range rows {
		cells = append(cells, []string{r.Name, r.Base, r.Head, r.Change, r.Said})
	}
	m.table(title, "| measure | base | head | change | why |", "|---|--:|--:|--:|---|", cells)
}

func (m *markdown) runs(c *Comparison) {
	var cells [][]string
	add := func(role string, runs ...compare.Summary) {
		for _, r := range runs {
			cells = append(cells, []string{role, r.Name, c.when(r.Started), r.Verdict})
		}
	}
	add("head", c.Head)
	add("base", c.Bases...)
	add("left out", c.LeftOut...)
	m.table("Runs", "| | run | began | verdict |", "|---|---|---|---|", cells)
}
