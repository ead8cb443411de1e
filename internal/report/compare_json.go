package report

import (
	"io"
	"time"

	"github.com/seed-f864f198/onair/internal/compare"
)

// ComparisonSchema is the version of what onair compare --json writes.
const ComparisonSchema = 1

// ComparisonSummary is a comparison for machines: times are seconds, rates per
// second, ratios plain numbers; a null is unknown.
type ComparisonSummary struct {
	Schema    int              `json:"schema"`
	Scenario  string           `json:"scenario"`
	Plan      string           `json:"plan_sha256"` // of what the head sent and how it was judged
	Differs   []string         `json:"plan_differs"`
	Head      RunSummary       `json:"head"`
	Bases     []RunSummary     `json:"bases"`
	LeftOut   []RunSummary     `json:"left_out"`
	Tolerance float64          `json:"tolerance"`
	Level     float64          `json:"level"`
	Verdict   string           `json:"verdict"` // worse | better | same | not shown worse | cannot say
	Reasons   []string         `json:"reasons"`
	Warnings  []string         `json:"warnings"`
	Measures  []MeasureSummary `json:"measures"`
}

// RunSummary is a run of a comparison.
type RunSummary struct {
	Run     string    `json:"run"`
	Started time.Time `json:"started"`
	Verdict string    `json:"verdict"`
}

// MeasureSummary is a measure of a comparison. Differences are relative to the mean,
// or with absolute the head's value less it.
type MeasureSummary struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Unit     string        `json:"unit"`  // req/s | s | ratio | share
	Worse    string        `json:"worse"` // higher | lower
	Bases    []*float64    `json:"bases"` // in the order of the base runs
	Mean     *float64      `json:"mean"`  // geometric, with absolute arithmetic
	Head     *float64      `json:"head"`
	Bound    *string       `json:"bound"`    // at least | at most: head is only that; null: it is the value
	Expected *RangeSummary `json:"expected"` // where 99 of 100 more base runs lie
	Absolute bool          `json:"absolute"`
	Change   *float64      `json:"difference"`         // null also where head is but a bound
	Between  *RangeSummary `json:"difference_between"` // its 99 % interval
	Allowed  *float64      `json:"allowed"`            // without sign, as difference
	Found    *float64      `json:"would_have_shown"`   // the least difference for the worse that would, likewise
	P        *float64      `json:"p"`
	Adjusted *float64      `json:"p_holm"`
	Verdict  *string       `json:"verdict"` // worse | better | same | not shown worse | cannot say; null: of the machine that makes the load
	Said     string        `json:"said"`
}

// RangeSummary is a range of values.
type RangeSummary struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// JSON writes the comparison for machines.
func (c *Comparison) JSON(w io.Writer) error {
	return indented(w, c.Summary())
}

// Summary is what JSON writes.
func (c *Comparison) Summary() ComparisonSummary {
	s := ComparisonSummary{
		Schema: ComparisonSchema, Scenario: c.head.name(), Plan: c.plan, Differs: append([]string{}, c.Differs...),
		Head: runSummary(c.Head), Bases: []RunSummary{}, LeftOut: []RunSummary{}, Tolerance: c.Tolerance, Level: compare.Level,
		Verdict: c.Verdict, Reasons: append([]string{}, c.Reasons...), Warnings: append([]string{}, c.Warnings...), Measures: []MeasureSummary{},
	}
	for _, b := range c.Bases {
		s.Bases = append(s.Bases, runSummary(b))
	}
	for _, b := range c.LeftOut {
		s.LeftOut = append(s.LeftOut, runSummary(b))
	}
	for _, m := range c.Measures {
		s.Measures = append(s.Measures, measureSummary(m))
	}
	return s
}

func runSummary(r compare.Summary) RunSummary { return RunSummary{r.Name, r.Started, r.Verdict} }

func measureSummary(m compare.Measure) MeasureSummary {
	s := MeasureSummary{
		ID: m.ID, Name: m.Name, Unit: string(m.Unit), Worse: string(m.Worse), Bases: m.Bases, Mean: m.Mean, Head: m.Head,
		Expected: rangeSummary(m.Expected), Absolute: m.Absolute, Change: m.Difference, Between: rangeSummary(m.Between),
		Allowed: m.Allowed, Found: m.Found, P: m.P, Adjusted: m.Adjusted, Said: m.Said,
	}
	if m.Bound != compare.Exactly {
		words := m.Bound.String()
		s.Bound = &words
	}
	if !m.Check {
		s.Verdict = &m.Verdict
	}
	return s
}

func rangeSummary(i *compare.Interval) *RangeSummary {
	if i == nil {
		return nil
	}
	return &RangeSummary{i.Low, i.High}
}
