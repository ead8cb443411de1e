package report

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

var jst = time.FixedZone("JST", 9*3600)

// planning is how a plan of the tests differs from others.
type planning struct {
	units, start int
	refused      bool
	uncosted     bool
	untimed      bool
	nodes        bool // a group's instances are held too
	uncertain    bool
	fleet        string
	slip         time.Duration
	night        bool // it airs before midnight
}

var answered = planning{units: 42, start: 12, uncertain: true, slip: time.Hour, fleet: "hpa/default/web"}

// plannings are plans that are worth a golden file.
func plannings() map[string]planning {
	untimed, enough, refused, bare, nodes, hostile := answered, answered, answered, answered, answered, answered
	untimed.untimed, untimed.slip = true, 0
	enough.units, enough.start = 42, 42
	refused.refused, refused.slip = true, 0
	bare.uncosted, bare.uncertain, bare.slip = true, false, 0
	nodes.nodes, nodes.night = true, true
	hostile.fleet = "<script>alert(1)</script>|\x1b[31m`x`\n# y"
	return map[string]planning{"plan": answered, "plan-untimed": untimed, "plan-enough": enough, "plan-refused": refused, "plan-uncosted": bare, "plan-nodes": nodes, "plan-hostile": hostile}
}

// served is how likely n units are enough, by a curve of no meaning.
func (e planning) served(n int) float64 { return 1 / (1 + math.Exp(-(float64(n)-36.2)/1.8)) }

func (e planning) chance(n int) plan.Chance {
	p := math.Round(e.served(n)*2000) / 2000
	if e.refused {
		p = math.Min(p, 0.6)
	}
	short := 0.4 * math.Exp(-float64(n-12)/7)
	return plan.Chance{Probability: p, Error: math.Sqrt((p*2000 + 1) / 2002 * (2001 - p*2000) / 2002 / 2002), Typical: short / 3, TypicalError: short / 90, Bad: short, BadError: short / 40, Runs: 2000}
}

func (e planning) planned() *Planned {
	p := &Planned{
		Run: "prime-time-20261122T125300Z", Path: "reports/prime-time-20261122T125300Z", Scenario: "prime-time",
		Slip: e.slip, Demand: e.demand(), Model: e.model(),
	}
	band, err := p.Demand.Band(1)
	if err != nil {
		panic(err)
	}
	p.Plan = &plan.Plan{
		Band:    band,
		Without: e.chance(e.start), Enough: e.start == e.units, Peak: forecast.Peak{P5: 1900, P50: 2930, P95: 3700}, Lead: 16 * time.Minute, After: 21 * time.Minute,
		Next:     []capacity.Layer{{Name: "db", Rate: 6000, Source: "stated in the scenario"}, {Name: "hpa/default/web max", Rate: 4560, Low: 4200, High: 4800, Source: "60 units × 76/s"}},
		Warnings: []string{"the demand goes beyond twice what was rehearsed: capacity there is extrapolated"},
	}
	cost := func(n int) *float64 {
		if e.uncosted {
			return nil
		}
		c := 0.12 * float64(n-e.start) * 1.7
		return &c
	}
	for n := e.start; n <= 60; n++ {
		p.Risk = append(p.Risk, plan.Risk{Units: n, Cost: cost(n), Chance: e.chance(n)})
	}
	if e.refused {
		p.Refused, p.Risk, p.Lead, p.After = "no number of units suffices: db carries 2.4k/s, which no unit more changes, and the demand's peak is 2.93k/s", nil, 0, 0
		return p
	}
	p.Stages, p.Slowest, p.Quiet = prescale.Stages{Pod: 3*time.Minute + 30*time.Second}, e.fleet, plan.Quiet{Lasts: 5 * time.Minute, Sustains: 1000, By: "the normal minimum"}
	p.Held, p.Alone = e.chance(e.units), e.chance(e.units-2)
	p.Holds = []plan.Hold{{Fleet: e.fleet, Units: e.units, Min: &e.start, Max: new(60), Cost: cost(e.units)}}
	if e.nodes {
		p.Holds = append(p.Holds, plan.Hold{Fleet: "asg/web-nodes", Units: 11, Min: new(3), Max: new(20)})
	}
	if !e.untimed {
		e.time(p)
	}
	return p
}

