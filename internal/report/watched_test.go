package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A value holds for its period and no longer; what was told again counts as it
// was told last; what was true before the run begins with it.
func TestWatchedLines(t *testing.T) {
	depth := query("depth", "count", "")
	r := &Report{Scenario: &scenario.Scenario{Observe: []scenario.Observe{depth}}}
	tell := func(stamp, at, value float64) {
		truth := timeline.Offset(*after(stamp))
		r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{At: timeline.Offset(*after(at)), True: &truth, Source: depth.Source(), Name: "depth", Value: value})
	}
	tell(-30, -28, 1) // over before the run
	tell(-5, 0, 2)
	tell(10, 12, 3)
	tell(25, 27, 4)
	tell(70, 72, 5)
	tell(100, 101, 9) // after the run
	tell(10, 90, 7)   // mended
	r.Timeline.Readings = append(r.Timeline.Readings,
		timeline.Reading{Source: depth.Source(), Name: "another", Value: 99}, timeline.Reading{Source: "prometheus/other", Name: "depth", Value: 99})
	s := span{end: 80}
	all := r.watchedSeries(s)
	want := []plotter.XYs{
		{{X: 0, Y: 2}, {X: 10, Y: 2}, {X: 10, Y: 7}, {X: 25, Y: 7}, {X: 25, Y: 4}, {X: 40, Y: 4}},
		{{X: 70, Y: 5}, {X: 80, Y: 5}},
	}
	if diff := cmp.Diff(want, all[0].lines(s)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// What a panel of its own writes at the line's end is the value told for the
// last stamp, found here in the readings.
func TestWatchedPanelsSayTheLastValue(t *testing.T) {
	r := cases()["own-series"].report()
	s := r.span()
	own := guestsOf(r.watchedSeries(s), "")
	panels := ownPanels(s, own)
	if len(own) != 8 || len(panels) != 6 {
		t.Fatalf("series, panels = %d, %d; want 8, 6", len(own), len(panels))
	}
	for i, p := range panels {
		var last timeline.Reading
		for _, reading := range r.Timeline.Readings {
			if reading.Name == own[i].Name && (last.True == nil || *reading.True > *last.True) {
				last = reading
			}
		}
		if want := own[i].write()(last.Value); p.labels[0].text != want || !strings.ContainsAny(want, "123456789") {
			t.Errorf("label of %s = %q; want %q", own[i].Name, p.labels[0].text, want)
		}
	}
}

// Series are drawn where they are asked to be; those for the units of a fleet get
// a panel where there is no fleet.
func TestWatchedPanels(t *testing.T) {
	e := failing
	e.series = []scenario.Observe{query("wanted", "count", "units"), metric("ALB p99", "s", "response", "p99", time.Minute), query("silent", "count", "")}
	r := e.report()
	r.Timeline.Readings = slices.DeleteFunc(r.Timeline.Readings, func(v timeline.Reading) bool { return v.Name == "silent" })
	labels := func(p *panel) (names []string) {
		for _, l := range p.labels {
			names = append(names, l.text)
		}
		return names
	}
	s := r.span()
	response := r.responsePanel(s, guestsOf(r.watchedSeries(s), "response"))
	if got := labels(response); !slices.Contains(got, "ALB p99") || slices.Contains(got, "wanted") {
		t.Errorf("labels of the response panel = %q; want ALB p99 and not wanted", got)
	}
	if h, want := r.timelinePicture().height, float64(7*135+34+4*14); float64(h) != want {
		t.Errorf("height with two fleets and a series apart = %v; want seven panels and four rows of marks, %v", h, want)
	}
	r.Result.Fleets = nil
	if h, want := r.timelinePicture().height, float64(6*135+34+2*14); float64(h) != want {
		t.Errorf("height without fleets and two series apart = %v; want six panels and two rows of marks, %v", h, want)
	}
}
