package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/capacity"
)

func TestWaterfall(t *testing.T) {
	known := capacity.Layer{Name: "web", Low: 900, Rate: 1000, High: 1100}
	least := capacity.Layer{Name: "nodes", Low: 700, Rate: 700, AtLeast: true}
	vast := capacity.Layer{Name: "cdn", Rate: 1e6}
	for _, c := range []struct {
		name    string
		layers  []capacity.Layer
		binding *capacity.Layer
		title   string
		bars    []string // names in order, the binding one with *
		top     float64
	}{
		{"one binds", []capacity.Layer{known, vast, least}, &known, "web binds: 1k/s (900/s to 1.1k/s)", []string{"web*", "cdn", "nodes"}, 2 * 1100 * 1.06},
		{"none is sure to", []capacity.Layer{known, least}, nil, "Which layer binds is not known", []string{"web", "nodes"}, 1100 * 1.06},
		{"known from above only", []capacity.Layer{vast}, &capacity.Layer{Name: "behind web", Rate: 500, High: 500}, "behind web binds: at most 500/s", []string{"behind web*", "cdn"}, 2 * 800 * 1.06},
	} {
		r := passing.report()
		r.Result.Layers, r.Result.Binding = c.layers, c.binding
		r.Result.Headroom.Demand, r.Scenario.Headroom = 800, capacity.Required{}
		w := r.waterfall()
		var bars []string
		for _, b := range w.layers {
			if b.binding {
				b.name += "*"
			}
			bars = append(bars, b.name)
		}
		if w.title != c.title || strings.Join(bars, " ") != strings.Join(c.bars, " ") || w.top != c.top {
			t.Errorf("%s: %q with %q up to %v; want %q with %q up to %v", c.name, w.title, bars, w.top, c.title, c.bars, c.top)
		}
	}
	r := passing.report()
	r.Result.Layers, r.Result.Binding = nil, nil
	if svg := drawnPlate(t, r, "layers"); svg != "" {
		t.Error("a chart is drawn of no layers")
	}
}

// By hand: 4k/s with a fifth more is 4.8k/s.
func TestTheWaterfallShowsWhatIsAsked(t *testing.T) {
	r := failing.report()
	svg := drawnPlate(t, r, "layers")
	for _, want := range []string{">required 4k/s<", ">4.8k/s with +20 % of headroom<", ">at least 2.88k/s<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the chart lacks %s", want)
		}
	}
	r.Scenario.Headroom = capacity.Required{}
	if svg := drawnPlate(t, r, "layers"); !strings.Contains(svg, ">the peak asks 4k/s<") || strings.Contains(svg, "of headroom") {
		t.Error("the chart of a run that requires nothing lacks what its peak asks, or has more")
	}
}

// A bar that ends where the picture does is not told from one that goes on, but by
// its break.
func TestBarsThatGoOnAreBroken(t *testing.T) {
	known := capacity.Layer{Name: "web", Low: 900, Rate: 1000, High: 1100}
	vast := capacity.Layer{Name: "cdn", Rate: 1e6}
	for _, c := range []struct {
		name   string
		layers []capacity.Layer
		broken int
	}{{"both within", []capacity.Layer{known}, 0}, {"one beyond", []capacity.Layer{known, vast}, 1}} {
		r := passing.report()
		r.Result.Layers, r.Result.Binding, r.Result.Headroom.Demand = c.layers, &known, 800
		w := r.waterfall()
		broken := 0
		for _, b := range w.layers {
			if b.beyond(w.top) {
				broken++
			}
		}
		if said := strings.Contains(w.note, "//: goes on"); broken != c.broken || said != (c.broken > 0) {
			t.Errorf("%s: %d bars go on, note %q; want %d", c.name, broken, w.note, c.broken)
		}
		svg := drawnPlate(t, r, "layers")
		r.Result.Layers = slices.DeleteFunc(slices.Clone(c.layers), func(l capacity.Layer) bool { return l.Name == "cdn" })
		bare := drawnPlate(t, r, "layers")
		white := func(svg string) int { return strings.Count(svg, `fill:#FFFFFF`) }
		const cover = 1 // behind the name of the other layer
		if got, want := white(svg)-white(bare), c.broken*(2+cover); got != want {
			t.Errorf("%s: %d white areas more than without the layer beyond; want %d, two of the break", c.name, got, want)
		}
	}
}
