package report

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// A quotient by nothing is null wherever it turns up, and JSON can be written.
func TestSummaryWritesNothingThatIsNotANumber(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	endless := capacity.Range{Low: math.Inf(-1), Mid: nan, High: inf}
	margin := capacity.Margin{Demand: 400, Low: &nan, Mid: &inf, High: &inf, Probability: &nan}
	r := failing.report()
	r.Result.Headroom.Start = &margin
	r.Result.Headroom.Margin, r.Result.Headroom.Ready, r.Result.Headroom.Grown = margin, margin, capacity.Margin{Demand: inf, Mid: number(0)}
	r.Result.Layers = []capacity.Layer{{Name: "db", Rate: inf, Low: nan, High: inf}}
	r.Result.Binding, r.Result.Little = nil, &capacity.Little{InFlight: 0, Product: 1, Off: inf}
	f := &r.Result.Fleets[0]
	f.PerUnit = capacity.PerUnit{Low: &nan, Mid: &nan, High: &inf, Saturation: &capacity.Range{Low: nan, Mid: nan, High: inf}}
	f.USL = &capacity.USL{Gamma: endless, Alpha: endless, Beta: endless, PeakUnits: &endless, PeakRate: &inf}
	f.Ceiling, f.Generations = &capacity.Ceiling{Rate: endless}, &capacity.Generations{Target: 0, Limit: 1, Growth: inf}
	text := rendered(t, r.JSON)
	if found := strings.Contains(string(text), "e+308"); found || !json.Valid(text) {
		t.Errorf("summary.json = %s; want valid JSON with nulls", text)
	}
	s := r.Summary()
	for name, p := range map[string]*float64{
		"low": s.Headroom.Low, "probability": s.Headroom.Probability, "ready.multiples.mid": s.Headroom.Ready.Multiples.Mid, "grown.demand": s.Headroom.Grown.Demand, "start.low": s.Headroom.Start.Low,
		"layer.rate": s.Layers[0].Rate, "off": s.LittlesLaw.Off, "per_unit.mid": s.Fleets[0].PerUnit.Mid, "gamma.mid": s.Fleets[0].USL.Gamma.Mid,
		"peak_units.high": s.Fleets[0].USL.PeakUnits.High, "peak_rate": s.Fleets[0].USL.PeakRate, "ceiling.low": s.Fleets[0].Ceiling.Rate.Low, "growth": s.Fleets[0].Generations.Growth,
	} {
		if p != nil {
			t.Errorf("%s = %v; want null", name, *p)
		}
	}
	rendered(t, r.HTML)
	rendered(t, r.Markdown)
}

// The ends of a layer's range, by what is known of it.
func TestLayerEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		capacity.Layer
		want string // as a reader has it
		json Layer
	}{
		{"estimated", capacity.Layer{Low: 590, Rate: 618, High: 640}, "618/s (590/s to 640/s)", Layer{Low: number(590), Rate: number(618), High: number(640)}},
		{"stated", capacity.Layer{Rate: 6000}, "6k/s", Layer{Low: number(6000), Rate: number(6000), High: number(6000)}},
		{"stated, with itself as its range", capacity.Layer{Low: 6000, Rate: 6000, High: 6000}, "6k/s", Layer{Low: number(6000), Rate: number(6000), High: number(6000)}},
		{"a lower bound", capacity.Layer{Low: 300, Rate: 300, AtLeast: true}, "at least 300/s", Layer{Low: number(300), Rate: number(300), AtLeast: true}},
		{"an upper bound", capacity.Layer{Rate: 300, High: 300, AtMost: true}, "at most 300/s", Layer{Rate: number(300), High: number(300), AtMost: true}},
	} {
		r := &Report{Result: capacity.Result{Layers: []capacity.Layer{c.Layer}}}
		if got := r.layerRows()[0].Rate; got != c.want {
			t.Errorf("%s: rate = %q; want %q", c.name, got, c.want)
		}
		if diff := cmp.Diff(c.json, summaryLayer(c.Layer)); diff != "" {
			t.Errorf("%s: layer of summary.json (-want +got):\n%s", c.name, diff)
		}
	}
}

// Worked out by hand: 6 units of 80/s against 1,000/s and a baseline of 100/s.
func TestMultiples(t *testing.T) {
	m := capacity.Margin{Demand: 1000, Low: number(-0.55), Mid: number(-0.52), High: number(-0.5)}
	want := &Multiples{Demand: number(10), Low: number(4.5), Mid: number(4.8), High: number(5)}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff(want, multiples(m, 100), near); diff != "" {
		t.Errorf("multiples (-want +got):\n%s", diff)
	}
	if got := multiples(capacity.Margin{Demand: 1000, Low: number(0.1)}, 100); got.Mid != nil || got.High != nil || math.Abs(*got.Low-11) > 1e-9 {
		t.Errorf("multiples of a lower bound = %+v; want low 11 alone", got)
	}
	if got := multiples(m, 0); got != nil {
		t.Errorf("multiples without a baseline = %+v; want null", got)
	}
}

