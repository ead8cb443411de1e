package scenario

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// A rehearsal against a tenth of production is asked about production's peak.
func ExampleScenario_Demand() {
	s, err := Parse("prime-time.yaml", ".", []byte(`
name: prime-time
target: {url: "https://staging.example.jp", allow_hosts: [staging.example.jp]}
traffic:
  baseline: 40/s
  stages: [{to: 4x, over: 0s}, {hold: 60s}, {to: 1x, over: 0s}, {hold: 8m}]   # a staircase first
  spots: [{name: CM 1, at: 3m, peak: {p50: 8x, p95: 16x}, half_life: {p50: 45s, p95: 3m}}]
requests: [{get: /}]
objectives: [{p99: 800ms}]
headroom: {peak: 3200/s}
`), Options{Env: noEnv})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := s.Demand()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Name)
	fmt.Printf("airs at %s, lasts %s, over %.0f/s\n", d.Airs, d.Lasts.Round(time.Second), d.Baseline)
	fmt.Printf("the spot: %d amplitudes, %d forms\n", len(d.Waves[1].Times), len(d.Waves[1].Forms))
	fmt.Println(strings.Join(d.Assumed, "\n"))
	// Output:
	// CM 1, 8x to 16x, to 3.2k/s
	// airs at 1m0s, lasts 3m53s, over 400/s
	// the spot: 200 amplitudes, 64 forms
	// The stages are left out: what is taken is spots over the baseline of 40/s.
	// All traffic is taken 10x what the scenario says, so that its highest second has headroom's 3.2k/s.
}

// demandOf is the demand of the minimal scenario with changes.
func demandOf(t *testing.T, changes ...string) forecast.Demand {
	t.Helper()
	d, err := mustParse(t, strings.NewReplacer(changes...).Replace(minimal), Options{Env: noEnv}).Demand()
	if err != nil {
		t.Fatalf("Demand() with %q = %v; want no error", changes, err)
	}
	return d
}

// Of several spots the largest gives the name, wherever it stands, and of those as
// large the first on air.
func TestDemandIsNamedByItsLargestSpot(t *testing.T) {
	for spots, want := range map[string]string{
		"{name: A, at: 2m, peak: 3x}, {name: B, at: 4m, peak: 10x}, {name: C, at: 6m, peak: 4x}": "B, 10x and 2 more",
		"{name: A, at: 4m, peak: 10x}, {name: B, at: 2m, peak: 10x}":                             "B, 10x and 1 more",
		"{name: A, at: 2m, peak: 10x}":                                                           "A, 10x",
	} {
		d := demandOf(t, "{at: 2m, peak: 10x}", spots)
		if d.Name != want {
			t.Errorf("the demand of %s is called %q; want %q", spots, d.Name, want)
		}
		for i, name := range d.Called {
			if !strings.Contains(spots, fmt.Sprintf("name: %s, at: %s,", name, lengthText(d.Spots[i].From+time.Minute))) {
				t.Errorf("spot %d of %s is called %q, at %s; want as it is written", i+1, spots, name, d.Spots[i].From)
			}
		}
	}
}

