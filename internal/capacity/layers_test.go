package capacity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

const nodes = "asg/nodes"

// sustains is an estimate of 70 to 90/s, 80/s in the middle, made at four units.
func sustains() PerUnit {
	return PerUnit{Low: ptr(70.0), Mid: ptr(80.0), High: ptr(90.0), Units: 4}
}

// pods is a fleet of at most ten pods that sustain 80/s each.
func pods() FleetResult {
	return FleetResult{Fleet: Fleet{Name: web, Kind: HPA}, Max: ptr(10), ReadyStart: ptr(4), ReadyMax: ptr(7), PerUnit: sustains()}
}

// group is three instances, of which each carries at least 150/s.
func group() FleetResult {
	return FleetResult{Fleet: Fleet{Name: nodes, Kind: ASG}, Max: ptr(3), ReadyMax: ptr(3), PerUnit: PerUnit{Low: ptr(150.0), Units: 3}}
}

// ran is a run of 40 s of 100/s with readings and events.
func ran(readings []timeline.Reading, events []timeline.Event) run {
	tl := timeline.Timeline{Readings: readings, Events: append(events, timeline.Event{At: at(40), Kind: timeline.SendingDone})}
	for n := range 40 {
		tl.Seconds = append(tl.Seconds, secondOf(n, 100, 0))
	}
	return newRun(tl, Question{})
}

func reading(s float64, source, name string, value float64) timeline.Reading {
	return timeline.Reading{At: at(s), Source: source, Name: name, Value: value}
}

// The binding layer and the next; of the group, whose size in production is not
// given, nothing is said.
func ExampleResult_layers() {
	law := &USL{Model: Amdahl, Gamma: Range{Mid: 100}, Alpha: Range{Mid: 0.05}, Smallest: 2, Largest: 12}
	f := pods()
	f.USL, f.Production = law, &Production{Start: 12, Max: 60}
	q := Question{Layers: []Layer{{Name: "db", Rate: 6000, Source: "stated in the scenario"}}}
	layers, _ := layers(ran(nil, nil).limits(q, []FleetResult{f, group()}))
	for _, l := range layers[:min(3, len(layers))] {
		bound := ""
		if l.AtLeast {
			bound = "at least "
		}
		fmt.Printf("%s: %s%.0f/s, %s\n", l.Name, bound, l.Rate, l.Source)
	}
	// Output:
	// hpa/default/web max: 1397/s, 60 units (production's max), at 4 units 80/s each, by the scalability law, far beyond the 12 units measured
	// db: 6000/s, stated in the scenario
}

