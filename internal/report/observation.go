package report

import (
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// Coverage is how much of the run a source was seen, and what that cost those who
// were asked.
type Coverage struct {
	Source string   `json:"source"`
	Run    float64  `json:"run"`   // ratio of its length
	Spots  *float64 `json:"spots"` // ratio of theirs; null: the run has none
	Least  float64  `json:"least"` // ratio of the spots, or of a run without, that a pass asks for
	Gaps   int      `json:"gaps"`
	Calls  *int64   `json:"calls"` // null: not counted
	Bytes  *int64   `json:"bytes"` // of what was answered
}

func summaryCoverage(all []capacity.Coverage) []Coverage {
	list := []Coverage{}
	for _, c := range all {
		list = append(list, Coverage(c))
	}
	return list
}

type observationRow struct {
	Source, Run, Spots string // Spots is empty where the run has none
	Gaps, Calls, Bytes string
}

// observationRows tell how well each source was observed, its shares on their true
// side of what is asked.
func (r *Report) observationRows() []observationRow {
	var rows []observationRow
	for _, c := range r.Result.Coverage {
		row := observationRow{
			Source: c.Source,
			Run:    figure.ShareAgainst(c.Run, c.Least),
			Gaps:   figure.Count(c.Gaps),
			Calls:  figure.OrUnknown(c.Calls, figure.Count[int64]),
			Bytes:  figure.OrUnknown(c.Bytes, func(n int64) string { return figure.Bytes(float64(n)) }),
		}
		if c.Spots != nil {
			row.Spots = figure.ShareAgainst(*c.Spots, c.Least)
		}
		rows = append(rows, row)
	}
	return rows
}

// Seen is what was seen in words.
func (o observationRow) Seen() string {
	if o.Spots == "" {
		return o.Run + " of the run"
	}
	return o.Spots + " of the spots, " + o.Run + " of the run"
}
