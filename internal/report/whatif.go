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
	Outcome  forecast.Outcome
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
		column.Assumed = append(column.Assumed, r.extrapolated(w.Fleets, column)...)
		w.Columns = append(w.Columns, column)
	}
	w.Chance.Runs = w.Columns[0].Outcome.Runs
	return w, nil
}

// extrapolated says which fleets have more units in bad runs than what was measured of
// one unit can be told of.
func (r *Report) extrapolated(fleets []string, c Column) []string {
	var all []string
	for i, name := range fleets {
		for _, f := range r.Result.Fleets {
			if text := f.Extrapolated(c.units(i, bad)); f.Name == name && text != "" {
				all = append(all, name+": "+text)
			}
		}
	}
	return all
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

// lostWords writes how many requests go unserved on average, by which columns are ranked, with its standard error, rounded up, where there is any.
func (c Column) lostWords() string {
	v, err := c.Outcome.Lost.Mean()
	text := figure.Count(int64(math.Ceil(v)))
	if err = math.Ceil(figure.Significant(err, 2)); err > 0 {
		text += " ± " + figure.Count(int64(err))
	}
	return text
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
		p, err := c.enough()
		rows = append(rows, whatIfRow{chance: p, cells: []string{
			c.title(), unservedShare(c.unserved(middle)), unservedShare(c.unserved(bad)),
			c.lostWords(), chanceWords(p, err),
			lagWords(c.lag(middle)), lagWords(c.lag(bad)), w.unitWords(c),
		}})
	}
	return rows
}

// unservedShare writes a share of requests on its true side of what a plan allows.
func unservedShare(share float64) string { return figure.ShareAgainst(share, plan.Unserved) }

// chanceWords writes a probability with its standard error, rounded up.
func chanceWords(p, err float64) string {
	text := figure.Probability(p)
	if strings.HasSuffix(text, "%") {
		return text // all runs but few agree
	}
	return fmt.Sprintf("%s ± %.2f", text, math.Ceil(err*100)/100)
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

// headline is the answer: with what fewest requests go unserved.
func (w *WhatIf) headline() string {
	best, asIs := w.ranked()[0], w.Columns[0]
	share := unservedShare(asIs.unserved(middle))
	switch {
	case len(w.Columns) == 1:
		return fmt.Sprintf("%s, %s of requests go unserved (%s or more in 1 of 20 runs)", AsIs, share, unservedShare(asIs.unserved(bad)))
	case best.Name == asIs.Name:
		return fmt.Sprintf("fewest requests go unserved %s: %s", AsIs, asIs.oftenAndSeldom())
	}
	return fmt.Sprintf("fewest requests go unserved with %s: %s, %s %s", best.title(), best.oftenAndSeldom(), AsIs, share)
}

// oftenAndSeldom is the share unserved at the median, with that of bad runs where it is
// another.
func (c Column) oftenAndSeldom() string {
	often, seldom := unservedShare(c.unserved(middle)), unservedShare(c.unserved(bad))
	if often == seldom {
		return often
	}
	return fmt.Sprintf("%s (%s or more in 1 of 20 runs)", often, seldom)
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
		text += fmt.Sprintf(" (%s to %s in 9 of 10 runs)", low, high)
	}
	return text + "; " + figure.Count(w.Chance.Runs) + " simulated runs each"
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

// assumptions are what the columns rest on besides, those of a single column with
// its name.
func (w *WhatIf) assumptions() []string {
	all := slices.Concat(w.Assumed, w.Demand.Assumed)
	for _, c := range w.Columns {
		for _, assumed := range c.Assumed {
			all = append(all, c.title()+": "+assumed)
		}
	}
	return all
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
	return fmt.Sprintf("Ranked by requests unserved on average, of which ± is the standard error. Else medians over the runs, p95: so much or more in 1 of 20 runs, their standard errors in JSON; unserved is a share of the requests of the spot that it goes worst with, P(enough) that of the runs in which it is at most %s, ± likewise; scale lag counts from demand above capacity until capacity is enough again; most units: that were ready at a time, at the median and p95.", figure.ExactShare(plan.Unserved))
}
