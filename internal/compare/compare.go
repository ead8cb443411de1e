// Package compare says what changed between runs of one plan: whether the head,
// the run in question, is worse than the base runs by more than a tolerance and by
// more than chance explains. It is arithmetic only: no disk, no YAML.
//
// The model. Each run gives one value of each measure (measures.go): what a unit
// sustains, capacity over demand, response times at the same load (alike.go), how
// long scaling took, how many requests failed in each way. On the measure's own
// scale (scale.go) the base runs' values y vary as a normal variable does, so that
// one more run like them lies within
//
//	mean(y) ± t(n-1) s sqrt(1 + 1/n)
//
// (the prediction interval, e.g. Hahn and Meeker, Statistical Intervals, 1991, 4.4).
// Three runs know s badly. Where runs say how sure they are of their own value, s is
// shrunk toward that as Smyth does (predict.go). The question is not whether the
// head differs but whether it is worse than the tolerance allows:
//
//	   base runs        what the tolerance allows
//	 o  oo |o  o        |                  head
//	-------+------------|-------------------x-------> worse
//	      mean          |<-- p: so far by chance? -->|
//
// Many measures are asked about, so that p is corrected by Holm's method over all
// of them. A regression is a measure with a corrected p below the level whose
// difference is beyond the tolerance. That none was found is not that there is none:
// a measure is the same only where all of its interval lies within the tolerance, and
// where not even an absurd loss would have been found nothing can be said
// (verdict.go). With one base run, or two, nothing is known of
// how much runs differ: differences are shown and nothing is judged.
package compare

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Run is one run: what was planned, measured, and what that means.
type Run struct {
	Name     string
	Started  time.Time
	Plan     Plan
	Timeline timeline.Timeline
	Result   capacity.Result
}

// Options say what counts as a change. The zero value asks whether there is any.
type Options struct {
	Tolerance float64 // share by which a measure may be worse, 0 to 1
}

const (
	// Level is the largest probability that any measure of a head without a change
	// is called worse.
	Level = 0.01
	// Enough is how many base runs it takes to judge.
	Enough = 3
)

// Verdicts of a measure and of a comparison, always of the head.
const (
	Worse     = "worse"           // by more than the tolerance and more than chance
	Better    = "better"          // likewise
	Same      = "same"            // shown to lie within the tolerance
	NotShown  = "not shown worse" // neither worse nor the same: it may be either
	CannotSay = "cannot say"      // nothing was judged
)

// Comparison is what changed.
type Comparison struct {
	Head      Summary
	Bases     []Summary // those that count, in the order given
	LeftOut   []Summary // base runs that prove nothing
	Tolerance float64
	Differs   []string // parts of the plan that are not the same in all runs
	Measures  []Measure
	Asked     int // measures of which p was asked, and for so many it is corrected
	Verdict   string
	Reasons   []string // in words; at least one
	Warnings  []string

	unproven string // why the head's own run proves nothing
}

// Summary is a run in short.
type Summary struct {
	Name    string
	Started time.Time
	Verdict string // capacity's
}

// Measure is one quantity of every run, and what became of it.
type Measure struct {
	ID    string // the same in every comparison, such as "sustainable/hpa/default/web"
	Name  string // in words
	Unit  Unit
	Worse Direction // which way is worse

	Bases    []*float64 // of Comparison.Bases; nil: not known
	Mean     *float64   // of Bases: the geometric mean, with Absolute the usual one
	Head     *float64   // nil: not known
	Bound    Bound      // of Head, where it is but a bound
	Own      *Interval  // 90 % interval that the head's own run gives
	Expected *Interval  // where one more base run would lie in 99 of 100 cases

	Absolute   bool      // differences are the head's value less the mean, since a mean may be 0
	Difference *float64  // head over mean less one, unless Absolute; nil where Head is but a bound
	Between    *Interval // as Difference: where the change lies in 99 of 100 cases
	Allowed    *float64  // as Difference, without sign: a change beyond is more than the tolerance allows
	Found      *float64  // as Difference, without sign: the least change for the worse that would have been called so here, alone among as many measures
	P          *float64  // probability of a value as bad or worse from a run that is just as bad as is allowed
	Adjusted   *float64  // P after Holm
	Verdict    string
	Said       string // the verdict in words
	Check      bool   // of the machine that makes the load: never judged, only warned of

	known, asked int      // base runs that know it, and all
	apart        *float64 // as Difference, of a bound too
	tick         float64  // to which a length is known, seconds
	good         *float64 // as P, of a value as good; nil: it may be worse
	adjustedGood float64
	found        func(level float64) float64 // as Found
}

