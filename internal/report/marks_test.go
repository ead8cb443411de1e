package report

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestDecisions(t *testing.T) {
	desired := plotter.XYs{{X: 0, Y: 4}, {X: 10, Y: 4}, {X: 20, Y: 6}, {X: 22, Y: 9}, {X: 60, Y: 8}, {X: 90, Y: 12}, {X: 91, Y: 8}}
	m := decisions("web desired", desired)
	want := []mark{{20, "4→6"}, {22, "6→9"}, {60, "9→8"}, {90, "8→12"}, {91, "12→8"}}
	if diff := cmp.Diff(want, m.list, cmp.AllowUnexported(mark{})); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		from, to int
		want     string
	}{{0, 1, "4→6"}, {0, 2, "4→9"}, {0, 3, "4→9→8"}, {2, 5, "9→12→8"}, {3, 5, "8→12→8"}, {0, 5, "4→12→8"}} {
		if got := m.joined(m.list[c.from:c.to]); got != c.want {
			t.Errorf("decisions %d to %d = %q; want %q", c.from, c.to, got, c.want)
		}
	}
}

// laidOut are the groups of a row over a panel of 500 points.
func laidOut(m marks, end float64) []group {
	p := newPanel(span{time.Unix(0, 0), end}, 0, 1, valueTicks{write: figure.Scaled, most: 4}, false)
	return m.groups(draw.NewCanvas(&recorder.Canvas{}, 500, 100), p.Plot)
}

// However many marks there are, none is forgotten, and no label touches another or
// leaves the row.
func TestLabelsOfMarksNeverOverlap(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		var m marks
		for i := range 1 + random.IntN(60) {
			m.list = append(m.list, mark{random.Float64() * 1000, strings.Repeat("x", i%9)})
		}
		slices.SortFunc(m.list, func(a, b mark) int { return int(a.at*1e6 - b.at*1e6) })
		told, free := 0, vg.Length(0)
		for _, g := range laidOut(m, 1000) {
			told += len(g.marks)
			if g.left < free || g.left+g.width > 500+beyond {
				t.Fatalf("label %q is at %v to %v; want it from %v to %v", g.text, g.left, g.left+g.width, free, 500+beyond)
			}
			free = g.left + g.width
		}
		if told != len(m.list) {
			t.Fatalf("%d of %d marks are told", told, len(m.list))
		}
	}
}

func TestCrowdedMarksAreToldAsOne(t *testing.T) {
	m := marks{list: []mark{{10, "web 4 s"}, {14, "web 5 s"}, {15, "web 6 s"}, {500, "web 7 s"}, {996, "nodes 1m"}, {999, "nodes 2m"}}}
	var got []string
	for _, g := range laidOut(m, 1000) {
		got = append(got, g.text)
	}
	if want := []string{"web 4 s +2", "web 7 s", "nodes 1m +1"}; !slices.Equal(got, want) {
		t.Errorf("labels = %q; want %q", got, want)
	}
}

// crowded is an evening of four hours with 50 decisions, 30 gaps and 12 spots.
func crowded() *Report {
	long := evening{seconds: 4 * 3600, baseline: 900, peak: 5200, airing: 4000, start: 30, max: 80, delay: 120, sustains: 72, saturates: 80, fleets: 1}
	r := long.report()
	r.Timeline.Readings = slices.DeleteFunc(r.Timeline.Readings, func(p timeline.Reading) bool { return p.Name == timeline.Desired })
	second := func(n int) timeline.Offset { return timeline.Offset(time.Duration(n) * time.Second) }
	for i := range 51 {
		units := float64(30 + 25 - abs(i-25) + 3*(i%2))
		r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{At: second(i * 280), Source: fleetName(0), Name: timeline.Desired, Value: units})
	}
	for i := range 30 {
		from := i*i*15 + 100
		r.Timeline.Gaps = append(r.Timeline.Gaps, timeline.Gap{From: second(from), To: second(from + 10 + i%7*25), Source: fleetName(0), Cause: "throttled"})
	}
	spot := r.Scenario.Traffic.Spots[0]
	r.Scenario.Traffic.Spots = nil
	since := *after(3945) // from the fixture's shortfall to this one's
	r.Result.Shortfall = after(4013)
	for i := range r.Result.Path {
		r.Result.Path[i].From += since
		r.Result.Path[i].To += since
	}
	for i := range 12 {
		spot.Name, spot.At = fmt.Sprintf("CM %d", i+1), time.Duration(600+i*1150)*time.Second
		r.Scenario.Traffic.Spots = append(r.Scenario.Traffic.Spots, spot)
	}
	return r
}

func abs(n int) int { return max(n, -n) }
