package report

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestRenderingsGolden(t *testing.T) {
	for name, e := range cases() {
		r := e.report()
		golden(t, name+".json", rendered(t, r.JSON))
		golden(t, name+".md", rendered(t, r.Markdown))
		golden(t, name+".txt", rendered(t, func(w io.Writer) error { return r.Text(w, false) }))
	}
	golden(t, "failing-colour.txt", rendered(t, func(w io.Writer) error { return failing.report().Text(w, true) }))
	golden(t, "failing.html", ownWords(rendered(t, failing.report().HTML)))
	golden(t, "aborted.html", ownWords(rendered(t, aborted.report().HTML)))
}

// ownWords is a page without what it has of page.css, page.js and the scenes, and
// the script's fingerprint.
func ownWords(page []byte) []byte {
	page = regexp.MustCompile(`(?s)(<(style|script)[^>]*>).*?(</(style|script)>)`).ReplaceAll(page, []byte("$1…$3"))
	return regexp.MustCompile(`sha256-[^ ]*`).ReplaceAll(page, []byte("sha256-…"))
}

// The keys of every object, whatever the run: readers of summary.json rely on
// them, null or not.
func TestSummaryHasEveryKey(t *testing.T) {
	want := map[string][]string{
		"":     {"binding", "coverage", "critical_path", "fleets", "generator", "headroom", "layers", "littles_law", "littles_law_refused", "load", "objectives", "plan", "plan_refused", "reasons", "recovered_after", "run", "scale_lag", "scenario", "schema", "shortfall_at", "spread", "started", "verdict", "warnings"},
		"load": {"addresses", "dropped", "error_samples", "errors", "failed", "lag", "late", "peak_rate", "planned", "response", "sent", "service", "succeeded"},
		"generator": {"cause", "cpu_max", "cpu_throttled_max", "delivered", "gc_pause_max", "goroutines_max", "in_flight_cap", "in_flight_max", "machine_cpu_max",
			"open_connections_max", "open_files_limit", "open_files_max", "ports_limit", "ports_max", "rss_max_bytes"},
		"headroom":          {"deficit_requests", "demand", "demand_peak", "grown", "hidden", "high", "low", "mid", "multiples", "probability", "ready", "required", "start", "worst_at"},
		"headroom.ready":    {"demand", "high", "low", "mid", "multiples", "probability"},
		"headroom.grown":    {"demand", "high", "low", "mid", "multiples", "probability"},
		"headroom.start":    {"demand", "high", "low", "mid", "multiples", "probability"},
		"coverage.0":        {"bytes", "calls", "gaps", "least", "run", "source", "spots"},
		"objectives.0":      {"broken", "busiest_over", "busiest_total", "busiest_windows", "first_at", "limit", "name", "proven", "verdict", "worst", "worst_at", "worst_failed", "worst_held_back", "worst_over", "worst_total"},
		"fleets.0":          {"ceiling", "desired_max", "generations", "kind", "max", "min", "name", "per_unit", "ready_max", "ready_start", "stages", "usl", "usl_refused"},
		"fleets.0.per_unit": {"high", "low", "mid", "saturation", "saturation_high", "saturation_low", "units"},
		"spread":            {"answers", "busiest", "fleet", "least", "skewed", "windows"},
		"spread.least":      {"answers", "even", "from", "times", "to", "unit"},
		"spread.skewed.0":   {"answers", "even", "from", "times", "to", "unit"},
		"layers.0":          {"at_least", "at_most", "high", "low", "name", "rate", "source"},
	}
	for name, e := range cases() {
		var summary map[string]any
		if err := json.Unmarshal(rendered(t, e.report().JSON), &summary); err != nil {
			t.Fatal(err)
		}
		for part, keys := range want {
			object := objectAt(summary, part)
			if object == nil {
				continue
			}
			var got []string
			for key := range object {
				got = append(got, key)
			}
			slices.Sort(got)
			if diff := cmp.Diff(keys, got); diff != "" {
				t.Errorf("%s: keys of %q (-want +got):\n%s", name, part, diff)
			}
		}
		for _, list := range []string{"reasons", "warnings", "objectives", "fleets", "coverage", "layers", "critical_path"} {
			if _, ok := summary[list].([]any); !ok {
				t.Errorf("%s: %s is %v; want a list", name, list, summary[list])
			}
		}
	}
}

