package report

import (
	"bytes"
	"encoding/json"
	"html"
	"image/png"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gonum.org/v1/gonum/stat"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
)

func TestWhatIfsGolden(t *testing.T) {
	for name, w := range whatIfs(t) {
		golden(t, name+".txt", rendered(t, func(out io.Writer) error { return w.Text(out, false) }))
		golden(t, name+".md", rendered(t, w.Markdown))
		golden(t, name+".json", rendered(t, w.JSON))
		svg, err := w.SVG()
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, name, svg)
		golden(t, name+".svg", svg)
		encoded, err := w.PNG()
		if err != nil {
			t.Fatal(err)
		}
		if p, err := png.DecodeConfig(bytes.NewReader(encoded)); err != nil || p.Width != pixelsWide {
			t.Errorf("%s: PNG %d pixels wide, %v; want %d", name, p.Width, err, pixelsWide)
		}
	}
	golden(t, "whatif-many-colour.txt", rendered(t, func(out io.Writer) error { return whatIfs(t)["whatif-many"].Text(out, true) }))
}

func TestWhatIfTextFitsATerminal(t *testing.T) {
	for name, w := range whatIfs(t) {
		for line := range strings.Lines(string(rendered(t, func(out io.Writer) error { return w.Text(out, false) }))) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > terminal {
				t.Errorf("%s: line has %d columns; want at most %d:\n%s", name, n, terminal, line)
			}
		}
	}
}

// Every key is there whatever was asked, lists are lists and null is unknown.
func TestWhatIfHasEveryKey(t *testing.T) {
	want := map[string][]string{
		"":                            {"assumed", "columns", "demand", "refused", "replay", "run", "runs", "scenario", "schema", "seed", "started", "warnings"},
		"demand":                      {"name", "peak", "seconds"},
		"demand.peak":                 {"p5", "p50", "p95"},
		"replay":                      {"runs", "scale_lag_error", "scale_lag_measured", "scale_lag_refused", "scale_lag_simulated", "units"},
		"columns.0":                   {"assumed", "name", "rank", "scale_lag", "served", "settings", "units", "unserved", "unserved_requests", "unserved_requests_mean", "unserved_requests_mean_error", "words"},
		"columns.0.unserved":          {"p50", "p50_error", "p95", "p95_error"},
		"columns.0.scale_lag":         {"p50", "p50_error", "p95", "p95_error", "short", "unrecovered"},
		"columns.0.served":            {"probability", "standard_error", "unserved_at_most"},
		"columns.0.units.0":           {"fleet", "p50", "p50_error", "p95", "p95_error"},
		"columns.1.settings.0":        {"fleet", "key", "value"},
		"replay.units.0":              {"fleet", "mean_error", "worst_units"},
		"columns.0.unserved_requests": {"p50", "p50_error", "p95", "p95_error"},
	}
	for name, w := range whatIfs(t) {
		var object map[string]any
		if err := json.Unmarshal(rendered(t, w.JSON), &object); err != nil {
			t.Fatal(err)
		}
		for part, keys := range want {
			found := objectAt(object, part)
			if found == nil && part == "columns.1.settings.0" && len(w.Columns) == 1 {
				continue
			}
			var got []string
			for key := range found {
				got = append(got, key)
			}
			slices.Sort(got)
			if diff := cmp.Diff(keys, got); diff != "" {
				t.Errorf("%s: keys of %q (-want +got):\n%s", name, part, diff)
			}
		}
		if _, ok := object["assumed"].([]any); !ok {
			t.Errorf("%s: assumed is %v; want a list", name, object["assumed"])
		}
	}
}

