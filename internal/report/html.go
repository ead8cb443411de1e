package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// pageView is what the page template reads. The pictures and the style sheet
// are made here; everything else is escaped by html/template.
type pageView struct {
	Light, Dark template.CSS

	Name, Verdict, When, Sentence, Run, Tool string
	Reasons, Warnings                        []string
	Plates                                   map[string]template.HTML // by name; absent where there is none

	PathTitle     string
	Path, PathBar []pathRow

	Margins    []marginRow
	Objectives []objectiveRow
	Fleets     []fleetRow
	FleetFacts []fact
	Scaling    []fact
	Stages     []stageRow
	Layers     []layerRow
	Load       []fact
	Peak       string
	Times      []timeRow
	Errors     []errorRow
	Addresses  []addressRow
	SpreadOver string
	Spread     []spreadRow
	Generator  []fact

	Observation []observationRow
	Gaps        []gapRow
	Scenario    string
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
	drawn := make(map[string]template.HTML)
	for _, p := range plates {
		svg, err := p.inline()
		if err != nil {
			return pageView{}, err
		}
		drawn[p.name] = template.HTML(svg)
	}
	var reasons []string
	for _, reason := range r.notes() {
		reasons = append(reasons, unbroken(reason))
	}
	return pageView{
		Light: template.CSS(variables(false)), Dark: template.CSS(variables(true)),
		Name: r.name(), Verdict: r.Result.Verdict, When: r.when(), Sentence: unbroken(r.headline()),
		Run: r.Manifest.Run, Tool: r.Manifest.Tool,
		Reasons: reasons, Warnings: r.Result.Warnings,
		Plates:    drawn,
		PathTitle: r.pathTitle(), Path: r.pathRows(), PathBar: r.pathBar(),
		Margins:    r.marginRows(),
		Objectives: r.objectiveRows(), Fleets: r.fleetRows(), FleetFacts: r.fleetFacts(), Scaling: r.scalingFacts(), Stages: r.stageRows(),
		Layers: r.layerRows(), Load: r.loadFacts(), Peak: figure.Rate(r.Result.Load.PeakRate), Times: r.timeRows(),
		Errors: r.errorRows(), Addresses: r.addressRows(), SpreadOver: r.spreadTitle(), Spread: r.spreadRows(),
		Generator:   slices.Concat(r.generatorFacts(), r.unheldFacts()),
		Observation: r.observationRows(), Gaps: r.gapRows(),
		Scenario: string(r.Scenario.Resolved),
	}, nil
}

// unbroken keeps a percentage on one line.
func unbroken(s string) string { return strings.ReplaceAll(s, " %", "\u00a0%") }
