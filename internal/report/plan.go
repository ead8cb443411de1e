package report

import (
	"slices"
	"time"

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
	ask := plan.Ask{At: a.At, Airs: d.Airs, Lasts: d.Lasts, Slip: a.Slip, UnitCost: s.UnitCost, Layers: r.layersFor(s), Production: s.Production, Measured: r.Result.Fleets, Chance: a.Chance, Played: a.Played}
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
	p.Warnings = slices.Concat(r.cutShort(), shortFromTheStart(m, p.Band), p.Warnings)
	if !a.At.IsZero() { // the report of the run itself shows them
		p.Warnings = append(p.Warnings, r.weakened()...)
	}
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
