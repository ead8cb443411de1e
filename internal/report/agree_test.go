package report

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// readFigure reads a figure as a person does, and says how far from it the value
// may lie that it stands for.
func readFigure(t *testing.T, text string) (value, within float64) {
	t.Helper()
	if regexp.MustCompile(`^(\d+h)?(\d+m)?([\d.]+s)?$`).MatchString(text) {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatalf("figure %q: %v", text, err)
		}
		return d.Seconds(), 0.5
	}
	parts := regexp.MustCompile(`^(−?)\+?([\d,.]+)(k|M|G)? ?(/s|x|%|s|ms|µs|kB|MB|GB|)$`).FindStringSubmatch(text)
	if parts == nil {
		t.Fatalf("%q is no figure", text)
	}
	value, err := strconv.ParseFloat(strings.ReplaceAll(parts[2], ",", ""), 64)
	if err != nil {
		t.Fatalf("figure %q: %v", text, err)
	}
	value *= map[string]float64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[parts[3]] * map[string]float64{"%": 0.01, "ms": 1e-3, "µs": 1e-6, "": 1, "/s": 1, "x": 1, "s": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[parts[4]]
	switch magnitude := math.Floor(math.Log10(value)); {
	case parts[4] == "%" || parts[4] == "":
		within = 0.01 // rounded down
	case value == 0:
	case parts[4] == "x" && value < 10:
		within = math.Pow10(int(magnitude)-1) / 2
	default:
		within = math.Pow10(int(magnitude)-2) / 2
	}
	if parts[1] == "−" {
		value = -value
	}
	return value, within
}

// figuresIn are the figures of an estimate in the order low, middle, high.
func figuresIn(estimate string) (low, mid, high string) {
	if parts := regexp.MustCompile(`^(.+) \((.+) to (.+)\)$`).FindStringSubmatch(estimate); parts != nil {
		return parts[2], parts[1], parts[3]
	}
	if bound, ok := strings.CutPrefix(estimate, "at least "); ok {
		return bound, "", ""
	}
	return estimate, estimate, estimate
}

// check holds texts against the numbers of summary.json.
type check struct {
	*testing.T
	name string
	seen int
}

func (c *check) figure(what, text string, value *float64) {
	c.Helper()
	switch {
	case text == "" || text == "unknown":
		if value != nil {
			c.Errorf("%s: %s is %q; summary.json has %v", c.name, what, text, *value)
		}
		return
	case value == nil:
		c.Errorf("%s: %s is %q; summary.json has null", c.name, what, text)
		return
	}
	shown, within := readFigure(c.T, text)
	if off := math.Abs(shown - *value); off > within+1e-9 {
		c.Errorf("%s: %s is %q; summary.json has %v", c.name, what, text, *value)
	}
	c.seen++
}

// estimate holds the middle to the summary too, unless the text is a bound.
func (c *check) estimate(what, text string, low, mid, high *float64) {
	c.Helper()
	l, m, h := figuresIn(text)
	c.figure(what+" low", l, low)
	if m != "" {
		c.figure(what+" mid", m, mid)
	}
	c.figure(what+" high", h, high)
}

func (c *check) probability(what, text string, p *float64) {
	c.Helper()
	switch text {
	case ">99 %":
		if p == nil || *p != 1 {
			c.Errorf("%s: %s is %q; want that only where every draw is enough", c.name, what, text)
		}
	case "<1 %":
		if p == nil || *p >= 0.01 {
			c.Errorf("%s: %s is %q; want that only below 0.01", c.name, what, text)
		}
	default:
		c.figure(what, text, p)
	}
}

// Every number that people read is that of summary.json, to its rounding.
func TestWordsAgreeWithSummary(t *testing.T) {
	seen := 0
	for name, e := range cases() {
		r := e.report()
		s := r.Summary()
		c := &check{T: t, name: name}
		c.margins(r, s.Headroom)
		for i, o := range r.objectiveRows() {
			c.objective(r, o, s.Objectives[i])
		}
		for i, l := range r.layerRows() {
			c.estimate("layer "+l.Name, l.Rate, s.Layers[i].Low, s.Layers[i].Rate, s.Layers[i].High)
			if binds := s.Binding != nil && *s.Binding == l.Name; binds != l.Binding {
				t.Errorf("%s: layer %s binding %t; summary.json says %t", name, l.Name, l.Binding, binds)
			}
		}
		for i, f := range r.fleetRows() {
			c.fleet(f, s.Fleets[i])
		}
		c.observation(r.observationRows(), s.Coverage)
		c.stages(r.stageRows(), s.Fleets)
		c.path(r, s)
		c.spread(r, s.Spread)
		seen += c.seen
	}
	if seen < 200 {
		t.Errorf("%d figures were compared; want at least 200", seen)
	}
}

