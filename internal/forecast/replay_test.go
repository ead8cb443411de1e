package forecast

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestTrusted(t *testing.T) {
	units := func(mean float64) []UnitsError { return []UnitsError{{Fleet: web, Mean: &mean}} }
	for _, c := range []struct {
		name string
		r    Replay
		want string // of the error; empty: trusted
	}{
		{"close", Replay{LagError: new(0.1), Units: units(0.5)}, ""},
		{"the lag fits, and units do not", Replay{LagError: new(0.0), Units: units(0.67)},
			"the units of " + web + " are off by 67 %, more than 50 %, and that its scale lag fits is by accident"},
		{"at the bound", Replay{LagError: new(0.25)}, ""},
		{"off", Replay{LagError: new(0.251), Measured: new(100 * time.Second), Simulated: new(130 * time.Second)},
			"its scale lag is off by 25.1 % (1m40s, and 2m10s in its replay), more than 25 %"},
		{"restless", Replay{LagError: new(0.1), Restless: "it grows alone"}, "the model does not stand still as the service did before its rehearsal: it grows alone"},
		{"little seen, but a lag", Replay{LagError: new(0.1), Unseen: "little was seen"}, ""},
		{"little seen", Replay{NoLag: "none fell short", Unseen: "little was seen"}, "little was seen, and there is no scale lag either (none fell short)"},
		{"nothing compared", Replay{NoLag: "none fell short", Units: []UnitsError{{Fleet: web}}}, ""},
		{"one recovered", Replay{Apart: "capacity never caught up"}, "capacity never caught up"},
		{"both never recovered", Replay{NoLag: "neither", Units: units(0.2)}, ""},
		{"both never recovered, and units apart", Replay{NoLag: "neither", Units: units(0.9)}, "the units of " + web + " are off by 90 %"},
		{"no lag, close", Replay{NoLag: "none fell short", Units: units(0.25)}, ""},
		{"no lag, at the bound but for the last bits", Replay{NoLag: "none fell short", Units: units(0.25 + 1e-16)}, ""},
		{"no lag, above the bound", Replay{NoLag: "none fell short", Units: units(0.25 + 1e-8)}, "more than 25 %"},
		{"no lag, off", Replay{NoLag: "none fell short", Units: units(0.3)}, "the units of " + web + " are off by 30 %, more than 25 %, and there is no scale lag to hold it against (none fell short)"},
	} {
		err := c.r.Trusted()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Trusted = %v; want %q", c.name, err, c.want)
		}
	}
}

func TestHoldLag(t *testing.T) {
	never, none := math.Inf(1), math.NaN()
	blind := []capacity.Moment{{At: 10 * time.Second, Rehearsed: true, Mid: new(100.0)}, {At: 11 * time.Second, Rehearsed: true}}
	short, lag := new(10*time.Second), new(100*time.Second)
	for _, c := range []struct {
		name       string
		short, lag *time.Duration
		runs       []float64
		blind      bool
		stood      bool    // units, when the shortfall ended
		off        float64 // below 0: nil
		noLag      string
		apart      string
	}{
		{name: "recovered", short: short, lag: lag, runs: []float64{90, 120, 70, 105, 100}, off: 0.1},
		{name: "demand fell back", short: short, lag: lag, stood: true, runs: []float64{100, 100, 100}, off: -1, noLag: "capacity was behind demand for 1m40s in the rehearsal, and had not grown when demand fell back"},
		{name: "demand fell back, and not in the replay", short: short, lag: lag, stood: true, runs: []float64{never, never, 100}, off: -1, apart: "never catches up in its replay"},
		{name: "mostly", short: short, lag: lag, runs: []float64{90, never, 100}, off: 0.1},
		{name: "without a shortfall in some", short: short, lag: lag, runs: []float64{none, 100, 100}, off: 0},
		{name: "never in most", short: short, lag: lag, runs: []float64{never, never, 100}, off: -1, apart: "never catches up in its replay"},
		{name: "neither", short: short, runs: []float64{never, never, 100}, off: -1, noLag: "neither in the rehearsal nor in its replay"},
		{name: "in the replay alone", short: short, runs: []float64{90, 80, 100}, off: -1, apart: "never caught up with demand in the rehearsal, and does within 1m30s in its replay"},
		{name: "no shortfall in the replay", short: short, runs: []float64{none, none, 100}, off: -1, apart: "never falls short in its replay"},
		{name: "none", runs: []float64{90, 80, 100}, off: -1, noLag: "capacity never fell short in the rehearsal"},
		{name: "while nobody looked", short: short, runs: []float64{90, 80, 100}, blind: true, off: -1, noLag: "not all of it was seen"},
	} {
		able := timeline.Series{{At: -1, Value: 2}, {At: timeline.Offset(60 * time.Second), Value: 3}}
		if c.stood {
			able = able[:1]
		}
		fleet := capacity.FleetResult{Fleet: capacity.Fleet{Name: web, Kind: capacity.HPA}, PerUnit: capacity.PerUnit{Mid: new(10.0)}, Able: able}
		f := &fitting{r: capacity.Result{Shortfall: c.short, ScaleLag: c.lag, Fleets: []capacity.FleetResult{fleet}}}
		if c.blind {
			f.r.Headroom.Series = blind
		}
		var runs []replayed
		for i, lag := range c.runs {
			runs = append(runs, replayed{seed: uint64(i), lag: lag})
		}
		var r Replay
		f.holdLag(&r, runs)
		if (r.LagError == nil) != (c.off < 0) || r.LagError != nil && math.Abs(*r.LagError-c.off) > 1e-12 {
			t.Errorf("%s: lag error = %v; want %g", c.name, r.LagError, c.off)
		}
		if !strings.Contains(r.NoLag, c.noLag) || (r.NoLag == "") != (c.noLag == "") || !strings.Contains(r.Apart, c.apart) || (r.Apart == "") != (c.apart == "") {
			t.Errorf("%s: no lag %q, apart %q; want %q, %q", c.name, r.NoLag, r.Apart, c.noLag, c.apart)
		}
		if assumed := len(f.assumed) > 0; assumed != (c.off < 0 && c.apart == "") {
			t.Errorf("%s: assumed %q", c.name, f.assumed)
		}
	}
}

