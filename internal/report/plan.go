package report

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// Airing is when something is to air, and how many airings are simulated.
type Airing struct {
	At     time.Time     // zero: not known
	Slip   time.Duration // how much later it may start
	Chance forecast.Chance
	Played func() // called after each simulated airing, for someone who waits; nil: nobody does
}

// Planned is what to hold ready for an airing, with what that was learned from,
// ready to be rendered: as text, Markdown, JSON, and as one picture.
type Planned struct {
	*plan.Plan
	Run      string // that the model was made from
	Path     string // of its directory; empty where there is none
	Scenario string // whose traffic airs
	Slip     time.Duration
	Demand   forecast.Demand
	Model    *forecast.Model
}

// PlanFor finds what to hold ready for the traffic d of a scenario, from the run. The
// error says why no model can be made of the run, or why it is not to be asked; that
// no number of units is enough is a plan too.
func (r *Report) PlanFor(s *scenario.Scenario, d forecast.Demand, a Airing) (*Planned, error) {
	m, err := r.Trusted(s)
	if err != nil {
		return nil, err
	}
	a.Chance = a.Chance.Apart()
	ask := plan.Ask{At: a.At, Airs: d.Airs, Lasts: d.Lasts, Slip: a.Slip, UnitCost: s.UnitCost, Layers: r.Result.Layers, Measured: r.Result.Fleets, Chance: a.Chance, Played: a.Played}
	ask.Called, ask.Context, ask.Region = places(s)
	var unread []string
	ask.Balancers, unread = r.balancers(s)
	if d.Queue != nil {
		d.Assumed = append(slices.Clone(d.Assumed), "Nobody waits: viewers' patience is left out, for the objectives are broken while they wait.")
	}
	p, err := plan.Make(m, d, ask)
	if err != nil {
		return nil, err
	}
	p.Warnings = slices.Concat(r.cutShort(), p.Warnings)
	if p.Instants != nil && !p.Enough {
		p.NoTexts = append(p.NoTexts, unread...)
	}
	return &Planned{Plan: p, Run: r.Manifest.Run, Path: r.Path, Scenario: s.Name, Slip: a.Slip, Demand: d, Model: m}, nil
}

// Of how many airings a report simulates for its plan: fewer than onair plan, for a
// report is made again and again and waits for none of them as long as a second, and
// the fewer the longer they are.
const (
	mostDraws   = 500
	leastDraws  = 100
	drawSeconds = 300_000 // of all airings together
)

func reportDraws(lasts time.Duration) int {
	return min(max(int(drawSeconds*time.Second/max(lasts, time.Second)), leastDraws), mostDraws)
}

// plan makes the plan of the report where something is to air, or says why there is
// none. It changes nothing else of the report.
func (r *Report) plan() {
	if r.Scenario.Headroom.Peak <= 0 && len(r.Scenario.Traffic.Spots) == 0 {
		return
	}
	d, err := r.Scenario.Demand()
	if err == nil {
		r.Plan, err = r.PlanFor(r.Scenario, d, Airing{Chance: forecast.Chance{Runs: reportDraws(d.Airs + d.Lasts), Seed: forecast.UsualSeed}})
	}
	if err != nil {
		r.NoPlan = sentenceOf("no plan is made: " + err.Error())
	}
}

// refused reports whether no number of units does.
func (p *Planned) refused() bool { return len(p.Holds) == 0 }

// holding reports whether there is anything to do.
func (p *Planned) holding() bool { return !p.refused() && !p.Enough }

// sentence is what is read out.
func (p *Planned) sentence() string {
	switch {
	case p.refused():
		return sentenceOf(p.Refused) + fmt.Sprintf(" As things are, all but %s of requests are served in %s.",
			figure.ExactShare(plan.Unserved), p.airings(p.Without))
	case p.Enough:
		return fmt.Sprintf("Hold nothing more than there is: with today's minimum all but %s of requests are served in %s%s; as things are, in %s.",
			figure.ExactShare(plan.Unserved), p.airings(p.Held), p.alone(), chance(p.Without))
	}
	return fmt.Sprintf("Hold %s %s: all but %s of requests are then served in %s%s; as things are, in %s.",
		p.units(), p.hours(), figure.ExactShare(plan.Unserved), p.airings(p.Held), p.alone(), chance(p.Without))
}

// alone says how much the plan counts on what is added to what is held; nothing where
// that shows no difference.
func (p *Planned) alone() string {
	if chance(p.Alone) == chance(p.Held) {
		return ""
	}
	return ", in " + chance(p.Alone) + " where nothing is added in time"
}

