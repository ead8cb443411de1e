package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/figure"
)

// Text writes the comparison for a terminal of 100 columns: what changed first.
func (c *Comparison) Text(w io.Writer, colour bool) error {
	t := &textWriter{colour: colour}
	fmt.Fprintf(&t.b, "%s  %s  %s\n", t.coloured(strings.ToUpper(c.Verdict), bold+compareTone(c.Verdict)), clean(c.Head.Name), c.when(c.Head.Started))
	t.wrapped("", "", c.against())
	for _, reason := range c.Reasons {
		t.wrapped("- ", "  ", reason)
	}
	t.measures("Changed", c.rowsOf(compare.Worse, compare.Better))
	t.measures("Not shown worse, nor the same", c.rowsOf(compare.NotShown))
	t.measures("The same", c.rowsOf(compare.Same))
	t.unjudged("Not judged", c.rowsOf(compare.CannotSay))
	t.unjudged("Machine that made the load", c.checkRows())
	if len(c.Warnings) > 0 {
		t.title("Warnings")
		for _, warning := range c.Warnings {
			t.wrapped("  ! ", "    ", warning)
		}
	}
	if text := c.method(); text != "" {
		t.b.WriteString("\n")
		t.wrapped("", "", text)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// compareTone is the colour of a comparison's verdict.
func compareTone(verdict string) string {
	switch verdict {
	case compare.Better, compare.Same:
		return green
	case compare.Worse:
		return red
	}
	return yellow
}

// measures writes those that were judged: two lines each, since a name and its
// figures do not fit into one.
func (t *textWriter) measures(title string, rows []measureRow) {
	if len(rows) == 0 {
		return
	}
	t.title(title)
	for _, r := range rows {
		verdict := pad(r.Verdict, 6)
		fmt.Fprintf(&t.b, "  %s", t.coloured(verdict, compareTone(r.Verdict)))
		t.wrappedAfter(2+len(verdict), "  ", "          ", r.Name)
		line := fmt.Sprintf("%s -> %s", r.Base, r.Head)
		if r.Between != "" {
			line += fmt.Sprintf(", %s (%s)", r.Change, r.Between)
		}
		line += ", p " + r.P
		if r.Found != "" && (r.Verdict == compare.Same || r.Verdict == compare.NotShown) {
			line += "; would have shown: " + r.Found
		}
		t.wrapped("          ", "            ", line)
	}
}

func (t *textWriter) unjudged(title string, rows []measureRow) {
	if len(rows) == 0 {
		return
	}
	t.title(title)
	for _, r := range rows {
		line := fmt.Sprintf("%s -> %s", r.Base, r.Head)
		if r.Change != figure.Unknown {
			line += ", " + r.Change
		}
		if r.Said != "" {
			line += "; " + r.Said
		}
		t.wrapped("  "+r.Name+": ", "    ", line)
	}
}