func (c *check) margins(r *Report, h Headroom) {
	for _, row := range r.marginRows() {
		m := h.Grown
		switch {
		case strings.HasPrefix(row.Name, "ready"):
			m = h.Ready
		case row.Name == "production at start":
			m = *h.Start
		}
		c.figure(row.Name+" asked", row.Asked, m.Multiples.Demand)
		c.estimate(row.Name+" has", row.Has, m.Multiples.Low, m.Multiples.Mid, m.Multiples.High)
		c.estimate(row.Name+" headroom", row.Headroom, m.Low, m.Mid, m.High)
		c.probability(row.Name+" probability", row.Probability, m.Probability)
	}
	if h.Low != nil {
		title, _, _ := strings.Cut(r.headroomTitle(), " a") // against a peak, or at an instant
		c.estimate("title", title, h.Low, h.Mid, h.High)
	}
}

func (c *check) objective(r *Report, row objectiveRow, o Objective) {
	if row.Measured {
		c.figure(row.Name+" worst", row.Worst, o.Worst)
	}
	c.clock(r, row.Name+" worst at", row.At, o.WorstAt)
	if row.Broken == "" {
		if o.FirstAt != nil || o.Broken != nil && *o.Broken != 0 {
			c.Errorf("%s: %s is not said to be broken; summary.json has %+v", c.name, row.Name, o)
		}
		return
	}
	parts := regexp.MustCompile(`^(.+?)(?: on and off)? from ([\d:]+)(?:, (.+) of it with the load delivered)?$`).FindStringSubmatch(row.Broken)
	if parts == nil {
		c.Errorf("%s: broken %q cannot be read", c.name, row.Broken)
		return
	}
	c.figure(row.Name+" broken", parts[1], o.Broken)
	c.clock(r, row.Name+" first at", parts[2], o.FirstAt)
	proven := parts[3]
	if proven == "" {
		proven = parts[1]
	}
	c.figure(row.Name+" proven", proven, o.Proven)
}

// clock holds a time of day against seconds of the run.
func (c *check) clock(r *Report, what, text string, at *float64) {
	c.Helper()
	want := ""
	if at != nil {
		want = r.Manifest.Started.Add(time.Duration(*at * 1e9)).In(r.Scenario.Zone).Format(time.TimeOnly)
	}
	if text != want {
		c.Errorf("%s: %s is %q; summary.json has %q", c.name, what, text, want)
	}
	c.seen++
}

func (c *check) fleet(row fleetRow, f Fleet) {
	c.estimate(row.Name+" sustains", row.PerUnit, f.PerUnit.Low, f.PerUnit.Mid, f.PerUnit.High)
	c.estimate(row.Name+" saturates", row.Saturation, f.PerUnit.SaturationLow, f.PerUnit.Saturation, f.PerUnit.SaturationHigh)
	c.count(row.Name+" measured at", row.MeasuredAt, f.PerUnit.Units)
	c.count(row.Name+" max", row.Max, f.Max)
	c.count(row.Name+" desired", row.Desired, f.DesiredMax)
	start, most, _ := strings.Cut(row.Units, " → ")
	c.count(row.Name+" ready at the start", start, f.ReadyStart)
	c.count(row.Name+" ready at most", most, f.ReadyMax)
}

func (c *check) observation(rows []observationRow, all []Coverage) {
	if len(rows) != len(all) {
		c.Errorf("%s: %d sources; summary.json has %d", c.name, len(rows), len(all))
		return
	}
	for i, o := range rows {
		s := all[i]
		if o.Source != s.Source {
			c.Errorf("%s: source %d is %s; summary.json has %s", c.name, i, o.Source, s.Source)
		}
		c.share(o.Source+" of the run", o.Run, &s.Run, s.Least)
		c.share(o.Source+" of the spots", o.Spots, s.Spots, s.Least)
		c.count(o.Source+" gaps", o.Gaps, &s.Gaps)
		c.amount(o.Source+" calls", o.Calls, s.Calls)
		c.amount(o.Source+" bytes", o.Bytes, s.Bytes)
	}
}

// share holds that a share stands on its true side of a limit, too.
func (c *check) share(what, text string, value *float64, limit float64) {
	c.Helper()
	c.figure(what, text, value)
	if value == nil {
		return
	}
	if shown, _ := readFigure(c.T, text); (shown < limit) != (*value < limit) {
		c.Errorf("%s: %s is %q; summary.json has %v against %v", c.name, what, text, *value, limit)
	}
}

func (c *check) amount(what, text string, n *int64) {
	c.Helper()
	if n == nil {
		c.figure(what, text, nil)
		return
	}
	value := float64(*n)
	c.figure(what, text, &value)
}

func (c *check) count(what, text string, n *int) {
	c.Helper()
	want := "unknown"
	if n != nil {
		want = strconv.Itoa(*n) // of the model's evenings none reaches a thousand
	}
	if text != want {
		c.Errorf("%s: %s is %q; summary.json has %s", c.name, what, text, want)
	}
	c.seen++
}

