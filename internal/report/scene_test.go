package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/figure"
)

// sceneOf is what the script is told of a picture of a report.
func sceneOf(t *testing.T, p picture) (string, *scene) {
	t.Helper()
	svg, told, err := p.inline()
	if err != nil {
		t.Fatal(err)
	}
	return svg, told
}

// Every line of the pictures on the run's clock can be told, and is found in the
// picture by the place it has in the scene.
func TestScenesHaveEveryLine(t *testing.T) {
	for name, e := range cases() {
		for _, p := range e.report().plates() {
			svg, told := sceneOf(t, p.picture)
			wellFormed(t, name+" "+p.name, []byte(svg))
			if told == nil {
				continue
			}
			if strings.Contains(svg, unnamedGroup) {
				t.Errorf("%s %s: a group has no name", name, p.name)
			}
			for i, panel := range told.Panels {
				for k, l := range panel.Lines {
					where := `data-line="` + figure.Count(i) + ":" + figure.Count(k) + `"`
					if l.Name == "" || len(l.Pieces) > 0 && l.Paint == "" || !strings.Contains(svg, where) {
						t.Errorf("%s %s: line %d of panel %d is %q in %q, %s; want a name, a paint and its group", name, p.name, k, i, l.Name, l.Paint, where)
					}
				}
			}
		}
	}
}

// Where x is something else than the clock, there is nothing for the script.
func TestPicturesOffTheClockHaveNoScene(t *testing.T) {
	p := newPanel(failing.report().span(), 0, 1, valueTicks{write: figure.Scaled, most: 4}, true)
	p.X.Tick.Marker = valueTicks{write: figure.Rate, most: 4}
	if _, told := sceneOf(t, picture{height: 100, draw: p.Draw}); told != nil {
		t.Errorf("scene = %+v; want none", told)
	}
}

// Lines without a name cannot be told: those of the pictures all have one.
func TestLinesHaveNames(t *testing.T) {
	r := cases()["series"].report()
	want := map[string]map[string][]string{
		"headroom": {"": {"capacity", "sent", "demand"}},
		"timeline": {
			"Requests a second": {"sent", "planned", "succeeded", "ingress"}, "Response time": {"ALB p99", "app p99", "p99", "p50"},
			"hpa/default/web": {"ready", "desired", "pods wanted"}, "asg/web-nodes": {"ready", "desired"}, "Errors a second": {"ALB 5xx", "dropped", "failed"},
		},
	}
	for _, p := range r.plates() {
		if want[p.name] == nil {
			continue
		}
		_, told := sceneOf(t, p.picture)
		got := map[string][]string{}
		for _, panel := range told.Panels {
			for _, l := range panel.Lines {
				got[panel.Title] = append(got[panel.Title], l.Name)
			}
		}
		for title, lines := range want[p.name] {
			if diff := cmp.Diff(lines, got[title]); diff != "" {
				t.Errorf("%s, %q: lines (-want +got):\n%s", p.name, title, diff)
			}
		}
	}
}

// The picture in the page is the picture of the file, but for its groups and
// colours.
func TestInlinePictureDrawsTheSame(t *testing.T) {
	for _, p := range failing.report().plates() {
		file, err := p.svg()
		if err != nil {
			t.Fatal(err)
		}
		inline, _ := sceneOf(t, p.picture)
		for _, shape := range []string{"<path", "<text"} {
			if got, want := strings.Count(inline, shape), strings.Count(string(file), shape); got != want {
				t.Errorf("%s in the page has %d of %s; its file has %d", p.name, got, shape, want)
			}
		}
		if strings.Contains(string(file), "data-") || strings.Contains(string(file), unnamedGroup) {
			t.Errorf("%s.svg has groups for the script", p.name)
		}
	}
}

// A scene tells the values of the run's seconds, where they lie in the picture.
func TestSceneTellsSeconds(t *testing.T) {
	r := failing.report()
	_, told := sceneOf(t, r.timelinePicture())
	if told.End != 300 || told.Step != 1 || told.Start != float64(r.Manifest.Started.Unix()) {
		t.Errorf("scene from %v, %v s by %v s; want 300 s by one", told.Start, told.End, told.Step)
	}
	panel := told.Panels[0]
	sent := panel.Lines[1]
	if len(sent.Pieces) != 1 || sent.Held {
		t.Fatalf("sent has %d pieces, held %t; want one of single seconds", len(sent.Pieces), sent.Held)
	}
	for n, s := range r.Timeline.Seconds {
		if x, y := sent.Pieces[0][2*n], sent.Pieces[0][2*n+1]; x != float64(n)+0.5 || y != figure.Significant(float64(s.Sent), 3) {
			t.Fatalf("second %d: %v at %v; want %d", n, y, x, s.Sent)
		}
	}
	if panel.Left < 14 || panel.Left+panel.Width > float64(pictureWidth-margin) || panel.Top < 0 || panel.Low != 0 || panel.High < 3900 {
		t.Errorf("panel = %+v; want it left of the margin, from 0 to the peak", panel)
	}
}

func TestScenesOfLongRunsAreColumns(t *testing.T) {
	for seconds, want := range map[float64]float64{60: 1, 1800: 1, 3600: 4, 14_400: 16} {
		s := stage{panels: []*panel{newPanel(span{time.Unix(0, 0).UTC(), seconds}, 0, 1, valueTicks{write: figure.Scaled, most: 4}, true)}}
		if got := s.told().Step; got != want {
			t.Errorf("a run of %v s is told by %v s; want %v", seconds, got, want)
		}
	}
}

func TestZonesOfTheClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	autumn := time.Date(2026, 10, 25, 0, 58, 0, 0, time.UTC)
	for _, c := range []struct {
		span span
		want []zone
	}{
		{span{autumn, 600}, []zone{{0, 0}}},
		{span{autumn.In(berlin), 60}, []zone{{0, 7200}}},
		{span{autumn.In(berlin), 600}, []zone{{0, 7200}, {120, 3600}}},
		{span{autumn.In(time.FixedZone("IST", 19_800)), 600}, []zone{{0, 19_800}}},
	} {
		if diff := cmp.Diff(c.want, c.span.zones()); diff != "" {
			t.Errorf("zones of %v (-want +got):\n%s", c.span, diff)
		}
	}
}

// A line with breaks is told in pieces, a held one by its corners.
func TestTellKeepsPieces(t *testing.T) {
	panel := scenePanel{To: 100, Unit: ofTime}
	panel.tag(0, "p99")
	panel.tell(line{name: "p99", seconds: true, gap: 3, points: plotter.XYs{{X: 0.5, Y: 0.012345}, {X: 1.5, Y: 61.7}, {X: 9.5, Y: 2}}, style: stroke(demand, 1)})
	panel.tag(0, "ready")
	panel.tell(line{name: "ready", points: plotter.XYs{{X: 0, Y: 2}, {X: 4, Y: 2}}, style: stroke(able, 1)})
	panel.tell(line{points: plotter.XYs{{X: 0, Y: 9}}})
	want := []sceneLine{
		{"p99", "demand", false, [][]float64{{0.5, 0.0123, 1.5, 62}, {9.5, 2}}},
		{"ready", "able", true, [][]float64{{0, 2, 4, 2}}},
	}
	if diff := cmp.Diff(want, panel.Lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
