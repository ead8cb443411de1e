package truth_test

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// How close a forecast of an unseen spot must come to what the lab does then.
const (
	lagOffMedian = 0.15 // |forecast / lab - 1| of the scale lag, in the middle
	lagOffMost   = 0.30 // the same, of nine in ten
	shareOff     = 0.03 // of the share of requests that go unserved
)

// TestTruthOfForecasts rehearses worlds once each, makes a model of what that run
// kept, and holds what the model says of spots that were not rehearsed against the
// lab under these spots.
func TestTruthOfForecasts(t *testing.T) {
	e := asked(t)
	var table forecastTable
	t.Cleanup(func() {
		t.Log("\n" + table.String())
		table.judge(t)
	})
	for _, w := range forecasts {
		t.Run(w.name, func(t *testing.T) {
			w.skips(t, e)
			t.Parallel()
			m := w.model(t)
			for _, u := range w.unseen[:raced.Part(len(w.unseen), 1)] {
				f := w.foretell(t, m, u, e)
				t.Log(f)
				table.add(f)
			}
		})
	}
}

// skips skips a world that a test run leaves out, and says who does not.
func (w rehearsed) skips(t *testing.T, e effort) {
	t.Helper()
	switch {
	case e.full():
	case !w.quick:
		t.Skipf("all %d worlds are for ONAIR_TRUTH=%d or more, which make truth sets", len(forecasts), enough)
	case raced.On && w.name != forecasts[0].name:
		t.Skipf("the race detector sees all there is to see in %s; make laws, without it, makes this one too", forecasts[0].name)
	}
}

// models are those of worlds, each made once for all that is asked of it.
var models sync.Map

// model is what is made of a world's one rehearsal, as it was kept.
func (w rehearsed) model(t *testing.T) *forecast.Model {
	t.Helper()
	made, _ := models.LoadOrStore(w.name, new(modelOnce))
	once := made.(*modelOnce)
	once.Do(func() {
		s := w.rehearsal(t, w.seed())
		root, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(root)
		once.model = fitted(t, s, simulateSeen(t, s, s.Watched(), root))
	})
	if once.model == nil {
		t.Fatalf("there is no model of %s; an earlier test says why", w.name)
	}
	return once.model
}

type modelOnce struct {
	sync.Once
	model *forecast.Model // nil where it could not be made
}