// The figures of a column, counted again run by run.
func TestColumnsCountTheirRuns(t *testing.T) {
	a := asked{times: uncertain}
	w := whatIf(t, uncertain)
	s, d := a.service(), a.demand(t)
	s.Waves, s.Spots = d.Waves, d.Spots
	m, err := simulation.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var lost, shares, lags, peaks []float64
	enough := 0
	for seed := range uint64(200) {
		o, trace := m.Trace(seed + 1)
		sum, since, all := 0.0, 0.0, 0.0 // of it all; since the spot began, of what it asked for while it lasted
		for second, asked := range trace.Demand {
			short := max(asked-trace.Capacity[second], 0)
			sum += short
			if at := time.Duration(second) * time.Second; at >= d.Spots[0].From {
				since += short
				if at < d.Spots[0].To {
					all += asked
				}
			}
		}
		lost, shares = append(lost, sum), append(shares, since/all)
		if since <= all/1000 {
			enough++
		}
		lag := 0.0
		if o.Lag != nil {
			lag = o.Lag.Seconds()
		} else if o.Shortfall != nil {
			lag = math.Inf(1)
		}
		lags, peaks = append(lags, lag), append(peaks, float64(slices.Max(trace.Ready[0])))
	}
	c := w.Summary().Columns[0]
	for _, q := range []struct {
		name string
		of   []float64
		Estimated
	}{
		{"unserved requests", lost, c.Requests}, {"unserved share", shares, c.Unserved}, {"scale lag", lags, c.Lag.Estimated},
		{"most units", peaks, Estimated{number(float64(c.Units[0].P50)), &c.Units[0].P50Error, number(float64(c.Units[0].P95)), &c.Units[0].P95Error}},
	} {
		slices.Sort(q.of)
		if got := []*float64{q.P50, q.P50Error, q.P95, q.P95Error}; slices.Contains(got, nil) {
			t.Errorf("%s = %v; want all known", q.name, got)
			continue
		}
		// The ranks of the median are 100 ± sqrt(200 / 4), those of p95 190 ± sqrt(9.5).
		if want := (q.of[107] - q.of[92]) / 2; math.Abs(*q.P50Error-want) > 1e-6*want {
			t.Errorf("error of %s at the median = %v; want %v, half of what lies from the 93rd to the 108th run", q.name, *q.P50Error, want)
		}
		if want := (q.of[193] - q.of[186]) / 2; math.Abs(*q.P95Error-want) > 1e-6*want {
			t.Errorf("error of %s in bad runs = %v; want %v, half of what lies from the 187th to the 194th run", q.name, *q.P95Error, want)
		}
		if want := q.of[99]; math.Abs(*q.P50-want) > 1e-6*want {
			t.Errorf("%s at the median = %v; want %v, the 100th of 200 runs", q.name, *q.P50, want)
		}
		if want := q.of[189]; math.Abs(*q.P95-want) > 1e-6*want {
			t.Errorf("%s in bad runs = %v; want %v, the 190th of 200 runs", q.name, *q.P95, want)
		}
	}
	if mean, deviation := stat.MeanStdDev(lost, nil); math.Abs(*c.RequestsMean-mean) > 1e-6*mean || math.Abs(*c.RequestsMeanError-deviation/math.Sqrt(200)) > 1e-6*deviation {
		t.Errorf("unserved requests on average = %v ± %v; want %v ± %v", *c.RequestsMean, *c.RequestsMeanError, mean, deviation/math.Sqrt(200))
	}
	if want := float64(enough) / 200; c.Served.Probability != want {
		t.Errorf("probability = %v; want %v", c.Served.Probability, want)
	}
}

// What ranks the columns is told with what chance there is in it.
func TestLostWords(t *testing.T) {
	for _, c := range []struct {
		lost []float64
		want string
	}{
		{[]float64{0, 0, 0, 0}, "0"},
		{[]float64{1200.4}, "1,200"},
		{[]float64{0.2}, "1"},
		{[]float64{100, 200, 300, 400}, "250 ± 65"},
		{[]float64{1, 1.2, 1.4, 1.6}, "1 ± 1"},
		{[]float64{0, 0, 0, 0, 0, 0, 1000}, "143 ± 140"},
	} {
		column := Column{Outcome: forecast.Outcome{Many: simulation.Many{Lost: simulation.SampleOf(c.lost)}}}
		if got := column.lostWords(); got != c.want {
			t.Errorf("lostWords() of %v = %q; want %q", c.lost, got, c.want)
		}
	}
}

// ofAirings is a column of so many airings, of which so many leave a share unserved.
func ofAirings(name string, runs, short int, share float64) Column {
	shares, lost := make([]float64, runs), make([]float64, runs)
	for i := range short {
		shares[i], lost[i] = share, share*1000
	}
	return Column{Name: name, Outcome: forecast.Outcome{Many: simulation.Many{Runs: runs, Unserved: simulation.SampleOf(shares), Lost: simulation.SampleOf(lost)}}}
}

