package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/plan"
)

// headline is the answer: with what fewest requests go unserved on average, which is
// what ranks, and in how many airings that is as good as none, which is what decides.
func (w *WhatIf) headline() string {
	best, asIs := w.ranked()[0], w.Columns[0]
	switch {
	case len(w.Columns) == 1:
		return fmt.Sprintf("%s, %s of requests are served in %s of airings; %s go unserved on average", AsIs, allBut(), asIs.chance(), asIs.lostWords())
	case best.Name == AsIs:
		return fmt.Sprintf("fewest requests go unserved %s: %s on average; %s are served in %s of airings", AsIs, asIs.lostWords(), allBut(), asIs.chance())
	}
	return fmt.Sprintf("fewest requests go unserved with %s: %s on average, %s %s; %s are served in %s of airings, %s in %s",
		best.title(), best.lostWords(), AsIs, asIs.lostWords(), allBut(), best.chance(), AsIs, asIs.chance())
}

// allBut is what is enough.
func allBut() string { return "all but " + figure.ExactShare(plan.Unserved) }

// pictureTitle is the answer in a line. Where the name of the best column is long it
// has fewer words, and where it is too long for these the name is cut, and no figure.
func (w *WhatIf) pictureTitle() string {
	best, asIs := w.ranked()[0], w.Columns[0]
	switch {
	case len(w.Columns) == 1:
		return fmt.Sprintf("%s, %s of requests are served in %s of airings", AsIs, allBut(), asIs.chance())
	case best.Name == AsIs:
		return fmt.Sprintf("fewest unserved %s: %s served in %s of airings", AsIs, allBut(), asIs.chance())
	}
	after := fmt.Sprintf(": %s served in %s of airings, %s in %s", allBut(), best.chance(), AsIs, asIs.chance())
	for _, before := range []string{"fewest unserved with ", "best with "} {
		if whole := before + best.title() + after; fitsTitle(sentenceOf(whole)) {
			return whole
		}
	}
	const before = "best with "
	after = fmt.Sprintf(": enough in %s of airings, %s %s", best.chance(), AsIs, asIs.chance())
	return before + fitName(best.title(), before, after) + after
}

// asked says what the columns were played under.
func (w *WhatIf) asked() string {
	peak := w.Columns[0].Outcome.Peak
	text := "demand: "
	if w.Demand.Name != "" {
		text += w.Demand.Name + ", "
	}
	text += "up to " + figure.Rate(peak.P50)
	if low, high := figure.Rate(peak.P5), figure.Rate(peak.P95); low != high {
		text += fmt.Sprintf(" (%s to %s in 9 of 10 airings)", low, high)
	}
	airings := " simulated airings each"
	if w.Chance.Runs == 1 {
		airings = " simulated airing each"
	}
	return text + "; " + figure.Count(w.Chance.Runs) + airings
}

// trust says how the model plays the rehearsal.
func (w *WhatIf) trust() string {
	var units, still []string
	for _, u := range w.Replay.Units {
		if u.Mean == nil {
			still = append(still, fmt.Sprintf("; the ready units of %s are %s", u.Fleet, notCompared))
			continue
		}
		units = append(units, fmt.Sprintf("%s off by %s", u.Fleet, figure.Share(*u.Mean)))
	}
	text := fmt.Sprintf("Played by the model (%s runs), the rehearsal has ", figure.Count(w.Replay.Runs))
	if len(units) > 0 {
		text += "the ready units of " + strings.Join(units, ", of ") + " on average, and "
	}
	return text + w.lagTrust() + strings.Join(still, "") + "."
}

func (w *WhatIf) lagTrust() string {
	r := w.Replay
	if r.LagError == nil {
		return "no scale lag to hold it against: " + cmp.Or(r.NoLag, figure.Unknown)
	}
	return fmt.Sprintf("a scale lag of %s where %s was measured, off by %s at the median",
		figure.OrUnknown(r.Simulated, figure.Duration), figure.OrUnknown(r.Measured, figure.Duration), figure.Share(*r.LagError))
}

// restsOn says whether there is anything to know of besides.
func (w *WhatIf) restsOn() string {
	switch n := len(w.assumptions()); n {
	case 0:
		return "Nothing else had to be assumed."
	case 1:
		return "What had to be assumed stands at the end."
	default:
		return fmt.Sprintf("%s things had to be assumed; they stand at the end.", figure.Count(n))
	}
}

// method explains the table's columns.
func (w *WhatIf) method() string {
	return fmt.Sprintf("Ranked by requests unserved on average, of which ± is the standard error. Else medians over the airings, p95: so much or more in 1 of 20, their standard errors in JSON; unserved is a share of the requests of the spot that it goes worst with, P(enough) that of the airings in which it is at most %s, ± likewise; scale lag counts from demand above capacity until capacity is enough again; most units: that were ready at a time, at the median and p95.", figure.ExactShare(plan.Unserved))
}
