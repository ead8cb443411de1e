package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
)

// holdRow is a fleet that is held.
type holdRow struct{ Fleet, Units, Min, Max, Start, Cost string }

func (p *Planned) holdRows() []holdRow {
	var rows []holdRow
	for _, h := range p.Holds {
		rows = append(rows, holdRow{
			h.Fleet, figure.Count(h.Units), figure.OrUnknown(h.Min, figure.Count[int]), figure.OrUnknown(h.Max, figure.Count[int]),
			figure.OrUnknown(p.start(h.Fleet), figure.Count[int]), costOf(h.Cost),
		})
	}
	return rows
}

// costNote says what the costs are, and of which fleets where that is not of all.
func (p *Planned) costNote() string {
	note := "Extra cost: of units beyond those ready today, which are taken to run anyway, from apply to the latest release, in what the scenario's unit_cost is in."
	var priced []string
	for _, h := range p.Holds {
		if h.Cost != nil {
			priced = append(priced, h.Fleet)
		}
	}
	if len(priced) < len(p.Holds) && len(priced) > 0 {
		note += " Of " + strings.Join(priced, ", ") + " alone: what a unit of the others costs is not stated."
	}
	return note
}

// costOf writes a cost; it is in whatever the scenario's unit_cost is in.
func costOf(cost *float64) string { return figure.OrUnknown(finite(cost), figure.Scaled) }

// costed reports whether any cost is known.
func (p *Planned) costed() bool {
	return slices.ContainsFunc(p.Holds, func(h plan.Hold) bool { return h.Cost != nil }) ||
		slices.ContainsFunc(p.Risk, func(k plan.Risk) bool { return k.Cost != nil })
}

// assumed is what the plan rests on that nobody stated or measured.
func (p *Planned) assumed() []string { return slices.Concat(p.Demand.Assumed, p.Model.Assumed) }

// start is how many units of a fleet are ready on an ordinary evening; nil: not known.
func (p *Planned) start(fleet string) *int {
	for i, f := range p.Model.Fleets {
		switch {
		case f.Name == fleet:
			return &f.Start
		case f.Nodes != nil && f.Nodes.Name == fleet && f.Nodes.Counted:
			return nil
		case f.Nodes != nil && f.Nodes.Name == fleet && i < len(p.Model.Service.Fleets):
			if pods := p.Model.Service.Fleets[i].Pods; pods != nil && pods.Nodes != nil {
				return &pods.Nodes.Start
			}
		}
	}
	return nil
}

func (p *Planned) isToday(fleet string, units int) bool {
	start := p.start(fleet)
	return start != nil && *start == units
}

// timetable says what to do when.
func (p *Planned) timetable() []fact {
	i := p.Instants
	if i == nil {
		return []fact{
			{"apply", figure.Duration(p.Lead) + " before the airing: " + p.leadOf()},
			{"release", figure.Duration(p.After) + " after its latest start: " + p.releaseBy()},
		}
	}
	at := func(t time.Time, said string) string { return t.Format("2006-01-02 15:04 MST") + said }
	air := fact{"air", at(i.Air, "")}
	if p.Slip > 0 {
		air.Value = at(i.Air, ", at the latest "+i.Air.Add(p.Slip).Format("2006-01-02 15:04 MST"))
	}
	all := []fact{
		{"apply", at(i.Apply, ", "+figure.Duration(i.Air.Sub(i.Apply))+" before: "+p.leadOf())},
		{"verify", at(i.Verify, ", every unit is in service, or someone acts")},
		air,
	}
	if spots := p.Demand.Spots; len(spots) > 1 {
		var starts []string
		for _, s := range spots {
			starts = append(starts, i.Air.Add(s.From-p.Demand.Airs).Format(time.TimeOnly))
		}
		slices.Sort(starts)
		all = append(all, fact{"spots", strings.Join(starts, ", ") + ", where the first is on air then"})
	}
	return append(all, fact{"latest end", at(i.LatestEnd, ", of what the spots draw")}, fact{"release", at(i.Release, ", "+p.releaseBy())})
}

// riskRow is a point of the risk curve.
type riskRow struct {
	Units, Served, Error, Airings, Typical, Bad, Cost string
	Mark                                              string // which of all it is; empty: none in particular
}