// A certain demand is the curve that is rehearsed, second by second, from a minute
// before the first spot; the rates of requests that follow later are those of all
// visits, also of such as began before.
func TestDemandIsTheRehearsedCurve(t *testing.T) {
	for _, requests := range []string{"{get: /}", "{get: /}, {get: /a, after: 7s, per_visit: 2}, {get: /b, after: 40s, per_visit: 50%}"} {
		text := strings.NewReplacer("{get: /}", requests, "spots: [", "spots: [{at: 6500ms, peak: 2x}, ").Replace(minimal)
		s := mustParse(t, strings.Replace(text, "at: 6500ms", "at: 4m6500ms", 1), Options{Env: noEnv})
		d, err := s.Demand()
		if err != nil {
			t.Fatal(err)
		}
		got := median(d.Waves)
		for i := 0; time.Duration(i)*time.Second < 4*time.Minute; i++ {
			from := time.Duration(i)*time.Second + time.Minute // the first spot airs at 2m
			want := s.Traffic.Curve.Arrivals(from+time.Second) - s.Traffic.Curve.Arrivals(from)
			if math.Abs(got[i]-want) > 1e-6*want {
				t.Fatalf("with %s: second %d has %g requests; want %g", requests, i, got[i], want)
			}
		}
		if d.Airs != time.Minute || d.Baseline != s.Traffic.Baseline || d.Queue != nil || len(d.Assumed) != 0 {
			t.Errorf("with %s: demand = %s, baseline %g, queue %v, assumed %q; want 1m, %g, none and none", requests, d.Airs, d.Baseline, d.Queue, d.Assumed, s.Traffic.Baseline)
		}
		for i, span := range s.Traffic.Spots {
			want := simulation.Span{From: span.Span.From - time.Minute, To: span.Span.To - time.Minute}
			if got := d.Spots[i]; got.From != want.From || (got.To-want.To).Abs() > time.Millisecond {
				t.Errorf("with %s: span of spot %d = %v; want %v", requests, i+1, got, want)
			}
		}
	}
}

// The base is the baseline over all of the demand, whatever a staircase did; a
// spot that airs at once has its minute before; one that airs between two seconds
// airs then; and a run that ends early cuts no influence off.
func TestDemandsWindow(t *testing.T) {
	stairs := "stages: [{to: 9x, over: 10s}, {hold: 30s}, {to: 1x, over: 0s}, {hold: 5m}]"
	for name, c := range map[string]struct {
		changes []string
		airs    time.Duration
		assumed string
	}{
		"as it is":         {nil, time.Minute, ""},
		"staircase":        {[]string{"duration: 12m", stairs}, time.Minute, "The stages are left out: what is taken is spots over the baseline of 400/s."},
		"at once":          {[]string{"at: 2m", "at: 0s"}, time.Minute, ""},
		"between seconds":  {[]string{"at: 2m", "at: 2500ms"}, time.Minute + 500*time.Millisecond, ""},
		"the run ends":     {[]string{"duration: 12m", "duration: 150s"}, time.Minute, ""},
		"spots in another": {[]string{"[{at: 2m, peak: 10x}]", "[{at: 5m, peak: 2x}, {name: b, at: 2m, peak: 10x}]"}, time.Minute, ""},
	} {
		d := demandOf(t, c.changes...)
		if d.Airs != c.airs || strings.Join(d.Assumed, " ") != c.assumed {
			t.Errorf("%s: airs at %s, assumed %q; want %s and %q", name, d.Airs, d.Assumed, c.airs, c.assumed)
		}
		base := d.Waves[0].Requests
		if least, most := slices.Min(base), slices.Max(base); math.Abs(least-400) > 1e-9 || math.Abs(most-400) > 1e-9 {
			t.Errorf("%s: the base has %g to %g requests a second; want 400", name, least, most)
		}
		end := d.Airs + d.Lasts
		if lasts := time.Duration(len(base)) * time.Second; lasts < end || lasts >= end+time.Second {
			t.Errorf("%s: lasts %s; want until the influence ends at %s", name, lasts, end)
		}
		// 5 % of the maximum are reached about 4.9 half-lives after it, since the tail
		// is thin: 5 s + 20 s + 45 s x 4.9 for a spot as it is.
		if last := d.Spots[len(d.Spots)-1]; len(d.Spots) == 1 && (last.To-last.From < 220*time.Second || last.To-last.From > 240*time.Second) {
			t.Errorf("%s: the spot's influence lasts %s; want about 230s", name, last.To-last.From)
		}
	}
}