func TestLayers(t *testing.T) {
	filled := []timeline.Reading{reading(-1, nodes, timeline.Ready, 2), reading(10, nodes, timeline.Ready, 3)}
	waits := []timeline.Event{{At: at(5), Source: web, Kind: timeline.Create, Unit: "web-9"}}
	placed := func(s float64) []timeline.Event {
		return append(waits, timeline.Event{At: at(s), Source: web, Kind: timeline.Place, Unit: "web-9"})
	}
	with := func(f FleetResult, change func(*FleetResult)) FleetResult { change(&f); return f }
	ceiling := &Ceiling{Rate: Range{400, 420, 450}, From: 6, To: 9}
	for _, c := range []struct {
		name     string
		fleets   []FleetResult
		readings []timeline.Reading
		events   []timeline.Event
		want     []string // name, rate, and + where that is at least so much, - where at most
		binding  string
	}{
		{"a fleet alone", []FleetResult{pods()}, nil, nil, []string{web + " max 800"}, web + " max"},
		{"production's max", []FleetResult{with(pods(), func(f *FleetResult) { f.Production = &Production{Start: 12, Max: 60} })},
			[]timeline.Reading{reading(0, web, timeline.Quota, 2)}, nil, []string{web + " max 4800"}, web + " max"},
		{"a quota", []FleetResult{pods()}, []timeline.Reading{reading(0, web, timeline.Quota, 8), reading(9, web, timeline.Quota, 6)}, nil,
			[]string{web + " quota 480", web + " max 800"}, web + " quota"},
		{"a quota that somebody else tells of", []FleetResult{with(pods(), func(f *FleetResult) { f.Quotas = []string{"quota/L-1", "quota/L-2"} })},
			[]timeline.Reading{reading(0, "quota/L-1", timeline.Quota, 7), reading(0, "quota/L-1", "limit", 1), reading(0, "quota/L-3", timeline.Quota, 1)}, nil,
			[]string{web + " quota 560", web + " max 800"}, web + " quota"},
		{"room that was not seen to bind", []FleetResult{pods(), group()}, filled, nil, []string{web + " max 800", nodes + " max 450+"}, web + " max"},
		{"room that bound", []FleetResult{pods(), group()}, filled, waits, []string{nodes + " max 560", web + " max 800"}, nodes + " max"},
		{"room that bound for a while", []FleetResult{pods(), group()}, filled, placed(26), []string{nodes + " max 560", web + " max 800"}, nodes + " max"},
		{"placed as soon as an instance came", []FleetResult{pods(), group()}, filled, placed(14), []string{web + " max 800", nodes + " max 450+"}, web + " max"},
		{"a group that was never full", []FleetResult{pods(), with(group(), func(f *FleetResult) { f.Max = ptr(4) })}, filled, waits,
			[]string{web + " max 800", nodes + " max 600+"}, web + " max"},
		{"a group full at its quota", []FleetResult{pods(), with(group(), func(f *FleetResult) { f.Max = ptr(6) })},
			append(filled, reading(0, nodes, timeline.Quota, 3)), waits,
			[]string{nodes + " quota 560", web + " max 800", nodes + " max 1120"}, nodes + " quota"},
		{"production's group", []FleetResult{with(pods(), func(f *FleetResult) { f.Production = &Production{Start: 12, Max: 200} }), with(group(), func(f *FleetResult) { f.Production = &Production{Start: 6, Max: 60} })},
			filled, waits, []string{nodes + " max 11200", web + " max 16000"}, nodes + " max"}, // 60 x 7 / 3 = 140 pods
		{"production's group not given", []FleetResult{with(pods(), func(f *FleetResult) { f.Production = &Production{Start: 12, Max: 200} }), group()},
			filled, waits, []string{web + " max 16000"}, web + " max"},
		{"something behind it", []FleetResult{with(pods(), func(f *FleetResult) { f.Ceiling = ceiling })}, nil, nil,
			[]string{"behind " + web + " 420", web + " max 700+"}, "behind " + web},
		{"only a bound", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{Low: ptr(70.0), Units: 4} })}, nil, nil, []string{web + " max 700+"}, ""},
		{"known from above, below the rest", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{High: ptr(30.0), Units: 4} }), with(group(), func(f *FleetResult) { f.PerUnit = sustains(); f.Max = ptr(9) })},
			nil, nil, []string{web + " max 300-", nodes + " max 720"}, web + " max"},
		{"known from above, perhaps below the rest", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{High: ptr(65.0), Units: 4} }), with(group(), func(f *FleetResult) { f.PerUnit = sustains(); f.Max = ptr(9) })},
			nil, nil, []string{nodes + " max 720", web + " max 650-"}, ""},
		{"known from above, and nothing else of another", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{High: ptr(65.0), Units: 4} }), with(group(), func(f *FleetResult) { f.PerUnit = PerUnit{} })},
			append(filled, reading(0, web, timeline.Quota, 20)), nil, []string{web + " max 650-", web + " quota 1300-"}, web + " max"},
		{"a ceiling of which only the upper bound is known", []FleetResult{with(pods(), func(f *FleetResult) { f.Ceiling = &Ceiling{Rate: Range{High: 500}, AtMost: true} })}, nil, nil,
			[]string{"behind " + web + " 500-", web + " max 700+"}, "behind " + web},
		{"one that may be above the fleet's max", []FleetResult{with(pods(), func(f *FleetResult) { f.Ceiling = &Ceiling{Rate: Range{High: 701}, AtMost: true} })}, nil, nil,
			[]string{web + " max 700+", "behind " + web + " 701-"}, ""},
		{"room that bound, where pods are known from above only", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{High: ptr(80.0), Units: 4} }), with(group(), func(f *FleetResult) { f.PerUnit = PerUnit{} })},
			filled, waits, []string{nodes + " max 560-", web + " max 800-"}, nodes + " max"},
		{"room that bound, where pods are known from below only", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{Low: ptr(70.0), Units: 4} }), group()},
			filled, waits, []string{nodes + " max 490+", web + " max 700+"}, ""},
		{"room that bound, where nothing is known of pods", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{} }), with(group(), func(f *FleetResult) { f.PerUnit = PerUnit{} })},
			filled, waits, nil, ""},
		{"a max of 0 beside a quota", []FleetResult{pods(), with(group(), func(f *FleetResult) { f.Max = ptr(0) })},
			append(filled, reading(0, nodes, timeline.Quota, 3)), waits, []string{nodes + " quota 560", web + " max 800"}, nodes + " quota"},
		{"a quota of 0", []FleetResult{pods(), group()}, append(filled, reading(0, nodes, timeline.Quota, 0)), waits, []string{web + " max 800", nodes + " quota 0+", nodes + " max 450+"}, web + " max"},
		{"nothing known", []FleetResult{with(pods(), func(f *FleetResult) { f.PerUnit = PerUnit{} })}, nil, nil, nil, ""},
	} {
		layers, binding := layers(ran(c.readings, c.events).limits(Question{}, c.fleets))
		var got []string
		for _, l := range layers {
			text := fmt.Sprintf("%s %.0f", l.Name, l.Rate)
			if l.AtLeast {
				text += "+"
			} else if l.AtMost && l.Low == 0 && l.High == l.Rate {
				text += "-"
			} else if l.AtMost || l.Low > l.Rate || l.Rate > l.High {
				t.Errorf("%s: %s is %v in %v to %v", c.name, l.Name, l.Rate, l.Low, l.High)
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: layers (-want +got):\n%s", c.name, diff)
		}
		if name := nameOf(binding); name != c.binding {
			t.Errorf("%s: binding = %q; want %q", c.name, name, c.binding)
		}
	}
}

