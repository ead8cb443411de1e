package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mistake is one thing wrong in a file.
type Mistake struct {
	File         string // or "--set PATH", for a value from the command line
	Line, Column int    // from 1; 0 for a value from the command line
	Place, Text  string // Place: "spot 2"; Text: what is wrong (what would be accepted)
}

// Error returns the mistake in one line that editors can jump from.
func (m Mistake) Error() string {
	where := m.File
	if m.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", m.File, m.Line, m.Column)
	}
	if m.Place == "" {
		return where + ": " + m.Text
	}
	return where + ": " + m.Place + ": " + m.Text
}

// Mistakes is every mistake of a file, in file order; those of values from the
// command line come last.
type Mistakes []Mistake

// Error returns one line for each mistake.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, mistake := range m {
		lines[i] = mistake.Error()
	}
	return strings.Join(lines, "\n")
}

// inOrder sorts mistakes as a reader of the file meets them and drops repeats.
func inOrder(m []Mistake) Mistakes {
	slices.SortStableFunc(m, func(a, b Mistake) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(m)
}
