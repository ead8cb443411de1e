package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestStretchesEndWhereCapacityIsUnknown(t *testing.T) {
	at := func(second int, low, mid, high *float64) capacity.Moment {
		return capacity.Moment{At: time.Duration(second) * time.Second, Low: low, Mid: mid, High: high}
	}
	got := stretches([]capacity.Moment{
		at(0, nil, nil, nil),
		at(1, number(8), number(9), number(10)), at(2, number(8), number(9), number(10)),
		at(3, nil, nil, nil),
		at(4, number(4), number(5), number(6)),
		at(5, number(4), nil, nil), at(6, number(4), nil, nil),
		at(9, number(4), nil, nil),
	})
	want := []stretch{
		{low: plotter.XYs{{X: 1, Y: 8}, {X: 2, Y: 8}}, mid: plotter.XYs{{X: 1, Y: 9}, {X: 2, Y: 9}}, high: plotter.XYs{{X: 1, Y: 10}, {X: 2, Y: 10}}, end: 3},
		{low: plotter.XYs{{X: 4, Y: 4}}, mid: plotter.XYs{{X: 4, Y: 5}}, high: plotter.XYs{{X: 4, Y: 6}}, end: 5},
		{low: plotter.XYs{{X: 5, Y: 4}, {X: 6, Y: 4}}, end: 7},
		{low: plotter.XYs{{X: 9, Y: 4}}, end: 10},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(stretch{})); diff != "" {
		t.Errorf("stretches (-want +got):\n%s", diff)
	}
}

func TestObservedBreaksAtCurtains(t *testing.T) {
	units := plotter.XYs{{X: 0, Y: 2}, {X: 3, Y: 4}, {X: 8, Y: 6}}
	for _, c := range []struct {
		name  string
		blind []curtain
		want  []plotter.XYs
	}{
		{"never blind", nil, []plotter.XYs{{{X: 0, Y: 2}, {X: 3, Y: 2}, {X: 3, Y: 4}, {X: 8, Y: 4}, {X: 8, Y: 6}, {X: 10, Y: 6}}}},
		{"in the middle", []curtain{{2, 5}}, []plotter.XYs{{{X: 0, Y: 2}, {X: 2, Y: 2}}, {{X: 5, Y: 4}, {X: 8, Y: 4}, {X: 8, Y: 6}, {X: 10, Y: 6}}}},
		{"at the start", []curtain{{0, 5}}, []plotter.XYs{{{X: 5, Y: 4}, {X: 8, Y: 4}, {X: 8, Y: 6}, {X: 10, Y: 6}}}},
		{"until the end", []curtain{{5, 10}}, []plotter.XYs{{{X: 0, Y: 2}, {X: 3, Y: 2}, {X: 3, Y: 4}, {X: 5, Y: 4}}}},
		{"always", []curtain{{0, 10}}, nil},
	} {
		if diff := cmp.Diff(c.want, observed(units, c.blind, 10)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestCurtainsUniteWhatOverlaps(t *testing.T) {
	gap := func(source string, from, to float64) timeline.Gap {
		return timeline.Gap{Source: source, From: timeline.Offset(*after(from)), To: timeline.Offset(*after(to))}
	}
	r := &Report{Timeline: timeline.Timeline{Gaps: []timeline.Gap{
		gap("asg/b", 6, 9), gap("hpa/a", -5, 2), gap("hpa/a", 4, 7), gap("other", 0, 99), gap("hpa/a", -9, -8), gap("hpa/a", 15, 40), gap("hpa/a", 50, 60),
	}}}
	got := r.curtains(20, []string{"hpa/a", "asg/b"})
	if diff := cmp.Diff([]curtain{{0, 2}, {4, 9}, {15, 20}}, got, cmp.AllowUnexported(curtain{})); diff != "" {
		t.Errorf("curtains (-want +got):\n%s", diff)
	}
}

// Neither picture draws a line, or names its last value, where nothing was seen;
// both say what was not observed, and for how long.
func TestPicturesShowWhatWasNotObserved(t *testing.T) {
	r := cases()["gaps"].report()
	for kind, want := range map[string][]string{
		"headroom": {">not observed<", ">web 4 s<", ">web 1m<", ">web 50 s<"},
		"timeline": {">not observed<", ">web 4 s<", ">web 1m +1<", ">web 50 s<"}, // and that of the nodes, of 22 s
	} {
		svg := drawnPlate(t, r, kind)
		for _, words := range want {
			if strings.Count(svg, words) != 1 {
				t.Errorf("%s says %d times %q; want it once", kind, strings.Count(svg, words), words)
			}
		}
		for _, stale := range []string{">capacity 3", ">ready 48", ">desired 48"} {
			if strings.Contains(svg, stale) {
				t.Errorf("%s has %q; want no value at the end of the run, which was not observed", kind, stale)
			}
		}
	}
}

// drawnPlate is a picture of a report as SVG; empty where it has none of that name.
func drawnPlate(t *testing.T, r *Report, name string) string {
	t.Helper()
	for _, p := range r.plates() {
		if p.name == name {
			svg, err := p.svg()
			if err != nil {
				t.Fatal(err)
			}
			return string(svg)
		}
	}
	return ""
}

// A run that was stopped before its first request was not a minute long.
func TestLengthOfARunWithoutRequests(t *testing.T) {
	r := passing.report()
	r.Timeline.Seconds, r.Result.Headroom.Series = nil, nil
	if got, want := r.when(), "2026-11-22 21:53:00 JST, 0 s"; got != want {
		t.Errorf("when() = %q; want %q", got, want)
	}
	if got := r.span().end; got != 60 {
		t.Errorf("the pictures' clock ends at %v s; want an empty minute", got)
	}
}
