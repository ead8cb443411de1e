package plan_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// steps is a demand of so many req/s for a minute each.
func steps(rates ...float64) forecast.Demand {
	var all []float64
	for _, r := range rates {
		for range 60 {
			all = append(all, r)
		}
	}
	return forecast.Demand{Name: "steps", Waves: []simulation.Wave{{Requests: all}}}
}

// spike is 100/s with a minute of 1,000/s: 72,000 requests, of which 72 may go
// unserved, 1.2 of each second of the spike. So 998.8/s must be carried.
var spike = steps(100, 1000, 100)

// slow is a fleet of pods that come too late for any spike here.
func slow(name string, start int, perUnit ...float64) simulation.Fleet {
	var rates []simulation.Rate
	for _, r := range perUnit {
		rates = append(rates, simulation.Rate{Sustained: r})
	}
	return simulation.Fleet{
		Name: name, Start: start, PerUnit: rates, CPU: simulation.CPU{Request: 1 / perUnit[0]},
		Pods: &simulation.Pods{
			HPA:     autoscale.HPA{Min: 2, Max: 50},
			Metrics: []simulation.Metric{{Target: 0.5}},
			Start:   simulation.Fixed(time.Hour),
		},
	}
}

// modelOf is a model of which everything is known that a plan asks for.
func modelOf(fleets ...simulation.Fleet) *forecast.Model {
	m := &forecast.Model{Service: simulation.Service{Fleets: fleets}}
	for _, f := range fleets {
		known := forecast.Fleet{
			Name: f.Name, Kind: capacity.HPA, Start: f.Start,
			Pod: []time.Duration{20 * time.Second}, Balancer: []time.Duration{10 * time.Second},
		}
		switch {
		case f.Pods != nil:
			known.Min, known.Max = new(f.Pods.HPA.Min), new(f.Pods.HPA.Max)
		case f.Group != nil:
			known.Kind = capacity.ASG
			known.Min, known.Max = new(f.Group.Min), new(f.Group.Max)
		}
		m.Fleets = append(m.Fleets, known)
	}
	return m
}

// everyDraw is the draws of a plan, whatever watches the tests, and ampleDraws so many as
// still tell their cases apart.
var (
	everyDraw  = forecast.Chance{Runs: 2000}
	ampleDraws = forecast.Chance{Runs: raced.Part(2000, 400)}
)

func made(t testing.TB, m *forecast.Model, d forecast.Demand, a plan.Ask) *plan.Plan {
	t.Helper()
	if a.Chance.Runs == 0 {
		a.Chance.Runs = raced.Part(400, 100)
	}
	p, err := plan.Make(m, d, a)
	if err != nil {
		t.Fatalf("Make = %v", err)
	}
	return p
}

// units are those of each hold.
func units(p *plan.Plan) map[string]int {
	all := map[string]int{}
	for _, h := range p.Holds {
		all[h.Fleet] = h.Units
	}
	return all
}

const web, api = "hpa/default/web", "hpa/default/api"

// With what a unit sustains known exactly, and units that come too late, the answer
// is what carries the spike, but for the 0.1 % that may go unserved.
func TestUnitsOfASpike(t *testing.T) {
	for _, c := range []struct {
		each float64
		want int
	}{
		{30, 34},    // 998.8 / 30 = 33.3
		{33.3, 30},  // 998.8 / 33.3 = 29.99, though 1000 / 33.3 = 30.03
		{33.25, 31}, // 998.8 / 33.25 = 30.04
		{500, 2},
		{1000, 2}, // the minimum, which holds as things are
		{1, 999},  // above the maximum of 50
	} {
		p := made(t, modelOf(slow(web, 2, c.each)), spike, plan.Ask{})
		if got := units(p)[web]; got != c.want {
			t.Errorf("units that sustain %g/s each = %d; want %d", c.each, got, c.want)
		}
		if p.Held.Probability != 1 || p.Held.Typical > plan.Unserved {
			t.Errorf("held at %d = %+v; want certainty", c.want, p.Held)
		}
		if enough := c.each >= 499.4; p.Enough != enough || enough != (p.Without.Probability == 1) {
			t.Errorf("units that sustain %g/s each: enough = %v, without a plan P = %g; want %v", c.each, p.Enough, p.Without.Probability, enough)
		}
	}
}

