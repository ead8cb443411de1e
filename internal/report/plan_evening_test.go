package report

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// In New York clocks go back from 2:00 EDT to 1:00 EST on 7 November 2027: a picture
// of that night names the zone with each time of day, and not one for all.
func TestPlanPictureAcrossAClockChange(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	p := answered.planned()
	for _, c := range []struct {
		air        time.Time
		with, none []string
	}{
		{time.Date(2027, 11, 7, 0, 50, 0, 0, zone), []string{"air 00:50 EDT", "latest 01:50 EDT", "release 01:11 EST"}, []string{"release 01:11<"}},
		{time.Date(2027, 11, 8, 0, 50, 0, 0, zone), []string{"air 00:50<", "release 02:11<", ">EST<"}, []string{"EDT"}},
	} {
		when, err := prescale.Timetable(prescale.Airing{At: c.air, Slip: p.Slip, Lasts: 6 * time.Minute}, prescale.Stages{Pod: 4 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		p.Instants, p.Lead = &when, when.Air.Sub(when.Apply)
		drawn, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		svg := string(drawn)
		for _, word := range c.with {
			if !strings.Contains(svg, word) {
				t.Errorf("the picture of %v has no %q", c.air, word)
			}
		}
		for _, word := range c.none {
			if strings.Contains(svg, word) {
				t.Errorf("the picture of %v has %q", c.air, word)
			}
		}
	}
}

// Of several spots each has its time on air, whatever order they are stated in.
func TestPlanNamesTheTimeOfEachSpot(t *testing.T) {
	p := answered.planned()
	p.Demand.Spots = []simulation.Span{{From: 3*time.Minute + 30*time.Second}, {From: time.Minute}}
	var got string
	for _, f := range p.timetable() {
		if f.Name == "spots" {
			got = f.Value
		}
	}
	if want := "21:54:00, 21:56:30, where the first is on air then"; got != want {
		t.Errorf("the timetable has spots %q; want %q", got, want)
	}
}

// What tells people what to do is whole in Markdown too, however long.
func TestPlanMarkdownCutsNoNote(t *testing.T) {
	p := answered.planned()
	p.Texts[0].Note = strings.Repeat("see that it is so, ", 60) + "and set it back"
	if text := string(rendered(t, p.Markdown)); !strings.Contains(text, "and set it back") {
		t.Error("Markdown cuts a note of 1,150 letters")
	}
}

// Costs of some fleets are named as theirs.
func TestPlanCostOfSome(t *testing.T) {
	e := answered
	e.nodes = true
	if note, want := e.planned().costNote(), " Of hpa/default/web alone: what a unit of the others costs is not stated."; !strings.HasSuffix(note, want) {
		t.Errorf("the note on costs is %q; want it to end with %q", note, want)
	}
}

// Where what stands behind the units is why none of them is enough, the picture has it.
func TestPlanPictureOfWhatBinds(t *testing.T) {
	for _, refused := range []bool{true, false} {
		e := answered
		e.refused = refused
		p := e.planned()
		p.Model.Service.Ceiling = 2400
		svg, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(svg), "behind 2.4k/s"); got != refused {
			t.Errorf("refused: %v; the picture names what stands behind: %v", refused, got)
		}
	}
}

// A share has the digits that its error leaves it, and never crosses what is allowed.
func TestUnservedWithItsError(t *testing.T) {
	for _, c := range []struct {
		ratio, err float64
		want       string
	}{
		{0.1264, 0, "12.6 %"},
		{0.1264, 0.021, "13 ± 2 %"},
		{0.196491851649677, 0.0003, "19.6 ± 0.03 %"},
		{0.00283, 0.00052, "0.28 ± 0.05 %"},
		{0.00000182, 0.0001, "0 ± 0.01 %"},
		{0.00104, 0.00012, "0.104 ± 0.01 %"},
		{0.00096, 0.00012, "0.1 ± 0.01 %"},
	} {
		if got := unserved(c.ratio, c.err); got != c.want {
			t.Errorf("unserved(%g, %g) = %q; want %q", c.ratio, c.err, got, c.want)
		}
	}
}
