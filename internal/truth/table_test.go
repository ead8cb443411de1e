package truth_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/truth"
)

// effort is how much a test spends on knowing.
type effort struct {
	seeds  int  // runs of each world
	length int  // of a simulation, in requests
	all    bool // every world, not just the quick ones
}

// enough is the number of seeds from which shares are held to the limits
// themselves, rather than to what chance leaves of them.
const enough = 40

func (e effort) full() bool { return e.seeds >= enough }

// asked is what ONAIR_TRUTH asks for.
func asked(t *testing.T) effort {
	t.Helper()
	text := os.Getenv("ONAIR_TRUTH")
	if text == "" {
		t.Logf("ONAIR_TRUTH is not set: a few worlds with one seed each; make truth makes %d of each of %d", enough, len(worlds))
		return effort{1, truth.Enough / 40, false}
	}
	seeds, err := strconv.Atoi(text)
	if err != nil || seeds < 1 {
		t.Fatalf("ONAIR_TRUTH=%q is not a number of seeds such as %d", text, enough)
	}
	e := effort{seeds, truth.Enough, true}
	if !e.full() {
		e.length /= 8 // right to 1 %, in an eighth of the time
	}
	return e
}

// TestTruth holds what onair says of worlds against what is true of them: how
// much one unit sustains, how long each stage of a start takes, what binds, and
// whether the service will hold.
func TestTruth(t *testing.T) {
	e := asked(t)
	table := table{effort: e}
	t.Cleanup(func() {
		t.Log("\n" + table.String())
		table.judge(t)
	})
	for number, w := range worlds {
		if !e.all && !w.quick {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			table.add(w.rehearse(t, uint64(number), e))
		})
	}
}

// rehearse makes the runs of a world, each with a seed that no other world has.
func (w staged) rehearse(t *testing.T, number uint64, e effort) *row {
	r := &row{staged: w, stages: make(map[string][]time.Duration)}
	r.want = known{w.scenario(t, 1), e.length}.stages()
	for n := range e.seeds {
		seed := 1000*(number+1) + uint64(n)
		o := rehearse(t, w.scenario(t, seed), e.length)
		t.Logf("seed %d: %v", seed, o)
		if o.Verdict != o.deserved {
			t.Logf("seed %d: %s: %s", seed, o.Verdict, strings.Join(append(o.Reasons, o.warnings...), "; "))
		}
		r.add(o)
	}
	return r
}

// delay is what a stage of a start takes by the lab's configuration.
type delay struct {
	kind, stage string
	mean        time.Duration
	spread      float64
}

func (d delay) String() string { return d.kind + " " + d.stage }

// stages are those that a run can measure: of fleets that grow, and of pods that
// need not wait for room.
func (k known) stages() []delay {
	var want []delay
	p, h, g := k.Lab.Pods, k.Lab.HPA, k.Lab.Group
	if h != nil && h.Max > h.Min {
		if g == nil {
			want = append(want, delay{capacity.HPA, "place", cmp.Or(p.Schedule, 500*time.Millisecond), p.Spread})
		}
		want = append(want,
			delay{capacity.HPA, "start", cmp.Or(p.Run, 5*time.Second), p.Spread},
			delay{capacity.HPA, "ready", cmp.Or(p.Ready, 3*time.Second), p.Spread})
	}
	if g != nil && instances(g) > g.Min {
		want = append(want, delay{capacity.ASG, "in_service", cmp.Or(g.Boot, 30*time.Second), g.Spread})
	}
	return want
}

// row is what the runs of one world came to.
type row struct {
	staged
	runs                  []outcome
	want                  []delay
	stages                map[string][]time.Duration // medians of runs
	counts                map[string]int             // of runs, by how the estimate stands to the truth
	named, pass, unclear  int                        // runs that named what binds, passed, and deserved another verdict than the world does
	wrongPass, wrongFail  int
	widths, mids, misread []float64       // shares of the estimate; estimates; saturation off by this share
	carried, overrated    int             // runs that say what an instance carries beneath its pods, and say too much
	fitted, lawful        int             // runs with a scalability law, and with a contention that contains the truth
	spanned               int             // runs of misread whose range of saturation contains the truth
	within                int             // runs of named whose range contains what is true of the layer
	lags, lagsOff         []time.Duration // true scale lags, and by how much what was measured is off
}

