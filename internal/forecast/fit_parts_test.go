package forecast

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

func secs(all ...float64) (at []time.Duration) {
	for _, s := range all {
		at = append(at, time.Duration(s*float64(time.Second)))
	}
	return at
}

func TestPeriodOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		at     []time.Duration
		period time.Duration
		ok     bool
	}{
		{"every one", secs(13, 28, 43, 58, 73), 15 * time.Second, true},
		{"some unchanged", secs(13, 28, 58, 103, 118, 208), 15 * time.Second, true},
		{"late by a little", secs(13.1, 28.3, 58.2, 103.4, 118.1, 208.3), 15 * time.Second, true},
		{"a controller that drifts", secs(13, 28.1, 58.3, 103.6, 118.7, 209.3), 15 * time.Second, true},
		{"every second of them, which none can tell from a period of 30 s", secs(13, 43, 73, 133, 163), 30 * time.Second, true},
		{"one out of turn", secs(5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 98, 105, 115, 125, 135), 10 * time.Second, true},
		{"no period", secs(1, 4.4, 9.9, 12.2, 19.5, 26.4), 0, false},
		{"too few", secs(13, 28, 43), 0, false},
	} {
		if period, ok := periodOf(c.at); period != c.period || ok != c.ok {
			t.Errorf("%s: periodOf = %s, %v; want %s, %v", c.name, period, ok, c.period, c.ok)
		}
	}
}

func TestPhaseOf(t *testing.T) {
	for _, c := range []struct {
		at   []time.Duration
		want time.Duration
	}{
		{secs(13, 28, 43), 13 * time.Second},
		{secs(14.8, 30.2, 44.9, 60.1), 0}, // on both sides of the turn
		{secs(7), 7 * time.Second},
	} {
		got := phaseOf(c.at, 15*time.Second)
		if off := (got - c.want + 15*time.Second) % (15 * time.Second); min(off, 15*time.Second-off) > 10*time.Millisecond {
			t.Errorf("phaseOf(%v) = %s; want %s", c.at, got, c.want)
		}
	}
}

func TestRegress(t *testing.T) {
	xs, ys := []float64{1, 2, 3, 4}, []float64{3.1, 4.9, 7.1, 8.9}
	// By hand: the means are 2.5 and 6, the covariances 9.8 and 5; through the origin 70 of 30.
	if base, slope := regress(xs, ys, false); math.Abs(slope-1.96) > 1e-12 || math.Abs(base-1.1) > 1e-12 {
		t.Errorf("regress = %g + %g x; want 1.1 + 1.96 x", base, slope)
	}
	if base, slope := regress(xs, ys, true); base != 0 || math.Abs(slope-69.8/30) > 1e-12 {
		t.Errorf("regress = %g + %g x; want %g x", base, slope, 69.8/30)
	}
}

// TestSumsOver adds the seconds of a window up one by one.
func TestSumsOver(t *testing.T) {
	var s sums
	for _, v := range []float64{1, 2, 4, 8} {
		s.add(v)
	}
	for _, c := range []struct{ from, to, want float64 }{{0, 4, 15}, {1, 3, 6}, {0.5, 1.25, 1}, {3.5, 9, 4}} {
		w := capacity.Span{From: secs(c.from)[0], To: secs(c.to)[0]}
		if got := s.over(w); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("over(%v) = %g; want %g", w, got, c.want)
		}
	}
}

