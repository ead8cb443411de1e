package report

import (
	"cmp"
	"fmt"
	"math"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// Spread is how evenly a fleet's units shared the load, over 10 s windows in which
// its ready units stood still and an even share was at least 20 answers.
type Spread struct {
	Fleet   string      `json:"fleet"`
	Windows int         `json:"windows"`
	Answers int64       `json:"answers"` // in these windows
	Busiest *UnitShare  `json:"busiest"` // the furthest above an even share in any of them; null without one
	Least   *UnitShare  `json:"least"`
	Skewed  []UnitShare `json:"skewed"` // less than half or more than twice an even share for 30 s or more, after the fleet grew
}

// UnitShare is what one unit answered from one second of the run to another.
type UnitShare struct {
	Unit    *string `json:"unit"` // null: there from the start, and never named
	From    float64 `json:"from"`
	To      float64 `json:"to"`
	Answers int64   `json:"answers"`
	Even    float64 `json:"even"`  // answers that an even share would have been
	Times   float64 `json:"times"` // answers/even
}

func summarySpread(s *capacity.Spread) *Spread {
	if s == nil {
		return nil
	}
	out := &Spread{Fleet: s.Fleet, Windows: s.Windows, Answers: s.Answers, Skewed: []UnitShare{}}
	if s.Busiest != nil && s.Least != nil {
		busiest, least := summaryShare(*s.Busiest), summaryShare(*s.Least)
		out.Busiest, out.Least = &busiest, &least
	}
	for _, u := range s.Skewed {
		out.Skewed = append(out.Skewed, summaryShare(u))
	}
	return out
}

func summaryShare(u capacity.UnitShare) UnitShare {
	return UnitShare{stated(u.Unit), u.From.Seconds(), u.To.Seconds(), u.Answers, u.Even, u.Times()}
}

// spreadTitle names the fleet and what was looked at.
func (r *Report) spreadTitle() string {
	s := r.Result.Spread
	if s == nil {
		return ""
	}
	windows := figure.Count(s.Windows) + " windows"
	if s.Windows == 1 {
		windows = "1 window"
	}
	return fmt.Sprintf("Spread over %s, %s answers in %s", s.Fleet, figure.Count(s.Answers), windows)
}

type spreadRow struct{ What, Unit, Times, Answers, Even, From, To string }

// spreadRows are the units furthest from an even share in any window, and those
// that stayed far from it.
func (r *Report) spreadRows() []spreadRow {
	s := r.Result.Spread
	if s == nil {
		return nil
	}
	row := func(what string, u capacity.UnitShare) spreadRow {
		return spreadRow{
			what, cmp.Or(u.Unit, "never named"), figure.Times(u.Times()), figure.Count(u.Answers), figure.Count(int64(math.Round(u.Even))),
			r.clock(u.From), r.clock(u.To),
		}
	}
	var rows []spreadRow
	if s.Busiest != nil && s.Least != nil {
		rows = append(rows, row("busiest", *s.Busiest), row("least busy", *s.Least))
	}
	for _, u := range s.Skewed {
		rows = append(rows, row("skewed", u))
	}
	return rows
}

func (m *markdown) spread(r *Report) {
	var rows [][]string
	for _, u := range r.spreadRows() {
		rows = append(rows, []string{u.What, u.Unit, u.Times, u.Answers, u.Even, u.From, u.To})
	}
	m.table(cell(r.spreadTitle()), "| | unit | of an even share | answers | even share | from | to |", "|---|---|--:|--:|--:|---|---|", rows)
}

// mostShares is how many units a terminal shows.
const mostShares = 6

func (t *textWriter) spread(r *Report) {
	rows := r.spreadRows()
	if len(rows) == 0 {
		return
	}
	t.title(clean(r.spreadTitle()))
	shown := rows[:min(len(rows), mostShares)]
	what := columnWidth(shown, func(u spreadRow) string { return u.What })
	unit := max(columnWidth(shown, func(u spreadRow) string { return u.Unit }), len("unit"))
	fmt.Fprintf(&t.b, "  %s  %s  %8s  %8s  %8s  when\n", pad("", what), pad("unit", unit), "of even", "answers", "even")
	for _, u := range shown {
		fmt.Fprintf(&t.b, "  %s  %s  %8s  %8s  %8s  %s to %s\n", pad(u.What, what), pad(u.Unit, unit), u.Times, u.Answers, u.Even, u.From, u.To)
	}
	t.more(len(rows) - len(shown))
}