// What is unserved without a plan: two units carry 60 of 100/s and of 1000/s.
func TestWithoutAPlan(t *testing.T) {
	p := made(t, modelOf(slow(web, 2, 30)), spike, plan.Ask{})
	want := float64(2*60*40+60*940) / 72_000
	if math.Abs(p.Without.Typical-want) > 1e-9 || p.Without.Probability != 0 {
		t.Errorf("without = %+v; want P = 0 and %g unserved", p.Without, want)
	}
}

// Where the peak is a range, its 95 % decides. The spike's extra is 1000/s times a
// log-normal factor x of median 1: unserved is 60 (100 + 1000 x - C), of which the
// demand 60 (3 x 100 + 1000 x) allows a thousandth, so that
// C = 100 + 1000 x - 0.001 (300 + 1000 x). Of 10,000 draws the 95 % lies between the
// true 94.35 % and 95.65 %, three standard errors to each side; of the peak's 2,000
// between 93.5 % and 96.5 %.
func TestUnitsOfARange(t *testing.T) {
	const sigma, n = 0.5, 999
	factor := func(z float64) float64 { return math.Exp(sigma * z) }
	var factors []float64
	for i := range n {
		factors = append(factors, factor(math.Sqrt2*math.Erfinv(2*float64(i+1)/(n+1)-1)))
	}
	d := steps(100, 100, 100)
	d.Waves = append(d.Waves, simulation.Wave{Requests: steps(0, 1000, 0).Waves[0].Requests, Times: factors})
	p := made(t, modelOf(slow(web, 4, 10)), d, plan.Ask{Chance: everyDraw})
	need := func(z float64) int {
		x := factor(z)
		return int(math.Ceil((100 + 1000*x - 0.001*(300+1000*x)) / 10))
	}
	low, high := need(1.585), need(1.712)
	if got := units(p)[web]; got < low || got > high {
		t.Errorf("units = %d; want %d by the closed form, from %d to %d", got, need(1.645), low, high)
	}
	if p.Held.Probability < plan.Sure || p.Held.Probability > plan.Sure+0.01 {
		t.Errorf("P = %g; want a hair more than %g", p.Held.Probability, plan.Sure)
	}
	// The share of a count, with one more on either side.
	near := (p.Held.Probability*10_000 + 1) / 10_002
	if want := math.Sqrt(near * (1 - near) / 10_002); math.Abs(p.Held.Error-want) > 1e-12 {
		t.Errorf("standard error = %g; want %g", p.Held.Error, want)
	}
	for _, q := range []struct {
		name      string
		got       float64
		low, high float64 // three standard errors to each side, as z
	}{{"5 %", p.Peak.P5, -1.812, -1.514}, {"50 %", p.Peak.P50, -0.084, 0.084}, {"95 %", p.Peak.P95, 1.514, 1.812}} {
		if low, high := 100+1000*factor(q.low), 100+1000*factor(q.high); q.got < low || q.got > high {
			t.Errorf("peak at %s = %.0f/s; want %.0f to %.0f/s", q.name, q.got, low, high)
		}
	}
}

// A scheduled change raises the minimum to 40 at the sync 30 s after the start. The
// minute after the first takes 600/s, the one after that 1200/s, for which 40 units
// of 30/s do. Once they come in time only the first step is left to the plan; where
// they take 10 s too long, so is what they miss of the second:
//
//	10 x (1200 - 30 n) <= 0.001 x 60 x (100 + 600 + 1200)  =>  n >= 39.6
func TestUnitsThatCome(t *testing.T) {
	for _, c := range []struct {
		start time.Duration
		want  int
	}{
		{75 * time.Second, 20},  // ready at 105 s
		{100 * time.Second, 40}, // ready at 130 s
	} {
		f := slow(web, 4, 30)
		f.Pods.Metrics = []simulation.Metric{{Kind: simulation.Cron}}
		f.Pods.Phase = simulation.Phase{0}
		f.Pods.Start = simulation.Fixed(c.start)
		f.Orders = []simulation.Order{{At: 30 * time.Second, Min: new(40)}}
		p := made(t, modelOf(f), steps(100, 600, 1200), plan.Ask{})
		if got := units(p)[web]; got != c.want {
			t.Errorf("units where others start in %s = %d; want %d", c.start, got, c.want)
		}
	}
}