func (c *check) stages(rows []stageRow, fleets []Fleet) {
	next := 0
	for _, f := range fleets {
		for _, s := range f.Stages {
			row := rows[next]
			next++
			if row.Fleet != f.Name || row.Stage != strings.ReplaceAll(s.Stage, "_", " ") {
				c.Errorf("%s: row %d is %s of %s; summary.json has %s of %s", c.name, next, row.Stage, row.Fleet, s.Stage, f.Name)
			}
			c.figure(s.Stage+" p50", row.P50, &s.P50)
			c.figure(s.Stage+" p90", row.P90, &s.P90)
			c.figure(s.Stage+" max", row.Max, &s.Max)
			came, _, some := strings.Cut(row.Units, " of ")
			c.count(s.Stage+" count", came, &s.Units)
			if want := fmt.Sprintf("%d of %d", s.Units, s.Units+s.Missing); some != (s.Missing > 0) || some && row.Units != want {
				c.Errorf("%s: %s count is %q; summary.json has %d missing", c.name, s.Stage, row.Units, s.Missing)
			}
		}
	}
	if next != len(rows) {
		c.Errorf("%s: %d stages; summary.json has %d", c.name, len(rows), next)
	}
}

// spread holds the table of how units shared the load, and what stands above it.
func (c *check) spread(r *Report, s *Spread) {
	rows := r.spreadRows()
	if s == nil {
		if len(rows) > 0 {
			c.Errorf("%s: spread %v; summary.json has null", c.name, rows)
		}
		return
	}
	parts := regexp.MustCompile(`^Spread over (.+), ([\d,]+) answers in ([\d,]+) windows?$`).FindStringSubmatch(r.spreadTitle())
	if parts == nil || parts[1] != s.Fleet {
		c.Errorf("%s: title %q; want it to name %s", c.name, r.spreadTitle(), s.Fleet)
		return
	}
	answers, windows := float64(s.Answers), float64(s.Windows)
	c.figure("answers", parts[2], &answers)
	c.figure("windows", parts[3], &windows)
	var shares []*UnitShare
	for _, u := range []*UnitShare{s.Busiest, s.Least} {
		if u != nil {
			shares = append(shares, u)
		}
	}
	for i := range s.Skewed {
		shares = append(shares, &s.Skewed[i])
	}
	if len(rows) != len(shares) {
		c.Errorf("%s: %d shares are told; summary.json has %d", c.name, len(rows), len(shares))
		return
	}
	for i, u := range shares {
		row := rows[i]
		if u.Unit != nil && row.Unit != *u.Unit || u.Unit == nil && !strings.Contains(row.Unit, " ") {
			c.Errorf("%s: unit %q; summary.json has %v", c.name, row.Unit, u.Unit)
		}
		count, times := float64(u.Answers), float64(u.Answers)/u.Even
		if times != u.Times {
			c.Errorf("%s: %v times an even share; %d of %v are %v", c.name, u.Times, u.Answers, u.Even, times)
		}
		c.figure(row.Unit+" times", row.Times, &u.Times)
		c.figure(row.Unit+" answers", row.Answers, &count)
		even := math.Round(u.Even)
		c.figure(row.Unit+" even share", row.Even, &even)
		c.clock(r, row.Unit+" from", row.From, &u.From)
		c.clock(r, row.Unit+" to", row.To, &u.To)
	}
}

// path adds the stretches of summary.json up again, stage by stage.
func (c *check) path(r *Report, s Summary) {
	took := map[string]float64{}
	for i, o := range s.CriticalPath {
		took[o.Stage] += o.To - o.From
		if i > 0 && o.From != s.CriticalPath[i-1].To {
			c.Errorf("%s: the critical path has a hole before %v", c.name, o.From)
		}
	}
	facts := r.pathFacts()
	if len(facts) == 0 {
		if len(s.CriticalPath) > 0 {
			c.Errorf("%s: the critical path of summary.json is not told", c.name)
		}
		return
	}
	whole := s.CriticalPath[len(s.CriticalPath)-1].To - s.CriticalPath[0].From
	c.figure("critical path", strings.TrimPrefix(facts[0].Name, "critical path, "), &whole)
	if s.RecoveredAfter != nil && math.Abs(whole-*s.RecoveredAfter) > 1e-6 {
		c.Errorf("%s: the critical path takes %v s; it recovered after %v s", c.name, whole, *s.RecoveredAfter)
	}
	step := regexp.MustCompile(`^(?:web(?:-nodes)? )?([a-z ]+?)(?: \([^)]+\))? ([\d.]+ m?s|\d+m(?:\d+s)?)(?: \(\d+ times\))?$`)
	for _, said := range strings.Split(facts[0].Value, " → ") {
		parts := step.FindStringSubmatch(said)
		if parts == nil {
			c.Errorf("%s: step %q of the critical path cannot be read", c.name, said)
			continue
		}
		stage := strings.ReplaceAll(parts[1], " ", "_")
		value := took[stage]
		c.figure(said, parts[2], &value)
		delete(took, stage)
	}
	if len(took) > 0 {
		c.Errorf("%s: the critical path leaves out %v", c.name, took)
	}
}