// time gives the plan its instants and texts.
func (e planning) time(p *Planned) {
	air := time.Date(2026, 12, 1, 21, 54, 0, 0, jst)
	if e.night {
		air = air.Add(2 * time.Hour)
	}
	when, err := prescale.Timetable(prescale.Airing{At: air, Slip: e.slip, Lasts: 6 * time.Minute}, p.Stages)
	if err != nil {
		panic(err)
	}
	p.Instants, p.Lead = &when, when.Air.Sub(when.Apply)
	for _, h := range p.Holds {
		texts, err := prescale.Change{Fleet: h.Fleet, Units: h.Units, Min: h.Min, Max: h.Max, UnderPods: h.Fleet == "asg/web-nodes", Instants: when}.Texts()
		if err != nil {
			p.NoTexts = append(p.NoTexts, err.Error())
		}
		p.Texts = append(p.Texts, texts...)
	}
}

func (e planning) demand() forecast.Demand {
	const baseline, peak = 400.0, 2600.0
	base, spot := make([]float64, 600), make([]float64, 600)
	for t := range base {
		base[t], spot[t] = baseline, (evening{peak: peak, airing: 60}).demandAt(t)
	}
	d := forecast.Demand{Name: "CM 1, 6.5x", Waves: []simulation.Wave{{Requests: base}, {Requests: spot}}, Spots: []simulation.Span{{From: time.Minute, To: 7 * time.Minute}}, Airs: time.Minute, Lasts: 6 * time.Minute, Baseline: baseline}
	if e.uncertain {
		d.Waves[1].Times = []float64{0.6, 0.7, 0.8, 0.9, 1, 1.05, 1.1, 1.2, 1.3}
	}
	return d
}

func (e planning) model() *forecast.Model {
	measured, simulated := 121*time.Second, 117*time.Second
	m := &forecast.Model{
		Service: simulation.Service{Fleets: []simulation.Fleet{{Name: e.fleet, Start: e.start, PerUnit: []simulation.Rate{{Sustained: 74}, {Sustained: 76}, {Sustained: 79}}}}},
		Fleets:  []forecast.Fleet{{Name: e.fleet, Kind: capacity.HPA, Start: e.start}},
		Assumed: []string{"the HPA looks every 15 s: it decided but once"},
		Replay: forecast.Replay{
			Runs: 200, Units: []forecast.UnitsError{{Fleet: e.fleet, Mean: number(0.031), Worst: 2}},
			Measured: &measured, Simulated: &simulated, LagError: number(0.041),
		},
	}
	return m
}

// attackedPlan is a plan that has a text wherever one comes from outside.
func attackedPlan(attack string) *Planned {
	e := answered
	e.fleet, e.nodes = attack, true
	p := e.planned()
	p.Quiet.Decides, p.Quiet.By = true, attack
	p.Run, p.Path, p.Scenario, p.Demand.Name, p.Demand.Assumed = attack, attack, attack, attack, []string{attack}
	p.Holds[1].Fleet, p.Next[0].Name, p.Next[0].Source = attack, attack, attack
	p.Warnings, p.NoTexts, p.Model.Assumed = []string{attack}, []string{attack}, []string{attack}
	p.Texts = []prescale.Text{{Kind: prescale.Kubectl, Title: attack, Apply: attack, Late: attack, Verify: attack, Reverse: attack, Note: attack}}
	p.Model.Replay.LagError, p.Model.Replay.NoLag = nil, attack
	return p
}

// plannedReport is the report of a run with a plan of that name.
func plannedReport(name string) *Report {
	r := passing.report()
	r.Plan = plannings()[name].planned()
	return r
}

func TestPlanGolden(t *testing.T) {
	for name, e := range plannings() {
		p := e.planned()
		golden(t, name+".txt", rendered(t, func(w io.Writer) error { return p.Text(w, false) }))
		golden(t, name+".md", rendered(t, p.Markdown))
		golden(t, name+".json", rendered(t, p.JSON))
		svg, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, name, svg)
		golden(t, name+".svg", svg)
	}
}