// Of one uncertain spot the peaks are those of all that may be drawn, whatever was:
// the base's 100/s and 1,000/s times 1 to 100 hundredths.
func TestPeakIsExact(t *testing.T) {
	d := steps(100, 100, 100)
	w := simulation.Wave{Requests: steps(0, 1000, 0).Waves[0].Requests}
	for i := range 100 {
		w.Times = append(w.Times, float64(i+1)/100)
	}
	d.Waves = append(d.Waves, w)
	for seed := range uint64(3) {
		p := made(t, modelOf(slow(web, 40, 30)), d, plan.Ask{Chance: forecast.Chance{Runs: 100, Seed: 1000 * seed}})
		if diff := cmp.Diff(forecast.Peak{P5: 150, P50: 600, P95: 1050}, p.Peak, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
			t.Errorf("seed %d: peak (-want +got):\n%s", 1000*seed, diff)
		}
	}
}

// Where its shape is uncertain too each shape comes with each factor: half of the
// draws are of the low shape's 200 to 300/s, half of the high one's 300 to 500/s.
func TestPeakOfShapes(t *testing.T) {
	d := steps(100, 100, 100)
	d.Waves = append(d.Waves, simulation.Wave{Forms: [][]float64{steps(0, 100).Waves[0].Requests, steps(0, 0, 200).Waves[0].Requests}, Times: []float64{1, 2}})
	p := made(t, modelOf(slow(web, 40, 30)), d, plan.Ask{Chance: forecast.Chance{Runs: 100}})
	if diff := cmp.Diff(forecast.Peak{P5: 200, P50: 300, P95: 500}, p.Peak); diff != "" {
		t.Errorf("peak (-want +got):\n%s", diff)
	}
}

// Of two uncertain spots at once 2,000 draws tell the peak, but not to the last figure.
func TestPeakOfDraws(t *testing.T) {
	d := steps(100, 100, 100)
	w := simulation.Wave{Requests: steps(0, 1000, 0).Waves[0].Requests}
	for i := range 1000 {
		w.Times = append(w.Times, float64(i+1)/1000)
	}
	d.Waves = append(d.Waves, w, w)
	p := made(t, modelOf(slow(web, 80, 30)), d, plan.Ask{Chance: everyDraw})
	for _, q := range []struct {
		name            string
		got, want, slip float64
	}{
		// The sum of two even ones is below x < 1 with x^2 / 2.
		{"5 %", p.Peak.P5, 100 + 1000*math.Sqrt(0.1), 50},
		{"50 %", p.Peak.P50, 1100, 50},
		{"95 %", p.Peak.P95, 100 + 1000*(2-math.Sqrt(0.1)), 50},
	} {
		if math.Abs(q.got-q.want) > q.slip || q.got != math.Round(q.got/10)*10 && q.name == "50 %" || q.got != math.Round(q.got) {
			t.Errorf("peak at %s = %g; want %g, no finer than its error", q.name, q.got, q.want)
		}
	}
}

// What a plan counts on is told by what its units do by themselves: a schedule that
// adds 20 in time is counted on, and alone 20 of 30/s carry 600 of the 1200/s. Where
// nothing comes in time the two are the same.
func TestHeldAlone(t *testing.T) {
	f := slow(web, 4, 30)
	f.Pods.Metrics = []simulation.Metric{{Kind: simulation.Cron}}
	f.Pods.Phase = simulation.Phase{0}
	f.Pods.Start = simulation.Fixed(75 * time.Second)
	f.Orders = []simulation.Order{{At: 30 * time.Second, Min: new(40)}}
	p := made(t, modelOf(f), steps(100, 600, 1200), plan.Ask{})
	if want := 600.0 / 1900; p.Held.Probability != 1 || p.Alone.Probability != 0 || math.Abs(p.Alone.Typical-want) > 1e-9 {
		t.Errorf("held = %+v, alone = %+v; want certainty, and %g unserved alone", p.Held, p.Alone, want)
	}
	group := simulation.Fleet{
		Name: "asg/web", Start: 2, PerUnit: []simulation.Rate{{Sustained: 28}, {Sustained: 30}},
		Group: &simulation.Group{Min: 2, Max: 60, Boot: simulation.Fixed(time.Hour)},
	}
	for _, f := range []simulation.Fleet{slow(web, 4, 28, 30), group} {
		if p := made(t, modelOf(f), spike, plan.Ask{}); p.Alone != p.Held {
			t.Errorf("%s: alone = %+v; want %+v, for nothing comes in time", f.Name, p.Alone, p.Held)
		}
	}
}