// The chance that enough is served is rounded, to its true side of what a plan asks
// for; what all airings agree on is not certain. Its error is that of Sample.Within.
func TestChanceWords(t *testing.T) {
	for _, c := range []struct {
		runs, short int
		want        string
	}{
		{2000, 0, ">99 %"},
		{2000, 2000, "<1 %"},
		{2000, 321, "84 ± 0.9 %"}, // 83.95
		{2000, 10, "99.5 ± 0.2 %"},
		{2000, 1, "99.95 ± 0.1 %"},
		{2000, 100, "95 ± 0.5 %"},
		{20000, 1001, "94.99 ± 0.2 %"},
		{500, 83, "83.4 ± 1.7 %"},
		{1000, 997, "0.3 ± 0.2 %"},
	} {
		column := ofAirings("", c.runs, c.short, 0.5)
		if got := column.chanceWords(); got != c.want {
			t.Errorf("chanceWords() of %d runs of %d short = %q; want %q", c.runs, c.short, got, c.want)
		}
		if got, _, _ := strings.Cut(c.want, " "); !strings.HasPrefix(column.chance(), got) {
			t.Errorf("chance() = %q; want that of %q", column.chance(), c.want)
		}
	}
}

// The headline says what ranks, the mean, and what decides, the chance; the picture's
// title is a line in which a long name is cut and no figure.
func TestHeadline(t *testing.T) {
	asIs, better := ofAirings(AsIs, 2000, 340, 0.5), ofAirings("min=12", 2000, 4, 0.5)
	long := better
	long.Words = strings.Repeat("hpa/default/web: min 20, ", 8)
	for _, c := range []struct {
		columns         []Column
		headline, title string
	}{
		{[]Column{asIs}, "as is, all but 0.1 % of requests are served in 83 % of airings; 85 ± 4 go unserved on average",
			"as is, all but 0.1 % of requests are served in 83 % of airings"},
		{[]Column{better, asIs}, "fewest requests go unserved with min=12: 1 ± 1 on average, as is 85 ± 4; all but 0.1 % are served in 99.8 % of airings, as is in 83 %",
			"fewest unserved with min=12: all but 0.1 % served in 99.8 % of airings, as is in 83 %"},
		{[]Column{asIs, asIs}, "fewest requests go unserved as is: 85 ± 4 on average; all but 0.1 % are served in 83 % of airings",
			"fewest unserved as is: all but 0.1 % served in 83 % of airings"},
		{[]Column{long, asIs}, "fewest requests go unserved with " + long.Words + ": 1 ± 1 on average, as is 85 ± 4; all but 0.1 % are served in 99.8 % of airings, as is in 83 %",
			"best with hpa/default/web: min 20, hpa/default/we…: enough in 99.8 % of airings, as is 83 %"},
	} {
		columns := slices.Clone(c.columns)
		slices.Reverse(columns) // as is comes first
		w := &WhatIf{Columns: columns}
		if got := w.headline(); got != c.headline {
			t.Errorf("headline() = %q; want %q", got, c.headline)
		}
		if got := w.pictureTitle(); got != c.title || !fitsTitle(sentenceOf(got)) {
			t.Errorf("pictureTitle() = %q, which fits: %v; want %q", got, fitsTitle(sentenceOf(got)), c.title)
		}
	}
	w := &WhatIf{Columns: []Column{asIs}, Chance: forecast.Chance{Runs: 1}}
	if got := w.asked(); !strings.HasSuffix(got, "; 1 simulated airing each") {
		t.Errorf("asked() = %q; want one airing", got)
	}
}

// A run without a shortfall has no scale lag, and counts.
func TestLagIsOverAllRuns(t *testing.T) {
	if err := (Column{Outcome: asked{times: []float64{0.1, 1}, min: 12}.played(t, 200)}).lagError(0.5); err != nil {
		t.Errorf("error of a median among runs with and without a shortfall = %v; want it unknown", *err)
	}
	calm := Column{Outcome: asked{min: 80}.played(t, 20)}
	if lag := calm.lag(bad); lag != nil || calm.short() != 0 || calm.unrecovered() != 0 {
		t.Errorf("lag of runs without a shortfall = %v, short %v, unrecovered %v; want none", lag, calm.short(), calm.unrecovered())
	}
	never := Column{Outcome: asked{max: 12, ends: 150 * time.Second}.played(t, 20)}
	if lag := never.lag(middle); lag == nil || !math.IsInf(*lag, 1) || never.short() != 1 || never.unrecovered() != 1 || lagWords(lag) != "never" {
		t.Errorf("lag of a fleet that cannot grow enough = %v, short in %v, unrecovered in %v; want infinite, 1, 1", lag, never.short(), never.unrecovered())
	}
	some := Column{Outcome: asked{times: []float64{0.1, 1}, min: 12}.played(t, 200)}
	if share := some.short(); share < 0.4 || share > 0.6 {
		t.Fatalf("short in %v of the runs; want about half", share)
	}
	if low, high := some.lag(0.3), some.lag(0.7); low != nil || high == nil {
		t.Errorf("lag at 30 %% = %v, at 70 %% = %v; want none and some", low, high)
	}
}