// What an uncertain spot may draw is log-normal: its highest second is 8x at the
// median, 16x at the 95th percentile, and never below the baseline; half-lives and
// rises go with each other in all pairs.
func TestUncertainDemand(t *testing.T) {
	d := demandOf(t, "peak: 10x", "peak: {p50: 8x, p95: 16x}, rise: {p50: 20s, p95: 30s}, half_life: {p50: 45s, p95: 3m}")
	w := d.Waves[1]
	highest := func(form []float64, quantile int) float64 { return 400 + w.Times[quantile]*slices.Max(form) }
	for i, want := range map[int]float64{99: 3200, 189: 6400} {
		if got := highest(w.Requests, i); math.Abs(got/want-1) > 0.02 {
			t.Errorf("highest second at quantile %d of 200 = %g; want about %g", i, got, want)
		}
	}
	for i, form := range w.Forms {
		if got := slices.Max(form); math.Abs(got-1) > 0.02 {
			t.Errorf("form %d reaches %g; want 1, at any shape", i, got)
		}
	}
	if len(w.Forms) != 64 {
		t.Fatalf("%d forms; want 8 x 8", len(w.Forms))
	}
	maximum := func(form []float64) int { return slices.Index(form, slices.Max(form)) }
	if first, last := maximum(w.Forms[0]), maximum(w.Forms[63]); first >= maximum(w.Requests) || last <= maximum(w.Requests) {
		t.Errorf("forms have their maximum in second %d to %d; want earlier and later than the median's %d", first, last, maximum(w.Requests))
	}
	area := func(form []float64) (sum float64) {
		for _, r := range form {
			sum += r
		}
		return sum
	}
	for i := 1; i < 8; i++ {
		if area(w.Forms[i]) <= area(w.Forms[i-1]) {
			t.Errorf("form %d has %g requests; want more than the %g of a shorter half-life", i, area(w.Forms[i]), area(w.Forms[i-1]))
		}
	}
	if got, span := time.Duration(len(d.Waves[0].Requests))*time.Second, d.Airs+d.Lasts; got < 2*span {
		t.Errorf("lasts %s; want until the slowest form has no influence, far after the median's %s", got, span)
	}
}

// A peak so uncertain that it may lie below the baseline takes nothing from it.
func TestDrawnPeakBelowTheBaseline(t *testing.T) {
	w := demandOf(t, "peak: 10x", "peak: {p50: 1.2x, p95: 16x}").Waves[1]
	if w.Times[0] != 0 || len(w.Times) != 200 || len(w.Forms) != 0 {
		t.Errorf("lowest amplitude %g of %d, %d forms; want 0 of 200 and no forms", w.Times[0], len(w.Times), len(w.Forms))
	}
}

// One range has as many forms alone, and many spots share what memory there is.
func TestShapes(t *testing.T) {
	spot := Spot{Spot: traffic.Spot{Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1},
		Spreads: Spreads{Rise: traffic.Spread{P50: 20, P95: 40}, HalfLife: traffic.Spread{P50: 45}}}
	if got := shapes(spot, 64); len(got) != 64 || got[0].HalfLife != 45*time.Second || got[63].Rise < 40*time.Second {
		t.Errorf("shapes = %d, from %+v to %+v; want 64 by rise", len(got), got[0], got[63])
	}
	spot.Spreads.HalfLife.P95 = 180
	for n, want := range map[int]int{64: 64, 63: 49, 3: 1, 0: 1} {
		got := shapes(spot, n)
		if len(got) != want {
			t.Errorf("shapes(%d) = %d; want %d", n, len(got), want)
		}
		for _, s := range got {
			s.Peak = 1
			if err := s.Check(0, time.Hour); err != nil {
				t.Errorf("shapes(%d) has %+v: %v", n, s, err)
			}
		}
	}
	if got := shapes(spot, 1)[0]; got != spot.Spot {
		t.Errorf("shapes(1) = %+v; want the median %+v", got, spot.Spot)
	}
}