// riskRows are the points of the risk curve, at most so many: its ends, the answer
// with its neighbours, and others as evenly as can be.
func (p *Planned) riskRows(most int) []riskRow {
	var rows []riskRow
	for _, i := range spaced(len(p.Risk), p.answerAt(), most) {
		k := p.Risk[i]
		rows = append(rows, riskRow{
			figure.Count(k.Units), chance(k.Chance), "± " + figure.Share(figure.Significant(k.Error, 1)), figure.Count(k.Runs),
			unserved(k.Typical, k.TypicalError), unserved(k.Bad, k.BadError), costOf(k.Cost), p.markAt(i),
		})
	}
	return rows
}

// unserved is a share of requests, on its true side of what is allowed, with its standard
// error where draws differ, in no more columns than it takes and no more digits than the
// error leaves.
func unserved(ratio, err float64) string {
	if err <= 0 {
		return figure.ShareAgainst(ratio, plan.Unserved)
	}
	digit := math.Pow(10, math.Floor(math.Log10(err)))
	told := math.Round(ratio/digit) * digit
	if finer := digit*100 <= ratio; !finer && told <= plan.Unserved == (ratio <= plan.Unserved) {
		ratio = told // else its three digits are those
	}
	text := figure.ShareAgainst(ratio, plan.Unserved)
	return strings.TrimSuffix(text, " %") + " ± " + figure.Share(figure.Significant(err, 1))
}

// markAt is which of all a point of the risk curve is.
func (p *Planned) markAt(i int) string {
	switch {
	case i == p.answerAt() && !p.Enough:
		return "the plan"
	case i == p.answerAt():
		return "the minimum"
	case len(p.Holds) == 0:
		return ""
	}
	first, units := p.Holds[0], p.Risk[i].Units
	switch {
	case p.isToday(first.Fleet, units):
		return "today's count"
	case first.Max != nil && units > *first.Max:
		return "above its max"
	}
	return ""
}

// answerAt is the place of the answer in the risk curve; -1: it has none.
func (p *Planned) answerAt() int {
	if p.refused() {
		return -1
	}
	return slices.IndexFunc(p.Risk, func(k plan.Risk) bool { return k.Units == p.Holds[0].Units })
}

// spaced chooses at most so many of n places, rising: both ends, the one that is
// wanted (-1: none) with its neighbours, and others evenly.
func spaced(n, wanted, most int) []int {
	if n <= most {
		most = n
	}
	chosen := map[int]bool{}
	add := func(i int) {
		if i >= 0 && i < n && len(chosen) < most {
			chosen[i] = true
		}
	}
	if n > most {
		for _, i := range []int{wanted, 0, n - 1} {
			add(i)
		}
		if wanted >= 0 {
			add(wanted - 1)
			add(wanted + 1)
		}
	}
	for step := most; len(chosen) < most; step++ {
		for k := range step {
			add(int(math.Round(float64(k) * float64(n-1) / float64(max(step-1, 1)))))
		}
	}
	var places []int
	for i := range n {
		if chosen[i] {
			places = append(places, i)
		}
	}
	return places
}

// nextRows are the limits that bind next.
func (p *Planned) nextRows() []layerRow {
	var rows []layerRow
	for _, l := range p.Next {
		rows = append(rows, layerRow{Name: l.Name, Rate: layerRate(l), Source: l.Source})
	}
	return rows
}

// replayFacts say how the model played the rehearsal.
func replayFacts(r forecast.Replay) []fact {
	var facts []fact
	for _, u := range r.Units {
		facts = append(facts, fact{u.Fleet, "ready units " + unitsOff(u)})
	}
	lag := fact{"scale lag", fmt.Sprintf("%s measured, %s simulated", figure.OrUnknown(r.Measured, figure.Duration), figure.OrUnknown(r.Simulated, figure.Duration))}
	switch {
	case r.LagError != nil:
		lag.Value += ", off by " + figure.Share(*r.LagError) + " at the median of " + figure.Count(r.Runs) + " runs"
	case r.NoLag != "":
		lag.Value = "not compared: " + r.NoLag
	}
	return append(facts, lag)
}

// unitsOff says how far a fleet's units were off in the replay.
func unitsOff(u forecast.UnitsError) string {
	if u.Mean == nil {
		return notCompared
	}
	return fmt.Sprintf("off by %s on average, by %s at the worst second of the median run", figure.Share(*u.Mean), figure.Count(u.Worst))
}

// notCompared is told of units in the place of an error that there is none of.
const notCompared = "not compared: they moved neither in the rehearsal, as far as it was seen, nor in its replay"