// The columns are ranked by requests unserved on average; of equals the one asked for first.
func TestRanked(t *testing.T) {
	w := whatIf(t, nil, changed(t, "b", asked{}), changed(t, "min=80", asked{min: 80}), changed(t, "b", asked{}))
	var got []string
	for _, c := range w.ranked() {
		got = append(got, c.Name)
	}
	if diff := cmp.Diff([]string{"min=80", AsIs, "b", "b"}, got); diff != "" {
		t.Errorf("ranked (-want +got):\n%s", diff)
	}
	for i, want := range []int{2, 3, 1, 4} {
		if c := w.Summary().Columns[i]; c.Rank != want {
			t.Errorf("rank of %s = %d; want %d", c.Name, c.Rank, want)
		}
	}
}

// The replay is drawn as it was measured and played, what was not seen left out, and
// says how far off it is; where no second of it was kept there is no strip.
func TestReplayStrip(t *testing.T) {
	w := whatIf(t, nil, changed(t, "min=80", asked{min: 80}))
	u := w.Replay.Units[0]
	strip := w.replayStrip()
	if len(strip) != len(w.Replay.Units) || strip.height() == 0 {
		t.Fatalf("%d panels; want one of each fleet", len(strip))
	}
	measured, played := ofUnits(u.Measured), ofUnits(u.Simulated)
	if len(measured) != len(u.Measured)-2 || len(played) != len(u.Simulated) {
		t.Errorf("%d seconds measured and %d played; want all %d but two, and all", len(measured), len(played), len(u.Measured))
	}
	for _, p := range measured {
		if want := u.Measured[int(p.X)]; p.Y != float64(want) {
			t.Errorf("second %v has %v units; want %d", p.X, p.Y, want)
		}
	}
	svg, err := w.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">Rehearsal<", "ready units of hpa/default/web, measured and played again: off by 4.2 % on average<", ">measured<", ">played<"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	w.Replay.Units[0].Measured = nil
	if strip := w.replayStrip(); len(strip) != 0 || strip.height() != 0 {
		t.Errorf("a replay of which no second was kept has %d panels; want none", len(strip))
	}
}

// Capacity above a panel's top is told with a number, where it is longest.
func TestBeyondMark(t *testing.T) {
	for _, c := range []struct {
		capacity []float64
		text     string
		from, to int
	}{
		{[]float64{1, 2, 10}, "", 0, 0},
		{[]float64{977, 977, 977}, "977/s ↑", 0, 3},
		{[]float64{5, 11, 5, 12, 14, 12, 9}, "11/s to 14/s ↑", 3, 6},
		{[]float64{11, 11, 5, 12}, "11/s to 12/s ↑", 0, 2},
	} {
		if text, from, to := beyondMark(c.capacity).told(10); text != c.text || from != c.from || to != c.to {
			t.Errorf("told(%v) = %q from %d to %d; want %q from %d to %d", c.capacity, text, from, to, c.text, c.from, c.to)
		}
	}
	// 100 units of some 80/s sustain twice a demand of 4,000/s, 50 as much as it.
	for _, c := range []struct {
		min  int
		want bool
	}{{50, false}, {100, true}} {
		w := whatIf(t, nil, changed(t, "more", asked{min: c.min, max: c.min}))
		svg, err := w.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(svg), "/s ↑<"); got != c.want {
			t.Errorf("that %d units are marked as above the top is %v; want %v", c.min, got, c.want)
		}
	}
}