// headroom.peak is the highest second of the median, whatever the scenario has.
func TestDemandIsScaledToThePeak(t *testing.T) {
	const objectives = "objectives: [{p99: 800ms}]"
	with := func(text string) []string { return []string{objectives, objectives + "\n" + text} }
	for name, c := range map[string]struct {
		changes  []string
		peak     float64
		baseline float64
		called   string
		assumed  int
	}{
		"ten times":         {with("headroom: {peak: 40k/s}"), 40_000, 4000, "spot 1, 10x, to 40k/s", 1},
		"as it is":          {with("headroom: {peak: 10x}"), 4000, 400, "spot 1, 10x, to 4k/s", 0},
		"several requests":  {append(with("headroom: {peak: 1200/s}"), "{get: /}", "{get: /}, {get: /b, after: 30s, per_visit: 2}"), 1200, 0, "", 1},
		"a range":           {append(with("headroom: {peak: 400/s}"), "peak: 10x", "peak: {p50: 10x, p95: 20x}, rise: {p50: 20s, p95: 30s}"), 400, 40, "spot 1, 10x to 20x, to 400/s", 1},
		"no spot":           {append(with("headroom: {peak: 3k/s}"), ", spots: [{at: 2m, peak: 10x}]", ""), 3000, 400, "a spot to 3k/s", 1},
		"no spot, requests": {append(with("headroom: {peak: 9k/s}"), ", spots: [{at: 2m, peak: 10x}]", "", "{get: /}", "{get: /}, {get: /b, after: 30s, per_visit: 2}"), 9000, 1200, "a spot to 9k/s", 1},
		"no baseline":       {append(with("headroom: {peak: 3500/s}"), "baseline: 400/s, duration: 12m, spots: [{at: 2m, peak: 10x}]", "stages: [{to: 9/s, over: 3m}]"), 3500, 500, "a spot to 3.5k/s", 2},
		"stages":            {append(with("headroom: {peak: 3k/s}"), "duration: 12m, spots: [{at: 2m, peak: 10x}]", "stages: [{to: 9x, over: 3m}]"), 3000, 400, "a spot to 3k/s", 2},
		"no baseline, spot": {append(with("headroom: {peak: 2k/s}"), "baseline: 400/s, duration: 12m, spots: [{at: 2m, peak: 10x}]", "stages: [{to: 100/s, over: 1m}, {hold: 5m}], spots: [{at: 2m, peak: 900/s}]"), 2000, 0, "spot 1, 900/s, to 2k/s", 2},
	} {
		d := demandOf(t, c.changes...)
		if got := slices.Max(median(d.Waves)); math.Abs(got/c.peak-1) > 0.005 {
			t.Errorf("%s: highest second = %g; want %g", name, got, c.peak)
		}
		if c.called != "" && (math.Abs(d.Baseline-c.baseline) > 0.005*c.baseline || d.Name != c.called) {
			t.Errorf("%s: %q over %g; want %q over %g", name, d.Name, d.Baseline, c.called, c.baseline)
		}
		if len(d.Assumed) != c.assumed {
			t.Errorf("%s: assumed %q; want %d sentences", name, d.Assumed, c.assumed)
		}
		if d.Airs != time.Minute || len(d.Spots) != 1 || d.Spots[0].From != d.Airs || d.Spots[0].To != d.Airs+d.Lasts {
			t.Errorf("%s: airs at %s for %s, spots %v; want a minute in, and its span", name, d.Airs, d.Lasts, d.Spots)
		}
	}
}