// Where demand rises by the minute pods that come within seconds are counted on, so
// that alone less is served; those that come after it change nothing.
func TestAloneServesNoMore(t *testing.T) {
	d := steps(200, 300, 450, 650, 900, 1200, 600, 200)
	d.Waves[0].Times = []float64{0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6}
	for start, counted := range map[time.Duration]bool{5 * time.Second: true, time.Hour: false} {
		p := made(t, modelOf(quick(60, 0.5, start)), d, plan.Ask{Airs: 2 * time.Minute, Chance: few})
		if p.Enough || (p.Alone.Probability < p.Held.Probability) != counted || p.Alone.Probability > p.Held.Probability {
			t.Errorf("pods in %s: held at %v P = %g, alone %g; want it less alone: %v", start, units(p), p.Held.Probability, p.Alone.Probability, counted)
		}
	}
}

// What goes beyond twice the units that were measured is extrapolated, and said.
func TestFarBeyondWhatWasMeasured(t *testing.T) {
	for measured, want := range map[int]string{
		16: "hpa/default/web: the plan's 34 units are more than twice the 16 at which a unit's sustainable rate was measured; that each sustains as much is an assumption",
		17: "",
	} {
		known := capacity.FleetResult{Fleet: capacity.Fleet{Name: web}, PerUnit: capacity.PerUnit{Mid: new(30.0), Units: measured}}
		other := capacity.FleetResult{Fleet: capacity.Fleet{Name: api}, PerUnit: capacity.PerUnit{Mid: new(30.0), Units: 1}}
		p := made(t, modelOf(slow(web, 2, 30)), spike, plan.Ask{Measured: []capacity.FleetResult{other, known}})
		said := slices.DeleteFunc(p.Warnings, func(w string) bool { return !strings.Contains(w, "twice") })
		if got := strings.Join(said, "\n"); got != want {
			t.Errorf("measured at %d units: %q; want %q", measured, got, want)
		}
	}
}

// Of small units before a peak that is a range one fewer misses what is asked for by
// less than chance can tell, 2 sqrt(0.95 x 0.05 / 10000) = 0.4 %; of large ones it does not.
func TestOneFewerMayDo(t *testing.T) {
	d := steps(100, 1000, 100)
	for i := range 1001 {
		d.Waves[0].Times = append(d.Waves[0].Times, 1+float64(i)/1000)
	}
	for each, want := range map[float64]bool{2: true, 200: false} {
		p := made(t, modelOf(slow(web, 2, each)), d, plan.Ask{Chance: everyDraw})
		said := strings.Join(p.Warnings, "\n")
		below := p.Risk[slices.IndexFunc(p.Risk, func(r plan.Risk) bool { return r.Units == units(p)[web]-1 })]
		if got := strings.Contains(said, fmt.Sprintf("%s: with %d units the chance is %s, within two errors of the 95 %% asked for", web, below.Units, below.Chance)); got != want {
			t.Errorf("units of %g/s: %v, one fewer P = %s, warnings = %q; want it to be said: %v", each, units(p), below.Chance, said, want)
		}
		if near := plan.Sure-below.Probability <= 2*math.Sqrt(below.Probability*(1-below.Probability)/10_000); near != want {
			t.Errorf("units of %g/s: one fewer P = %g; want that within two errors: %v", each, below.Probability, want)
		}
	}
}

// What would do is no answer where one unit more would not, and that is said. A minute of
// 700/s takes 7 units of 100/s. It is 1.25 times their target of 80 %, so that they
// become 9, which carry the next minute's 900/s; 8 are at 1.09 times theirs, within the
// tolerance, and stay until that minute has begun.
func TestMoreUnitsThatServeLess(t *testing.T) {
	f := slow(web, 2, 100)
	f.Pods.Metrics = []simulation.Metric{{Target: 0.8}}
	f.Pods.Start = simulation.Fixed(5 * time.Second)
	d := steps(700, 900)
	p := made(t, modelOf(f), d, plan.Ask{})
	if got := units(p)[web]; got != 9 {
		t.Errorf("units = %d; want 9", got)
	}
	for _, point := range p.Risk {
		if holds := point.Units == 7 || point.Units >= 9; holds != (point.Probability >= plan.Sure) {
			t.Errorf("P of %d units = %g; want that they do: %v", point.Units, point.Probability, holds)
		}
	}
	const want = "hpa/default/web: 7 units would do by these draws, 8 would not: "
	if !slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.HasPrefix(w, want) }) {
		t.Errorf("warnings = %q; want %q", p.Warnings, want)
	}
	if p := made(t, modelOf(slow(web, 2, 30)), spike, plan.Ask{}); slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.Contains(w, "would not") }) {
		t.Errorf("warnings = %q; want none of a number that was skipped", p.Warnings)
	}
}