// A pod is created at 5 while the group is full, and not placed as long as anybody
// looks: that is waiting for room where it was seen to take longer than it may.
func TestWaitingForRoomHasToBeSeen(t *testing.T) {
	for _, c := range []struct {
		name string
		gap  Span // in which the pods are not seen
		want bool
	}{
		{"seen to the end", Span{}, true},
		{"not from 19 s on", Span{seconds(19), seconds(40)}, false},
		{"not from 21 s on", Span{seconds(21), seconds(39.995)}, true},
		{"not for a while", Span{seconds(6), seconds(30)}, true},
	} {
		r := ran(nil, []timeline.Event{{At: at(5), Source: web, Kind: timeline.Create, Unit: "web-9"}})
		r.Gaps = []timeline.Gap{{From: timeline.Offset(c.gap.From), To: timeline.Offset(c.gap.To), Source: web}}
		if got := r.waitedForRoom(web, []Span{{0, r.end()}}); got != c.want {
			t.Errorf("%s: waited for room = %t; want %t", c.name, got, c.want)
		}
	}
}

func nameOf(l *Layer) string {
	if l == nil {
		return ""
	}
	return l.Name
}

// By Amdahl's law with a = 0.05 ten units serve 10/1.45 and four 4/1.15 of one's
// rate; what four sustain is 4 x 80/s.
func TestMoreUnitsGoByTheScalabilityLaw(t *testing.T) {
	f := pods()
	f.USL = &USL{Gamma: Range{Mid: 100}, Alpha: Range{Mid: 0.05}}
	want := 4 * 80 * (10 / 1.45) / (4 / 1.15)
	if got := f.carries(10); math.Abs(*got.mid-want) > 1e-9 {
		t.Errorf("ten units carry %v; want %v", *got.mid, want)
	}
	if got := *f.carries(4).mid; math.Abs(got-320) > 1e-9 {
		t.Errorf("four units carry %v; want 320", got)
	}
	if got := *f.carries(0).mid; got != 0 {
		t.Errorf("no units carry %v; want 0", got)
	}
	f.PerUnit.Draws = []float64{70, 80, 90}
	if got := f.carries(10).draws; math.Abs(got[0]-want*70/80) > 1e-9 || math.Abs(got[2]-want*90/80) > 1e-9 {
		t.Errorf("draws of ten units = %v; want them in proportion", got)
	}
}

// Laws of which the contention is 1 %, 5 % and 9 %, once each in three draws.
func TestAnUncertainLawIsAnUncertainCapacity(t *testing.T) {
	f := pods()
	f.PerUnit.Draws = []float64{80, 80, 80}
	f.USL = &USL{Gamma: Range{Mid: 100}, Alpha: Range{0.01, 0.05, 0.09}, again: []law{{100, 0.01, 0}, {100, 0.05, 0}, {100, 0.09, 0}}}
	carries := func(a float64) float64 { return 320 * (60 / (1 + a*59)) / (4 / (1 + a*3)) }
	close := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
	got := f.carries(60)
	want := carried{low: ptr(carries(0.09)), mid: ptr(carries(0.05)), high: ptr(carries(0.01)), draws: []float64{carries(0.01), carries(0.05), carries(0.09)}}
	if diff := cmp.Diff(want, got, close, cmp.AllowUnexported(carried{})); diff != "" {
		t.Errorf("60 units carry (-want +got):\n%s", diff)
	}
	if m := got.against(1200); m.Probability == nil || math.Abs(*m.Probability-2.0/3) > 1e-9 {
		t.Errorf("1,200/s are carried with probability %v; want by two of three laws", m.Probability)
	}
	if got := f.carries(4); *got.low != 320 || *got.high != 320 {
		t.Errorf("four units carry %v to %v; want the 320 that were measured", *got.low, *got.high)
	}
	f.PerUnit = PerUnit{Low: ptr(80.0), Units: 4}
	if got := f.carries(60); math.Abs(*got.low-carries(0.09)) > 1e-6 || got.mid != nil || got.high != nil || got.draws != nil {
		t.Errorf("60 units carry at least %v; want %v", *got.low, carries(0.09))
	}
}