func (r *row) add(o outcome) {
	if r.counts == nil {
		r.counts = make(map[string]int)
	}
	r.counts[o.contains()]++
	u := o.unit()
	if u.Low != nil && u.High != nil {
		r.widths = append(r.widths, (*u.High-*u.Low) / *u.Mid)
		r.mids = append(r.mids, *u.Mid)
	}
	if u.Saturation != nil {
		r.misread = append(r.misread, u.Saturation.Mid/o.saturation-1)
		if u.Saturation.Low <= o.saturation && (o.saturation <= u.Saturation.High || u.Held != "") {
			r.spanned++
		}
	}
	if o.Binding != nil && o.Binding.Name == r.binding {
		r.named++
		if o.Binding.Low <= o.grown && o.grown <= o.Binding.High {
			r.within++
		}
	}
	if o.ScaleLag != nil && o.lag != nil {
		r.lags, r.lagsOff = append(r.lags, *o.lag), append(r.lagsOff, (*o.ScaleLag-*o.lag).Abs())
	}
	for _, f := range o.Fleets {
		for _, s := range f.Stages {
			name := delay{kind: f.Kind, stage: s.Name}.String()
			r.stages[name] = append(r.stages[name], s.P50)
		}
	}
	if law := o.Fleets[0].USL; law != nil {
		r.fitted++
		if law.Alpha.Low <= o.contention && o.contention <= law.Alpha.High {
			r.lawful++
		}
	}
	if o.instance > 0 && len(o.Fleets) > 1 && o.Fleets[1].PerUnit.Low != nil {
		r.carried++
		if *o.Fleets[1].PerUnit.Low > o.instance {
			r.overrated++
		}
	}
	r.verdict(o)
	o.Headroom.Series, o.Objectives = nil, nil // a thousand runs are kept
	r.runs = append(r.runs, o)
}

func (r *row) verdict(o outcome) {
	if o.deserved != r.deserved() {
		r.unclear++
	}
	switch {
	case o.Verdict == capacity.Pass && r.passes:
		r.pass++
	case o.Verdict == capacity.Pass:
		r.pass++
		r.wrongPass++
	case o.Verdict == capacity.Fail && r.passes:
		r.wrongFail++
	}
}

func (r *row) deserved() string {
	if r.passes {
		return capacity.Pass
	}
	return capacity.Fail
}

// right counts the runs whose estimate or bound agrees with the truth.
func (r *row) right() int { return r.counts[contained] + r.counts[rightBound] }

// twoSided counts the runs with an interval.
func (r *row) twoSided() int { return r.counts[contained] + r.counts[tooHigh] + r.counts[tooLow] }

// table is what all worlds came to.
type table struct {
	effort
	mu   sync.Mutex
	rows []*row
}

