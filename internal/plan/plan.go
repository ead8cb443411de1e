package plan

import (
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// Of what a plan promises unless it is asked otherwise (REFERENCE.md 5).
const (
	Unserved = 0.001 // at most this share of requests
	Sure     = 0.95  // in at least this share of draws
)

// Ask is what a plan is made for.
type Ask struct {
	At       time.Time          // the airing's start; zero: not known, and there are no instants and no texts
	Airs     time.Duration      // offset of the airing's start in the demand: of its first spot
	Lasts    time.Duration      // from Airs to the end of the last spot
	Slip     time.Duration      // how much later it may start
	UnitCost map[string]float64 // of one unit of a fleet for an hour; nil: not known
	Context  map[string]string  // of an HPA's kubeconfig, by fleet
	Region   map[string]string  // of a group, by fleet
	Layers   []capacity.Layer   // what else has a capacity, the lowest first
	Chance   forecast.Chance
}

// Plan is what to hold ready, and how sure that is. Units is empty where no number
// of units does: Refused says why then.
type Plan struct {
	Holds    []Hold // of the fleets that serve in the model's order, then the groups their pods stand on
	Refused  string
	Held     Chance             // with Holds
	Without  Chance             // as things are
	Lead     time.Duration      // before the airing: when to apply
	After    time.Duration      // after its latest start: when to release
	Instants *prescale.Instants // nil without Ask.At
	Risk     []Risk             // by number of units of the first hold, rising
	Next     []capacity.Layer   // what binds next, the lowest first, req/s
	Texts    []prescale.Text    // nil without Instants
	NoTexts  []string           // of each fleet without one why, in words
	Warnings []string
}

// Hold is a fleet held at a number of units.
type Hold struct {
	Fleet    string
	Units    int
	Min, Max *int     // without the plan
	Cost     *float64 // of holding them from apply to latest release, beyond what runs anyway; nil: not known
}

// Chance is how likely it is that all but the share Unserved is served.
type Chance struct {
	Probability float64
	Error       float64 // of the Monte Carlo: its standard error
	Typical     float64 // share of requests unserved, median
	Bad         float64 // the same, 95th percentile
}

// Risk is a point of the risk curve.
type Risk struct {
	Units int
	Cost  *float64
	Chance
}

// Make finds the plan.
func Make(m *forecast.Model, d forecast.Demand, a Ask) (*Plan, error) { panic("not yet") }