// What is said of more than twice the units that were measured is an assumption,
// or an extrapolation where there is a law; production's max comes before
// staging's.
func TestSizesFarBeyondTheMeasuredAreWarnedOf(t *testing.T) {
	law := &USL{Smallest: 2, Largest: 12}
	for _, c := range []struct {
		name       string
		max        int
		production *Production
		law        *USL
		want       string // part of the warning; none if empty
	}{
		{"as many", 8, nil, nil, ""},
		{"staging's max", 9, nil, nil, "its max of 9 units are more than twice the 4 at which a unit's sustainable rate was measured; that each sustains as much is an assumption"},
		{"production's", 9, &Production{Max: 60}, nil, "production's 60 units are more than twice the 4 at which a unit's sustainable rate was measured; that each"},
		{"production's is smaller", 9, &Production{Max: 8}, nil, ""},
		{"within the law", 24, nil, law, ""},
		{"beyond the law", 25, nil, law, "its max of 25 units are more than twice the 12 measured; what they sustain is extrapolated by the scalability law"},
	} {
		f := pods()
		f.Max, f.Production, f.USL = &c.max, c.production, c.law
		if got := strings.Join(f.extrapolated(), "; "); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: warned %q; want %q", c.name, got, c.want)
		}
		f.PerUnit = PerUnit{Units: f.PerUnit.Units, Saturation: &Range{70, 80, 90}, Said: "no stretch of steady units tells"}
		if got := f.extrapolated(); got != nil {
			t.Errorf("%s: where nothing tells what a unit sustains, warned %q; want nothing, for nothing is extrapolated", c.name, got)
		}
	}
}

// A group whose pods have a size in production, and itself has none, is named.
func TestAGroupThatProductionDoesNotSizeIsLeftOut(t *testing.T) {
	for _, c := range []struct {
		name        string
		pods, group *Production
		want        string // part of the warning; none if empty
	}{
		{"nothing of production", nil, nil, ""},
		{"only the pods' size", &Production{Start: 12, Max: 60}, nil, "asg/nodes: production's max is given for the pods"},
		{"of the group only how many there are at the start", &Production{Start: 12, Max: 60}, &Production{Start: 6}, "(production: {asg/nodes: {max: …}})"},
		{"only the pods' start", &Production{Start: 12}, nil, ""},
		{"both", &Production{Start: 12, Max: 60}, &Production{Start: 6, Max: 30}, ""},
		{"only the group's size", nil, &Production{Start: 6, Max: 30}, ""},
	} {
		web, nodes := pods(), group()
		web.Production, nodes.Production = c.pods, c.group
		fleets := []FleetResult{web, nodes}
		got := strings.Join(append(nodes.leftOut(fleets), web.leftOut(fleets)...), "; ")
		if !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: warned %q; want %q", c.name, got, c.want)
		}
		limits := ran(nil, nil).limits(Question{}, fleets)
		out := !slices.ContainsFunc(limits, func(l limit) bool { return strings.HasPrefix(l.Name, nodes.Name) })
		if out != (c.want != "") {
			t.Errorf("%s: the group is left out: %t; want %t", c.name, out, c.want != "")
		}
		q := asking()
		q.Required.Peak = 2400
		r := ran(grew, nil)
		if h := r.headroom(q, fleets, r.limits(q, fleets)); h.Start != nil && c.pods.grows() && *h.Grown.Low < *h.Start.Low {
			t.Errorf("%s: grown to %v, and %v at the start; want no less", c.name, *h.Grown.Low, *h.Start.Low)
		}
	}
}

// asking is a question of 100/s with a spot of 600/s from 20 s to 30 s.
func asking() Question {
	return Question{Baseline: 100, Spots: []Span{{0, 40 * time.Second}}, Demand: traffic.NewCurve(
		traffic.Segment{Length: 20 * time.Second, From: 100, To: 100},
		traffic.Segment{Length: 10 * time.Second, From: 600, To: 600},
		traffic.Segment{Length: 10 * time.Second, From: 100, To: 100})}
}

// grew are the readings of four pods that were seven from 25 s on.
var grew = []timeline.Reading{reading(-1, web, timeline.Ready, 4), reading(25, web, timeline.Ready, 7)}

