package report

import (
	"cmp"
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// junit.xml tells a CI server the verdict as tests: one case for each objective,
// for the headroom that is required and for each condition under which a run
// proves anything.
//
//	passed   held, or met
//	failure  an objective broken beyond doubt, or headroom that is missed
//	error    a condition that was not met: the run proves less than it was to
//	skipped  what the run could not decide, or never saw and need not have
//
// A run passes where every case passes but those of sources that nothing is asked
// of; one that does not has a failure or an error. Lengths of time are in seconds.

type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"` // UTC, without a zone, as the format has it
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr,omitempty"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes junit.xml.
func (r *Report) JUnit(w io.Writer) error {
	suite := junitSuite{
		Name: clean(r.name()), Time: junitSeconds(r.length().Seconds()), Timestamp: r.started().UTC().Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{{"run", clean(r.Manifest.Run)}, {"verdict", r.Result.Verdict}, {"headroom", clean(r.sentence())}},
		Cases:      r.junitCases(),
	}
	for i := range suite.Cases {
		c := &suite.Cases[i]
		c.Class = suite.Name
		suite.count(*c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{Suite: suite}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) count(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func junitSeconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }

// junitCases are the cases in the order of the report: what was asked, then what
// it rests on.
func (r *Report) junitCases() []junitCase {
	var cases []junitCase
	for i, row := range r.objectiveRows() {
		cases = append(cases, objectiveCase(row, r.Result.Objectives[i], r.Result.Verdict))
	}
	if required := r.Scenario.Headroom; required.Asked {
		cases = append(cases, headroomCase(r.Result.Headroom, required))
	}
	cases = append(cases, r.conclusive(), r.unaborted(), r.delivered())
	for _, c := range r.Result.Coverage {
		cases = append(cases, coverageCase(c))
	}
	for _, f := range r.Result.Fleets {
		cases = append(cases, fleetCase(f))
	}
	return cases
}

// outcome is what became of a case, in a sentence that also stands as its text: of
// these readers show one or the other.
func outcome(kind, sentence string) *junitOutcome {
	sentence = clean(sentence)
	return &junitOutcome{Message: sentence, Type: kind, Text: sentence}
}

// skipped has no type, which the format does not know there.
func skipped(sentence string) *junitOutcome { return &junitOutcome{Message: clean(sentence)} }

// objectiveCase fails where the objective was broken while the load was delivered,
// unless the evidence was too weak for the verdict.
func objectiveCase(row objectiveRow, o capacity.Judged, verdict string) junitCase {
	c := junitCase{Name: clean(row.Name)}
	switch {
	case o.Verdict == capacity.Failed && o.Proven > 0 && verdict != capacity.Invalid:
		c.Failure = outcome("objective", row.brokenSentence())
	case o.Verdict == capacity.Failed:
		c.Skipped = skipped(row.brokenSentence() + ", which proves nothing: the load was not delivered as planned")
	case o.Verdict == capacity.Undecided:
		c.Skipped = skipped(row.Name + " could not be decided: too few requests in the windows that count")
	}
	return c
}

// brokenSentence tells for how long an objective was broken, and its worst value.
func (row objectiveRow) brokenSentence() string {
	text := row.Name + " was broken for " + row.Broken
	if !row.Measured {
		return text + " (" + row.Worst + ")"
	}
	text += ", worst " + row.Worst
	if row.At != "" {
		text += " at " + row.At
	}
	return text
}

func headroomCase(h capacity.Headroom, required capacity.Required) junitCase {
	asked := "at least " + figure.ExactShare(required.AtLeast) + " of headroom is required"
	c := junitCase{Name: "headroom >= " + figure.ExactShare(required.AtLeast)}
	switch h.Against(required) {
	case capacity.Failed:
		c.Failure = outcome("headroom", asked+"; it is "+h.InFigures(required))
	case capacity.Undecided:
		c.Skipped = skipped(asked + ", and what could be shown is " + h.InFigures(required))
	}
	return c
}

// conclusive is the case of whether the run proves anything at all. The length of
// the run is its time, once, for servers add up the times of cases.
func (r *Report) conclusive() junitCase {
	c := junitCase{Name: "the run is conclusive", Time: junitSeconds(r.length().Seconds())}
	switch r.Result.Verdict {
	case capacity.Invalid:
		c.Error = outcome("invalid", strings.Join(r.Result.Reasons, "; "))
	case capacity.Aborted:
		c.Skipped = skipped("the run was aborted")
	}
	return c
}

func (r *Report) unaborted() junitCase {
	c := junitCase{Name: "the run was not aborted"}
	if r.aborted() {
		c.Error = outcome("aborted", cmp.Or(strings.Join(r.Result.Reasons, "; "), "the run was aborted"))
	}
	return c
}

func (r *Report) delivered() junitCase {
	c := junitCase{Name: "the load was delivered as planned"}
	if g := r.Result.Generator; !g.Delivered {
		sentence := "the load was not delivered as planned"
		if g.Shortcoming != "" { // which ends with the cause
			sentence += ": " + g.Shortcoming
		}
		c.Error = outcome("generator", sentence)
	}
	return c
}

// coverageCase passes nothing that was not seen: where that is not required, it is
// skipped.
func coverageCase(source capacity.Coverage) junitCase {
	share, of := source.Run, "the run"
	if source.Spots != nil {
		share, of = *source.Spots, "the spots"
	}
	c := junitCase{Name: clean(source.Source) + " was observed"}
	switch {
	case share < source.Least:
		c.Error = outcome("coverage", source.Source+" was seen for "+figure.ShareAgainst(share, source.Least)+" of "+of+
			", and at least "+figure.ExactShare(source.Least)+" is required")
	case source.Run <= 0:
		c.Skipped = skipped(source.Source + " was never observed; the verdict asks nothing of it")
	case share <= 0:
		c.Skipped = skipped(source.Source + " was seen for none of " + of + "; the verdict asks nothing of it")
	}
	return c
}

func fleetCase(f capacity.FleetResult) junitCase {
	c := junitCase{Name: "units of " + clean(f.Name) + " were counted"}
	if f.ReadyMax == nil {
		c.Error = outcome("fleet", f.Name+": how many units were ready was never observed")
	}
	return c
}