// Interval of a measure's values, or of differences.
type Interval struct{ Low, High float64 }

// Bound says what a value is.
type Bound int

// A value may be only a bound of what is true.
const (
	Exactly Bound = iota
	AtLeast
	AtMost
)

// Direction says which values are worse.
type Direction string

// The ways in which a measure gets worse.
const (
	Lower  Direction = "lower"
	Higher Direction = "higher"
)

// Compare says what changed from the base runs to the head. That all are of one
// plan is the caller's to ask (Differences). Without a base run that proves
// something Comparison.Bases is empty and nothing is compared.
func Compare(bases []Run, head Run, o Options) Comparison {
	c := Comparison{Head: inShort(head), Tolerance: o.Tolerance}
	var used []Run
	for _, b := range bases {
		if why := unproven(b.Result); why != "" {
			c.LeftOut = append(c.LeftOut, inShort(b))
			c.Warnings = append(c.Warnings, fmt.Sprintf("base run %s is left out: it %s", b.Name, why))
			continue
		}
		c.Bases, used = append(c.Bases, inShort(b)), append(used, b)
	}
	if len(used) == 0 {
		c.Verdict, c.Reasons = CannotSay, []string{"no base run proves anything, so there is nothing to compare with"}
		return c
	}
	c.Differs = Differences(append(slices.Clone(used), head))
	c.measure(used, head)
	c.judge(head)
	c.warn(used, head)
	return c
}

func inShort(r Run) Summary { return Summary{r.Name, r.Started, r.Result.Verdict} }

// unproven says why a run proves nothing; empty where it does.
func unproven(r capacity.Result) string {
	switch {
	case r.Interrupted:
		return "was interrupted"
	case r.Verdict == capacity.Aborted:
		return "was aborted"
	case r.Verdict == capacity.Invalid:
		return "is invalid"
	}
	return ""
}

// judge gives every measure its verdict, and the comparison its own.
func (c *Comparison) judge(head Run) {
	if c.unproven = unproven(head.Result); c.unproven != "" {
		why := c.unproven
		c.Verdict, c.Reasons = CannotSay, []string{fmt.Sprintf("the run %s, and so proves nothing", why)}
		for i := range c.Measures {
			if m := &c.Measures[i]; !m.Check {
				m.silent("the run " + why)
			}
		}
		return
	}
	c.correct()
	for i := range c.Measures {
		c.Measures[i].decide()
	}
	c.conclude()
}

// With returns the measures of a verdict.
func (c Comparison) With(verdict string) []Measure {
	return slices.DeleteFunc(slices.Clone(c.Measures), func(m Measure) bool { return m.Verdict != verdict || m.Check })
}

// Judged counts the measures that were.
func (c Comparison) Judged() (n int) {
	for _, m := range c.Measures {
		if m.Adjusted != nil {
			n++
		}
	}
	return n
}

// Proves reports whether the comparison says what it can of the head: it does not
// where the head's own run proves nothing, or where there are base runs enough and
// still none of its measures could be judged.
func (c Comparison) Proves() bool {
	return c.unproven == "" && (c.Judged() > 0 || len(c.Bases) < Enough)
}