// objectAt goes down a path of keys and places in lists; nil where a list is
// shorter.
func objectAt(object any, path string) map[string]any {
	for key := range strings.SplitSeq(path, ".") {
		switch o := object.(type) {
		case map[string]any:
			if key != "" {
				object = o[key]
			}
		case []any:
			at, err := strconv.Atoi(key)
			if err != nil || at >= len(o) {
				return nil
			}
			object = o[at]
		}
	}
	found, _ := object.(map[string]any)
	return found
}

func TestUnknownIsNull(t *testing.T) {
	unmeasured := passing
	unmeasured.unknown = true
	r := unmeasured.report()
	r.Result.Generator = capacity.Generator{}
	s := r.Summary()
	for name, p := range map[string]*float64{
		"headroom.low": s.Headroom.Low, "headroom.mid": s.Headroom.Mid, "headroom.high": s.Headroom.High,
		"headroom.probability": s.Headroom.Probability, "scale_lag": s.ScaleLag, "cpu_max": s.Generator.CPUMax,
		"gc_pause_max": s.Generator.GCPauseMax, "open_files_limit": s.Generator.OpenFilesLimit, "in_flight_cap": s.Generator.InFlightCap,
		"per_unit.low": s.Fleets[0].PerUnit.Low, "per_unit.mid": s.Fleets[0].PerUnit.Mid, "worst_at": s.Headroom.WorstAt,
		"ready.demand": s.Headroom.Ready.Demand, "grown.low": s.Headroom.Grown.Low, "ready.probability": s.Headroom.Ready.Probability,
		"multiples.mid": s.Headroom.Multiples.Mid, "ready.multiples.demand": s.Headroom.Ready.Multiples.Demand,
	} {
		if p != nil {
			t.Errorf("%s = %v; want null", name, *p)
		}
	}
	if s.Headroom.Start != nil {
		t.Errorf("start = %+v; want null", s.Headroom.Start)
	}
	if f := s.Fleets[0]; f.PerUnit.Units != nil || f.USL != nil || f.USLRefused != nil || f.Ceiling != nil || f.Generations != nil {
		t.Errorf("fleet = %+v; want null for what was not measured", f)
	}
	r.Scenario.Traffic.Baseline = 0
	r.Result.Little = nil
	if s := r.Summary(); s.Headroom.Multiples != nil || s.Headroom.Grown.Multiples != nil || s.LittlesLaw != nil {
		t.Errorf("multiples %v and %v, Little's law %v; want null", s.Headroom.Multiples, s.Headroom.Grown.Multiples, s.LittlesLaw)
	}
	if s.Generator.Cause != nil {
		t.Errorf("cause = %q; want null", *s.Generator.Cause)
	}
	if s.Binding != nil {
		t.Errorf("binding = %q; want null", *s.Binding)
	}
}

// The counts of the summary are those of the seconds.
func TestSummaryCountsTheSeconds(t *testing.T) {
	r := failing.report()
	var sum timeline.Second
	for _, s := range r.Timeline.Seconds {
		sum.Add(s)
	}
	l := r.Summary().Load
	if l.Planned != sum.Planned || l.Sent != sum.Sent || l.Failed != sum.Failed || l.Planned != l.Sent+l.Dropped || l.Sent != l.Succeeded+l.Failed {
		t.Errorf("load = %+v; want the sums of %+v", l, sum)
	}
}

