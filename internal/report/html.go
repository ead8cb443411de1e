package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

// The page is a template with a style sheet and a script of its own. It is complete
// without the script.
var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	page = template.Must(template.New("page").Parse(pageText))
)

// policy forbids the page everything but its own style and its own script, whatever
// a text from outside may have smuggled in.
var policy = func() string {
	own := sha256.Sum256([]byte(pageScript))
	return fmt.Sprintf("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
		base64.StdEncoding.EncodeToString(own[:]))
}()

// pageView is what the page template reads. The pictures, the style sheet and the
// script are made here; everything else is escaped by html/template.
type pageView struct {
	Policy             string
	Light, Dark, Style template.CSS
	StageRules         template.CSS
	Script             template.JS

	Name, Verdict, When string
	Answer              answer
	Warnings            []string
	Plates              map[string]*pagePlate // by name; absent where there is none

	PathTitle     string
	Path, PathBar []pathRow
	Scaling       []fact
	Stages        []stageRow

	Margins    []marginRow
	Fleets     []fleetRow
	FleetFacts []fact
	Layers     []layerRow

	Plan   *planView
	NoPlan string

	Objectives  []objectiveRow
	Load        []fact
	Peak        string
	Times       []timeRow
	Requests    []requestRow
	Unnamed     string
	Errors      []errorRow
	Addresses   []addressRow
	SpreadOver  string
	Spread      []spreadRow
	Generator   []fact
	Unheld      []fact // what could not be held against anything, and why
	Observation []observationRow
	Gaps        []gapRow
	Readings    []readingRow
	Scenario    string
	Environment []fact
}

// pagePlate is a picture in the page.
type pagePlate struct {
	Name  string
	SVG   template.HTML
	Scene *scene // nil: it has no panel on the run's clock
}

// HTML writes the report as one file that needs no network.
func (r *Report) HTML(w io.Writer) error {
	return r.page(w, r.plates())
}

func (r *Report) page(w io.Writer, plates []plate) error {
	view, err := r.pageView(plates)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := page.Execute(&b, view); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func (r *Report) pageView(plates []plate) (pageView, error) {
	drawn := make(map[string]*pagePlate)
	for _, p := range plates {
		svg, scene, err := p.inline()
		if err != nil {
			return pageView{}, err
		}
		drawn[p.name] = &pagePlate{p.name, template.HTML(svg), scene}
	}
	return pageView{
		Policy: policy, StageRules: template.CSS(stageRules()),
		Light: template.CSS(variables(false)), Dark: template.CSS(variables(true)), Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Name: r.name(), Verdict: r.Result.Verdict, When: r.when(), Answer: r.answer().unbroken(), Warnings: r.Result.Warnings,
		Plates:    drawn,
		PathTitle: r.pathTitle(), Path: r.pathRows(), PathBar: r.pathBar(), Scaling: r.scalingFacts(), Stages: r.stageRows(),
		Margins: r.marginRows(), Fleets: r.fleetRows(), FleetFacts: r.fleetFacts(), Layers: r.layerRows(),
		Plan: r.planView(), NoPlan: r.NoPlan,
		Objectives: r.objectiveRows(), Load: r.loadFacts(), Peak: figure.Rate(r.Result.Load.PeakRate), Times: r.timeRows(),
		Requests: r.requestRows(), Unnamed: r.unnamed(),
		Errors: r.errorRows(), Addresses: r.addressRows(), SpreadOver: r.spreadTitle(), Spread: r.spreadRows(),
		Generator: r.generatorFacts(), Unheld: r.unheldFacts(),
		Observation: r.observationRows(), Gaps: r.gapRows(), Readings: r.readingRows(),
		Scenario: string(r.Scenario.Resolved), Environment: r.environmentFacts(),
	}, nil
}

// unbroken keeps percentages on one line.
func (a answer) unbroken() answer {
	keep := func(s string) string { return strings.ReplaceAll(s, " %", "\u00a0%") }
	a.Why, a.Sentence = keep(a.Why), keep(a.Sentence)
	a.Also = slices.Clone(a.Also)
	for i := range a.Also {
		a.Also[i] = keep(a.Also[i])
	}
	return a
}