func TestMeanOff(t *testing.T) {
	// |2-2|/2, |5-4|/4, |2-4|/4, and two of which nothing is told.
	// Seconds at the 2 that both begin with do not count: |5-4|/4 and |2-4|/4.
	if got := meanOff([]int{2, 2, 5, 2, 9, 9, 2}, []int{2, 2, 4, 4, -1, 0, 2}); got != 0.375 {
		t.Errorf("meanOff = %g; want 0.375", got)
	}
}

// TestReplayIsRefused where the facts are not those of the service: its pods took five
// times as long as its ways tell.
func TestReplayIsRefused(t *testing.T) {
	r := cpu().rehearse()
	for i := range r.r.Fleets[0].Ways {
		w := &r.r.Fleets[0].Ways[i]
		w.Serves = new(*w.Serves + 100*time.Second)
	}
	m := r.fitted(t)
	if err := m.Replay.Trusted(); err == nil {
		t.Errorf("replay = measured %v, simulated %v: trusted; want it refused", m.Replay.Measured, m.Replay.Simulated)
	}
}

// TestReplayIsRepeated finds the same each time.
func TestReplayIsRepeated(t *testing.T) {
	a, b := cpu().rehearse().fitted(t).Replay, cpu().rehearse().fitted(t).Replay
	if *a.LagError != *b.LagError || *a.Units[0].Mean != *b.Units[0].Mean {
		t.Errorf("lag errors %g and %g, units %g and %g; want the same", *a.LagError, *b.LagError, *a.Units[0].Mean, *b.Units[0].Mean)
	}
}

// TestNeverRecoversIsJudgedByUnits: the rehearsal's group stood at its max, short of
// demand to the end, and so does its replay; but the model has far fewer units.
func TestNeverRecoversIsJudgedByUnits(t *testing.T) {
	for _, c := range []struct {
		name    string
		seen    float64 // units, times those of the replay
		trusted bool
	}{{"as many", 1, true}, {"three times as many", 3, false}} {
		k := cpu()
		p := *k.fleet.Pods
		p.HPA.Max = 4
		k.fleet.Pods, k.spec.HPA.Max, k.curve = &p, 4, evening(40, 4000)
		r := k.rehearse()
		if r.r.Shortfall == nil || r.r.ScaleLag != nil {
			t.Fatalf("%s: shortfall %v, lag %v; want one that does not end", c.name, r.r.Shortfall, r.r.ScaleLag)
		}
		for i := range r.r.Fleets[0].Able {
			if i > 0 {
				r.r.Fleets[0].Able[i].Value *= c.seen
			}
		}
		if m := r.fitted(t); m.Replay.LagError != nil || (m.Replay.Trusted() == nil) != c.trusted {
			t.Errorf("%s: lag error %v, units off by %g: %v; want no lag error, trusted %v",
				c.name, m.Replay.LagError, *m.Replay.Units[0].Mean, m.Replay.Trusted(), c.trusted)
		}
	}
}

// TestDemandFellBack: the units came when the spot was over. How long capacity
// was behind is then the demand's doing, and the same whatever the service is scaled by:
// a target that is far off is told by the units.
func TestDemandFellBack(t *testing.T) {
	for _, c := range []struct {
		name    string
		target  float64
		trusted bool
	}{{"as it is", 0.7, true}, {"another target", 0.01, false}} {
		k := cpu()
		p := *k.fleet.Pods
		p.Start, k.fleet.Pods = simulation.Fixed(9*time.Minute), &p
		k.curve = evening(40, 200)
		k.spec.HPA.Metrics[0].Target = c.target
		r := k.rehearse()
		if r.r.Shortfall == nil || r.r.ScaleLag == nil {
			t.Fatalf("%s: shortfall %v, lag %v; want one that ends", c.name, r.r.Shortfall, r.r.ScaleLag)
		}
		m := r.fitted(t)
		if m.Replay.LagError != nil || !strings.Contains(m.Replay.NoLag, "demand fell back") {
			t.Errorf("%s: lag error %v, no lag %q; want it not compared, for demand fell back", c.name, m.Replay.LagError, m.Replay.NoLag)
		}
		if err := m.Replay.Trusted(); (err == nil) != c.trusted {
			t.Errorf("%s: units off by %g: %v; want trusted %v", c.name, *m.Replay.Units[0].Mean, err, c.trusted)
		}
	}
}

// TestAffordable plays fewer runs of a service that desires units without end.
func TestAffordable(t *testing.T) {
	const seconds = 1000
	for _, c := range []struct{ units, want int }{{0, replays}, {10, replays}, {10_000, replays}, {20_000, 100}, {1_000_000, someRuns}} {
		fleet := slices.Repeat([]int{c.units / 2}, seconds)
		if got := affordable([][]int{fleet, fleet}); got != c.want {
			t.Errorf("affordable of %d units over %d s = %d runs; want %d", c.units, seconds, got, c.want)
		}
	}
}