// A run's report tells the plan in short, and with what command its texts are made;
// or why there is none. The verdict is as it was.
func TestPlanInTheReport(t *testing.T) {
	r := plannedReport("plan-untimed")
	golden(t, "planned.txt", rendered(t, func(w io.Writer) error { return r.Text(w, false) }))
	golden(t, "planned.md", rendered(t, r.Markdown))
	golden(t, "planned.json", rendered(t, r.JSON))
	golden(t, "planned.html", ownWords(rendered(t, r.HTML)))
	if plain := passing.report(); r.Summary().Verdict != plain.Summary().Verdict || string(rendered(t, r.JUnit)) != string(rendered(t, plain.JUnit)) {
		t.Errorf("a plan changes the verdict or junit.xml; want both as without")
	}
	r.Plan, r.NoPlan = nil, "No plan is made: <b>no</b> scaler."
	for name, c := range map[string]struct {
		format func(io.Writer) error
		want   string
	}{
		"text":     {func(w io.Writer) error { return r.Text(w, false) }, "\nWhat to hold ready\n  No plan is made: <b>no</b> scaler.\n"},
		"Markdown": {r.Markdown, "\n<summary>What to hold ready</summary>\n\nNo plan is made: &lt;b&gt;no&lt;/b&gt; scaler.\n"},
		"page":     {r.HTML, "\n<p class=\"none\">No plan is made: &lt;b&gt;no&lt;/b&gt; scaler.</p>\n"},
		"JSON":     {r.JSON, "\n  \"plan\": null,\n  \"plan_refused\": \"No plan is made: <b>no</b> scaler.\",\n"},
	} {
		if got := string(rendered(t, c.format)); !strings.Contains(got, c.want) {
			t.Errorf("%s lacks %q:\n%s", name, c.want, got)
		}
	}
}