// fitted is the model of a stored run.
func fitted(t *testing.T, s *scenario.Scenario, dir *rundir.Dir) *forecast.Model {
	t.Helper()
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	r := capacity.Analyze(facts, s.Question())
	if u := r.Fleets[0].PerUnit; u.Low == nil || u.High == nil || r.ScaleLag == nil {
		t.Errorf("the rehearsal tells of a unit %q and a scale lag of %s; choose one that tells both", u.Said, figure.OrUnknown(r.ScaleLag, figure.Duration))
	}
	m, err := forecast.Fit(facts, s.Question(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(told(m, r))
	if err := m.Replay.Trusted(); err != nil {
		t.Error(err)
	}
	return m
}

// told is what a model took from its rehearsal, in a few lines.
func told(m *forecast.Model, r capacity.Result) string {
	var b strings.Builder
	for _, u := range m.Replay.Units {
		fmt.Fprintf(&b, "replay of %s: %s off, at worst %d units; ", u.Fleet, figure.OrUnknown(u.Mean, figure.Share), u.Worst)
	}
	fmt.Fprintf(&b, "lag %s, replayed %s, off %s %s\n", figure.OrUnknown(m.Replay.Measured, figure.Duration),
		figure.OrUnknown(m.Replay.Simulated, figure.Duration), figure.OrUnknown(m.Replay.LagError, func(e float64) string { return fmt.Sprintf("%.0f %%", 100*e) }), m.Replay.NoLag)
	for i, f := range m.Service.Fleets {
		fmt.Fprintf(&b, "%s: start %d, cpu %+v, contention %.4f, coherence %.5f, a unit %s\n", f.Name, f.Start, f.CPU, f.Contention, f.Coherence, ofUnit(f.PerUnit))
		if p := f.Pods; p != nil {
			fmt.Fprintf(&b, "  sync %v, phase %v, metrics %+v, place %v, start %v, nodes %+v\n", p.Sync, p.Phase, p.Metrics, medians(p.Place), medians(p.Start), p.Nodes)
		}
		if g := f.Group; g != nil {
			fmt.Fprintf(&b, "  group %d to %d, boot %v, warmup %v, policies %+v\n", g.Min, g.Max, medians(g.Boot), g.Warmup, g.Policies)
		}
		fmt.Fprintf(&b, "  r: %s\n", r.Fleets[i].PerUnit.Said)
	}
	fmt.Fprintf(&b, "ceiling %.0f/s; assumed: %s", m.Service.Ceiling, strings.Join(m.Assumed, "; "))
	return b.String()
}

func ofUnit(rates []simulation.Rate) string {
	var sustained, saturation []float64
	for _, r := range rates {
		sustained, saturation = append(sustained, r.Sustained), append(saturation, r.Saturation)
	}
	return fmt.Sprintf("%.1f/s, saturated %.1f/s", median(sustained), median(saturation))
}

func medians(d simulation.Delay) (all []time.Duration) {
	for _, stage := range d {
		all = append(all, median(stage))
	}
	return all
}

// foretold is an unseen spot: what the model said of it, and what the lab did.
type foretold struct {
	world  string
	unseen unseen
	lag    simulation.Sample // seconds
	short  float64           // share of requests beyond what ready units sustain, median over runs
	door   float64           // share that finds no room where viewers wait as the lab lets them
	labs   []airingOf
}

// foretell plays a spot in the model, and airs it in labs of other seeds at other
// instants between two syncs.
func (w rehearsed) foretell(t *testing.T, m *forecast.Model, u unseen, e effort) foretold {
	t.Helper()
	seeds := cmp.Or(w.airings, 3)
	if !e.full() {
		seeds = 1
	}
	every := cadence(w.rehearsal(t, 1))
	s, d := w.airing(t, u, every/2, 1)
	f := w.said(t, m, u, s, d)
	for n := range seeds {
		late := (every * time.Duration(2*n+1) / time.Duration(2*seeds)).Truncate(time.Millisecond)
		aired, _ := w.airing(t, u, late, uint64(100+n))
		f.labs = append(f.labs, known{aired, e.length / 8}.air(t))
	}
	return f
}

// said is what a model says of a spot, without viewers that wait and with them.
func (w rehearsed) said(t *testing.T, m *forecast.Model, u unseen, s *scenario.Scenario, d forecast.Demand) foretold {
	t.Helper()
	f := foretold{world: w.name, unseen: u}
	f.lag, f.short = play(t, m, d)
	d.Queue = &simulation.Queue{Room: float64(s.Lab.Service.Queue)}
	_, f.door = play(t, m, d)
	return f
}

func play(t *testing.T, m *forecast.Model, d forecast.Demand) (lag simulation.Sample, unserved float64) {
	t.Helper()
	out, err := m.Play(d, forecast.Chance{Runs: raced.Part(1000, 100), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	unserved, _ = out.Unserved.Quantile(0.5)
	return out.Lag, unserved
}

// offs are |forecast / lab - 1| of the scale lag, of each airing: infinite where only
// one of the two has a lag.
func (f foretold) offs() (all []float64) {
	said, _ := f.lag.Quantile(0.5)
	for _, a := range f.labs {
		switch {
		case a.lag != nil && f.lag.N() > 0:
			all = append(all, math.Abs(said/a.lag.Seconds()-1))
		case a.lag != nil || f.lag.N() > 0:
			all = append(all, math.Inf(1))
		}
	}
	return all
}

// sharesOff are by how much the shares of unserved requests are off: by what units
// sustain, and at the door. What is foretold is the median of many airings, and is held
// against that of the lab's: chance may well give one of them a unit more before the
// spot begins.
func (f foretold) sharesOff() (short, door float64) {
	var shorts, doors []float64
	for _, a := range f.labs {
		shorts, doors = append(shorts, a.short), append(doors, a.refused)
	}
	return f.short - median(shorts), f.door - median(doors)
}

// String is the spot's line of the table.
func (f foretold) String() string {
	var lags, shorts, doors []string
	for _, a := range f.labs {
		lags = append(lags, figure.OrUnknown(a.lag, func(d time.Duration) string { return fmt.Sprintf("%.0f", d.Seconds()) }))
		shorts, doors = append(shorts, fmt.Sprintf("%.1f", 100*a.short)), append(doors, fmt.Sprintf("%.1f", 100*a.refused))
	}
	mid, _ := f.lag.Quantile(0.5)
	low, _ := f.lag.Quantile(0.05)
	high, _ := f.lag.Quantile(0.95)
	return fmt.Sprintf("| %s | %g to %g/s, rise %v, half-life %v | %.0f s (%.0f to %.0f) | %s | %.0f %% | %.1f %% | %s | %.1f %% | %s |",
		f.world, f.unseen.baseline, f.unseen.peak, f.unseen.rise, f.unseen.halfLife, mid, low, high, strings.Join(lags, ", "), 100*median(f.offs()),
		100*f.short, strings.Join(shorts, ", "), 100*f.door, strings.Join(doors, ", "))
}

// forecastTable is what was said of all unseen spots.
type forecastTable struct {
	mu   sync.Mutex
	rows []foretold
}

func (t *forecastTable) add(f foretold) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, f)
}

// String is the table in Markdown, in the order of worlds, with the bounds that are
// judged beneath it.
func (t *forecastTable) String() string {
	var b strings.Builder
	b.WriteString("| world | spot | scale lag foretold | in the lab, s | off | beyond what is sustained | in the lab, % | refused | in the lab, % |\n")
	b.WriteString("|---|---|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, w := range forecasts {
		for _, f := range t.rows {
			if f.world == w.name {
				b.WriteString(f.String() + "\n")
			}
		}
	}
	lags, short, door := t.off()
	alone, airings := t.alone()
	fmt.Fprintf(&b, "scale lag off by %.1f %% in the middle of %d airings, %.1f %% of nine in ten; unserved in the middle of a spot's airings off by at most %.1f points, at the door by %.1f; within %g points of %d of %d airings by themselves\n",
		100*median(lags), len(lags), 100*ninth(lags), 100*furthest(short), 100*furthest(door), 100*shareOff, alone, airings)
	return b.String()
}

// alone counts the airings of which both shares are as foretold by themselves.
func (t *forecastTable) alone() (right, airings int) {
	for _, f := range t.rows {
		for _, a := range f.labs {
			if airings++; math.Abs(f.short-a.short) <= shareOff && math.Abs(f.door-a.refused) <= shareOff {
				right++
			}
		}
	}
	return right, airings
}

func (t *forecastTable) off() (lags, short, door []float64) {
	for _, f := range t.rows {
		s, d := f.sharesOff()
		lags, short, door = append(lags, f.offs()...), append(short, s), append(door, d)
	}
	return lags, short, door
}

// judge fails the test where forecasts are too far off.
func (t *forecastTable) judge(test *testing.T) {
	lags, _, _ := t.off()
	if got := median(lags); len(lags) == 0 || got > lagOffMedian {
		test.Errorf("scale lags are off by %.1f %% in the middle of %d; want at most %g %%", 100*got, len(lags), 100*lagOffMedian)
	}
	if got := ninth(lags); got > lagOffMost {
		test.Errorf("scale lags are off by %.1f %% of nine in ten; want at most %g %%", 100*got, 100*lagOffMost)
	}
	for _, f := range t.rows {
		short, door := f.sharesOff()
		if got := math.Abs(short); got > shareOff {
			test.Errorf("%s, %g/s: the share of requests beyond what is sustained is off by %.1f points; want at most %g", f.world, f.unseen.peak, 100*got, 100*shareOff)
		}
		if got := math.Abs(door); got > shareOff {
			test.Errorf("%s, %g/s: the share of requests refused is off by %.1f points; want at most %g", f.world, f.unseen.peak, 100*got, 100*shareOff)
		}
	}
}

// ninth is the value that nine in ten do not pass.
func ninth(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(9*len(sorted)+9)/10-1]
}

// furthest is the largest distance from zero.
func furthest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = max(most, math.Abs(v))
	}
	return most
}