// TestLoadOn tells what units were asked, and could do: ten seconds of four units of
// 10/s, of which two more come, asked for more than they can do for two of them.
func TestLoadOn(t *testing.T) {
	f := &fitting{}
	for i, sent := range []int64{20, 60, 60, 20, 20, 30, 30, 30} {
		f.Seconds = append(f.Seconds, timeline.Second{Second: i, Sent: sent})
	}
	f.Seconds[2].Failed = 20
	f.Gaps = []timeline.Gap{{From: 7 * timeline.Offset(time.Second), To: 9 * timeline.Offset(time.Second), Source: web}}
	r := capacity.FleetResult{Fleet: capacity.Fleet{Name: web},
		Able:    timeline.Series{{At: -1, Value: 4}, {At: 5 * timeline.Offset(time.Second), Value: 6}},
		PerUnit: capacity.PerUnit{Saturation: &capacity.Range{Low: 10, Mid: 10, High: 10}, Units: 4}}
	l := f.loaded(r)
	each := func(s sums) (all []float64) {
		for i := 1; i < len(s); i++ {
			all = append(all, math.Round((s[i]-s[i-1])*1e6)/1e6)
		}
		return all
	}
	for _, c := range []struct {
		name string
		got  sums
		want []float64
	}{
		{"asked", l.each, []float64{5, 15, 15, 5, 5, 5, 5, 0}},
		{"done", l.done, []float64{5, 10, 10, 10, 5, 5, 5, 0}}, // 5 wait after the second second, 5 after the third
		{"all", l.all, []float64{20, 60, 60, 20, 20, 30, 30, 30}},
		{"unknown", l.unknown, []float64{0, 0, 0, 0, 0, 0, 0, 1}},
		{"beyond", l.beyond, []float64{0, 1, 1, 0, 0, 0, 0, 1}},
	} {
		if diff := cmp.Diff(c.want, each(c.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestUnitsSlowEachOther holds the model's units against the scalability law: as many
// as were measured carry what was measured, and twice as many what Gunther's formula
// says.
func TestUnitsSlowEachOther(t *testing.T) {
	const a, b, measured = 0.05, 0.002, 8
	r := capacity.FleetResult{Fleet: capacity.Fleet{Name: web},
		PerUnit: capacity.PerUnit{Mid: new(50.0), Low: new(45.0), High: new(55.0), Units: measured, Saturation: &capacity.Range{Low: 60, Mid: 60, High: 60}},
		USL:     &capacity.USL{Alpha: capacity.Range{Mid: a}, Beta: capacity.Range{Mid: b}}}
	var fleet simulation.Fleet
	if atLeast, err := new(fitting).perUnit(&fleet, r); err != nil || atLeast {
		t.Fatal(atLeast, err)
	}
	law := func(n float64) float64 { return n / (1 + a*(n-1) + b*n*(n-1)) }
	for _, n := range []float64{measured, 16} {
		carried := n * fleet.PerUnit[0].Sustained / (1 + (n-1)*(fleet.Contention+fleet.Coherence*n)) // as package simulation has it
		if want := measured * 50 * law(n) / law(measured); math.Abs(carried-want) > 1e-9 {
			t.Errorf("%g units carry %g/s; want %g/s", n, carried, want)
		}
	}
	if got := saturates(r, measured); got != 60 {
		t.Errorf("one of %d units serves at most %g/s; want 60/s, as measured", measured, got)
	}
}

// TestLawsOfReplicates holds laws that could be true as well against the rate that was
// measured of so many units: each makes them carry that, and fewer or more what Gunther's
// formula says.
func TestLawsOfReplicates(t *testing.T) {
	const a, b, measured, rate = 0.05, 0.002, 8, 50.0
	law := func(a, b, n float64) float64 { return n / (1 + a*(n-1) + b*n*(n-1)) }
	middle := simulation.Fleet{Contention: a, Coherence: b}
	fleet := middle
	fleet.PerUnit = []simulation.Rate{{Sustained: rate * middle.Slower(measured)}}
	drawn := [][2]float64{{0, 0}, {0.1, 0}, {0.02, 0.004}, {a, b}}
	for _, d := range drawn {
		fleet.Laws = append(fleet.Laws, lawOf(d[0], d[1], measured, middle.Slower(measured)))
	}
	for _, n := range []int{1, measured, 20} {
		for i, got := range fleet.Sustains(n) {
			want := rate * measured * law(drawn[i][0], drawn[i][1], float64(n)) / law(drawn[i][0], drawn[i][1], measured)
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("by law %v %d units carry %g/s; want %g/s", drawn[i], n, got, want)
			}
		}
	}
}

// TestALawWithoutDraws is taken at its middle, which is said.
func TestALawWithoutDraws(t *testing.T) {
	r := capacity.FleetResult{Fleet: capacity.Fleet{Name: web}, PerUnit: capacity.PerUnit{Mid: new(50.0), Draws: []float64{49, 50, 51}, Units: 4},
		USL: &capacity.USL{Alpha: capacity.Range{Mid: 0.1}}}
	f := &fitting{r: capacity.Result{Fleets: []capacity.FleetResult{r}}}
	var fleet simulation.Fleet
	if _, err := f.perUnit(&fleet, r); err != nil || fleet.Laws != nil || fleet.Contention != 0.1 || len(fleet.PerUnit) != 3 {
		t.Errorf("perUnit: fleet %+v, %v; want three rates and the law's middle", fleet, err)
	}
	if len(f.assumed) != 1 || !strings.Contains(f.assumed[0], "it is taken at its middle") {
		t.Errorf("assumed %q; want that the law is taken at its middle", f.assumed)
	}
}

// onNodes is a rehearsal of pods that stand on a group of instances.
func onNodes() *rehearsal {
	r := cpu().rehearse()
	group := capacity.FleetResult{
		Fleet: capacity.Fleet{Name: nodes, Kind: capacity.ASG}, Min: new(1), Max: new(9), ReadyStart: new(1), ReadyMax: new(3),
		Able:    timeline.Series{{At: -1, Value: 1}, {At: timeline.Offset(400 * time.Second), Value: 3}},
		Growths: []capacity.Growth{{At: 370 * time.Second, From: 1, To: 3}},
	}
	for _, took := range secs(40, 44) {
		at := 370*time.Second + took
		group.Ways = append(group.Ways, capacity.Way{Unit: "i-1", Growth: new(0), Ready: new(at + 3*time.Second), Serves: new(at + 3*time.Second),
			Legs: []capacity.Leg{{Span: capacity.Span{From: 371 * time.Second, To: at}, Stage: timeline.InService}}})
	}
	r.r.Fleets, r.q.Fleets = append(r.r.Fleets, group), append(r.q.Fleets, group.Fleet)
	r.read(-1, web, timeline.Room, 4)
	r.Events = append(r.Events, timeline.Event{At: timeline.Offset(362 * time.Second), Source: web, Kind: noRoom, Unit: "unit-0"})
	return r
}

func TestFitFindsNodes(t *testing.T) {
	m := onNodes().fitted(t)
	if len(m.Service.Fleets) != 1 || len(m.Fleets) != 1 {
		t.Fatalf("%d fleets; want the pods alone", len(m.Service.Fleets))
	}
	p := m.Service.Fleets[0].Pods
	want := &simulation.Nodes{Start: 1, Min: 1, Max: 9, PodsPerInstance: p.Nodes.PodsPerInstance, Boot: simulation.Delay{secs(40, 44)}, Scan: autoscalerScan}
	if len(p.Place[0]) != len(p.Start[0])-1 {
		t.Errorf("%d pods were placed at once, of %d that came; want all but the one that waited", len(p.Place[0]), len(p.Start[0]))
	}
	if diff := cmp.Diff(want, p.Nodes); diff != "" {
		t.Errorf("nodes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(secs(40, 44), m.Fleets[0].Node); diff != "" {
		t.Errorf("how long nodes took (-want +got):\n%s", diff)
	}
}

// How long pods take is known of those that had room at once; where every one waited
// for a node, from placed to ready is as measured.
func TestHowLongPodsTake(t *testing.T) {
	took := func(place float64, waited bool) steps {
		return steps{created: secs(10)[0], placed: secs(10 + place)[0], ready: secs(10 + place + 20)[0], serves: secs(10 + place + 25)[0], waited: waited}
	}
	waited, atOnce := took(90, true), took(2, false)
	unplaced := steps{created: secs(10)[0], placed: unknown, ready: secs(40)[0], serves: secs(45)[0], waited: true}
	for _, c := range []struct {
		name        string
		all, atOnce []steps
		want        []time.Duration
	}{
		{"some had room", []steps{waited, atOnce}, []steps{atOnce}, secs(22)},
		{"all waited", []steps{waited, waited, unplaced}, nil, secs(21, 21)}, // 1 s as usual, then 20 s
		{"not known when they were placed", []steps{unplaced}, nil, nil},
	} {
		if diff := cmp.Diff(c.want, podTook(c.all, c.atOnce)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	r := onNodes()
	for _, w := range r.r.Fleets[0].Ways {
		r.Events = append(r.Events, timeline.Event{Source: web, Kind: noRoom, Unit: w.Unit})
	}
	if got := r.fitted(t).Fleets[0].Pod; len(got) == 0 {
		t.Error("how long pods take is not known where all of them waited; want it from when they were placed")
	}
}

func TestDensity(t *testing.T) {
	series := func(at1, units1, at2, units2 float64) timeline.Series {
		return timeline.Series{{At: timeline.Offset(secs(at1)[0]), Value: units1}, {At: timeline.Offset(secs(at2)[0]), Value: units2}}
	}
	group := capacity.FleetResult{Fleet: capacity.Fleet{Name: nodes, Kind: capacity.ASG}, Able: series(-1, 2, 60, 4)}
	for _, c := range []struct {
		name    string
		pods    timeline.Series
		room    float64 // read at the start; 0: not read
		want    int
		assumed string
	}{
		{"as the cluster tells", series(-1, 3, 70, 9), 9, 4, ""},
		{"fewer than stood there", series(-1, 5, 70, 9), 1, 3, "room for 1 of its pods, and as many as 3 stood on each"},
		{"more than it told, for a poll shows instances late", series(-1, 3, 70, 22), 9, 4, ""},
		{"as many as there were", series(-1, 3, 70, 9), 0, 3, "taken to be 3, as many as there were"},
	} {
		f := &fitting{}
		if c.room > 0 {
			f.Readings = []timeline.Reading{{At: -1, Source: web, Name: timeline.Room, Value: c.room}}
		}
		got := f.density(capacity.FleetResult{Fleet: capacity.Fleet{Name: web}, Able: c.pods}, group)
		if said := strings.Join(f.assumed, ""); got != c.want || !strings.Contains(said, c.assumed) || (said == "") != (c.assumed == "") {
			t.Errorf("%s: density = %d, assumed %q; want %d, %q", c.name, got, said, c.want, c.assumed)
		}
	}
}

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name   string
		noRoom []time.Duration
		want   time.Duration
	}{
		{"within a second, which the clock cuts off", secs(98.6, 99), time.Second},
		{"cluster-autoscaler's", secs(92, 93), 10 * time.Second},
		{"just within it, which the clock cuts off", secs(89), 10 * time.Second},
		{"nearly twice as long", secs(81), 20 * time.Second},
		{"slower", secs(68), 40 * time.Second},
		{"nobody waited", nil, 10 * time.Second},
		{"after it, or long before", secs(10, 101), 10 * time.Second},
	} {
		f := &fitting{}
		for _, at := range c.noRoom {
			f.Events = append(f.Events, timeline.Event{At: timeline.Offset(at), Source: web, Kind: noRoom})
		}
		pods, group := capacity.FleetResult{Fleet: capacity.Fleet{Name: web}}, capacity.FleetResult{Growths: []capacity.Growth{{At: 100 * time.Second}}}
		if got := f.scan(pods, group); got != c.want {
			t.Errorf("%s: scan = %s; want %s", c.name, got, c.want)
		}
	}
}

// TestProduction gives the model production's counts, and leaves the replay staging's.
func TestProduction(t *testing.T) {
	for _, c := range []struct {
		name         string
		pods, group  *capacity.Production
		start        int
		least, most  int
		nodes, upTo  int
		assumes      bool
		quota, nodeQ int
		known        *int // min that a change could be taken back to
	}{
		{"none", nil, nil, 3, 3, 20, 1, 9, false, 15, 8, new(3)},
		{"start and max", &capacity.Production{Start: 40, Max: 90}, nil, 40, 3, 90, 0, math.MaxInt32, true, 0, 0, nil},
		{"min too", &capacity.Production{Start: 40, Max: 90, Min: 30}, nil, 40, 30, 90, 0, math.MaxInt32, true, 0, 0, new(30)},
		{"fewer than staging's min", &capacity.Production{Start: 2, Max: 90}, nil, 2, 2, 90, 0, math.MaxInt32, true, 0, 0, nil},
		{"the group too", &capacity.Production{Start: 40, Max: 90}, &capacity.Production{Max: 25}, 40, 3, 90, 0, 25, false, 0, 0, nil},
		{"the group alone", nil, &capacity.Production{Start: 4, Max: 25}, 3, 3, 20, 4, 25, false, 15, 0, new(3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := onNodes()
			r.r.Fleets[0].Min, r.r.Fleets[0].Max = new(3), new(20)
			r.q.Fleets[0].Production, r.q.Fleets[1].Production = c.pods, c.group
			r.read(-1, web, timeline.Quota, 15)
			r.read(-1, nodes, timeline.Quota, 8)
			m := r.fitted(t)
			f := m.Service.Fleets[0]
			p := f.Pods
			if f.Start != c.start || p.HPA.Min != c.least || p.HPA.Max != c.most || p.Quota != c.quota {
				t.Errorf("start %d, min %d, max %d, quota %d; want %d, %d, %d, %d", f.Start, p.HPA.Min, p.HPA.Max, p.Quota, c.start, c.least, c.most, c.quota)
			}
			from := c.nodes
			if from == 0 {
				from = (c.start + 3) / 4 // of 4 pods each
			}
			if p.Nodes.Start != from || p.Nodes.Max != c.upTo || p.Nodes.Quota != c.nodeQ {
				t.Errorf("nodes from %d to %d, quota %d; want %d, %d, %d", p.Nodes.Start, p.Nodes.Max, p.Nodes.Quota, from, c.upTo, c.nodeQ)
			}
			if got := m.Replay.Units[0].Simulated[0]; got != 3 {
				t.Errorf("the replay begins with %d units; want staging's 3", got)
			}
			if diff := cmp.Diff(c.known, m.Fleets[0].Min); diff != "" {
				t.Errorf("known min (-want +got):\n%s", diff)
			}
			if got := strings.Contains(strings.Join(m.Assumed, "\n"), web+": its min in production is not stated"); got != (c.known == nil) {
				t.Errorf("assumed %q: staging's min %v; want %v", m.Assumed, got, c.known == nil)
			}
			if *m.Fleets[0].Max != c.most {
				t.Errorf("known max = %d; want %d", *m.Fleets[0].Max, c.most)
			}
			if m.Fleets[0].Start != c.start {
				t.Errorf("known start = %d; want %d", m.Fleets[0].Start, c.start)
			}
			counted := c.nodes == 0 // from the pods
			if said := slices.Contains(m.Assumed, fmt.Sprintf("%s: its start in production is not stated: it is taken to be %d, as many as the %d pods at the start need", nodes, from, c.start)); m.Fleets[0].Nodes.Counted != counted || said != counted {
				t.Errorf("nodes counted from the pods: %v, assumed %q; want %v, and it said", m.Fleets[0].Nodes.Counted, m.Assumed, counted)
			}
			if got := strings.Contains(strings.Join(m.Assumed, "\n"), "its max in production is not stated"); got != c.assumes {
				t.Errorf("assumed %q: room for any number %v; want %v", m.Assumed, got, c.assumes)
			}
		})
	}
}

// TestNodesOfProductionBelowItsPods: what the 40 pods at the start need is played, and
// production's own max is what is known, for a change goes back to it.
func TestNodesOfProductionBelowItsPods(t *testing.T) {
	r := onNodes()
	r.q.Fleets[0].Production, r.q.Fleets[1].Production = &capacity.Production{Start: 40, Max: 90, Min: 30}, &capacity.Production{Start: 6, Max: 8}
	m := r.fitted(t)
	played, known := m.Service.Fleets[0].Pods.Nodes, m.Fleets[0].Nodes
	if played.Start != 10 || played.Max != 10 || *known.Max != 8 { // of 4 pods each
		t.Errorf("nodes from %d to %d, known max %d; want 10 to 10, and 8", played.Start, played.Max, *known.Max)
	}
	want := nodes + ": its max in production is 8, and the 40 pods at the start need 10 instances: it is taken to be as many"
	if !slices.Contains(m.Assumed, want) {
		t.Errorf("assumed %q; want %q among it", m.Assumed, want)
	}
}

func TestCeilings(t *testing.T) {
	run := capacity.Range{Low: 180, Mid: 200, High: 230}
	for _, c := range []struct {
		name        string
		ceiling     *capacity.Ceiling
		layers      []capacity.Layer
		met, stated float64
		assumes     string
	}{
		{"none", nil, nil, 0, 0, ""},
		{"met", &capacity.Ceiling{Rate: run}, nil, 200, 200, ""},
		{"met, from above only", &capacity.Ceiling{Rate: run, AtMost: true}, nil, 230, 230, "at most 230/s, and nothing shows how little"},
		{"stated, and lower", &capacity.Ceiling{Rate: run}, []capacity.Layer{{Name: "db", Rate: 150}}, 200, 150, "db: it carries 150/s"},
		{"two stated", nil, []capacity.Layer{{Name: "cache", Rate: 6000}, {Name: "db", Rate: 4000}}, 0, 4000, "db: it carries 4k/s"},
		{"stated, as high as what was met", &capacity.Ceiling{Rate: run}, []capacity.Layer{{Name: "db", Rate: 200}}, 200, 200, ""},
		{"stated, and higher", &capacity.Ceiling{Rate: run}, []capacity.Layer{{Name: "db", Rate: 400}}, 200, 200, ""},
	} {
		f := &fitting{r: capacity.Result{Fleets: []capacity.FleetResult{{Fleet: capacity.Fleet{Name: web}, Ceiling: c.ceiling}}}, q: capacity.Question{Layers: c.layers}}
		met := f.met()
		if stated, _ := f.layered(met, nil); met != c.met || stated != c.stated {
			t.Errorf("%s: met %g, with what is stated %g; want %g, %g", c.name, met, stated, c.met, c.stated)
		}
		said := strings.Join(f.assumed, "\n")
		if alone := len(f.assumed) <= 1; !strings.Contains(said, c.assumes) || !alone || c.assumes == "" && said != "" {
			t.Errorf("%s: assumed %q; want %q alone", c.name, said, c.assumes)
		}
	}
}

// TestSpec is of the newest event before the campaign.
func TestSpec(t *testing.T) {
	text := func(most int) string {
		s, err := autoscale.Spec{HPA: &autoscale.HPASpec{HPA: autoscale.HPA{Min: 1, Max: most}}}.Text()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	f := &fitting{q: capacity.Question{Spots: []capacity.Span{{From: 100 * time.Second, To: 200 * time.Second}}}}
	for most, at := range secs(0, -1, 60, 150) {
		if most > 0 {
			f.Events = append(f.Events, timeline.Event{At: timeline.Offset(at), Source: web, Kind: timeline.Scaler, Spec: text(most)})
		}
	}
	f.Events = append(f.Events, timeline.Event{At: 1, Source: nodes, Kind: timeline.Scaler, Spec: text(9)})
	for _, c := range []struct {
		spots bool
		short *time.Duration
		want  int
	}{{true, nil, 2}, {false, new(170 * time.Second), 3}, {false, nil, 1}} {
		if !c.spots {
			f.q.Spots = nil
		}
		f.r.Shortfall = c.short
		if s, err := f.spec(capacity.Fleet{Name: web, Kind: capacity.HPA}); err != nil || s.HPA.Max != c.want {
			t.Errorf("spots %v, shortfall %v: max = %v, %v; want %d", c.spots, c.short, s.HPA, err, c.want)
		}
	}
}

// TestOwed is of instances that were launched because others failed.
func TestOwed(t *testing.T) {
	r := capacity.FleetResult{
		Growths: []capacity.Growth{{At: 100 * time.Second, From: 2, To: 4}, {At: 300 * time.Second, From: 4, To: 5}},
		Able: timeline.Series{{At: -1, Value: 2}, {At: timeline.Offset(140 * time.Second), Value: 3}, {At: timeline.Offset(240 * time.Second), Value: 4},
			{At: timeline.Offset(400 * time.Second), Value: 5}},
	}
	for _, c := range []struct{ launched, want time.Duration }{
		{50 * time.Second, unknown},            // nothing was decided
		{200 * time.Second, 100 * time.Second}, // 3 of 4 are there
		{280 * time.Second, unknown},           // all came: this one is in place of one that went
		{390 * time.Second, 300 * time.Second},
		{500 * time.Second, unknown},
	} {
		if got := owed(r, c.launched); got != c.want {
			t.Errorf("owed at %s = %s; want %s", c.launched, got, c.want)
		}
	}
}

// TestSteps takes the steps of one unit from its legs.
func TestSteps(t *testing.T) {
	leg := func(stage string, from, to float64) capacity.Leg {
		return capacity.Leg{Span: capacity.Span{From: secs(from)[0], To: secs(to)[0]}, Stage: stage}
	}
	r := capacity.FleetResult{Fleet: capacity.Fleet{Name: web, Kind: capacity.HPA}, Growths: []capacity.Growth{{At: 10 * time.Second}}, Ways: []capacity.Way{
		{Unit: "waited", Growth: new(0), Ready: new(60 * time.Second), Serves: new(75 * time.Second), Legs: []capacity.Leg{
			leg(timeline.Create, 10, 11), leg(timeline.Place, 11, 30), leg(timeline.Start, 30, 50), leg(timeline.UnitReady, 50, 60), leg(timeline.InService, 60, 75)}},
		{Unit: "anew", Ready: new(90 * time.Second), Serves: new(90 * time.Second), Legs: []capacity.Leg{leg(timeline.UnitReady, 85, 90)}},
		{Unit: "open", Growth: new(0), Legs: []capacity.Leg{leg(timeline.Create, 10, 11)}},
	}}
	f := &fitting{}
	f.Events = []timeline.Event{{Source: web, Kind: noRoom, Unit: "waited"}}
	all := f.steps(r)
	if len(all) != 2 || !all[0].waited || all[1].waited {
		t.Fatalf("steps = %+v; want those of two that came, of which the first waited", all)
	}
	for _, c := range []struct {
		name     string
		from, to func(steps) time.Duration
		want     []time.Duration
	}{
		{"wanted to placed", begun, placed, secs(20)}, {"placed to serving", placed, serves, secs(45)},
		{"created to ready", created, ready, secs(49)}, {"ready to serving", ready, joining, secs(15)},
	} {
		if diff := cmp.Diff(c.want, between(all, c.from, c.to)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	r.Ways = append(r.Ways, r.Ways[2], r.Ways[2])
	f.notCome(r)
	if want := "3 of 5 units that were started had not come"; len(f.assumed) != 1 || !strings.Contains(f.assumed[0], want) {
		t.Errorf("assumed %q; want %q", f.assumed, want)
	}
}

// TestMinOfZero: what scales to nothing is played with a pod, and known as it is.
func TestMinOfZero(t *testing.T) {
	k := cpu()
	k.spec.HPA.Min = 0
	r := k.rehearse()
	r.r.Fleets[0].Min = new(0)
	m := r.fitted(t)
	if played, known := m.Service.Fleets[0].Pods.HPA.Min, m.Fleets[0].Min; played != 1 || known == nil || *known != 0 {
		t.Errorf("min = %d, known as %v; want 1, and 0", played, known)
	}
	if want := []string{web + ": its min is 0, and how a workload without pods wakes is not played: it is taken to keep 1"}; !slices.Equal(m.Assumed, want) {
		t.Errorf("assumed %q; want %q", m.Assumed, want)
	}
}

// TestUnknownUse is that of pods held to cores, where readings are too few, or nobody
// saw what a pod serves at most.
func TestUnknownUse(t *testing.T) {
	full := 0.28 / 0.6 // of a core, of which the target is taken to be three fifths
	for _, c := range []struct {
		name   string
		change func(*rehearsal)
		want   simulation.CPU
		says   string
	}{
		{"no reading", func(r *rehearsal) { r.Readings = nil }, simulation.CPU{Request: full / 40, Limit: full},
			"too few readings of cpu were seen to tell how it follows requests: it is taken to be 0.467 at 40/s of a unit"},
		{"no saturation", func(r *rehearsal) { r.Readings, r.r.Fleets[0].PerUnit.Saturation = nil, nil }, simulation.CPU{Request: full / 36, Limit: full},
			"the most that a unit uses of cpu was not seen: it is taken to be 0.467"},
	} {
		r := cores().rehearse()
		c.change(r)
		m := r.fitted(t)
		got := m.Service.Fleets[0].CPU
		if math.Abs(got.Request/c.want.Request-1) > 1e-9 || math.Abs(got.Limit/c.want.Limit-1) > 1e-9 {
			t.Errorf("%s: cpu = %+v; want %+v", c.name, got, c.want)
		}
		if said := strings.Join(m.Assumed, "\n"); !strings.Contains(said, c.says) {
			t.Errorf("%s: assumed %q; want %q among it", c.name, said, c.says)
		}
	}
}

// TestValueOfUnitsThatStandStill: where no unit came or went nobody can tell a value of
// all from one of each.
func TestValueOfUnitsThatStandStill(t *testing.T) {
	k := aValue(simulation.Value)
	k.fleet.Pods.HPA.Max = 3
	m := k.rehearse().fitted(t)
	if got := m.Service.Fleets[0].Pods.Metrics[0]; got.Kind != simulation.PerUnit || math.Abs(got.Target/50-1) > 0.01 {
		t.Errorf("metric = %+v; want 50/s of each of 3 units", got)
	}
	if want, said := web+": whether requests falls as units are added was not seen: it is taken to", strings.Join(m.Assumed, "\n"); !strings.Contains(said, want) {
		t.Errorf("assumed %q; want %q among it", said, want)
	}
}

// TestOtherMetrics beside the one that makes the fleet grow: memory that follows
// nothing, and a clock.
func TestOtherMetrics(t *testing.T) {
	k := cpu()
	k.spec.HPA.Metrics = append([]autoscale.MetricSpec{{Name: "memory", Kind: autoscale.OfRequest, Target: 0.8}, {Name: "s0-cron-Asia-Tokyo-0-8", Kind: autoscale.OfTotal, Target: 1}}, k.spec.HPA.Metrics...)
	r := k.rehearse()
	for i := range 40 {
		r.read(10+15*float64(i), web, timeline.MetricOf+"memory", 0.5+0.1*math.Sin(float64(i*i)))
	}
	m := r.fitted(t)
	got := m.Service.Fleets[0]
	if math.Abs(got.CPU.Request/0.03-1) > 0.005 || len(got.Pods.Metrics) != 1 || got.Pods.Metrics[0].Target != 0.7 {
		t.Errorf("cpu = %+v by %+v; want that of CPU alone", got.CPU, got.Pods.Metrics)
	}
	said := strings.Join(m.Assumed, "\n")
	for _, want := range []string{"it is scaled by memory too, which by the run is not what makes it grow", "s0-cron-Asia-Tokyo-0-8 asks for units at certain times"} {
		if !strings.Contains(said, want) {
			t.Errorf("assumed %q; want %q among it", said, want)
		}
	}
}

// TestQuotaThatWasPassed leaves out a quota that units came beyond, and not one that
// they were beyond already.
func TestQuotaThatWasPassed(t *testing.T) {
	able := func(second, units float64) timeline.Point {
		return timeline.Point{At: timeline.Offset(secs(second)[0]), Value: units}
	}
	for _, c := range []struct {
		name    string
		quota   float64
		able    timeline.Series
		want    int
		assumed string
	}{
		{"above all", 8, timeline.Series{able(-1, 2), able(60, 8)}, 8, ""},
		{"passed", 1, timeline.Series{able(-1, 2), able(60, 8), able(90, 7)}, 0, web + ": a quota of 1 was read, and 8 were ready after it: it is left out"},
		{"lowered below what stood", 1, timeline.Series{able(-1, 2), able(60, 1), able(90, 2)}, 1, ""},
		{"nothing observed", 1, nil, 1, ""},
	} {
		f := &fitting{}
		f.Readings = []timeline.Reading{{At: 0, Source: web, Name: timeline.Quota, Value: c.quota}}
		got := f.quota(capacity.FleetResult{Fleet: capacity.Fleet{Name: web}, Able: c.able})
		if said := strings.Join(f.assumed, ""); got != c.want || said != c.assumed {
			t.Errorf("%s: quota = %d, assumed %q; want %d, %q", c.name, got, said, c.want, c.assumed)
		}
	}
}

// TestDoubt says of a metric that requests do not explain at all before anything else.
func TestDoubt(t *testing.T) {
	for _, c := range []struct {
		explained float64
		first     bool
		want      string // empty: nothing is said
	}{
		{0.8, false, ""},
		{0.75, false, web + ": requests explain only 75 % of how queue changed"},
		{0.1, false, web + ": requests explain only 10 % of how queue changed"},
		{0.05, true, web + ": requests explain nothing of how queue changed, and it is played as if they did"},
		{-3, true, web + ": requests explain nothing of how queue changed, and it is played as if they did"},
	} {
		f := &fitting{assumed: []string{"another"}}
		for range 2 { // it is said once
			f.doubt(capacity.FleetResult{Fleet: capacity.Fleet{Name: web}}, "queue", pipeline{explained: c.explained})
		}
		said := slices.DeleteFunc(slices.Clone(f.assumed), func(s string) bool { return s == "another" })
		if (len(said) == 1) != (c.want != "") || !strings.HasPrefix(strings.Join(said, ""), c.want) || (f.assumed[0] != "another") != c.first {
			t.Errorf("explained %g: assumed %q; want %q, first %v", c.explained, f.assumed, c.want, c.first)
		}
	}
}