// units are what is held, in words: those that are there already are left out.
func (p *Planned) units() string {
	var words []string
	for _, h := range p.Holds {
		if h.Min != nil && h.Units <= *h.Min {
			continue
		}
		word := figure.Count(h.Units) + " of " + h.Fleet
		if len(words) == 0 {
			word = figure.Count(h.Units) + " units of " + h.Fleet
		}
		words = append(words, word)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// airings is a chance with its error, of simulated airings.
func (p *Planned) airings(c plan.Chance) string {
	return fmt.Sprintf("%s of simulated airings (± %s)", chance(c), figure.Share(figure.Significant(c.Error, 1)))
}

// chance is the share of simulated airings in which enough is served, on its true
// side of what is asked for.
func chance(c plan.Chance) string { return figure.ShareAgainst(c.Probability, plan.Sure) }

// hours is from when to when units are held.
func (p *Planned) hours() string {
	if i := p.Instants; i != nil {
		return "from " + between(i.Apply, i.Release, " to ")
	}
	return fmt.Sprintf("from %s before the airing to %s after its latest start", figure.Duration(p.Lead), figure.Duration(p.After))
}

// between writes two instants to the minute, in the zone of the first: date and zone
// once where both share them, no date where it is one day's.
func between(from, to time.Time, word string) string {
	const clock, date = "15:04", "2006-01-02 15:04"
	to = to.In(from.Location())
	before, _ := from.Zone()
	after, _ := to.Zone()
	switch {
	case before != after:
		return from.Format(date+" MST") + word + to.Format(date+" MST")
	case from.Format(time.DateOnly) != to.Format(time.DateOnly):
		return from.Format(date) + word + to.Format(date+" MST")
	}
	return from.Format(clock) + word + to.Format(clock+" MST")
}

// subject is what airs, when, and from which run that was learned.
func (p *Planned) subject() string {
	words := "For " + p.airs()
	if i := p.Instants; i != nil {
		words += p.begins() + i.Air.Format("2006-01-02 15:04 MST")
		if p.Slip > 0 {
			words += " or up to " + figure.Duration(p.Slip) + " later"
		}
	}
	words += ": up to " + figure.Rate(p.Peak.P50)
	if low, high := figure.Rate(p.Peak.P5), figure.Rate(p.Peak.P95); low != high {
		words += fmt.Sprintf(" (%s to %s in 9 of 10 airings)", low, high)
	}
	return words + ". Learned from run " + p.Run + "."
}

// airs is what does: a demand without a spot has the name of a scenario, which is none
// of something on air.
func (p *Planned) airs() string {
	if len(p.Demand.Spots) == 0 {
		return "the traffic as a whole, which has no spot"
	}
	return cmp.Or(p.Demand.Name, p.Scenario)
}

// begins leads to when it airs.
func (p *Planned) begins() string {
	switch len(p.Demand.Spots) {
	case 0:
		return ", from "
	case 1:
		return ", on air at "
	}
	return ", the first on air at "
}

// unchanged says what onair did not do.
const unchanged = "onair has changed nothing: the texts are for a person to review and to run."

// command writes the texts.
func (p *Planned) command() string {
	return "onair plan " + shown(p.Path, p.Run) + " --at TIME"
}

// shown is a path as one word of a shell, or what stands for it.
func shown(path, run string) string {
	path = clean(cmp.Or(path, run))
	if strings.ContainsFunc(path, func(r rune) bool { return !strings.ContainsRune(plainLetters, r) }) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return filepath.ToSlash(path)
}

const plainLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=+"

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

// costNote says what the costs are.
const costNote = "Extra cost: of units beyond those that run anyway, from apply to the latest release, in what the scenario's unit_cost is in."

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
			{"apply", figure.Duration(p.Lead) + " before the airing"},
			{"release", figure.Duration(p.After) + " after its latest start"},
		}
	}
	at := func(t time.Time, said string) string { return t.Format("2006-01-02 15:04 MST") + said }
	air := fact{"air", at(i.Air, "")}
	if p.Slip > 0 {
		air.Value = at(i.Air, ", at the latest "+i.Air.Add(p.Slip).Format("2006-01-02 15:04 MST"))
	}
	return []fact{
		{"apply", at(i.Apply, ", "+figure.Duration(i.Air.Sub(i.Apply))+" before")},
		{"verify", at(i.Verify, ", every unit is in service, or someone acts")},
		air,
		{"latest end", at(i.LatestEnd, "")},
		{"release", at(i.Release, "")},
	}
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
			unserved(k.Typical), unserved(k.Bad), costOf(k.Cost), p.markAt(i),
		})
	}
	return rows
}

// unserved is a share of requests, on its true side of what is allowed.
func unserved(ratio float64) string { return figure.ShareAgainst(ratio, plan.Unserved) }

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
		return "ready today"
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
		facts = append(facts, fact{u.Fleet, fmt.Sprintf("ready units off by %s on average, by %s at the worst second of the median run", figure.Share(u.Mean), figure.Count(u.Worst))})
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