// Each of two fleets is held at what it needs by itself.
func TestUnitsOfTwoFleets(t *testing.T) {
	p := made(t, modelOf(slow(web, 4, 30), slow(api, 4, 80)), spike, plan.Ask{})
	if got := units(p); got[web] != 34 || got[api] != 13 || len(p.Holds) != 2 {
		t.Errorf("units = %v; want 34 of web and 13 of api", got)
	}
}

// weak is a fleet of which one draw in 25 halves what a unit sustains.
func weak(name string, draw int) simulation.Fleet {
	rates := make([]float64, 25)
	for i := range rates {
		rates[i] = 100
	}
	rates[draw] = 50
	return slow(name, 4, rates...)
}

// Of two fleets that are each unsure by themselves, together more must be held: one
// draw in 25 halves what a unit of either sustains, another one for each, which is let go
// for one of them and not for both. Were it the same draw, both would be let go at once.
func TestUnitsTogether(t *testing.T) {
	if p := made(t, modelOf(weak(web, 0), weak(api, 0)), spike, plan.Ask{Chance: ampleDraws}); units(p)[web] != 10 || units(p)[api] != 10 {
		t.Errorf("units of what is weak at once = %v; want 10 each, P = 0.96", units(p))
	}
	if p := made(t, modelOf(weak(web, 0)), spike, plan.Ask{Chance: ampleDraws}); units(p)[web] != 10 {
		t.Errorf("units alone = %v; want 10, P = 0.96", units(p))
	}
	p := made(t, modelOf(weak(web, 0), weak(api, 7)), spike, plan.Ask{Chance: ampleDraws})
	got := units(p)
	if more, less := max(got[web], got[api]), min(got[web], got[api]); more != 20 || less != 10 {
		t.Errorf("units together = %v; want 10 and 20: 0.92 is less than 0.95", got)
	}
	if p.Held.Probability < plan.Sure {
		t.Errorf("P together = %g; want at least %g", p.Held.Probability, plan.Sure)
	}
}

// No number of units helps against what stands behind them.
func TestCeiling(t *testing.T) {
	m := modelOf(slow(web, 2, 30))
	m.Service.Ceiling = 900
	p := made(t, m, spike, plan.Ask{Layers: []capacity.Layer{{Name: "database", Rate: 900}}, At: time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)})
	if len(p.Holds) > 0 || len(p.Texts) > 0 || p.Instants != nil {
		t.Errorf("behind a ceiling: holds %v, %d texts; want none", p.Holds, len(p.Texts))
	}
	for _, want := range []string{"database carries 900/s", "peak is 1k/s", "is served is 0 %"} {
		if !strings.Contains(p.Refused, want) {
			t.Errorf("refused = %q; want %q in it", p.Refused, want)
		}
	}
	m.Service.Ceiling = 998.81 // of the spike's 1,000/s no more than 1.2 may go unserved
	if p := made(t, m, spike, plan.Ask{}); units(p)[web] != 34 {
		t.Errorf("behind a ceiling that is just high enough: %v, %q; want 34 units", units(p), p.Refused)
	}
}

