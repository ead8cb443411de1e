package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// night is the evening's run of some night, on which everything serves a share of
// what it did; nights differ by a little.
func night(number int, share float64) *Report {
	wobble := 1 + 0.012*math.Sin(float64(3*number))
	e := passing
	e.sustains, e.saturates = e.sustains*share*wobble, e.saturates*share*wobble
	r := e.report()
	r.Manifest.Started = r.Manifest.Started.AddDate(0, 0, number)
	r.Manifest.Run = "prime-time-" + r.Manifest.Started.Format("20060102T150405Z")
	r.Timeline.Start, r.Path = r.Manifest.Started, "reports/"+r.Manifest.Run
	unit := &r.Result.Fleets[0].PerUnit
	unit.Low, unit.Mid, unit.High = number64(e.sustains*0.96), number64(e.sustains), number64(e.sustains*1.04)
	r.Result.Headroom.Margin = capacity.Margin{Demand: 2600, Low: number64(1.55*share*wobble - 1), Mid: number64(1.6*share*wobble - 1), High: number64(1.66*share*wobble - 1)}
	for t := range 30 {
		r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{At: timeline.Offset(time.Duration(t) * time.Second), Source: timeline.Generator, Name: timeline.CPU, Value: 0.2 * wobble})
	}
	return r
}

func number64(v float64) *float64 { return &v }

func nights(n int) []*Report {
	var all []*Report
	for i := range n {
		all = append(all, night(i, 1))
	}
	return all
}

// steady are nights of which all is known so well that the same can be shown.
func steady(n int) []*Report {
	all := nights(n)
	for _, r := range all {
		unit, sustains := &r.Result.Fleets[0].PerUnit, passing.sustains
		unit.Low, unit.Mid, unit.High = number64(sustains*0.999), number64(sustains), number64(sustains*1.001)
		unit.Draws = nil
		r.Result.Headroom.Margin = capacity.Margin{Demand: 2600, Low: number64(0.599), Mid: number64(0.6), High: number64(0.601)}
		r.Result.Fleets[0].Stages = nil
	}
	return all
}

// comparisons are those that every rendering must show well.
func comparisons(t *testing.T) map[string]*Comparison {
	t.Helper()
	invalid, left, other := night(8, 1), night(7, 1), night(9, 0.8)
	invalid.Result.Verdict, left.Result.Verdict = capacity.Invalid, capacity.Invalid
	other.Scenario.Objectives = []capacity.Objective{{Name: "p99 <= 1s", Quantile: 0.99, Limit: time.Second, Window: 10 * time.Second}}
	all := make(map[string]*Comparison)
	for name, c := range map[string]struct {
		bases []*Report
		head  *Report
	}{
		"compare-worse": {nights(7), night(8, 0.8)}, "compare-not-shown": {nights(7), night(8, 1)}, "compare-same": {steady(8)[:7], steady(8)[7]}, "compare-better": {nights(5), night(8, 1.3)},
		"compare-one": {nights(1), night(8, 0.8)}, "compare-invalid": {append(nights(3), left), invalid}, "compare-any-plan": {nights(3), other},
	} {
		got, err := Compare(c.bases, c.head, compare.Options{Tolerance: 0.05}, name == "compare-any-plan")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = got
	}
	return all
}

func TestComparisonsGolden(t *testing.T) {
	for name, c := range comparisons(t) {
		golden(t, name+".txt", rendered(t, func(w io.Writer) error { return c.Text(w, false) }))
		golden(t, name+".md", rendered(t, c.Markdown))
		svg, err := c.SVG()
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, name, svg)
		golden(t, name+".svg", svg)
	}
	golden(t, "compare-worse.json", rendered(t, comparisons(t)["compare-worse"].JSON))
	golden(t, "compare-worse-colour.txt", rendered(t, func(w io.Writer) error { return comparisons(t)["compare-worse"].Text(w, true) }))
}

func TestComparisonPNG(t *testing.T) {
	for name, c := range comparisons(t) {
		encoded, err := c.PNG()
		if err != nil {
			t.Fatal(err)
		}
		p, err := png.DecodeConfig(bytes.NewReader(encoded))
		if err != nil || p.Width != pixelsWide {
			t.Errorf("%s: PNG %d pixels wide, %v; want %d", name, p.Width, err, pixelsWide)
		}
	}
}