// ONAIR_SHOTS=DIR go test -run TestPlanShots writes the pictures for a person.
func TestPlanShots(t *testing.T) {
	dir := os.Getenv("ONAIR_SHOTS")
	if dir == "" {
		t.Skip("writes pictures for people; set ONAIR_SHOTS to a directory")
	}
	for name, e := range plannings() {
		png, err := e.planned().PNG()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Nodes that were counted from pods are none that are ready today.
func TestPlanOfNodesNobodyCounted(t *testing.T) {
	p := plannings()["plan-nodes"].planned()
	p.Model.Service.Fleets[0].Pods = &simulation.Pods{Nodes: &simulation.Nodes{Start: 3}}
	for counted, want := range map[bool]string{false: "3", true: "unknown"} {
		p.Model.Fleets[0].Nodes = &forecast.NodeGroup{Name: "asg/web-nodes", Counted: counted}
		if got := p.holdRows()[1].Start; got != want {
			t.Errorf("counted from pods %v: ready today = %q; want %q", counted, got, want)
		}
		if start := p.Summary().Holds[1].Start; (start == nil) != counted {
			t.Errorf("counted from pods %v: start = %v in JSON; want null only then", counted, start)
		}
	}
}

// What is read out is the first line, word by word.
func TestPlanSentence(t *testing.T) {
	all := plannings()
	for _, c := range []struct{ name, want string }{
		{"plan", "Hold 42 units of hpa/default/web from 21:38 to 23:15 JST: all but 0.1 % of requests are then served in 96.2 % of simulated airings (± 0.4 %), in 89.2 % where nothing is added in time; as things are, in 0 %."},
		{"plan-enough", "Hold nothing more than there is: with today's minimum all but 0.1 % of requests are served in 96.2 % of simulated airings (± 0.4 %), in 89.2 % where nothing is added in time; as things are, in 96.2 %."},
	} {
		if got := all[c.name].planned().sentence(); got != c.want {
			t.Errorf("%s: sentence() = %q; want %q", c.name, got, c.want)
		}
	}
}

// Where the held units alone do as well nothing is counted on, and nothing said.
func TestPlanSentenceCountsOnNothing(t *testing.T) {
	p := answered.planned()
	p.Alone = p.Held
	if got, want := p.sentence(), "Hold 42 units of hpa/default/web from 21:38 to 23:15 JST: all but 0.1 % of requests are then served in 96.2 % of simulated airings (± 0.4 %); as things are, in 0 %."; got != want {
		t.Errorf("sentence() = %q; want %q", got, want)
	}
}

// A demand without a spot is named by none, and of several spots the time is the
// first one's.
func TestPlanSubject(t *testing.T) {
	for _, c := range []struct {
		spots []simulation.Span
		want  string
	}{
		{nil, "For the traffic as a whole, which has no spot, from 2026-12-01 21:54 JST or up to 1h later: "},
		{[]simulation.Span{{To: time.Minute}}, "For CM 1, 6.5x, on air at 2026-12-01 21:54 JST or up to 1h later: "},
		{[]simulation.Span{{To: time.Minute}, {From: time.Hour, To: 2 * time.Hour}}, "For CM 1, 6.5x, the first on air at 2026-12-01 21:54 JST or up to 1h later: "},
	} {
		p := answered.planned()
		p.Demand.Spots = c.spots
		if got := p.subject(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%d spots: subject() = %q; want %q first", len(c.spots), got, c.want)
		}
		if got := p.Summary().Demand; (got == "CM 1, 6.5x") != (len(c.spots) > 0) {
			t.Errorf("%d spots: demand = %q in JSON; want the spot's name only where there is one", len(c.spots), got)
		}
	}
}

// What is above the fleet's maximum is marked, and a terminal says how many points it
// leaves out.
func TestPlanMarksRisks(t *testing.T) {
	p := answered.planned()
	p.Holds[0].Max = new(50)
	var marks []string
	for _, k := range p.riskRows(mostLines) {
		marks = append(marks, k.Units+" "+k.Mark)
	}
	for mark, want := range map[string]bool{"12 today's count": true, "13 ": true, "42 the plan": true, "50 ": true, "51 above its max": true, "60 above its max": true} {
		if slices.Contains(marks, mark) != want {
			t.Errorf("risk rows %q lack %q", marks, mark)
		}
	}
	text := string(rendered(t, func(w io.Writer) error { return p.Text(w, false) }))
	if want := "  and 40 more with --markdown and --json\n"; !strings.Contains(text, want) { // 49 points, 9 of them shown
		t.Errorf("text lacks %q:\n%s", want, text)
	}
	if md := string(rendered(t, p.Markdown)); strings.Count(md, "\n|  | ") < 30 {
		t.Errorf("Markdown does not have all points:\n%s", md)
	}
}

// What no text makes hold is said right below what is held, not at the end.
func TestPlanWithoutATextIsSaidFirst(t *testing.T) {
	p := plannings()["plan-nodes"].planned()
	p.NoTexts = []string{"asg/web-nodes: its minimum without the plan is not known"}
	for name, format := range map[string]func(io.Writer) error{"text": func(w io.Writer) error { return p.Text(w, false) }, "Markdown": p.Markdown} {
		out := string(rendered(t, format))
		hold, without, times := strings.Index(out, "Hold\n"), strings.Index(out, "Without a text"), strings.Index(out, "Timetable")
		if hold < 0 || without < hold || times < without || strings.Count(out, "Without a text") != 1 {
			t.Errorf("%s has holds at %d, what has no text at %d, the timetable at %d; want them in this order, once:\n%s", name, hold, without, times, out)
		}
	}
}

// A plan that holds nothing more leads to no texts.
func TestPlanThatIsEnoughLeadsToNoTexts(t *testing.T) {
	for name, want := range map[string]bool{"plan-untimed": true, "plan-enough": false, "plan-refused": false} {
		r := plannedReport(name)
		for format, write := range map[string]func(io.Writer) error{"text": func(w io.Writer) error { return r.Text(w, false) }, "Markdown": r.Markdown, "page": r.HTML} {
			if got := strings.Contains(string(rendered(t, write)), "The texts that make it so"); got != want {
				t.Errorf("%s of %s says how to get the texts: %v; want %v", format, name, got, want)
			}
		}
	}
}

// Whatever is chosen of a curve, its ends and the answer are there.
func TestSpaced(t *testing.T) {
	for _, c := range []struct {
		n, wanted, most int
		want            []int
	}{
		{0, -1, 5, nil},
		{1, 0, 5, []int{0}},
		{4, 2, 5, []int{0, 1, 2, 3}},
		{101, -1, 5, []int{0, 25, 50, 75, 100}},
		{101, 30, 5, []int{0, 29, 30, 31, 100}},
		{101, 100, 4, []int{0, 33, 99, 100}},
	} {
		if diff := cmp.Diff(c.want, spaced(c.n, c.wanted, c.most)); diff != "" {
			t.Errorf("spaced(%d, %d, %d) (-want +got):\n%s", c.n, c.wanted, c.most, diff)
		}
	}
	for n := range 40 {
		for most := 3; most < 12; most++ {
			if got := spaced(n, n/2, most); len(got) != min(n, most) || !slices.IsSorted(got) {
				t.Errorf("spaced(%d, %d, %d) = %v; want %d places, rising", n, n/2, most, got, min(n, most))
			}
		}
	}
}

// The weakest of what all requests pass carries the service; units that slow each
// other down carry less: 10 / (1 + 0.05 x 9) = 6.9 of 100/s.
func TestSustained(t *testing.T) {
	fleet := func(name string, start int, rate float64) simulation.Fleet {
		return simulation.Fleet{Name: name, Start: start, PerUnit: []simulation.Rate{{Sustained: rate - 1}, {Sustained: rate}, {Sustained: rate + 5}}}
	}
	web, api := fleet("web", 10, 100), fleet("api", 3, 400)
	if got := sustained(simulation.Service{Fleets: []simulation.Fleet{web, api}}, today); got != 1000 {
		t.Errorf("sustained(web, api) = %v; want 1000", got)
	}
	if got := sustained(simulation.Service{Fleets: []simulation.Fleet{web, api}, Ceiling: 700}, today); got != 700 {
		t.Errorf("sustained below a ceiling = %v; want 700", got)
	}
	web.Contention = 0.05
	if got := sustained(simulation.Service{Fleets: []simulation.Fleet{web, api}}, today); math.Abs(got-1000/1.45) > 1e-9 {
		t.Errorf("sustained with contention = %v; want %v", got, 1000/1.45)
	}
}

// Fewer than are ready today may be held: what they sustain is drawn as it is.
func TestHeldIsDrawnAsItIs(t *testing.T) {
	p := answered.planned()
	p.Model.Service.Fleets[0].Start = 50
	if got := sustained(p.Model.Service, p.held); got != 42*76 {
		t.Errorf("sustained(held) = %v; want %v, of 42 units", got, 42*76)
	}
	if got := sustained(p.Model.Service, today); got != 50*76 {
		t.Errorf("sustained(today) = %v; want %v, of 50 units", got, 50*76)
	}
}

// No name becomes markup, ends a block or a line, or steers a terminal; and what is
// run is there letter by letter.
func TestPlanTextsFromOutside(t *testing.T) {
	p := plannings()["plan-hostile"].planned()
	p.Texts = []prescale.Text{{Kind: prescale.Kubectl, Title: "# a <b>", Apply: "echo ```\n```` <script>\x1b[31m", Note: "@all"}}
	md := string(rendered(t, p.Markdown))
	if strings.Contains(md, "\x1b") || strings.Contains(md, "\n# y") || !strings.Contains(md, "\n`````sh\necho ```\n```` <script>[31m\n`````\n") {
		t.Errorf("Markdown lets texts out of their places:\n%s", md)
	}
	text := string(rendered(t, func(w io.Writer) error { return p.Text(w, false) }))
	if strings.Contains(text, "\x1b") || strings.Contains(text, "\n# y") {
		t.Errorf("text lets a name steer the terminal:\n%q", text)
	}
	whole := answered.planned()
	for _, format := range []func(w io.Writer) error{whole.Markdown, func(w io.Writer) error { return whole.Text(w, false) }} {
		out := string(rendered(t, format))
		for _, change := range whole.Texts {
			for line := range strings.Lines(change.Apply + "\n" + change.Late + "\n" + change.Reverse) {
				if !strings.Contains(out, strings.TrimSpace(line)) {
					t.Errorf("the line %q of %s is missing", line, change.Kind)
				}
			}
		}
	}
}

// A path is one word of a shell.
func TestShown(t *testing.T) {
	for path, want := range map[string]string{"reports/a-1": "reports/a-1", "my reports/a": "'my reports/a'", "a'b": `'a'\''b'`, "": "run"} {
		if got := shown(path, "run"); got != want {
			t.Errorf("shown(%q) = %s; want %s", path, got, want)
		}
	}
}

// Two instants are told by as much as it takes.
func TestBetween(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month, day, hour, minute int, zone *time.Location) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, zone)
	}
	for _, c := range []struct {
		from, to time.Time
		want     string
	}{
		{at(12, 1, 21, 38, jst), at(12, 1, 22, 25, jst), "21:38 to 22:25 JST"},
		{at(12, 1, 23, 38, jst), at(12, 2, 0, 25, jst), "2026-12-01 23:38 to 2026-12-02 00:25 JST"},
		{at(11, 1, 0, 40, newYork), at(11, 1, 2, 20, newYork), "2026-11-01 00:40 EDT to 2026-11-01 02:20 EST"},
	} {
		if got := between(c.from, c.to, " to "); got != c.want {
			t.Errorf("between(%s, %s) = %q; want %q", c.from, c.to, got, c.want)
		}
	}
}

// A report of a long campaign simulates it less often, but often enough to tell.
func TestReportDraws(t *testing.T) {
	for lasts, want := range map[time.Duration]int{0: 500, 10 * time.Minute: 500, 20 * time.Minute: 250, 4 * time.Hour: 100} {
		if got := reportDraws(lasts); got != want {
			t.Errorf("reportDraws(%s) = %d; want %d", lasts, got, want)
		}
	}
}