// Two fleets that do not hold together are no fault of what stands behind them, though
// that is known and does: one draw in 25 of each, another one, carries next to nothing.
func TestTogetherIsNotTheCeiling(t *testing.T) {
	weak := func(name string, draw int) simulation.Fleet {
		rates := make([]float64, 25)
		for i := range rates {
			rates[i] = 100
		}
		rates[draw] = 0.1
		group := simulation.Fleet{Name: name, Start: 4, Group: &simulation.Group{Min: 4, Max: 10, Quota: 11, Boot: simulation.Fixed(time.Hour)}}
		for _, r := range rates {
			group.PerUnit = append(group.PerUnit, simulation.Rate{Sustained: r})
		}
		return group
	}
	m := modelOf(weak("asg/web", 0), weak("asg/api", 7))
	m.Service.Ceiling = 2000
	p := made(t, m, spike, plan.Ask{Chance: everyDraw, Layers: []capacity.Layer{{Name: "database", Rate: 2000}}})
	if want := "no number of units suffices: the fleets do not hold together, each at the most it can have, and "; !strings.HasPrefix(p.Refused, want) {
		t.Errorf("refused = %q; want %q", p.Refused, want)
	}
}

// A range whose ends are shown alike is one figure.
func TestRefusedSaysARangeOnce(t *testing.T) {
	for _, c := range []struct {
		times []float64
		want  string
	}{
		{[]float64{0.9999, 1.0001}, "the demand's peak is 1k/s; "},
		{[]float64{0.5, 1.5}, "the demand's peak is 500/s (500/s to 1.5k/s in 9 of 10 draws); "},
	} {
		m := modelOf(slow(web, 2, 30))
		m.Service.Ceiling = 400
		d := steps(100, 1000, 100)
		d.Waves[0].Times = c.times
		if p := made(t, m, d, plan.Ask{}); !strings.Contains(p.Refused, c.want) {
			t.Errorf("%v times: refused = %q; want %q in it", c.times, p.Refused, c.want)
		}
	}
}

func TestChanceInWords(t *testing.T) {
	for _, c := range []struct {
		chance plan.Chance
		want   string
	}{
		{plan.Chance{Probability: 0.0005, Error: 0.0005}, "0.05 % ± 0.05 %"},
		{plan.Chance{Probability: 0.62, Error: 0.0109}, "62 % ± 1 %"},
		{plan.Chance{Probability: 0.9499, Error: 0.0049}, "94.99 % ± 0.5 %"}, // not 95 %, which is asked for
		{plan.Chance{}, "0 %"},
		{plan.Chance{Probability: 1}, "100 %"},
	} {
		if got := c.chance.String(); got != c.want {
			t.Errorf("String of %g ± %g = %q; want %q", c.chance.Probability, c.chance.Error, got, c.want)
		}
	}
}

// Who waits is told of every airing that is simulated: all draws of what is held and
// of things as they are at least; and it changes nothing.
func TestPlayed(t *testing.T) {
	m := modelOf(slow(web, 2, 28, 30, 32))
	told := 0
	chance := forecast.Chance{Runs: 200, Seed: 3}
	p := made(t, m, spike, plan.Ask{Chance: chance, Played: func() { told++ }})
	if told < 2*200 {
		t.Errorf("told of %d airings; want at least 400, 200 of the plan and 200 without", told)
	}
	if diff := cmp.Diff(made(t, m, spike, plan.Ask{Chance: chance}), p); diff != "" {
		t.Errorf("the plan differs where someone waits for it (-not +waits):\n%s", diff)
	}
}

// What a peak needs beyond a quota nobody gets.
func TestQuota(t *testing.T) {
	group := simulation.Fleet{
		Name: "asg/web", Start: 2, PerUnit: []simulation.Rate{{Sustained: 30}},
		Group: &simulation.Group{Min: 2, Max: 10, Quota: 33, Boot: simulation.Fixed(time.Hour)},
	}
	p := made(t, modelOf(group), spike, plan.Ask{})
	for _, want := range []string{"asg/web carries 990/s with 33 units", "its quota is 33 instances", "peak is 1k/s"} {
		if !strings.Contains(p.Refused, want) {
			t.Errorf("refused = %q; want %q in it", p.Refused, want)
		}
	}
	more := *group.Group
	more.Quota = 34
	group.Group = &more
	p = made(t, modelOf(group), spike, plan.Ask{})
	if units(p)["asg/web"] != 34 {
		t.Errorf("with a quota of 34: %v, %q; want 34 units", units(p), p.Refused)
	}
	if !strings.Contains(strings.Join(p.Warnings, "\n"), "asg/web: its maximum of 10 is below the 34 units to hold") {
		t.Errorf("warnings = %q; want that the maximum of 10 is raised", p.Warnings)
	}
}

