package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// WhatIf is what a rehearsed service would do under a demand, as it is and
// otherwise, ready to be rendered: as text, Markdown, JSON, and as one picture.
type WhatIf struct {
	Run      string
	Started  time.Time // of the rehearsal, in the scenario's zone
	Scenario string
	Replay   forecast.Replay // how well the model plays the rehearsal
	Warnings []string        // what weakens all of it, a sentence each
	Assumed  []string        // by the model, a sentence each
	Fleets   []string        // of the model, in its order
	Demand   forecast.Demand
	Band     forecast.Band   // of Demand
	Chance   forecast.Chance // each column's: they are played under the same seeds
	Columns  []Column        // as is, then otherwise, in the order in which they were asked for
}

// Column is the service with some settings, and what became of the demand.
type Column struct {
	Name     string             // as is, or the settings as they were written
	Settings []forecast.Setting // none: as is
	Words    string             // the settings in words; empty: Name
	Assumed  []string           // that the model without the settings does not
	Beyond   []Beyond
	Outcome  forecast.Outcome
	Airing   simulation.Trace // the airing that is typical as is, with the settings
}

// title is how a column is called where people read it.
func (c Column) title() string { return cmp.Or(c.Words, c.Name) }

// AsIs is the name of the column without settings.
const AsIs = "as is"

// A Variant is a model that is asked.
type Variant struct {
	Name     string
	Settings []forecast.Setting
	Model    *forecast.Model
}

// WhatIf plays all variants, of which the first is the model as it is, under one
// demand and the same seeds: they differ by their settings and not by chance.
func (r *Report) WhatIf(variants []Variant, d forecast.Demand, c forecast.Chance) (*WhatIf, error) {
	base := variants[0].Model
	w := &WhatIf{
		Run: r.Manifest.Run, Started: r.started(), Scenario: r.name(),
		Replay: base.Replay, Warnings: r.cutShort(), Assumed: base.Assumed, Demand: d, Chance: c,
	}
	for _, f := range base.Fleets {
		w.Fleets = append(w.Fleets, f.Name)
	}
	var err error
	if w.Band, err = d.Band(c.Apart().Seed); err != nil {
		return nil, fmt.Errorf("demand %s: %w", d.Name, err)
	}
	w.Warnings = slices.Concat(w.Warnings, r.weakened(), shortFromTheStart(base, w.Band))
	for _, v := range variants {
		column := Column{Name: v.Name, Settings: v.Settings, Words: forecast.Describe(v.Settings)}
		for _, assumed := range v.Model.Assumed {
			if !slices.Contains(base.Assumed, assumed) {
				column.Assumed = append(column.Assumed, assumed)
			}
		}
		if column.Outcome, err = v.Model.Play(d, c.Apart()); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
		column.Airing = column.Outcome.Typical
		if len(w.Columns) > 0 {
			if column.Airing, err = v.Model.Airing(d, w.Columns[0].Outcome.Median); err != nil {
				return nil, fmt.Errorf("%s: %w", v.Name, err)
			}
		}
		column.Beyond = r.extrapolated(w.Fleets, column)
		w.Columns = append(w.Columns, column)
	}
	w.Chance.Runs = w.Columns[0].Outcome.Runs
	return w, nil
}

// Render makes every file of the what-ifs and has each put where it belongs.
func (w *WhatIf) Render(put func(name string, content []byte) error) error {
	return putAll([]rendering{
		{"simulation.png", w.PNG}, {"simulation.svg", w.SVG},
		{"simulation.md", written(w.Markdown)}, {"simulation.json", written(w.JSON)},
	}, put)
}

// Boxes says of which letters a PNG shows boxes, and the way out; empty where it shows
// all.
func (w *WhatIf) Boxes() string { return boxesOf("simulation", w.picture()) }

// order is the places of the columns by how many requests go unserved on average, the
// fewest first; of equals the one asked for first. A median would rank what fails in
// four runs of ten with what never does.
func (w *WhatIf) order() []int {
	places := make([]int, len(w.Columns))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(i, j int) int {
		a, b := w.Columns[i], w.Columns[j]
		return cmp.Compare(a.lost(), b.lost())
	})
	return places
}

// ranked are the columns in that order.
func (w *WhatIf) ranked() []Column {
	var all []Column
	for _, i := range w.order() {
		all = append(all, w.Columns[i])
	}
	return all
}

// The quantiles that are told.
const (
	middle = 0.5
	bad    = 0.95
)

// lost is how many requests go unserved on average.
func (c Column) lost() float64 { v, _ := c.Outcome.Lost.Mean(); return v }

// unserved is the share of requests that go unserved, of the spot that it goes worst
// with.
func (c Column) unserved(p float64) float64 { v, _ := c.Outcome.Unserved.Quantile(p); return v }