func TestMargins(t *testing.T) {
	f := pods()
	f.PerUnit.Draws = steps(8) // 8 to 160; 5 %: 8, 50 %: 80, 95 %: 152
	f.PerUnit.Low, f.PerUnit.High = ptr(8.0), ptr(152.0)
	margin := func(demand, low, mid, high float64, probability *float64) Margin {
		return Margin{demand, ptr(low/demand - 1), ptr(mid/demand - 1), ptr(high/demand - 1), probability}
	}
	for _, c := range []struct {
		name         string
		change       func(*Question, *FleetResult)
		readings     []timeline.Reading
		ready, grown Margin
		start        *Margin
	}{
		// Four pods at 600/s: 320/s, and at least 600/s in draws of 150 or more: 2 of 20.
		{"at worst, and grown", func(*Question, *FleetResult) {}, grew,
			margin(600, 32, 320, 608, ptr(0.1)), margin(600, 80, 800, 1520, ptr(0.65)), nil},
		{"a stated layer is of the real thing", func(q *Question, _ *FleetResult) { q.Layers = []Layer{{Name: "db", Rate: 300}} }, grew,
			margin(600, 32, 320, 608, ptr(0.1)), margin(600, 80, 300, 300, ptr(0.0)), nil},
		{"and binds it from the start", func(q *Question, f *FleetResult) {
			q.Layers, q.Required.Peak, f.Production = []Layer{{Name: "db", Rate: 900}}, 2400, &Production{Start: 12, Max: 40}
		}, grew, margin(600, 32, 320, 608, ptr(0.1)), margin(2400, 320, 900, 900, ptr(0.0)), ptr(margin(2400, 96, 900, 900, ptr(0.0)))},
		{"what binds behind the fleet", func(_ *Question, f *FleetResult) { f.Ceiling = &Ceiling{Rate: Range{280, 300, 310}} }, grew,
			margin(600, 32, 300, 310, nil), Margin{600, ptr(80.0/600 - 1), nil, ptr(310.0/600 - 1), nil}, nil},
		{"a peak and production", func(q *Question, f *FleetResult) {
			q.Required.Peak, f.Production = 2400, &Production{Start: 12, Max: 40}
		}, grew, margin(600, 32, 320, 608, ptr(0.1)), margin(2400, 320, 3200, 6080, ptr(0.65)), ptr(margin(2400, 96, 960, 1824, ptr(0.0)))},
		{"nothing was seen", func(*Question, *FleetResult) {}, nil, Margin{Demand: 600}, margin(600, 80, 800, 1520, ptr(0.65)), nil},
	} {
		q, f := asking(), f
		c.change(&q, &f)
		r, fleets := ran(c.readings, nil), []FleetResult{f}
		h := r.headroom(q, fleets, r.limits(q, fleets))
		close := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
		if diff := cmp.Diff(c.ready, h.Ready, close); diff != "" {
			t.Errorf("%s: ready (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.grown, h.Grown, close); diff != "" {
			t.Errorf("%s: grown (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.start, h.Start, close); diff != "" {
			t.Errorf("%s: start (-want +got):\n%s", c.name, diff)
		}
		asked := h.Ready
		if q.Required.Peak > 0 {
			asked = h.Grown
		}
		if asked.Demand = h.Grown.Demand; !cmp.Equal(asked, h.Margin) {
			t.Errorf("%s: asked about = %+v; want %+v", c.name, h.Margin, asked)
		}
		if len(c.readings) > 0 && (h.WorstAt == nil || *h.WorstAt != 20*time.Second) {
			t.Errorf("%s: worst at %v; want 20s", c.name, h.WorstAt)
		}
	}
}

// Without a peak to hold them against, stated layers are no part of what is required,
// and that is said.
func TestRequiredHeadroomWithoutAPeakIsWithoutLayers(t *testing.T) {
	const want = "which the stated layers are no part of"
	for _, c := range []struct {
		required Required
		layers   []Layer
		want     bool
	}{
		{Required{Asked: true, AtLeast: 0.2}, []Layer{{Name: "db", Rate: 50}}, true},
		{Required{Asked: true, AtLeast: 0.2, Peak: 100}, []Layer{{Name: "db", Rate: 50}}, false},
		{Required{Asked: true, AtLeast: 0.2}, nil, false},
		{Required{}, []Layer{{Name: "db", Rate: 50}}, false},
	} {
		tl, q := steady([]int64{100, 200, 300}, 350)
		q.Required, q.Layers = c.required, c.layers
		if got := strings.Join(Analyze(tl, q).Warnings, "; "); strings.Contains(got, want) != c.want {
			t.Errorf("%+v within %+v: warned %q; want %q: %t", c.required, c.layers, got, want, c.want)
		}
	}
}

// What may have been worse than all that was seen leaves no lower bound.
func TestUnseenCapacityIsNoHeadroom(t *testing.T) {
	api := pods()
	api.Name = "hpa/default/api"
	apiReady := reading(-1, api.Name, timeline.Ready, 50)
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline)
		high   *float64
	}{
		{"the only fleet unseen at the peak", func(tl *timeline.Timeline) {
			tl.Gaps = []timeline.Gap{{From: at(21), To: at(23), Source: web}}
		}, ptr(4 * 90 / 600.0)},
		{"one of two unseen at the peak", func(tl *timeline.Timeline) {
			tl.Gaps = []timeline.Gap{{From: at(21), To: at(23), Source: api.Name}}
		}, ptr(4 * 90 / 600.0)},
		{"one of two never seen", func(tl *timeline.Timeline) { tl.Readings = grew }, ptr(4 * 90 / 600.0)},
		{"ended before the peak", func(tl *timeline.Timeline) { tl.Seconds, tl.Events = tl.Seconds[:15], nil }, ptr(4 * 90 / 100.0)},
	} {
		r := ran(append([]timeline.Reading{apiReady}, grew...), nil)
		tl := r.Timeline
		c.change(&tl)
		r = newRun(tl, Question{})
		fleets := []FleetResult{pods(), api}
		q := asking()
		h := r.headroom(q, fleets, r.limits(q, fleets))
		if h.Ready.Low != nil || h.Ready.Mid != nil || h.Ready.Probability != nil || h.Ready.High == nil || math.Abs(*h.Ready.High-(*c.high-1)) > 1e-9 {
			t.Errorf("%s: ready = %s; want at most %v", c.name, Headroom{Margin: h.Ready}.InFigures(Required{}), *c.high-1)
		}
	}
}