func TestQuotaOfNodes(t *testing.T) {
	f := slow(web, 2, 30)
	f.Pods.Nodes = &simulation.Nodes{Start: 1, Min: 1, Max: 4, Quota: 8, PodsPerInstance: 4, Boot: simulation.Fixed(time.Minute)}
	if p := made(t, modelOf(f), spike, plan.Ask{}); !strings.Contains(p.Refused, "the quota of its nodes is 8 instances of 4 pods each") {
		t.Errorf("refused = %q; want the nodes' quota", p.Refused)
	}
}

// Where more units carry less the summit of the scalability law is as far as one
// gets: 30 n / (1 + 0.001 n (n - 1)) has it at sqrt(1 / 0.001) = 31.6, of 482/s.
func TestUnitsSlowEachOtherDown(t *testing.T) {
	f := slow(web, 2, 30)
	f.Coherence = 0.001
	p := made(t, modelOf(f), spike, plan.Ask{})
	for _, want := range []string{"carries 482/s with 32 units", "more than 32 units carry less"} {
		if !strings.Contains(p.Refused, want) {
			t.Errorf("refused = %q; want %q in it", p.Refused, want)
		}
	}
	// 30 x 20 / (1 + 0.001 x 20 x 19) = 434.8; 21 units carry 443.7.
	if p := made(t, modelOf(f), steps(100, 440, 100), plan.Ask{}); units(p)[web] != 21 {
		t.Errorf("units for 440/s = %v, %q; want 21", units(p), p.Refused)
	}
}

// Where units wait for each other without slowing each other down more of them always
// carry more, and ever less: n of 30/s with a contention of 5 % carry
// 30 n / (0.95 + 0.05 n), and all there could ever be less than 600/s. Of a spike of
// 540/s a thousandth of 540 + 2 x 100 may be left, 0.74 of each of its seconds: 539.26/s
// are 17.975 units' worth, which take 17.975 x 0.95 / (1 - 17.975 x 0.05) = 168.7.
func TestUnitsWaitForEachOther(t *testing.T) {
	contended := func(share float64) simulation.Fleet {
		f := slow(web, 2, 30)
		f.Contention = share
		return f
	}
	for _, c := range []struct {
		peak float64
		want int
	}{
		{270, 16}, // 269.53/s are 8.984 units' worth: 15.5
		{540, 169},
		{590, 1038}, // 589.21/s are 19.640 units' worth: 1037.5
	} {
		p := made(t, modelOf(contended(0.05)), steps(100, c.peak, 100), plan.Ask{})
		if got := units(p)[web]; got != c.want {
			t.Errorf("units for %g/s = %d, %q; want %d", c.peak, got, p.Refused, c.want)
		}
	}
	// 99 % of 600/s are 594/s, carried by 99 x 0.95 / 0.05 = 1881 units.
	p := made(t, modelOf(contended(0.05)), steps(100, 650, 100), plan.Ask{})
	for _, want := range []string{"carries 594/s with 1,881 units, and any number more would add 1.01 % at most", "(contention 5 %)", "peak is 650/s"} {
		if !strings.Contains(p.Refused, want) {
			t.Errorf("refused = %q; want %q in it", p.Refused, want)
		}
	}
	// Where nothing can be done side by side one unit is as good as any number.
	if p := made(t, modelOf(contended(1)), spike, plan.Ask{}); !strings.Contains(p.Refused, "carries 30/s with 2 units, and any number more") {
		t.Errorf("refused = %q; want that more than the 2 there are add nothing", p.Refused)
	}
	// A little coherence on top, with its summit at 3,082 units, costs some units more.
	f := contended(0.05)
	f.Coherence = 1e-7
	if p := made(t, modelOf(f), steps(100, 540, 100), plan.Ask{}); units(p)[web] != 170 {
		t.Errorf("units with some coherence = %v, %q; want 170", units(p), p.Refused)
	}
}