// A recording is real traffic: it is kept under spots, and is all there is without.
func TestDemandOfARecording(t *testing.T) {
	recorded := func(more string) forecast.Demand {
		return demandOf(t, "baseline: 400/s, duration: 12m, spots: [{at: 2m, peak: 10x}]",
			"replay: {bins: {start: 2026-07-07T21:00:00+09:00, length: 60s, requests: [600, 6000, 1200]}}"+more)
	}
	d := recorded("")
	want := slices.Concat(slices.Repeat([]float64{10}, 60), slices.Repeat([]float64{100}, 60), slices.Repeat([]float64{20}, 60))
	if diff := cmp.Diff(want, d.Waves[0].Requests); diff != "" || d.Spots != nil || d.Airs != 0 || d.Lasts != 3*time.Minute || len(d.Assumed) != 0 {
		t.Errorf("demand of a recording = %s for %s, spots %v, assumed %q; want all of it (-want +got):\n%s", d.Airs, d.Lasts, d.Spots, d.Assumed, diff)
	}
	d = recorded(", spots: [{at: 90s, peak: 500/s}]")
	base := d.Waves[0].Requests
	if base[0] != 10 || base[29] != 10 || base[30] != 100 || base[89] != 100 || base[90] != 20 || base[len(base)-1] != 20 {
		t.Errorf("base = %v; want the recording from 30s on, and its last rate after it", base)
	}
	if d.Airs != time.Minute || len(d.Assumed) != 2 || !strings.HasPrefix(d.Assumed[1], "The recording ends ") {
		t.Errorf("airs at %s, assumed %q; want 1m and that the recording ends", d.Airs, d.Assumed)
	}
	d = recorded(", spots: [{at: 10s, peak: 500/s}]")
	if base := d.Waves[0].Requests; base[0] != 10 || base[109] != 10 || base[110] != 100 || len(d.Assumed) != 3 {
		t.Errorf("base = %v, assumed %q; want its first rate before it", base, d.Assumed)
	}
	d = recorded("}\nheadroom: {peak: 1k/s")
	if got := slices.Max(d.Waves[0].Requests); math.Abs(got-1000) > 1e-9 || len(d.Assumed) != 2 || d.Spots != nil {
		t.Errorf("highest second = %g, assumed %q, spots %v; want 1,000, two sentences and none", got, d.Assumed, d.Spots)
	}
}

// Spots that slip meet what the recording has then: the highest of the minutes in which
// they may start.
func TestDemandOfARecordingThatGoesOn(t *testing.T) {
	s := mustParse(t, strings.Replace(minimal, "baseline: 400/s, duration: 12m, spots: [{at: 2m, peak: 10x}]",
		"replay: {bins: {start: 2026-07-07T21:00:00+09:00, length: 60s, requests: [600, 1200, 600, 6000, 600]}}, spots: [{at: 90s, peak: 500/s}]", 1), Options{Env: noEnv})
	for slip, want := range map[time.Duration][]float64{ // at 30 s, 60 s, 120 s, 180 s and 240 s of the recording
		0:                       {10, 20, 10, 100, 10},
		59 * time.Second:        {20, 20, 10, 100, 10},
		61 * time.Second:        {20, 20, 100, 100, 10},
		3 * time.Minute:         {100, 100, 100, 100, 10},
		1500 * time.Microsecond: {10, 20, 10, 100, 10},
	} {
		d, err := s.DemandWithin(slip)
		if err != nil {
			t.Fatal(err)
		}
		base := d.Waves[0].Requests
		if got := []float64{base[0], base[30], base[90], base[150], base[210]}; !slices.Equal(got, want) {
			t.Errorf("DemandWithin(%s) has a base of %v; want %v", slip, got, want)
		}
		if said := strings.Contains(strings.Join(d.Assumed, " "), "Spots that start later"); said != (slip > 0) {
			t.Errorf("DemandWithin(%s) assumes %q", slip, d.Assumed)
		}
	}
}

// The highest of a rate and those after it is what a search of all finds.
func TestHighestWithin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rates := make([]float64, 60)
	for i := range rates {
		rates[i] = float64(random.IntN(20))
	}
	for _, after := range []int{0, 1, 7, 59, 1000} {
		var want []float64
		for i := range rates {
			want = append(want, slices.Max(rates[i:min(i+after+1, len(rates))]))
		}
		if diff := cmp.Diff(want, highestWithin(rates, after)); diff != "" {
			t.Errorf("highestWithin(%v, %d) (-want +got):\n%s", rates, after, diff)
		}
	}
}

func TestNoDemandBelowTheBaseline(t *testing.T) {
	text := strings.Replace(minimal, ", spots: [{at: 2m, peak: 10x}]", "", 1) + "headroom: {peak: 300/s}\n"
	_, err := mustParse(t, text, Options{Env: noEnv}).Demand()
	const want = "headroom: peak 300/s is not above the baseline of 400/s, so that no spot leads to it (a higher peak, or spots in traffic)"
	if err == nil || err.Error() != want {
		t.Errorf("Demand() = %v; want %s", err, want)
	}
}