// Every key is there whatever the comparison, lists are lists and null is unknown.
func TestComparisonHasEveryKey(t *testing.T) {
	want := map[string][]string{
		"":           {"bases", "head", "left_out", "level", "measures", "plan_differs", "plan_sha256", "reasons", "scenario", "schema", "tolerance", "verdict", "warnings"},
		"head":       {"run", "started", "verdict"},
		"measures.0": {"absolute", "allowed", "bases", "bound", "difference", "difference_between", "expected", "head", "id", "mean", "name", "p", "p_holm", "said", "unit", "verdict", "worse", "would_have_shown"},
	}
	for name, c := range comparisons(t) {
		var object map[string]any
		if err := json.Unmarshal(rendered(t, c.JSON), &object); err != nil {
			t.Fatal(err)
		}
		for part, keys := range want {
			var got []string
			for key := range objectAt(object, part) {
				got = append(got, key)
			}
			slices.Sort(got)
			if diff := cmp.Diff(keys, got); diff != "" {
				t.Errorf("%s: keys of %q (-want +got):\n%s", name, part, diff)
			}
		}
		for _, list := range []string{"bases", "left_out", "measures", "plan_differs", "reasons", "warnings"} {
			if _, ok := object[list].([]any); !ok {
				t.Errorf("%s: %s is %v; want a list", name, list, object[list])
			}
		}
	}
	one := comparisons(t)["compare-one"].Summary().Measures[0]
	if one.P != nil || one.Adjusted != nil || one.Expected != nil || one.Found != nil {
		t.Errorf("of one base run p = %v, %v, expected %v, would have shown %v; want null", one.P, one.Adjusted, one.Expected, one.Found)
	}
}

// All renderings show the same figures.
func TestComparisonsAgree(t *testing.T) {
	c := comparisons(t)["compare-worse"]
	text, markdown := string(rendered(t, func(w io.Writer) error { return c.Text(w, false) })), string(rendered(t, c.Markdown))
	flat := strings.Join(strings.Fields(text), " ")
	for _, m := range c.Measures {
		row := rowOf(m)
		for _, figure := range []string{row.Base, row.Head, row.Change} {
			if !strings.Contains(flat, figure) || !strings.Contains(markdown, cell(figure)) {
				t.Errorf("%s: %q is not in text and Markdown both", m.ID, figure)
			}
		}
	}
}