// What is filled in the picture is what goes unserved.
func TestUnservedPieces(t *testing.T) {
	trace := asked{}.played(t, 20).Typical
	area, want := 0.0, 0.0
	for _, b := range unservedPieces(trace.Demand, trace.Unserved) {
		for i := 0; i+1 < len(b.upper); i += 2 {
			area += (b.upper[i+1].X - b.upper[i].X) * (b.upper[i].Y - b.lower[i].Y)
		}
	}
	for t, asked := range trace.Demand {
		want += max(asked-trace.Capacity[t], 0)
	}
	if math.Abs(area-want) > 1e-6*want || want == 0 {
		t.Errorf("area = %v; want %v, demand above capacity", area, want)
	}
	if got := len(unservedPieces([]float64{5, 5, 5, 5}, []float64{1, 0, 2, 3})); got != 2 {
		t.Errorf("two stretches make %d pieces", got)
	}
}

// Every column shows one airing, the one that is typical as is, so that what differs
// between panels is the settings' doing.
func TestColumnsShowOneAiring(t *testing.T) {
	r := rehearsed(t)
	m, d := modelled(t, r)
	for i := range d.Waves { // its size is drawn: each column would have another median
		d.Waves[i].Times = uncertain
	}
	variants := []Variant{{Name: AsIs, Model: m}}
	for _, text := range []string{"start=7", "target=10%"} {
		settings, err := forecast.ParseSettings(text)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := m.With(settings)
		if err != nil {
			t.Fatal(err)
		}
		variants = append(variants, Variant{Name: text, Settings: settings, Model: changed})
	}
	w, err := r.WhatIf(variants, d, forecast.Chance{Runs: 41})
	if err != nil {
		t.Fatal(err)
	}
	asIs := w.Columns[0]
	if !cmp.Equal(asIs.Airing, asIs.Outcome.Typical) {
		t.Errorf("as is does not show the airing that is typical of it")
	}
	for _, c := range w.Columns[1:] {
		if !slices.Equal(c.Airing.Demand, asIs.Airing.Demand) {
			t.Errorf("%s shows another demand than as is", c.Name)
		}
		if slices.Equal(c.Airing.Capacity, asIs.Airing.Capacity) {
			t.Errorf("%s shows the capacity of as is", c.Name)
		}
		unit := func(c Column) float64 { return c.Airing.Capacity[0] / float64(c.Airing.Ready[0][0]) }
		if got, want := unit(c), unit(asIs); math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s shows units of %v/s; want those of as is, %v/s", c.Name, got, want)
		}
	}
}

