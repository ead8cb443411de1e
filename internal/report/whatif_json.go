package report

import (
	"io"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// WhatIfSchema is the version of what onair simulate --json writes.
const WhatIfSchema = 1

// WhatIfSummary is the what-ifs for machines: times are seconds, rates per second,
// ratios plain numbers; a null is unknown.
type WhatIfSummary struct {
	Schema   int             `json:"schema"`
	Scenario string          `json:"scenario"`
	Run      string          `json:"run"`
	Started  time.Time       `json:"started"`
	Refused  *string         `json:"refused"` // why nothing is simulated; null: it is
	Demand   *DemandSummary  `json:"demand"`  // null: nothing is
	Runs     int             `json:"runs"`    // of each column
	Seed     uint64          `json:"seed"`    // as asked for: another one shares no run
	Replay   *ReplaySummary  `json:"replay"`  // null: nothing is
	Warnings []string        `json:"warnings"`
	Assumed  []string        `json:"assumed"`
	Columns  []ColumnSummary `json:"columns"` // as is, then as they were asked for
}

// DemandSummary is what the columns were played under.
type DemandSummary struct {
	Name    string       `json:"name"`
	Seconds int          `json:"seconds"`
	Peak    RunsQuantile `json:"peak"` // req/s
}

// RunsQuantile is a quantity over the runs.
type RunsQuantile struct {
	P5  *float64 `json:"p5"`
	P50 *float64 `json:"p50"`
	P95 *float64 `json:"p95"`
}

// Estimated is a quantity over the runs with what chance there is in it: the standard
// errors of the Monte Carlo.
type Estimated struct {
	P50      *float64 `json:"p50"`
	P50Error *float64 `json:"p50_error"`
	P95      *float64 `json:"p95"`
	P95Error *float64 `json:"p95_error"`
}

// ReplaySummary is how far off the model is when it plays the rehearsal.
type ReplaySummary struct {
	Runs      int               `json:"runs"`
	Units     []UnitsOffSummary `json:"units"`
	Measured  *float64          `json:"scale_lag_measured"`
	Simulated *float64          `json:"scale_lag_simulated"` // median
	Error     *float64          `json:"scale_lag_error"`     // median of |simulated / measured - 1|
	Refused   *string           `json:"scale_lag_refused"`   // why there is no error
}

// UnitsOffSummary is how far off the ready units of a fleet are.
type UnitsOffSummary struct {
	Fleet string   `json:"fleet"`
	Mean  *float64 `json:"mean_error"`  // over seconds and runs: |simulated - measured| / measured; null where units moved in neither
	Worst int      `json:"worst_units"` // in any second of the median run
}

// ColumnSummary is the service with some settings, and what became of the demand.
type ColumnSummary struct {
	Name     string           `json:"name"`
	Settings []SettingSummary `json:"settings"`
	Words    *string          `json:"words"`
	Assumed  []string         `json:"assumed"`
	Rank     int              `json:"rank"`     // by unserved requests on average, from 1
	Unserved Estimated        `json:"unserved"` // share of the requests of the spot that it goes worst with
	Requests Estimated        `json:"unserved_requests"`

	RequestsMean      *float64 `json:"unserved_requests_mean"`
	RequestsMeanError *float64 `json:"unserved_requests_mean_error"`

	Served ServedSummary  `json:"served"`
	Lag    LagSummary     `json:"scale_lag"`
	Units  []UnitsSummary `json:"units"`
}

// SettingSummary is one thing that is otherwise.
type SettingSummary struct {
	Fleet *string `json:"fleet"` // null: the first one
	Key   string  `json:"key"`
	Value string  `json:"value"`
}

// ServedSummary is how likely enough of the requests is served.
type ServedSummary struct {
	Within      float64 `json:"unserved_at_most"` // share, as unserved
	Probability float64 `json:"probability"`
	Error       float64 `json:"standard_error"` // of the Monte Carlo
}

// LagSummary is the scale lag over all runs: null where there is none in so many
// runs, or capacity never recovers, which the shares tell apart.
type LagSummary struct {
	Estimated
	Short       float64 `json:"short"`       // share of runs in which demand passes capacity
	Unrecovered float64 `json:"unrecovered"` // share of runs in which capacity is never enough again
}

// UnitsSummary is the most units of a fleet that were ready at a time.
type UnitsSummary struct {
	Fleet    string  `json:"fleet"`
	P50      int     `json:"p50"`
	P50Error float64 `json:"p50_error"`
	P95      int     `json:"p95"`
	P95Error float64 `json:"p95_error"`
}

// JSON writes the what-ifs for machines.
func (w *WhatIf) JSON(out io.Writer) error {
	return indented(out, w.Summary())
}

// NoWhatIfJSON writes for machines that nothing is simulated of the run, and why.
func (r *Report) NoWhatIfJSON(out io.Writer, why error) error {
	return indented(out, WhatIfSummary{
		Schema: WhatIfSchema, Scenario: r.name(), Run: r.Manifest.Run, Started: r.started(), Refused: stated(why.Error()),
		Warnings: []string{}, Assumed: []string{}, Columns: []ColumnSummary{},
	})
}

// Summary is what JSON writes.
func (w *WhatIf) Summary() WhatIfSummary {
	peak, replay := w.Columns[0].Outcome.Peak, summaryReplay(w.Replay)
	s := WhatIfSummary{
		Schema: WhatIfSchema, Scenario: w.Scenario, Run: w.Run, Started: w.Started,
		Demand: &DemandSummary{w.Demand.Name, len(w.Band.P50), RunsQuantile{finite(&peak.P5), finite(&peak.P50), finite(&peak.P95)}},
		Runs:   w.Chance.Runs, Seed: w.Chance.Seed, Replay: &replay, Warnings: append([]string{}, w.Warnings...), Assumed: append([]string{}, slices.Concat(w.Assumed, w.Demand.Assumed)...), Columns: []ColumnSummary{},
	}
	order := w.order()
	for i, c := range w.Columns {
		column := w.columnSummary(c)
		column.Rank = 1 + slices.Index(order, i)
		s.Columns = append(s.Columns, column)
	}
	return s
}

func summaryReplay(r forecast.Replay) ReplaySummary {
	s := ReplaySummary{Runs: r.Runs, Units: []UnitsOffSummary{}, Measured: inSeconds(r.Measured), Simulated: inSeconds(r.Simulated), Error: r.LagError}
	if r.NoLag != "" {
		s.Refused = &r.NoLag
	}
	for _, u := range r.Units {
		s.Units = append(s.Units, UnitsOffSummary{u.Fleet, u.Mean, u.Worst})
	}
	return s
}

func (w *WhatIf) columnSummary(c Column) ColumnSummary {
	p, err := c.enough()
	mean, meanError := c.Outcome.Lost.Mean()
	s := ColumnSummary{
		Name: c.Name, Settings: []SettingSummary{}, Assumed: append([]string{}, c.assumed()...),
		Unserved: estimated(c.Outcome.Unserved), Requests: estimated(c.Outcome.Lost), RequestsMean: finite(&mean), RequestsMeanError: finite(&meanError), Served: ServedSummary{plan.Unserved, p, err},
		Lag: LagSummary{Estimated{finite(c.lag(middle)), c.lagError(middle), finite(c.lag(bad)), c.lagError(bad)}, c.short(), c.unrecovered()}, Units: []UnitsSummary{},
	}
	if c.Words != "" {
		s.Words = &c.Words
	}
	for _, set := range c.Settings {
		one := SettingSummary{Key: set.Key, Value: set.Value}
		if set.Fleet != "" {
			one.Fleet = &set.Fleet
		}
		s.Settings = append(s.Settings, one)
	}
	for i, fleet := range w.Fleets {
		s.Units = append(s.Units, UnitsSummary{fleet, c.units(i, middle), c.unitsError(i, middle), c.units(i, bad), c.unitsError(i, bad)})
	}
	return s
}

func estimated(s simulation.Sample) Estimated {
	p50, err50 := s.Quantile(middle)
	p95, err95 := s.Quantile(bad)
	return Estimated{finite(&p50), finite(&err50), finite(&p95), finite(&err95)}
}