// Four units before a gap and fifteen after: in it 990/s were asked, and all that
// was seen at 1,000/s are fifteen.
func TestCapacityMayBeLowestInAGap(t *testing.T) {
	level := func(rate float64, length time.Duration) traffic.Segment {
		return traffic.Segment{Length: length * time.Second, From: rate, To: rate}
	}
	for _, c := range []struct {
		name          string
		before, after float64 // units
		inGap         float64 // demand
		known         bool
	}{
		{"the lower side may have lasted", 4, 15, 990, false},
		{"whichever side that is", 15, 4, 990, false},
		{"enough on both sides", 15, 15, 990, true},
		{"as little as at worst", 15, 15, 1000, false},
		{"little was asked", 4, 15, 100, true},
	} {
		after := level(1000, 20)
		if c.after < 15 {
			after = level(100, 20)
		}
		r := ran([]timeline.Reading{reading(-1, web, timeline.Ready, 15), reading(3, web, timeline.Ready, c.before), reading(20, web, timeline.Ready, c.after)}, nil)
		r.Gaps = []timeline.Gap{{Source: web, From: at(5), To: at(20)}}
		q := Question{Demand: traffic.NewCurve(level(1000, 3), level(100, 2), level(c.inGap, 15), after)}
		fleets := []FleetResult{pods()}
		h := r.headroom(q, fleets, r.limits(q, fleets))
		if h.Ready.Demand != 1000 || (h.Ready.Low != nil) != c.known || h.Ready.High == nil || math.Abs(*h.Ready.High-(15*90/1000.-1)) > 1e-9 {
			t.Errorf("%s: ready = %s against %v/s; want known from below: %t", c.name, Headroom{Margin: h.Ready}.InFigures(Required{}), h.Ready.Demand, c.known)
		}
	}
}

// Ten units carry 800/s of the 600/s that are asked, what is behind them 420/s:
// 180/s are beyond that in each of 40 s, and no unit helps.
func TestWhatTheRunMetCountsEverywhere(t *testing.T) {
	r := ran([]timeline.Reading{reading(-1, web, timeline.Ready, 10), reading(-1, web, timeline.Desired, 10)}, nil)
	q := Question{Demand: traffic.NewCurve(traffic.Segment{Length: 40 * time.Second, From: 600, To: 600})}
	fleets := []FleetResult{pods()}
	fleets[0].Ceiling = &Ceiling{Rate: Range{420, 420, 420}}
	h := r.headroom(q, fleets, r.limits(q, fleets))
	if h.Deficit == nil || math.Abs(*h.Deficit-40*180) > 1e-6 || math.Abs(*h.Ready.Mid-(420/600.-1)) > 1e-9 {
		t.Errorf("deficit = %v, ready = %v; want 7200 and -0.3", h.Deficit, *h.Ready.Mid)
	}
	from, lag := Shortfall(h.Series)
	if from == nil || *from != 0 || lag != nil {
		t.Errorf("shortfall = %v, lag %v; want 0 without an end", from, lag)
	}
	want := []Owned{{Span{0, seconds(40)}, "behind " + web, WaitsForLimit, "behind " + web}}
	if diff := cmp.Diff(want, r.path(q, fleets, Span{0, seconds(40)})); diff != "" {
		t.Errorf("path (-want +got):\n%s", diff)
	}
	// Of what is behind, known from above only and above the fleet's middle,
	// the shortfall is no less.
	n := now{fleets: carried{low: ptr(280.0), mid: ptr(320.0), high: ptr(360.0)}, within: carried{high: ptr(350.0)}}
	if got := n.shown(); got.mid == nil || *got.mid != 320 || *got.high != 350 || got.low != nil {
		t.Errorf("shown = %+v; want 320 in the middle, at most 350", got)
	}
}