func TestTextFitsATerminal(t *testing.T) {
	for name, e := range cases() {
		text := string(rendered(t, func(w io.Writer) error { return e.report().Text(w, false) }))
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if utf8.RuneCountInString(line) > terminal {
				t.Errorf("%s: line has %d columns; want at most %d:\n%s", name, utf8.RuneCountInString(line), terminal, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s: line ends in spaces: %q", name, line)
			}
		}
		if !strings.HasSuffix(text, "\nReport: reports/prime-time-20261122T125300Z/report.html\n") {
			t.Errorf("%s: text ends %q; want the report's path", name, text[max(len(text)-80, 0):])
		}
	}
}

// What a run that passed has to say fits one screen.
func TestTextFitsAScreen(t *testing.T) {
	text := string(rendered(t, func(w io.Writer) error { return passing.report().Text(w, false) }))
	if lines := strings.Count(text, "\n"); lines > 50 {
		t.Errorf("text has %d lines; want at most 50:\n%s", lines, text)
	}
}

// A line never ends between a number and its unit.
func TestWordsKeepUnitsWithTheirNumbers(t *testing.T) {
	want := []string{"it", "is", "−82 %", "(−84 %", "to", "−81 %),", "and", "took", "7.2 s", "→", "s", "ms"}
	if diff := cmp.Diff(want, words("it is −82 % (−84 % to −81 %), and took 7.2 s → s ms")); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

// hostile is a report whose every text from outside tries to be markup.
func hostile() *Report { return attacked("<script>alert(1)</script>|\x1b[31m`x`\n# y") }

// attacked is a report that has a text wherever one comes from outside.
func attacked(attack string) *Report {
	e := failing
	e.series = []scenario.Observe{query(attack, "req/s", "load"), query("own "+attack, "count", "")}
	r := e.report()
	r.Scenario.Name = attack
	r.Scenario.Traffic.Spots[0].Name = attack
	r.Scenario.Resolved = []byte(attack)
	r.Manifest.Run = attack
	r.Result.Reasons = []string{attack}
	r.Result.Warnings = []string{attack}
	r.Result.Headroom.Sentence = attack
	r.Result.Objectives[0].Name = attack
	r.Result.Fleets[0].Name = attack
	r.Result.Fleets[0].PerUnit.Said = attack
	r.Result.Fleets[0].USL.Said, r.Result.Fleets[0].Ceiling.Said, r.Result.Fleets[0].Generations.Said = attack, attack, attack
	r.Result.Fleets[0].Stages[0].Name = attack
	r.Result.Path[0].Stage, r.Result.Path[1].Fleet = attack, attack
	r.Result.Fleets[0].Ways[0].Unit, r.Result.Fleets[0].Ways[0].Legs[0].Stage, r.Result.Fleets[0].PerUnit.Trials[0].Objective = attack, attack, attack
	r.Result.Layers[0] = capacity.Layer{Name: attack, Rate: 1, Source: attack}
	r.Result.Coverage[0].Source = attack
	r.Result.Objectives[1].Objective.Name = attack
	r.Result.Spread.Busiest.Unit = attack
	r.Result.LateAnswers, r.Result.NoLittle = attack, attack
	r.Scenario.Layers = []capacity.Layer{{Name: attack, Rate: 3000}}
	r.Scenario.Requests = []load.Request{{Name: attack}}
	r.Timeline.Seconds[3].Response = map[string]timeline.Histogram{attack: responses(0, 0.5, 3)}
	r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{Source: attack, Name: attack, Value: 3})
	r.Manifest.Tool, r.Manifest.Hosts, r.Manifest.Environment = attack, []string{attack}, map[string]string{attack: attack}
	r.Result.Load.Errors = map[string]int64{attack: 5}
	r.Result.Load.Samples = map[string]string{attack: attack + `\| left`}
	r.Result.Load.Addresses = []capacity.Address{{Address: attack, Requests: 2}, {Address: attack}}
	r.Timeline.Events = []timeline.Event{{At: timeline.Offset(*after(200)), Kind: timeline.GuardFired, Text: attack}}
	r.Timeline.Gaps = append(r.Timeline.Gaps, timeline.Gap{Source: attack, Cause: attack})
	r.Plan = attackedPlan(attack)
	return r
}