// What misses the demand by a hair is not written like it.
func TestMarginRowsStandOnTheTrueSide(t *testing.T) {
	r := passing.report()
	r.Scenario.Traffic.Baseline = 400
	m := capacity.Margin{Demand: 4000, Low: number(-0.0006), Mid: number(0), High: number(0.001), Probability: number(0.999)}
	r.Result.Headroom.Ready, r.Result.Headroom.Grown = capacity.Margin{}, m
	r.Scenario.Headroom = capacity.Required{Peak: 4000, AtLeast: 0}
	want := []marginRow{{"grown to its limits", "10x", "10x (9.99x to 10.01x)", "0 % (−1 % to 0 %)", "0.99"}}
	if diff := cmp.Diff(want, r.marginRows()); diff != "" {
		t.Errorf("marginRows() (-want +got):\n%s", diff)
	}
	r.Scenario.Traffic.Baseline = 0
	if got, want := r.marginRows()[0], (marginRow{"grown to its limits", "4k/s", "4k/s (3.998k/s to 4.004k/s)", "0 % (−1 % to 0 %)", "0.99"}); got != want {
		t.Errorf("without a baseline: %+v; want %+v", got, want)
	}
}

// How an objective was broken, in words and in summary.json.
func TestBroken(t *testing.T) {
	window := func(from time.Duration, verdict string) capacity.Window {
		return capacity.Window{Span: capacity.Span{From: from * time.Second, To: (from + 10) * time.Second}, Verdict: verdict}
	}
	first, twenty := 70*time.Second, 20*time.Second
	zero, seconds := 0.0, 20.0
	for _, c := range []struct {
		name string
		capacity.Judged
		want           string
		at             *float64
		broken, proven *float64
	}{
		{"held", capacity.Judged{Verdict: capacity.Held}, "", nil, &zero, &zero},
		{"undecided", capacity.Judged{Verdict: capacity.Undecided}, "", nil, nil, nil},
		{"failed in one go", capacity.Judged{Verdict: capacity.Failed, First: &first, Broken: twenty, Proven: twenty,
			Windows: []capacity.Window{window(60, capacity.Held), window(70, capacity.Failed), window(80, capacity.Failed), window(90, capacity.Undecided)}},
			"20 s from 21:54:10", number(70), &seconds, &seconds},
		{"failed twice", capacity.Judged{Verdict: capacity.Failed, First: &first, Broken: twenty, Proven: twenty,
			Windows: []capacity.Window{window(70, capacity.Failed), window(80, capacity.Held), window(90, capacity.Failed)}},
			"20 s on and off from 21:54:10", number(70), &seconds, &seconds},
		{"failed while the load was not delivered", capacity.Judged{Verdict: capacity.Failed, First: &first, Broken: twenty},
			"20 s from 21:54:10, 0 s of it with the load delivered", number(70), &seconds, &zero},
	} {
		r := passing.report()
		r.Result.Objectives = []capacity.Judged{c.Judged}
		if got := r.objectiveRows()[0].Broken; got != c.want {
			t.Errorf("%s: broken = %q; want %q", c.name, got, c.want)
		}
		o := r.Summary().Objectives[0]
		if diff := cmp.Diff([]*float64{c.at, c.broken, c.proven}, []*float64{o.FirstAt, o.Broken, o.Proven}); diff != "" {
			t.Errorf("%s: first, broken, proven of summary.json (-want +got):\n%s", c.name, diff)
		}
	}
}

// Stages of one name are merged where they were first waited for, and nothing of
// the path is lost.
func TestStepsMergeByStage(t *testing.T) {
	span := func(from, to time.Duration) capacity.Span {
		return capacity.Span{From: from * time.Second, To: to * time.Second}
	}
	path := []capacity.Owned{
		{Span: span(60, 75), Fleet: "hpa/default/web", Stage: "metric"},
		{Span: span(75, 79), Fleet: "hpa/default/web", Stage: "decision"},
		{Span: span(79, 119), Fleet: "asg/nodes", Stage: "in_service"},
		{Span: span(119, 120), Fleet: "hpa/default/web", Stage: "start"},
		{Span: span(120, 121), Fleet: "hpa/default/web", Stage: "start"}, // of the next unit: the same wait goes on
		{Span: span(121, 128), Fleet: "hpa/default/web", Stage: "decision"},
		{Span: span(128, 148), Stage: capacity.WaitsForBacklog},
	}
	r := &Report{Result: capacity.Result{Path: path}}
	want := []fact{{"critical path, 1m28s", "web metric 15 s → decision 11 s (2 times) → nodes in service 40 s → web start 2 s → backlog 20 s"}}
	if diff := cmp.Diff(want, r.pathFacts()); diff != "" {
		t.Errorf("pathFacts() (-want +got):\n%s", diff)
	}
	var merged, drawn float64
	for _, p := range r.pathRows() {
		merged += p.Seconds
	}
	for _, p := range r.pathBar() {
		drawn += p.Seconds
	}
	if merged != 88 || drawn != 88 {
		t.Errorf("the path takes %v s merged and %v s drawn; want 88 s", merged, drawn)
	}
	r.Result.Path = path[:2]
	if got, want := r.pathFacts()[0].Value, "metric 15 s → decision 4 s"; got != want {
		t.Errorf("path of one fleet = %q; want %q", got, want)
	}
	// A limit is named by itself, and fleets by as much as tells them apart.
	r.Result.Fleets = []capacity.FleetResult{{Fleet: capacity.Fleet{Name: "hpa/default/web"}}, {Fleet: capacity.Fleet{Name: "asg/web"}}}
	r.Result.Path = []capacity.Owned{
		{Span: span(60, 75), Fleet: "hpa/default/web", Stage: "decision"},
		{Span: span(75, 80), Fleet: "asg/web", Stage: capacity.WaitsForLimit, Limit: "asg/web quota"},
		{Span: span(80, 90), Fleet: "asg/web", Stage: capacity.WaitsForLimit, Limit: "asg/web max"},
		{Span: span(90, 92), Fleet: "asg/web", Stage: "in_service"},
		{Span: span(92, 95), Fleet: "hpa/default/web", Stage: "start"},
	}
	if got, want := r.pathFacts()[0].Value, "hpa web decision 15 s → limit (asg/web quota) 5 s → limit (asg/web max) 10 s → in service 2 s → hpa web start 3 s"; got != want {
		t.Errorf("path with limits = %q; want %q", got, want)
	}
	if got := summaryPath(r.Result.Path)[2].Limit; got == nil || *got != "asg/web max" {
		t.Errorf("limit in summary.json = %v; want asg/web max", got)
	}
	r.Result.Path = nil
	if got := r.pathFacts(); got != nil {
		t.Errorf("pathFacts() without a shortfall = %v; want none", got)
	}
}