func TestComparisonEscapesNames(t *testing.T) {
	head := night(8, 1)
	head.Manifest.Run = "<script>|`x`\x1b[31m"
	c, err := Compare(nights(3), head, compare.Options{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(rendered(t, c.Markdown)); strings.Contains(got, "<script>") || strings.Contains(got, "\x1b") {
		t.Errorf("Markdown holds the run's name as it is:\n%s", got)
	}
	if got := string(rendered(t, func(w io.Writer) error { return c.Text(w, false) })); strings.Contains(got, "\x1b") {
		t.Errorf("text holds the name's control characters:\n%q", got)
	}
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "hostile name", svg)
}

func TestRunsThatCannotBeCompared(t *testing.T) {
	other := night(5, 1)
	other.Scenario.Objectives = []capacity.Objective{{Name: "p99 <= 1s"}}
	if _, err := Compare([]*Report{night(1, 1), other}, night(6, 1), compare.Options{}, false); !errors.Is(err, ErrPlans) || !strings.Contains(err.Error(), "other objectives") || !strings.HasPrefix(err.Error(), other.Path) {
		t.Errorf("of another plan: %v; want the run and what differs named", err)
	}
	for _, head := range []*Report{night(2, 1), night(2, 0.5)} { // whatever a copy says now
		if _, err := Compare([]*Report{night(1, 1), night(2, 1), night(3, 1)}, head, compare.Options{}, false); !errors.Is(err, ErrItself) || !strings.HasPrefix(err.Error(), head.Path) {
			t.Errorf("its own base: %v; want %v", err, ErrItself)
		}
	}
	if _, err := Compare([]*Report{night(1, 1), night(2, 1), night(1, 1)}, night(6, 1), compare.Options{}, false); !errors.Is(err, ErrTwice) {
		t.Errorf("twice: %v; want %v", err, ErrTwice)
	}
}

// What is sent and judged is the plan; what meets it is not.
func TestPlanOf(t *testing.T) {
	const file = `
name: prime-time
target: {url: "http://staging.example", allow_hosts: [staging.example]}
traffic: {baseline: 40/s, duration: 60s, spots: [{name: CM, at: 10s, peak: 10x}]}
requests: [{get: /}, {post: /buy, body: {text: x}}]
objectives: [{p99: 200ms}]
observe: [{hpa: default/web}]
layers: [{name: db, rate: 6k/s}]
headroom: {peak: 1k/s, at_least: 20%}
`
	plan := func(from, to string) compare.Plan {
		s, err := scenario.Parse("x.yaml", ".", []byte(strings.ReplaceAll(file, from, to)), scenario.Options{})
		if err != nil {
			t.Fatalf("%q for %q: %v", to, from, err)
		}
		return planOf(s)
	}
	same := plan("prime-time", "prime-time")
	for _, c := range []struct{ from, to, want string }{
		{"prime-time", "other", ""},
		{"http://staging.example", "https://staging.example", ""},
		{"duration: 60s", "duration: 60s, seed: 7", ""},
		{"peak: 10x", "peak: 12x", "load"},
		{"at: 10s", "at: 11s", "load spots"},
		{"duration: 60s", "duration: 60s, arrivals: poisson", "load"},
		{"text: x", "text: y", "requests"},
		{"get: /", "get: /top", "requests"},
		{"traffic:", "connections: {new: 50%}\ntraffic:", "connections"},
		{"p99: 200ms", "p99: 300ms", "objectives"},
		{"at_least: 20%", "at_least: 30%", "headroom"},
		{"rate: 6k/s", "rate: 5k/s", "headroom"},
		{"default/web", "default/api", "fleets"},
	} {
		other := plan(c.from, c.to)
		if got := strings.Join(compare.Differences([]compare.Run{{Plan: same}, {Plan: other}}), " "); got != c.want {
			t.Errorf("%q for %q: other %q; want %q", c.to, c.from, got, c.want)
		}
	}
}

func TestProbability(t *testing.T) {
	for p, want := range map[float64]string{0: "<0.0001", 0.00012: "0.00012", 0.0099: "0.0099", 0.009999: "0.009999", 0.01: "0.01", 0.0123: "0.012", 0.5: "0.5", 1: ">0.99"} {
		if got := probability(p); got != want {
			t.Errorf("probability(%v) = %s; want %s", p, got, want)
		}
	}
}

// The band lies about all base runs, second by second, and the line within is one of
// them at either edge.
func TestExtent(t *testing.T) {
	reports := nights(4)
	var want []string
	for i := range reports[0].Result.Headroom.Series {
		low, high := math.Inf(1), 0.0
		for _, r := range reports {
			low, high = min(low, *r.Result.Headroom.Series[i].Mid), max(high, *r.Result.Headroom.Series[i].Mid)
		}
		want = append(want, fmt.Sprintf("%.3f %.3f", low, high))
	}
	c, err := Compare(reports, night(9, 1), compare.Options{}, false)
	if err != nil {
		t.Fatal(err)
	}
	e := c.spans((*Report).capacities, 240)
	var got []string
	for i := range e.low {
		got = append(got, fmt.Sprintf("%.3f %.3f", e.low[i].Y, e.high[i].Y))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("capacities' extent (-want +got):\n%s", diff)
	}
}

// Where the head is but a bound, its distance from the mean is shown nowhere.
func TestABoundIsShownWithoutADifference(t *testing.T) {
	head := night(8, 1)
	head.Result.Fleets[0].PerUnit = capacity.PerUnit{High: number64(30)}
	c, err := Compare(nights(7), head, compare.Options{Tolerance: 0.05}, false)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(rendered(t, func(w io.Writer) error { return c.Text(w, false) })); !strings.Contains(text, "\n          72/s -> at most 30/s, p <0.0001\n") {
		t.Errorf("no row of the bound alone in\n%s", text)
	}
	if got, want := c.pictureTitle(), "worse: a unit of hpa/default/web sustains at most 30/s"; got != want {
		t.Errorf("picture's title = %q; want %q", got, want)
	}
	m := c.Summary().Measures[0]
	if m.Change != nil || m.Between != nil || m.Bound == nil || *m.Verdict != compare.Worse {
		t.Errorf("JSON: difference %v, between %v, bound %v, %s; want null, null, at most, worse", m.Change, m.Between, m.Bound, *m.Verdict)
	}
}