func TestSentences(t *testing.T) {
	p := func(low, mid, high float64) PerUnit {
		return PerUnit{Low: &low, Mid: &mid, High: &high, Units: 4}
	}
	for _, c := range []struct {
		name   string
		change func(*Question, []FleetResult)
		want   string
	}{
		{"all known", func(*Question, []FleetResult) {},
			"the peak asks 600/s (6x the baseline); what was ready could carry 3.2x (2.8x to 3.6x) at worst, 00:00:20; grown to its limits the service has 8x (7x to 9x), and hpa/default/web max binds"},
		{"rates where there is no baseline", func(q *Question, _ []FleetResult) { q.Baseline = 0 },
			"the peak asks 600/s; what was ready could carry 320/s (280/s to 360/s) at worst, 00:00:20; grown to its limits the service has 800/s (700/s to 900/s), and hpa/default/web max binds"},
		{"another demand at worst, and production", func(q *Question, fleets []FleetResult) {
			q.Required.Peak, fleets[0].Production = 3760, &Production{Start: 12, Max: 60}
		}, "the peak asks 3.76k/s (37.6x the baseline); what was ready could carry 3.2x (2.8x to 3.6x) at worst, 00:00:20, when 6x was asked; what production starts with carries 9.6x (8.4x to 10.8x); grown to its limits the service has 48x (42x to 54x), and hpa/default/web max binds"},
		{"no further", func(_ *Question, fleets []FleetResult) { fleets[0].Max = ptr(4) },
			"the peak asks 600/s (6x the baseline); what was ready could carry 3.2x (2.8x to 3.6x) at worst, 00:00:20; the service cannot grow beyond that, and hpa/default/web max binds"},
		{"only a bound", func(_ *Question, fleets []FleetResult) { fleets[0].PerUnit = PerUnit{Low: ptr(70.0)} },
			"the peak asks 600/s (6x the baseline); what was ready could carry at least 2.8x at worst, 00:00:20; grown to its limits the service has at least 7x"},
		{"nothing", func(_ *Question, fleets []FleetResult) { fleets[0].PerUnit = PerUnit{} },
			"the peak asks 600/s (6x the baseline); what the service has is not known from this run"},
		{"a hair short of the peak", func(q *Question, fleets []FleetResult) {
			q.Required.Peak, fleets[0].PerUnit = 942, p(93.8, 94, 94.6)
		}, "the peak asks 942/s (9.42x the baseline); what was ready could carry 3.76x (3.75x to 3.78x) at worst, 00:00:20, when 6x was asked; grown to its limits the service has 9.4x (9.38x to 9.46x), and hpa/default/web max binds"},
		{"a hair short of what is required", func(q *Question, fleets []FleetResult) {
			q.Required, fleets[0].PerUnit = Required{Peak: 500, AtLeast: 0.2, Asked: true}, p(59.98, 60, 61)
		}, "the peak asks 500/s (5x the baseline); what was ready could carry 2.4x (2.399x to 2.44x) at worst, 00:00:20, when 6x was asked; grown to its limits the service has 6x (5.998x to 6.1x), and hpa/default/web max binds"},
	} {
		q, fleets, r := asking(), []FleetResult{pods()}, ran(grew, nil)
		c.change(&q, fleets)
		limits := r.limits(q, fleets)
		_, binding := layers(limits)
		if got := r.headroom(q, fleets, limits).inWords(q, r, binding, rivals(limits, binding)); got != c.want {
			t.Errorf("%s: sentence\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		fleets []FleetResult
		want   string
	}{
		{[]FleetResult{pods(), {Fleet: Fleet{Name: "asg/cache", Kind: ASG}}}, "and hpa/default/web max binds unless asg/cache max (of which nothing is known) does first"},
		{[]FleetResult{pods(), group()}, "and hpa/default/web max binds unless asg/nodes max (at least 4.5x) does first"},
		{[]FleetResult{pods(), {Fleet: Fleet{Name: "hpa/default/cache", Kind: HPA}, Max: new(8), PerUnit: PerUnit{High: new(200.0)}}},
			"and hpa/default/web max binds unless hpa/default/cache max (at most 16x) does first"},
		{nil, "grown to its limits the service has at most 60x, and db binds unless what serves the traffic (of which nothing is known) does first"},
	} {
		q, r := asking(), ran(grew, nil)
		q.Layers = []Layer{{Name: "db", Rate: 6000}}
		limits := r.limits(q, c.fleets)
		_, binding := layers(limits)
		got := r.headroom(q, c.fleets, limits).inWords(q, r, binding, rivals(limits, binding))
		if !strings.HasSuffix(got, c.want) {
			t.Errorf("sentence %q; want it to end %q", got, c.want)
		}
	}
}

// Whatever is known: known layers come first and rising, those known from below
// only after them and then those from above only. The binding one is the first, the
// lowest known, or what is known from above only and lower than all of them.
func TestLayersAreInOrder(t *testing.T) {
	random, r := rand.New(rand.NewPCG(11, 12)), ran(nil, nil)
	for range 500 {
		var q Question
		var fleets []FleetResult
		for i := range random.IntN(4) {
			q.Layers = append(q.Layers, Layer{Name: fmt.Sprint("stated ", i), Rate: 2000 * random.Float64()})
		}
		for i := range random.IntN(4) {
			f := pods()
			f.Name = fmt.Sprint("hpa/default/", i)
			f.Max = ptr(random.IntN(20))
			switch random.IntN(4) {
			case 0:
				f.PerUnit = PerUnit{Low: ptr(100 * random.Float64())}
			case 1:
				f.PerUnit = PerUnit{High: ptr(100 * random.Float64())}
			case 2:
				f.Ceiling = &Ceiling{Rate: Range{90, 100, 110}, From: 2, To: 4}
			}
			fleets = append(fleets, f)
		}
		layers, binding := layers(r.limits(q, fleets))
		rest := layers
		if binding != nil && binding.AtMost {
			rest = layers[1:]
		}
		rank := func(l Layer) int {
			return map[[2]bool]int{{true, false}: 1, {false, true}: 2}[[2]bool{l.AtLeast, l.AtMost}]
		}
		sorted := slices.IsSortedFunc(rest, func(a, b Layer) int {
			if by := rank(a) - rank(b); by != 0 {
				return by
			}
			return int(math.Copysign(1, a.Rate-b.Rate))
		})
		reached := func(l Layer) bool { return !l.AtMost && l.Low <= binding.High || l.High > 0 && l.High < binding.High }
		if !sorted || binding != nil && (binding.AtLeast || binding != &layers[0] || binding.AtMost && slices.ContainsFunc(rest, reached)) {
			t.Fatalf("layers %+v, binding %+v; want them in order", layers, binding)
		}
	}
}

// However close capacity, demand and what is required are, the sentence shows them
// in their true order.
func TestSentencesNeverRoundPastADemand(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for range 3000 {
		demand := 1 + 90*random.Float64()
		near := func() *float64 { return ptr(math.Pow(10, -4*random.Float64()) * random.NormFloat64()) }
		required := Required{AtLeast: math.Round(100*random.Float64()) / 100, Asked: random.IntN(2) == 0}
		m := Margin{Demand: demand, Mid: near()}
		if random.IntN(3) == 0 {
			m.Mid = ptr(required.AtLeast + 1e-3*random.NormFloat64())
		}
		write := Headroom{Ready: m}.writer(Question{Baseline: 1, Required: required})
		asked, has := shownMultiple(t, write(demand)), shownMultiple(t, write(m.carries(*m.Mid)))
		if (has < asked) != (*m.Mid < 0) {
			t.Fatalf("headroom %v on %v is shown as %v on %v", *m.Mid, demand, has, asked)
		}
		if required.Asked && (has >= m.carries(required.AtLeast)) != (*m.Mid >= required.AtLeast) {
			t.Fatalf("headroom %v on %v, where %v is required, is shown as %v", *m.Mid, demand, required.AtLeast, has)
		}
	}
}

func shownMultiple(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.Replace(strings.TrimSuffix(text, "x"), "−", "-", 1), 64)
	if err != nil {
		t.Fatalf("%q is no multiple: %v", text, err)
	}
	return x
}

// More units of a fleet carry no less than fewer: of those that are known from above
// only, the fewest bind, whatever the others may carry. Behind a law more may carry
// less, and of other fleets nothing is known.
func TestMoreUnitsOfTheSameAreNoRivals(t *testing.T) {
	filled := []timeline.Reading{reading(-1, nodes, timeline.Ready, 1), reading(0, nodes, timeline.Quota, 8), reading(0, web, timeline.Quota, 20)}
	waits := []timeline.Event{{At: at(5), Source: web, Kind: timeline.Create, Unit: "web-9"}}
	for _, c := range []struct {
		name   string
		law    *USL
		others []FleetResult
		want   string // the sentence's end, after the binding layer
	}{
		{"the same units", nil, nil, ""},
		{"by a law", &USL{Model: Universal, Gamma: Range{Mid: 100}, Beta: Range{Mid: 0.01}, Smallest: 1, Largest: 9}, nil, " unless "},
		{"and another fleet", nil, []FleetResult{{Fleet: Fleet{Name: "hpa/default/api", Kind: HPA}, Max: ptr(4)}}, " unless hpa/default/api max (of which nothing is known) does first"},
	} {
		f, g := pods(), group()
		f.PerUnit, f.ReadyMax, f.USL = PerUnit{High: ptr(80.0), Units: 3}, ptr(3), c.law
		g.PerUnit, g.ReadyMax, g.Max = PerUnit{}, ptr(1), ptr(1)
		limits := ran(filled, waits).limits(Question{}, append([]FleetResult{f, g}, c.others...))
		_, binding := layers(limits)
		if binding == nil || binding.Name != nodes+" max" || c.law == nil && (binding.Rate != 240 || binding.Source != "1 instance (its max) with room for 3 pods of at most 80/s") {
			t.Fatalf("%s: binding = %+v; want three pods of at most 80/s", c.name, binding)
		}
		got := strings.TrimPrefix(binds(binding, rivals(limits, binding), figure.Rate), ", and "+nodes+" max binds")
		if got != c.want && (c.law == nil || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: after the binding layer the sentence goes on %q; want %q", c.name, got, c.want)
		}
	}
}