func (t *table) add(r *row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

func (t *table) sum(of func(*row) int) (n int) {
	for _, r := range t.rows {
		n += of(r)
	}
	return n
}

// judge fails the test where what was said is not right often enough.
func (t *table) judge(test *testing.T) {
	runs := t.sum(func(r *row) int { return len(r.runs) })
	inside, twoSided := t.sum(func(r *row) int { return r.counts[contained] }), t.sum((*row).twoSided)
	t.least(test, "intervals that contain the truth", inside, twoSided, 0.87)
	t.most(test, "intervals that contain the truth", inside, twoSided, 0.95)
	bounds := t.sum(func(r *row) int { return r.counts[rightBound] + r.counts[wrongBound] })
	t.least(test, "one-sided bounds on the right side of the truth", t.sum(func(r *row) int { return r.counts[rightBound] }), bounds, 0.90)
	carried := t.sum(func(r *row) int { return r.carried })
	t.least(test, "bounds of what an instance carries", carried-t.sum(func(r *row) int { return r.overrated }), carried, 0.90)
	saturated := t.sum(func(r *row) int { return len(r.misread) })
	t.least(test, "ranges of saturation that contain the truth", t.sum(func(r *row) int { return r.spanned }), saturated, 0.85)
	t.least(test, "estimates and bounds that agree with the truth", t.sum((*row).right), runs, 0.87)
	t.least(test, "binding layers named rightly", t.sum(func(r *row) int { return r.named }), t.sum(func(r *row) int { return t.runsOf(r, r.binding != "") }), 0.95)
	var widths []float64
	for _, r := range t.rows {
		if r.stairs {
			widths = append(widths, r.widths...)
		}
		r.judge(test, t.effort)
	}
	if got := median(widths); got > 0.20 {
		test.Errorf("median width of the intervals from staircases = %.1f %% of the estimate; want at most 20 %%", 100*got)
	}
	failing := func(r *row) int { return t.runsOf(r, !r.passes) }
	passing := func(r *row) int { return t.runsOf(r, r.passes) }
	t.most(test, "false passes", t.sum(func(r *row) int { return r.wrongPass }), t.sum(failing), 0.01)
	t.most(test, "false fails", t.sum(func(r *row) int { return r.wrongFail }), t.sum(passing), 0.05)
}

func (t *table) runsOf(r *row, when bool) int {
	if when {
		return len(r.runs)
	}
	return 0
}

// judge holds one world to the limits of its own.
func (r *row) judge(t *testing.T, e effort) {
	n := len(r.runs)
	e.least(t, r.name+": estimates and bounds that agree with the truth", r.right(), n, 0.75)
	if r.binding != "" {
		e.least(t, r.name+": binding layers named rightly", r.named, n, 0.95)
		e.least(t, r.name+": ranges of the binding layer that contain the truth", r.within, r.named, 0.75)
	}
	if r.law {
		e.least(t, r.name+": scalability laws fitted", r.fitted, n, 0.95)
		e.least(t, r.name+": contentions that contain the truth", r.lawful, r.fitted, 0.75)
	}
	if r.unclear > 0 {
		t.Errorf("%s: in %d of %d runs the truth does not clearly deserve %s; choose another world", r.name, r.unclear, n, r.deserved())
	}
	for _, d := range r.want {
		if text := r.misses(d, e); text != "" {
			t.Errorf("%s: stage %v = %s", r.name, d, text)
		}
	}
}

// misses says how the median of a stage misses what was configured by more than
// 1 s and 10 %; empty where it does not. A few runs leave a spread.
func (r *row) misses(d delay, e effort) string {
	within := max(time.Second, d.mean/10)
	if !e.full() {
		within += time.Duration(d.spread * float64(d.mean))
	}
	got, measured := r.stages[d.String()]
	if off := (median(got) - d.mean).Abs(); measured && off <= within {
		return ""
	}
	return fmt.Sprintf("%v over %d runs; want %v within %v", median(got), len(got), d.mean, within)
}

// least fails where fewer of n are right than a share of them; where there are
// only few runs, where as few are by chance in less than one test of a hundred.
func (e effort) least(t *testing.T, what string, k, n int, share float64) {
	t.Helper()
	binomial := distuv.Binomial{N: float64(n), P: share}
	if e.full() && float64(k) < share*float64(n) || !e.full() && n > 0 && binomial.CDF(float64(k)) < 0.01 {
		t.Errorf("%s: %d of %d; want at least %g %%", what, k, n, 100*share)
	}
}

// most fails where more of n are so than a share of them, likewise.
func (e effort) most(t *testing.T, what string, k, n int, share float64) {
	t.Helper()
	binomial := distuv.Binomial{N: float64(n), P: share}
	if e.full() && float64(k) > share*float64(n) || !e.full() && k > 0 && 1-binomial.CDF(float64(k-1)) < 0.01 {
		t.Errorf("%s: %d of %d; want at most %g %%", what, k, n, 100*share)
	}
}

func median[T ~int64 | ~float64](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	return (sorted[half] + sorted[(len(sorted)-1)/2]) / 2
}

// String is the table in Markdown, in the order of worlds.
func (t *table) String() string {
	var b strings.Builder
	b.WriteString("| world | runs | true | estimated | width | contained | too high | too low | bounds right | wrong | silent | saturation off | contention right | stages | binding named | its range right | scale lag off | passed, deserved |\n")
	b.WriteString("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|---|---|\n")
	for _, w := range worlds {
		for _, r := range t.rows {
			if r.name == w.name {
				b.WriteString(r.String() + "\n")
			}
		}
	}
	return b.String()
}

func (r *row) String() string {
	var truths []float64
	for _, o := range r.runs {
		truths = append(truths, o.truth)
	}
	estimated, width, misread, law, binding, lag := "-", "-", "-", "-", "- | -", "-"
	if len(r.mids) > 0 {
		estimated, width = fmt.Sprintf("%.1f", median(r.mids)), fmt.Sprintf("%.1f %%", 100*median(r.widths))
	}
	if len(r.misread) > 0 {
		misread = fmt.Sprintf("%+.1f %%", 100*median(r.misread))
	}
	if r.fitted > 0 {
		law = fmt.Sprintf("%d of %d", r.lawful, r.fitted)
	}
	if r.binding != "" {
		binding = fmt.Sprintf("%d of %d | %d", r.named, len(r.runs), r.within)
	}
	if len(r.lags) > 0 {
		lag = fmt.Sprintf("%.0f s of %.0f s", median(r.lagsOff).Seconds(), median(r.lags).Seconds())
	}
	var stages []string
	for _, d := range r.want {
		stages = append(stages, fmt.Sprintf("%v %.1f s of %.1f s", d, median(r.stages[d.String()]).Seconds(), d.mean.Seconds()))
	}
	c := r.counts
	return fmt.Sprintf("| %s | %d | %.1f | %s | %s | %d of %d | %d | %d | %d | %d | %d | %s | %s | %s | %s | %s | %d of %d, %s |",
		r.name, len(r.runs), median(truths), estimated, width, c[contained], r.twoSided(), c[tooHigh], c[tooLow],
		c[rightBound], c[wrongBound], c[silent], misread, law, strings.Join(stages, ", "), binding, lag, r.pass, len(r.runs), r.deserved())
}