func TestTextsFromOutsideStayTexts(t *testing.T) {
	r := hostile()
	scripts := func(r *Report) int { return strings.Count(string(rendered(t, r.HTML)), "<script") }
	if got, want := scripts(r), scripts(failing.report()); got != want {
		t.Errorf("report.html contains <script %d times; want %d: its own", got, want)
	}
	if md := string(rendered(t, r.Markdown)); strings.Contains(md, "<script") || strings.Contains(md, "\n# y") || strings.Contains(md, "\x1b") {
		t.Errorf("report.md lets texts become markup:\n%s", md)
	} else if !strings.Contains(md, `y\\\| left`) {
		t.Errorf("report.md lets a backslash undo the escape of what follows:\n%s", md)
	}
	if text := string(rendered(t, func(w io.Writer) error { return r.Text(w, false) })); strings.Contains(text, "\x1b") {
		t.Errorf("text lets a text steer the terminal:\n%q", text)
	}
	for _, p := range r.plates() {
		svg, err := p.svg()
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, "picture of hostile texts", svg)
	}
}

func TestPageNeedsNoNetwork(t *testing.T) {
	page := string(rendered(t, failing.report().HTML))
	page = regexp.MustCompile(`xmlns(:xlink)?="[^"]*"|href="#[a-z]+"|"http://www.w3.org/2000/svg"|url\(#`).ReplaceAllString(page, "")
	if found := regexp.MustCompile(`(?i)(src|href)=|url\(|@import|https?://[^s]`).FindString(page); found != "" {
		t.Errorf("report.html refers to %q; want nothing outside the file", found)
	}
}

// A value that failed is never written like one that held.
func TestRowsStandOnTheTrueSide(t *testing.T) {
	r := passing.report()
	r.Result.Objectives = []capacity.Judged{
		{Objective: capacity.Objective{Name: "p99 <= 800ms", Quantile: 0.99, Limit: 800 * time.Millisecond}, Verdict: capacity.Failed, Worst: number(0.8004)},
		{Objective: capacity.Objective{Name: "errors <= 0.5%", Errors: 0.005}, Verdict: capacity.Failed, Worst: number(0.0050004)},
	}
	rows := r.objectiveRows()
	if rows[0].Worst != "800.4 ms" || rows[1].Worst != "0.50004 %" {
		t.Errorf("worst = %q and %q; want 800.4 ms and 0.50004 %%", rows[0].Worst, rows[1].Worst)
	}
	r.Result.Headroom.Low, r.Result.Headroom.Mid, r.Result.Headroom.High = number(0.1999), nil, nil
	r.Result.Headroom.WorstAt = nil
	r.Scenario.Headroom.Peak = 0
	if got := r.headroomTitle(); got != "at least +19 %" {
		t.Errorf("headroomTitle() = %q; want at least +19 %%", got)
	}
}

func TestDeficitsNeedMoreThanALowerBound(t *testing.T) {
	one, two, three := 1.0, 2.0, 3.0
	for _, c := range []struct {
		name   string
		moment capacity.Moment
		want   int
	}{
		{"above the middle", capacity.Moment{Rehearsed: true, Demand: 2.5, Low: &one, Mid: &two, High: &three}, 1},
		{"above the middle before the spot", capacity.Moment{Demand: 2.5, Low: &one, Mid: &two, High: &three}, 0},
		{"below the middle", capacity.Moment{Rehearsed: true, Demand: 1.5, Low: &one, Mid: &two, High: &three}, 0},
		{"above a lower bound alone", capacity.Moment{Rehearsed: true, Demand: 9, Low: &one}, 0},
		{"above an upper bound alone", capacity.Moment{Rehearsed: true, Demand: 9, High: &three}, 1},
		{"unknown", capacity.Moment{Rehearsed: true, Demand: 9}, 0},
	} {
		if got := len(deficits([]capacity.Moment{c.moment})); got != c.want {
			t.Errorf("%s: %d deficits; want %d", c.name, got, c.want)
		}
	}
}