// Viewers, costs and production's limits reach whoever asks.
func TestForecastFields(t *testing.T) {
	s := mustParse(t, minimal+`
observe: [{hpa: default/web}, {asg: nodes}]
production: {hpa/default/web: {start: 12, min: 8, max: 60}, asg/nodes: {start: 3, max: 20}}
unit_cost: {hpa/default/web: 0.05, asg/nodes: 0}
viewers: {patience: 10s, retry: 50%, pause: 3s, queue: 200}
`, Options{Env: noEnv})
	d, err := s.Demand()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&simulation.Queue{Room: 200, Patience: 10 * time.Second, Retry: 0.5, Pause: 3 * time.Second}, d.Queue); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]float64{"hpa/default/web": 0.05, "asg/nodes": 0}, s.UnitCost); diff != "" {
		t.Errorf("unit costs (-want +got):\n%s", diff)
	}
	fleets := s.Question().Fleets
	if p := fleets[0].Production; p == nil || p.Start != 12 || p.Min != 8 || p.Max != 60 {
		t.Errorf("production of %s = %+v; want 12, from 8 to 60", fleets[0].Name, p)
	}
	if p := fleets[1].Production; p == nil || p.Min != 0 {
		t.Errorf("production of %s = %+v; want no minimum stated", fleets[1].Name, p)
	}
}

// What production calls its fleets is there by what the rehearsal calls them; the name
// is the same where only the cluster or the region is stated.
func TestPlaces(t *testing.T) {
	s := mustParse(t, minimal+`
observe: [{hpa: default/web, context: staging}, {hpa: default/api}, {asg: nodes, region: eu-west-1}, {asg: pool}]
production:
  hpa/default/web: {start: 12, max: 60, fleet: hpa/prod/shop-web, context: "prod tokyo"}
  hpa/default/api: {start: 2, max: 6, context: prod}
  asg/nodes: {start: 3, max: 20, fleet: asg/nodes-prod, region: ap-northeast-1}
  asg/pool: {start: 3, max: 20}
`, Options{Env: noEnv})
	want := map[string]Place{
		"hpa/default/web": {Fleet: "hpa/prod/shop-web", Context: "prod tokyo"},
		"hpa/default/api": {Fleet: "hpa/default/api", Context: "prod"},
		"asg/nodes":       {Fleet: "asg/nodes-prod", Region: "ap-northeast-1"},
	}
	if diff := cmp.Diff(want, s.Places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if got := s.Production["asg/pool"]; len(s.Production) != 4 || got.Start != 3 || got.Max != 20 {
		t.Errorf("production = %+v; want the counts of all four", s.Production)
	}
	if s := mustParse(t, minimal, Options{Env: noEnv}); s.Production != nil || s.Places != nil {
		t.Errorf("production %v, places %v of a scenario without; want nil", s.Production, s.Places)
	}
}

// A form is the integral, second by second, of the curve of requests.
func TestFormIsTheCurveOfRequests(t *testing.T) {
	s := mustParse(t, strings.Replace(minimal, "{get: /}", "{get: /}, {get: /a, after: 700ms, per_visit: 2}, {get: /b, after: 40s, per_visit: 50%}, {get: /c, after: 2h}", 1)+"caps: {duration: 4h, requests: 9M}\n", Options{Env: noEnv})
	a := s.airing(s.Traffic.Spots)
	const end = 10 * time.Minute
	form := a.form(s.Traffic.Spots[0].Spot, end)
	want := simulation.Requests(requestsOf(a.extra(s.Traffic.Spots[0].Spot, end), s.Steps))
	for i, got := range form {
		if math.Abs(got-want[i]) > 1e-9 {
			t.Fatalf("second %d of the form = %g; want %g", i, got, want[i])
		}
	}
	if len(form) != 600 {
		t.Errorf("the form has %d seconds; want 600", len(form))
	}
}
