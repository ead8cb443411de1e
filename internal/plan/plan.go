package plan

import (
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// Of what a plan promises unless it is asked otherwise.
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
	UnitCost map[string]float64 // of one unit of a fleet, or of a group its pods stand on, for an hour; without an entry: not known
	// Called is what production calls the fleets, by the model's names; nil: the plan is
	// for what was rehearsed. A fleet without an entry is called as in the rehearsal, and
	// its texts say so.
	Called  map[string]string
	Context map[string]string // of an HPA's kubeconfig, by the model's name of the fleet
	Region  map[string]string // of a group, likewise
	Layers  []capacity.Layer  // what else has a capacity, in any order
	// Production is what is stated of production, by the model's names of fleets and of
	// the groups under them. Of those Layers' sizes are the rehearsal's, and left out.
	Production map[string]capacity.Production
	// Measured is what the run measured of the fleets; of one without an entry it is not
	// said whether the plan goes far beyond it.
	Measured []capacity.FleetResult
	// Balancers are the load balancers in front, whose capacity units may be reserved.
	Balancers []Balancer
	Chance    forecast.Chance
	Played    func() // called after each simulated airing, for someone who waits; nil: nobody does
}

// Balancer is a load balancer in front of the fleets.
type Balancer struct {
	Name     string // or its ARN
	Region   string // empty: the ARN's, or the configured one
	Units    int    // capacity units that the demand takes; 0: those that its new connections take
	Reserved *int   // as it is, 0 where nothing is; nil: not known
	// Fresh is the share of requests on a connection of their own: Peak.P95 x Fresh are
	// the new connections a second that capacity units are counted for
	// (prescale.Takes). 0: not known.
	Fresh float64
}

// Plan is what to hold ready, and how sure that is. Holds is empty where no number
// of units does: Refused says why then, and Held, Lead, After, Instants, Risk and
// Texts say nothing.
type Plan struct {
	Holds   []Hold // of the fleets that serve in the model's order, then the groups their pods stand on
	Refused string
	// Enough says that the minimums hold, to which an autoscaler may have gone back by
	// the time of the airing. Holds are then those, and there is no text. That more
	// are ready today is not enough, for nothing keeps them.
	Enough bool
	// Held is the chance with Holds: the fewest units at which it is Sure or more, of five
	// times Ask.Chance's runs. It is an estimate that happens to lie there or above, so the
	// true one may be below Sure by about its Error (0.2 points of 10,000 draws), seldom by
	// twice as much.
	Held Chance
	// Alone is the chance with Holds and nothing more: no autoscaler and no schedule adds
	// to them. Held counts on what they add in time.
	Alone   Chance
	Without Chance // as things are: from what is ready on an ordinary evening, and nothing held
	// Peak is that of the demand, req/s: where one spot alone is uncertain by all that it
	// may be, else by the draws, as far as they can tell.
	Peak     forecast.Peak
	Band     forecast.Band      // of the demand
	Lead     time.Duration      // before the airing: when to apply
	After    time.Duration      // after its latest start: when to release
	Stages   prescale.Stages    // that Lead has time for, those of the fleet that takes longest
	Slowest  string             // that fleet
	Quiet    Quiet              // when demand is over, which After may wait for
	Instants *prescale.Instants // nil without Ask.At
	Risk     []Risk             // by number of units of the first hold, rising
	Next     []capacity.Layer   // what binds next, the lowest first, req/s
	Texts    []prescale.Text    // nil without Instants
	NoTexts  []string           // of each fleet without one why, in words
	Warnings []string
}

// Quiet is when the airing's demand is over: below what is normally sustained.
type Quiet struct {
	Lasts    time.Duration // from the airing's start
	Sustains float64       // req/s, what demand must be below: in 95 % of draws it is sustained
	By       string        // what sustains it, in words
	Assumed  bool          // demand is not below by its end: Lasts is how long a spot's response has a tail
	Decides  bool          // it is over later than prescale.HoldAfter after the latest end, so that release waits for it
}

// Hold is a fleet held at a number of units.
type Hold struct {
	Fleet    string
	Units    int
	Min, Max *int // without the plan
	// Cost is that of holding them from apply to the latest release, beyond what runs
	// anyway: (Units - those of an ordinary evening) x cost of a unit for an hour x
	// (Lead + slip + After in hours). nil: the unit's cost is not known.
	Cost *float64
}

// Chance is how likely it is that all but the share Unserved is served.
type Chance struct {
	Probability float64
	Error       float64 // of the Monte Carlo: its standard error
	Typical     float64 // share of requests unserved, median
	Bad         float64 // the same, 95th percentile
	Runs        int     // airings that it is of
	// Of the Monte Carlo likewise: the standard errors of Typical and of Bad.
	TypicalError, BadError float64
}

// Risk is a point of the risk curve: the first hold at so many units, the other
// fleets as the plan holds them, the nodes for them there.
type Risk struct {
	Units int
	Cost  *float64 // of all holds whose units' cost is known; nil: of none
	Chance
}
