package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/figure"
)

// SVG is the plan's picture.
func (p *Planned) SVG() ([]byte, error) { return p.picture().svg() }

// PNG is the plan's picture, 1200 pixels wide.
func (p *Planned) PNG() ([]byte, error) { return p.picture().png() }

// planPicture is the plan's; nothing where none was made.
func (r *Report) planPicture() picture {
	if r.Plan == nil {
		return picture{}
	}
	return r.Plan.picture()
}

// picture shows the airing, demand against what is held, and below it how the chance
// grows with the units.
//
//	apply    verify air                  release
//	  |        |     |   /\                 |
//	  .--------+---------------held---------.
//	 /         |     |  /  \                |
//	------------------o'----'o------------------ clock
//
//	100 % |              ,--o----o
//	 95 % |- - - - - - -o- - - - - -
//	      |          o  |
//	      +-------------+------------ units
//	                                  cost
func (p *Planned) picture() picture {
	const foot, gap, tall = 40, 64, 178
	air := p.airPanel()
	rows := labelled{p.instantMarks(), titleAbove}
	air.label(rows)
	panels := []*panel{air}
	if len(p.Risk) > 0 {
		panels = append(panels, p.riskPanel())
	}
	for _, panel := range panels {
		panel.Add(lineLabels(panel.labels))
	}
	head := 70 + rows.height()
	height := head + foot + tall*vg.Length(len(panels)) + gap*vg.Length(len(panels)-1)
	return picture{
		height: height,
		about:  "Plan: " + p.pictureTitle() + ". " + sentenceOf(p.pictureNote()),
		draw: func(c draw.Canvas) {
			writeTitle(c, p.pictureTitle(), strings.TrimSuffix(sentenceOf(p.pictureNote()), "."))
			tables := make([][]*plot.Plot, len(panels))
			for i, panel := range panels {
				tables[i] = []*plot.Plot{panel.Plot}
			}
			tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadY: gap}
			for i, row := range plot.Align(tables, tiles, draw.Crop(c, 14, -margin, foot-20, -head)) {
				panels[i].Draw(row[0])
			}
		},
	}
}

func (p *Planned) pictureTitle() string {
	switch {
	case p.refused():
		return "No number of units is enough"
	case p.Enough:
		return "Hold nothing more than there is"
	}
	if p.hoursInTitle() {
		return "Hold " + p.units() + " " + p.hours()
	}
	return "Hold " + p.units()
}

// hoursInTitle says whether the title has room for the hours; else they begin the
// line below.
func (p *Planned) hoursInTitle() bool {
	return p.Instants != nil && fitsTitle("Hold "+p.units()+" "+p.hours())
}

// pictureHours are the hours in fewer words, where no slip is asked for.
func (p *Planned) pictureHours() string {
	if p.Instants != nil || p.Slip > 0 {
		return p.hours()
	}
	return fmt.Sprintf("from %s before to %s after the airing's start", figure.Duration(p.Lead), figure.Duration(p.After))
}

func (p *Planned) pictureNote() string {
	switch {
	case p.refused():
		return "as things are, enough is served in " + p.airings(p.Without)
	case p.Enough:
		return "with today's minimum, enough is served in " + p.airings(p.Held)
	}
	served := "enough is served in " + chance(p.Held) + " of airings, as things are in " + chance(p.Without)
	if p.hoursInTitle() {
		return served
	}
	return p.pictureHours() + ": " + served
}