// What several columns assume alike is said once, with how many do; what one alone
// assumes stands first, and JSON has each column's own.
func TestAssumedOnce(t *testing.T) {
	beyond := func(units int) Beyond { return Beyond{"web", units, strconv.Itoa(units) + " units are many"} }
	w := &WhatIf{
		Assumed: []string{"The metric is old."}, Demand: forecast.Demand{Assumed: []string{"Nobody waits."}},
		Columns: []Column{
			{Name: AsIs, Beyond: []Beyond{beyond(13)}},
			{Name: "a", Assumed: []string{"A zone goes.", "All wait."}, Beyond: []Beyond{beyond(24), {"db", 9, "9 units are many"}}},
			{Name: "b", Assumed: []string{"All wait.", "b is cold."}, Beyond: []Beyond{beyond(16)}},
			{Name: "c", Beyond: []Beyond{{"db", 9, "9 units are many"}}},
		},
	}
	want := []string{
		"a: A zone goes.", "b: b is cold.",
		"web: up to 24 units are many (3 of 4 columns)", "All wait (2 of 4 columns)", "db: 9 units are many (2 of 4 columns)",
		"The metric is old.", "Nobody waits.",
	}
	if diff := cmp.Diff(want, w.assumptions()); diff != "" {
		t.Errorf("assumptions() (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"All wait.", "b is cold.", "web: 16 units are many"}, w.Columns[2].assumed()); diff != "" {
		t.Errorf("column b assumes (-want +got):\n%s", diff)
	}
	if got, want := w.restsOn(), "7 things had to be assumed; they stand at the end."; got != want {
		t.Errorf("restsOn() = %q; want %q", got, want)
	}
}

// All renderings show the same figures.
func TestWhatIfsAgree(t *testing.T) {
	w := whatIfs(t)["whatif-many"]
	text, md := string(rendered(t, func(out io.Writer) error { return w.Text(out, false) })), string(rendered(t, w.Markdown))
	svg, err := w.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.rows() {
		for _, figure := range r.cells {
			if !strings.Contains(text, figure) || !strings.Contains(md, cell(figure)) {
				t.Errorf("%s: %q is not in text and Markdown both", r.cells[0], figure)
			}
		}
	}
	for _, c := range w.Columns {
		figures := []string{c.chance(), "unserved " + unservedShare(c.unserved(middle))}
		if len(c.Name) < 60 { // a longer one leaves no room beside it
			figures = append(figures, c.lostWords()+" unserved on average")
		}
		for _, figure := range figures {
			if !strings.Contains(string(svg), ">"+html.EscapeString(figure)) {
				t.Errorf("%s: %q does not stand in the picture", c.Name, figure)
			}
		}
	}
}

// Rules through the pictures have the names of the spots, in the order in which they go
// on air, and a number where a spot has none.
func TestWhatIfNamesItsSpots(t *testing.T) {
	w := WhatIf{Demand: forecast.Demand{
		Spots:  []simulation.Span{{From: 3 * time.Minute}, {From: time.Minute}, {From: 2 * time.Minute}},
		Called: []string{"CM 2", "CM 1"},
	}}
	want := []mark{{60, "CM 1"}, {120, "spot 3"}, {180, "CM 2"}}
	if got := w.onAir().list; !slices.Equal(got, want) {
		t.Errorf("on air = %v; want %v", got, want)
	}
}

func TestWhatIfEscapesTexts(t *testing.T) {
	const attack = "<script>|`x`\x1b[31m"
	w := whatIf(t, nil, changed(t, attack, asked{min: 50}))
	w.Run, w.Scenario, w.Demand.Name, w.Demand.Called, w.Assumed = attack, attack, attack, []string{attack}, []string{attack}
	w.Columns[1].Words, w.Columns[1].Assumed = attack, []string{attack}
	w.Replay.Units[0].Fleet, w.Replay.LagError, w.Replay.NoLag = attack, nil, attack
	if got := string(rendered(t, w.Markdown)); strings.Contains(got, "<script>") || strings.Contains(got, "\x1b") {
		t.Errorf("Markdown holds texts as they are:\n%s", got)
	}
	if got := string(rendered(t, func(out io.Writer) error { return w.Text(out, false) })); strings.Contains(got, "\x1b") {
		t.Errorf("text holds control characters:\n%q", got)
	}
	svg, err := w.SVG()
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "hostile texts", svg)
}

// A plan tells as much of its own picture.
func TestPlanTellsOfBoxes(t *testing.T) {
	e := answered
	if got := e.planned().Boxes(); got != "" {
		t.Errorf("Boxes() of Latin letters = %q; want none", got)
	}
	e.fleet = "asg/" + broadcast
	if got := e.planned().Boxes(); !strings.Contains(got, "draws 首都圏夜の広告 of ") || !strings.Contains(got, "plan.png shows boxes, plan.svg the letters") {
		t.Errorf("Boxes() = %q; want the letters and the way out", got)
	}
}

// Letters that a PNG can show only as boxes are named with the way out.
func TestWhatIfTellsOfBoxes(t *testing.T) {
	w := whatIf(t, nil)
	if got := w.Boxes(); got != "" {
		t.Errorf("Boxes() of Latin letters = %q; want none", got)
	}
	w.Demand.Name = broadcast
	if got := w.Boxes(); !strings.Contains(got, "draws 首都圏夜の広告 of ") || !strings.Contains(got, "--font FILE") {
		t.Errorf("Boxes() = %q; want the letters and the way out", got)
	}
}

// Units that never moved are not told as off by nothing.
func TestUnitsNotCompared(t *testing.T) {
	w := whatIf(t, nil, changed(t, "min=80", asked{min: 80}))
	w.Replay.Units[0].Mean = nil
	const want = "the ready units of hpa/default/web are not compared: they moved neither"
	if got := w.trust(); !strings.Contains(got, want) || strings.Contains(got, "off by 0 %") {
		t.Errorf("trust = %q; want %q in it", got, want)
	}
	if got := replayFacts(w.Replay)[0].Value; !strings.HasPrefix(got, "ready units not compared: they moved neither") {
		t.Errorf("fact of the plan = %q; want that they were not compared", got)
	}
	if got := w.Summary().Replay.Units[0].Mean; got != nil {
		t.Errorf("mean_error = %g; want null", *got)
	}
	svg, err := w.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if want := "measured and played again: not compared, for they never moved<"; !strings.Contains(string(svg), want) {
		t.Errorf("the picture lacks %q", want)
	}
}
