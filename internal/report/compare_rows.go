package report

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/figure"
)

// measureRow is a measure as every table of a comparison shows it.
type measureRow struct {
	Verdict, Name, Base, Head, Change, Between, Expected, P, Found, Said string
}

// rowsOf are the measures of some verdicts.
func (c *Comparison) rowsOf(verdicts ...string) []measureRow {
	var rows []measureRow
	for _, m := range c.Measures {
		if !m.Check && slices.Contains(verdicts, m.Verdict) {
			rows = append(rows, rowOf(m))
		}
	}
	return rows
}

// checkRows are the measures of the machine that makes the load.
func (c *Comparison) checkRows() []measureRow {
	var rows []measureRow
	for _, m := range c.Measures {
		if m.Check {
			rows = append(rows, rowOf(m))
		}
	}
	return rows
}

func rowOf(m compare.Measure) measureRow {
	row := measureRow{
		Verdict: m.Verdict, Name: m.Name, Said: m.Said,
		Base: figure.OrUnknown(m.Mean, m.Unit.Write), Head: bounded(m.Bound) + figure.OrUnknown(m.Head, m.Unit.Write),
		Change: m.Changed(), P: figure.OrUnknown(m.Adjusted, probability),
	}
	if m.Between != nil {
		row.Between = m.ChangedBetween()
	}
	if m.Expected != nil {
		low, high := m.Expected.Low, m.Expected.High
		row.Expected = figure.Interval(&low, &high, m.Unit.Write)
	}
	if m.Found != nil {
		row.Found = m.Least()
	}
	return row
}

func bounded(b compare.Bound) string {
	if b == compare.Exactly {
		return ""
	}
	return b.String() + " "
}

// probability writes one in two figures, in as many as it takes to stand on its true
// side of the level.
func probability(p float64) string {
	switch {
	case p < 1e-4:
		return "<0.0001"
	case p > 0.99:
		return ">0.99"
	}
	for digits := 2; ; digits++ {
		shown := figure.Significant(p, digits)
		if (shown < compare.Level) == (p < compare.Level) || digits > 12 {
			return strconv.FormatFloat(shown, 'f', -1, 64)
		}
	}
}

// against is what the run is held against, in words.
func (c *Comparison) against() string {
	n := len(c.Bases)
	text := fmt.Sprintf("against %s base runs", figure.Count(n))
	if n == 1 {
		text = "against 1 base run"
	}
	return text + ", tolerance " + figure.ExactShare(c.Tolerance)
}

// method says how it was judged.
func (c *Comparison) method() string {
	if len(c.Bases) < compare.Enough || c.Judged() == 0 {
		return ""
	}
	return fmt.Sprintf("p is how likely a run that is just %s worse (a class of errors 0.1 points, a length of scaling a tick) would come out as bad or worse, corrected for %s measures (Holm); below %s it is called worse. Intervals hold one more run of 99 in 100; where one lies within what is allowed it is called the same.",
		figure.ExactShare(c.Tolerance), figure.Count(c.Asked), strconv.FormatFloat(compare.Level, 'f', -1, 64))
}