// Without a named peak the top level is what was ready at the worst instant,
// against the demand then: 4 units of 80/s against 600/s, not the peak's 1,000/s.
func TestTopLevelIsOneMargin(t *testing.T) {
	ready := capacity.Margin{Demand: 600, Low: number(280./600 - 1), Mid: number(320./600 - 1), High: number(360./600 - 1)}
	h := capacity.Headroom{Margin: ready, Ready: ready, Grown: capacity.Margin{Demand: 1000, Mid: number(0.6)}}
	h.Demand = 1000
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	got := summaryHeadroom(h, capacity.Required{AtLeast: 0.1, Asked: true}, 100)
	if diff := cmp.Diff(&Multiples{Demand: number(6), Low: number(2.8), Mid: number(3.2), High: number(3.6)}, got.Multiples, near); diff != "" {
		t.Errorf("multiples (-want +got):\n%s", diff)
	}
	if got.DemandPeak != 1000 || got.Demand == nil || *got.Demand != 600 || !cmp.Equal(got.Required, &Required{AtLeast: 0.1}) {
		t.Errorf("headroom = %+v; want 600/s beside a peak of 1,000/s, and 0.1 required", got)
	}
	h.Margin = h.Grown
	got = summaryHeadroom(h, capacity.Required{Peak: 1000}, 100)
	if *got.Demand != 1000 || math.Abs(*got.Multiples.Mid-16) > 1e-9 || got.Required != nil {
		t.Errorf("with a peak: %+v, multiples %+v; want 16x against 1,000/s, and nothing required", got, got.Multiples)
	}
}

// What reasons count of the worst window and of the busiest is in summary.json.
func TestObjectivesAreCounted(t *testing.T) {
	low, high := 0.2, 0.9
	o := summaryObjective(capacity.Judged{
		Objective: capacity.Objective{Quantile: 0.99}, Verdict: capacity.Failed, Busiest: capacity.Together{Windows: 3, Total: 900, Over: 40},
		Windows: []capacity.Window{{Total: 300, Over: 1, Value: &low}, {Total: 310, Over: 37, HeldBack: 4, Failed: 2, Value: &high}},
	})
	got := []int64{*o.WorstTotal, *o.WorstOver, *o.WorstHeldBack, *o.WorstFailed, int64(*o.BusiestWindows), *o.BusiestTotal, *o.BusiestOver}
	if diff := cmp.Diff([]int64{310, 37, 4, 2, 3, 900, 40}, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if o := summaryObjective(capacity.Judged{}); o.WorstTotal != nil || o.BusiestTotal != nil {
		t.Errorf("counts of what was not judged = %+v; want null", o)
	}
}

// Where it could not be judged whether the objectives held again, they are not said
// to have failed to.
func TestHeldAgainInWords(t *testing.T) {
	short, twelve := 20*time.Second, 12*time.Second
	for _, c := range []struct {
		res  capacity.Result
		want string
	}{
		{capacity.Result{Recovered: &twelve}, "12 s"},
		{capacity.Result{}, "not within the run"},
		{capacity.Result{Unjudged: "could not be judged: too short"}, "could not be judged: too short"},
	} {
		c.res.Shortfall = &short
		r := passing.report()
		r.Result = c.res
		facts := r.scalingFacts()
		if got := facts[len(facts)-1]; got != (fact{"objectives held again after", c.want}) {
			t.Errorf("scalingFacts() of %+v ends with %v; want %q", c.res, got, c.want)
		}
	}
}