// A minimum that holds needs no change, and the plan says so.
func TestEnough(t *testing.T) {
	f := slow(web, 40, 30)
	f.Pods.HPA.Min = 34
	p := made(t, modelOf(f), spike, plan.Ask{At: time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC), UnitCost: map[string]float64{web: 1}})
	switch {
	case !p.Enough || units(p)[web] != 34:
		t.Errorf("enough = %v, %v; want the minimum of 34 units to be enough", p.Enough, units(p))
	case len(p.Texts) > 0 || len(p.NoTexts) > 0:
		t.Errorf("texts = %v, %v; want none where nothing changes", p.Texts, p.NoTexts)
	case p.Held.Probability != 1 || p.Without.Probability != 1:
		t.Errorf("held = %+v, without = %+v; want certainty of both", p.Held, p.Without)
	case *p.Holds[0].Cost != 0:
		t.Errorf("cost = %g; want nothing", *p.Holds[0].Cost)
	case p.Risk[0].Units != 34:
		t.Errorf("the curve begins at %d; want 34", p.Risk[0].Units)
	}
}

// That as many are ready today is not enough, for nothing keeps them: the fewest that
// do are held, with a text, though they are no more than there are.
func TestReadyTodayIsNotHeld(t *testing.T) {
	for _, start := range []int{34, 40} {
		p := made(t, modelOf(slow(web, start, 30)), spike, plan.Ask{At: time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC), UnitCost: map[string]float64{web: 1}})
		if p.Enough || units(p)[web] != 34 || len(p.Texts) == 0 {
			t.Fatalf("with %d ready and a minimum of 2: enough = %v, units = %v, %d texts; want 34 to be held", start, p.Enough, units(p), len(p.Texts))
		}
		if p.Without.Probability != 1 || *p.Holds[0].Cost != 0 {
			t.Errorf("with %d ready: without a plan P = %g, cost %g; want certainty as they are, and no unit more to pay", start, p.Without.Probability, *p.Holds[0].Cost)
		}
		if want := fmt.Sprintf("%s: %d units are ready today, and its minimum of 2 keeps no more than that", web, start); !strings.Contains(strings.Join(p.Warnings, "\n"), want) {
			t.Errorf("warnings = %q; want %q", p.Warnings, want)
		}
		if p.Risk[0].Units != 2 || p.Risk[0].Probability != 0 {
			t.Errorf("the curve begins at %d units with P = %g; want the minimum of 2, and 0", p.Risk[0].Units, p.Risk[0].Probability)
		}
	}
}

// A minimum of 0 keeps nothing, though one unit is enough.
func TestAMinimumOfZero(t *testing.T) {
	f := slow(web, 1, 30)
	f.Pods.HPA.Min = 1
	for minimum, enough := range []bool{false, true} {
		m := modelOf(f)
		m.Fleets[0].Min = &minimum
		p := made(t, m, steps(10, 20, 10), plan.Ask{At: time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)})
		if p.Enough != enough || units(p)[web] != 1 || (len(p.Texts) > 0) == enough {
			t.Errorf("minimum %d: enough = %v, units = %v, %d texts; want 1 unit, which is enough: %v", minimum, p.Enough, units(p), len(p.Texts), enough)
		}
	}
}

// Of a minimum that is not known nobody can say that it is enough.
func TestAMinimumNobodyKnows(t *testing.T) {
	m := modelOf(slow(web, 40, 30))
	m.Fleets[0].Min = nil
	p := made(t, m, spike, plan.Ask{At: time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)})
	if p.Enough || units(p)[web] != 34 || len(p.NoTexts) != 1 {
		t.Errorf("enough = %v, units = %v, no texts = %q; want 34 to be held, and that the minimum must be known", p.Enough, units(p), p.NoTexts)
	}
}

// What nothing scales stays as it is, so that what is ready today is enough.
func TestNothingScales(t *testing.T) {
	fixed := slow(web, 40, 30)
	fixed.Pods = nil
	if p := made(t, modelOf(fixed), spike, plan.Ask{}); !p.Enough || units(p)[web] != 40 {
		t.Errorf("enough = %v, units = %v; want the 40 that stay", p.Enough, units(p))
	}
}

// A floor keeps what an ordinary evening runs, where it would be given up before the
// airing: six minutes of little demand let 40 units go, of which 34 are needed.
func TestHoldingWhatIsThere(t *testing.T) {
	p := made(t, modelOf(slow(web, 40, 30)), steps(10, 10, 10, 10, 10, 10, 10, 10, 1000, 10), plan.Ask{})
	if p.Enough || p.Without.Probability != 0 || units(p)[web] != 34 {
		t.Errorf("enough = %v with P = %g, units = %v; want 34 units to be held though 40 run today", p.Enough, p.Without.Probability, units(p))
	}
}
