package report

import (
	"io"
	"time"

	"github.com/seed-f864f198/onair/internal/plan"
)

// PlanSchema is the version of what onair plan --json writes.
const PlanSchema = 1

// PlanDocument is what onair plan --json writes: times are seconds, rates per
// second, ratios plain numbers; a null is unknown.
type PlanDocument struct {
	Schema   int          `json:"schema"`
	Run      string       `json:"run"`
	Scenario string       `json:"scenario"`     // whose traffic airs
	Plan     *PlanSummary `json:"plan"`         // null: none is made
	Refused  *string      `json:"plan_refused"` // why there is none
}

// PlanSummary is a plan, in summary.json too.
type PlanSummary struct {
	Sentence     string          `json:"sentence"`
	Demand       string          `json:"demand"`
	Units        map[string]int  `json:"units"`         // by fleet; empty: no number is enough
	ApplyBefore  *float64        `json:"apply_before"`  // seconds before the airing; null: refused
	ReleaseAfter *float64        `json:"release_after"` // seconds after its latest start; null: refused
	Lead         *LeadSummary    `json:"lead"`          // what apply_before is made up of; null: refused
	ReleaseBy    *string         `json:"release_by"`    // what release_after waits for, in words; null: refused
	Instants     *PlanInstants   `json:"instants"`      // null: when it airs is not given
	Holds        []PlanHold      `json:"holds"`
	Refused      *string         `json:"refused"` // why no number of units is enough; null: one is
	Served       *ChanceSummary  `json:"served"`  // with the units held; null: refused
	Alone        *ChanceSummary  `json:"alone"`   // with the units held and none added; null: refused
	Without      ChanceSummary   `json:"without"` // as things are
	Risk         []RiskSummary   `json:"risk"`
	Next         []Layer         `json:"next"`
	Actions      []ActionSummary `json:"actions"`    // empty without an airing's time
	NoActions    []string        `json:"no_actions"` // of fleets, why there is no text
	Assumed      []string        `json:"assumed"`
	Replay       ReplaySummary   `json:"replay"`
	Warnings     []string        `json:"warnings"`
}

// PlanInstants are the moments of a plan.
type PlanInstants struct {
	Apply     time.Time `json:"apply"`
	Verify    time.Time `json:"verify"`
	Air       time.Time `json:"air"`
	LatestEnd time.Time `json:"latest_end"`
	Release   time.Time `json:"release"`
}

// PlanHold is a fleet that is held.
type PlanHold struct {
	Fleet string   `json:"fleet"`
	Units int      `json:"units"`
	Min   *int     `json:"min"` // without the plan
	Max   *int     `json:"max"` // likewise
	Start *int     `json:"start"`
	Cost  *float64 `json:"cost"`
}

// ChanceSummary is how likely it is that all but a thousandth is served.
type ChanceSummary struct {
	Probability   *float64 `json:"probability"`
	Error         *float64 `json:"error"`        // its standard error, of the Monte Carlo
	Unserved      *float64 `json:"unserved_p50"` // share of the requests of the spot that it goes worst with
	UnservedError *float64 `json:"unserved_p50_error"`
	Bad           *float64 `json:"unserved_p95"`
	BadError      *float64 `json:"unserved_p95_error"`
	Runs          int      `json:"runs"` // airings that it is of
}

// RiskSummary is a point of the risk curve.
type RiskSummary struct {
	Units  int           `json:"units"` // of the first hold
	Cost   *float64      `json:"cost"`
	Served ChanceSummary `json:"served"`
}

// ActionSummary is a way to make a change.
type ActionSummary struct {
	Kind    string `json:"kind"` // kubectl | keda | aws | terraform | lcu
	Title   string `json:"title"`
	Text    string `json:"text"` // what is applied
	Late    string `json:"late"` // instead of text once its instant has passed; empty: text does at any time
	Verify  string `json:"verify"`
	Reverse string `json:"reverse"`
	Note    string `json:"note"`
}

// JSON writes the plan for machines.
func (p *Planned) JSON(w io.Writer) error {
	summary := p.Summary()
	return indented(w, PlanDocument{PlanSchema, p.Run, p.Scenario, &summary, nil})
}

// Render gives every file of the plan to put.
func (p *Planned) Render(put func(name string, content []byte) error) error {
	return putAll([]rendering{{"plan.json", written(p.JSON)}, {"plan.md", written(p.Markdown)}, {"plan.svg", p.SVG}, {"plan.png", p.PNG}}, put)
}

// Boxes says of which letters a PNG shows boxes, and the way out; empty where it shows
// all.
func (p *Planned) Boxes() string { return boxesOf("plan", p.picture()) }

// Summary is the plan as summary.json has it.
func (p *Planned) Summary() PlanSummary {
	s := PlanSummary{
		Sentence: p.sentence(), Demand: p.airs(), Units: map[string]int{}, Holds: []PlanHold{}, Refused: stated(p.Refused),
		Without: summaryChance(p.Without), Risk: []RiskSummary{}, Next: []Layer{}, Actions: []ActionSummary{},
		NoActions: append([]string{}, p.NoTexts...), Assumed: append([]string{}, p.assumed()...),
		Replay: summaryReplay(p.Model.Replay), Warnings: append([]string{}, p.Warnings...),
	}
	if !p.refused() {
		served, alone := summaryChance(p.Held), summaryChance(p.Alone)
		s.Served, s.Alone, s.ApplyBefore, s.ReleaseAfter = &served, &alone, inSeconds(&p.Lead), inSeconds(&p.After)
		s.Lead, s.ReleaseBy = p.leadSummary(), stated(p.releaseBy())
	}
	if i := p.Instants; i != nil {
		s.Instants = &PlanInstants{i.Apply, i.Verify, i.Air, i.LatestEnd, i.Release}
	}
	for _, h := range p.Holds {
		s.Units[h.Fleet] = h.Units
		s.Holds = append(s.Holds, PlanHold{h.Fleet, h.Units, h.Min, h.Max, p.start(h.Fleet), finite(h.Cost)})
	}
	for _, k := range p.Risk {
		s.Risk = append(s.Risk, RiskSummary{k.Units, finite(k.Cost), summaryChance(k.Chance)})
	}
	for _, l := range p.Next {
		s.Next = append(s.Next, summaryLayer(l))
	}
	for _, t := range p.Texts {
		s.Actions = append(s.Actions, ActionSummary{t.Kind, t.Title, t.Apply, t.Late, t.Verify, t.Reverse, t.Note})
	}
	return s
}

func summaryChance(c plan.Chance) ChanceSummary {
	return ChanceSummary{finite(&c.Probability), finite(&c.Error), finite(&c.Typical), finite(&c.TypicalError), finite(&c.Bad), finite(&c.BadError), c.Runs}
}
