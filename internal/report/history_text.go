package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// historyMeasure is one measure of a history: a column of its table and a panel of its
// picture.
type historyMeasure struct {
	column string // of the table
	title  string // of the panel
	note   string
	value  func(Past) Range
	write  func(Past, float64) string
	absent func(Past) string // what stands in the table where the value is not known
	tick   func(float64) string

	fleet    bool   // of one fleet: not drawn where no run knows it
	demanded bool   // held against demand and what is required
	lag      bool   // a length of time, of which some never ended
	nothing  string // said where no run knows it
}

// measures are the measures in the order in which a reader meets them.
func (h *History) measures() []historyMeasure {
	var all []historyMeasure
	for _, fleet := range h.fleets() {
		r := historyMeasure{
			column: "a unit of " + fleet, title: fleet + ": one unit sustains", note: "requests a second",
			value:  func(p Past) Range { return p.perUnit(fleet) },
			write:  func(_ Past, v float64) string { return figure.Rate(v) },
			absent: func(Past) string { return figure.Unknown },
			tick:   figure.Rate,
			fleet:  true,
		}
		all = append(all, r)
	}
	return append(all,
		historyMeasure{
			column: "headroom", title: "Headroom", note: "capacity over demand less one",
			value: func(p Past) Range { return p.Headroom },
			write: func(p Past, v float64) string {
				if p.Required == nil {
					return figure.Change(v, 0)
				}
				return figure.Change(v, p.Required.AtLeast)
			},
			absent:   func(Past) string { return figure.Unknown },
			tick:     func(v float64) string { return figure.Change(v, 0) },
			demanded: true, nothing: "no run knows it",
		},
		historyMeasure{
			column: "scale lag", title: "Scale lag", note: "from the shortfall until capacity was enough again; ↑: it never was",
			value:  func(p Past) Range { return Range{Mid: p.ScaleLag} },
			write:  func(_ Past, v float64) string { return figure.Duration(time.Duration(v * float64(time.Second))) },
			absent: lagAbsent,
			tick:   func(v float64) string { return figure.Duration(time.Duration(v * float64(time.Second))) },
			lag:    true, nothing: "no run is known to have fallen short",
		})
}

// lagAbsent says why a run has no scale lag.
func lagAbsent(p Past) string {
	if p.NeverRecovered() {
		return "never enough"
	}
	return "no shortfall known"
}

// cell is what a run says of a measure, with its interval.
func (r historyMeasure) cell(p Past) string {
	v := r.value(p)
	if v.Low == nil && v.Mid == nil && v.High == nil {
		return r.absent(p)
	}
	write := func(x float64) string { return r.write(p, x) }
	if v.Low == nil && v.High == nil {
		return write(*v.Mid)
	}
	return figure.Estimate(v.Low, v.Mid, v.High, write)
}

// signs are the verdicts by shape, as the picture draws them.
var signs = map[string]string{capacity.Pass: "●", capacity.Fail: "▲", capacity.Invalid: "○", capacity.Aborted: "×"}

// Text writes the history as a table, a line for each run.
func (h *History) Text(w io.Writer, colour bool) error {
	t := textWriter{colour: colour}
	fmt.Fprintf(&t.b, "%s  %s\n\n", t.coloured(clean(h.Scenario), bold), h.extent())
	all := h.measures()
	rows := [][]string{{"started", "verdict"}}
	for _, r := range all {
		rows[0] = append(rows[0], clean(r.column))
	}
	for _, run := range h.Runs {
		row := []string{run.Started.In(h.Zone).Format("Mon 2006-01-02 15:04"), signs[run.Verdict] + " " + run.Verdict}
		for _, r := range all {
			row = append(row, r.cell(run))
		}
		rows = append(rows, row)
	}
	widths := make([]int, len(rows[0]))
	for i := range widths {
		widths[i] = columnWidth(rows, func(row []string) string { return row[i] })
	}
	for n, row := range rows {
		line := make([]string, len(row))
		for i, text := range row {
			line[i] = pad(text, widths[i])
		}
		if n > 0 {
			line[1] = t.coloured(line[1], tone(h.Runs[n-1].Verdict))
		}
		t.b.WriteString("  " + strings.TrimRight(strings.Join(line, "  "), " ") + "\n")
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// extent says how many runs there are and from when to when.
func (h *History) extent() string {
	from, to := h.Runs[0].Started.In(h.Zone), h.last().Started.In(h.Zone)
	zone, _ := to.Zone()
	if before, _ := from.Zone(); before != zone { // clocks were changed in between
		zone = h.Zone.String()
	}
	first, last := from.Format("2 Jan 2006"), to.Format("2 Jan 2006")
	switch {
	case len(h.Runs) == 1:
		return "1 run, " + first + " (" + zone + ")"
	case first == last:
		return figure.Count(len(h.Runs)) + " runs, " + first + " (" + zone + ")"
	case from.Year() == to.Year():
		first = from.Format("2 Jan")
	}
	return figure.Count(len(h.Runs)) + " runs, " + first + " to " + last + " (" + zone + ")"
}