// lostWords writes how many requests go unserved on average, by which columns are
// ranked, with its standard error where there is any: whole requests, of which few are
// not none.
func (c Column) lostWords() string {
	whole := func(requests float64) string {
		return figure.Count(int64(max(math.Round(requests), math.Min(math.Ceil(requests), 1))))
	}
	v, err := c.Outcome.Lost.Mean()
	if err > 0 {
		return whole(v) + " ± " + whole(figure.Significant(err, 2))
	}
	return whole(v)
}

// enough is how likely all but a share of plan.Unserved of the requests is served,
// with the standard error of the Monte Carlo.
func (c Column) enough() (p, err float64) { return c.Outcome.Unserved.Within(plan.Unserved) }

// lag is a quantile of the scale lag over all runs, where one without a shortfall
// has none: nil where it has none. It is infinite where capacity never recovers.
func (c Column) lag(p float64) *float64 {
	runs, short := float64(c.Outcome.Runs), float64(c.Outcome.Lag.N())
	rank := math.Ceil(p*runs) - (runs - short)
	if rank <= 0 {
		return nil
	}
	v, _ := c.Outcome.Lag.Quantile((rank - 0.5) / short) // the middle of a rank is not rounded to the next one
	return &v
}

// lagError is the standard error of that quantile, seconds: half the distance between
// those that lie a standard deviation of ranks, sqrt(n p (1-p)), to each side. nil where
// either of them is none, or infinite.
func (c Column) lagError(p float64) *float64 {
	ranks := math.Sqrt(p * (1 - p) / float64(c.Outcome.Runs))
	low, high := c.lag(p-ranks), c.lag(min(p+ranks, 1))
	if low == nil || high == nil || math.IsInf(*high, 1) {
		return nil
	}
	return new((*high - *low) / 2)
}

// short is the share of runs in which demand passes capacity, unrecovered that in
// which capacity never was enough again.
func (c Column) short() float64 { return float64(c.Outcome.Lag.N()) / float64(c.Outcome.Runs) }

func (c Column) unrecovered() float64 {
	if c.Outcome.Lag.N() == 0 {
		return 0
	}
	recovered, _ := c.Outcome.Lag.Within(math.MaxFloat64)
	return c.short() * (1 - recovered)
}

// unitsError is the standard error of units.
func (c Column) unitsError(fleet int, p float64) float64 {
	_, err := c.Outcome.Peaks[fleet].Quantile(p)
	return err
}

// units is the most that a fleet has ready at a time.
func (c Column) units(fleet int, p float64) int {
	v, _ := c.Outcome.Peaks[fleet].Quantile(p)
	return int(v)
}

// whatIfHeader names the cells of a row, chanceCell the one of the chance that enough
// is served.
var whatIfHeader = []string{"", "unserved", "p95", "requests", "P(enough)", "scale lag", "p95", "most units"}

const chanceCell = 4

// whatIfRow is a column as every table shows it, a row.
type whatIfRow struct {
	cells  []string
	chance float64 // that enough is served
}

func (w *WhatIf) rows() []whatIfRow {
	var rows []whatIfRow
	for _, c := range w.ranked() {
		p, _ := c.enough()
		rows = append(rows, whatIfRow{chance: p, cells: []string{
			c.title(), unservedShare(c.unserved(middle)), unservedShare(c.unserved(bad)),
			c.lostWords(), c.chanceWords(),
			lagWords(c.lag(middle)), lagWords(c.lag(bad)), w.unitWords(c),
		}})
	}
	return rows
}

// unservedShare writes a share of requests on its true side of what a plan allows.
func unservedShare(share float64) string { return figure.ShareAgainst(share, plan.Unserved) }

// chance writes how likely enough is served as a plan does, on its true side of
// plan.Sure. Airings that all agree prove nothing certain.
func (c Column) chance() string {
	p, _ := c.enough()
	switch {
	case p <= 0 || p >= 1:
		return figure.Probability(p)
	case p >= plan.Sure:
		return figure.Share(p)
	}
	return figure.ShareAgainst(p, plan.Sure)
}

// chanceWords writes it with its standard error, rounded up to tenths of a percent.
func (c Column) chanceWords() string {
	p, err := c.enough()
	if p <= 0 || p >= 1 {
		return c.chance()
	}
	tenths := math.Ceil(figure.Significant(err*1000, 9))
	return strings.TrimSuffix(c.chance(), " %") + " ± " + figure.Share(tenths/1000)
}

func lagWords(seconds *float64) string {
	if seconds == nil {
		return "none"
	}
	d, ok := simulation.Duration(*seconds)
	if !ok {
		return "never"
	}
	return figure.Duration(d)
}

// unitWords are the most units of each fleet that has a name beside others.
func (w *WhatIf) unitWords(c Column) string {
	var all []string
	for i := range c.Outcome.Peaks {
		low, high := c.units(i, middle), c.units(i, bad)
		text := figure.Interval(&low, &high, figure.Count[int])
		if len(c.Outcome.Peaks) > 1 && i < len(w.Fleets) {
			text = lastPart(w.Fleets[i]) + " " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}
