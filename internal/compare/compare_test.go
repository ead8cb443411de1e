package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

const web = "hpa/default/web"

func at[T any](v T) *T { return &v }

// measured is a run in which a unit was found to sustain a rate, to 2 % either way.
func measured(name string, rate float64) Run {
	unit := capacity.PerUnit{Low: at(rate * 0.98), Mid: at(rate), High: at(rate * 1.02)}
	return Run{Name: name, Result: capacity.Result{
		Verdict: capacity.Fail, Fleets: []capacity.FleetResult{{Fleet: capacity.Fleet{Name: web}, PerUnit: unit}},
	}}
}

func several(rates ...float64) []Run {
	var runs []Run
	for i, r := range rates {
		runs = append(runs, measured(fmt.Sprintf("base-%d", i), r))
	}
	return runs
}

var week = several(72.1, 71.4, 73.0, 71.9, 72.5, 72.8, 71.6)

func find(t *testing.T, c Comparison, id string) Measure {
	t.Helper()
	i := slices.IndexFunc(c.Measures, func(m Measure) bool { return m.ID == id })
	if i < 0 {
		t.Fatalf("no measure %s among %d", id, len(c.Measures))
	}
	return c.Measures[i]
}

// Seven nights a unit sustained about 72/s. Tonight it is a fifth less.
func ExampleCompare() {
	c := Compare(week, measured("tonight", 58), Options{Tolerance: 0.05})
	fmt.Println(c.Verdict)
	fmt.Println(c.Reasons[0])
	// Output:
	// worse
	// a unit of hpa/default/web sustains: 58/s against 72.2/s (−19.6 %), where one more base run would give 69.8/s to 74.7/s
}

func TestVerdicts(t *testing.T) {
	atMost := measured("at most", 58)
	atMost.Result.Fleets[0].PerUnit = capacity.PerUnit{High: at(58.0)}
	atLeast := measured("at least", 58)
	atLeast.Result.Fleets[0].PerUnit = capacity.PerUnit{Low: at(58.0)}
	silent := measured("silent", 58)
	silent.Result.Fleets[0].PerUnit = capacity.PerUnit{}
	invalid := measured("invalid", 58)
	invalid.Result.Verdict = capacity.Invalid
	interrupted := measured("interrupted", 58)
	interrupted.Result.Interrupted = true
	for _, c := range []struct {
		name      string
		bases     []Run
		head      Run
		tolerance float64
		want      string // of the measure
		overall   string
		proves    bool
	}{
		{"as ever", week, measured("", 71.8), 0.05, Same, Same, true},
		{"a fifth less", week, measured("", 58), 0.05, Worse, Worse, true},
		{"a fifth less, which is allowed", week, measured("", 58), 0.25, Same, Same, true},
		{"a fifth more", week, measured("", 87), 0.05, Better, Better, true},
		{"less for certain, but by less than is allowed", several(72, 72.01, 72, 71.99), measured("", 70), 0.05, NotShown, NotShown, true},
		{"less, but no more than runs differ", several(60, 72, 84, 65, 79), measured("", 60), 0.05, NotShown, NotShown, true},
		{"runs that differ so much that nothing would be found", several(30, 72, 150), measured("", 60), 0.05, CannotSay, CannotSay, false},
		{"so much, and worse all the same", several(60, 72, 90), measured("", 0.1), 0.05, Worse, Worse, true},
		{"three base runs", week[:3], measured("", 58), 0.05, Worse, Worse, true},
		{"two base runs", week[:2], measured("", 58), 0.05, CannotSay, CannotSay, true},
		{"one base run", week[:1], measured("", 58), 0.05, CannotSay, CannotSay, true},
		{"at most so much, which is too little", week, atMost, 0.05, Worse, Worse, true},
		{"at least so little", week, atLeast, 0.05, CannotSay, CannotSay, false},
		{"not measured", week, silent, 0.05, CannotSay, CannotSay, false},
		{"an invalid run", week, invalid, 0.05, CannotSay, CannotSay, false},
		{"an interrupted run against one", week[:1], interrupted, 0.05, CannotSay, CannotSay, false},
		{"an invalid run against one", week[:1], invalid, 0.05, CannotSay, CannotSay, false},
	} {
		got := Compare(c.bases, c.head, Options{Tolerance: c.tolerance})
		m := find(t, got, "sustainable/"+web)
		if m.Verdict != c.want || got.Verdict != c.overall || got.Proves() != c.proves {
			t.Errorf("%s: %s, over all %s, proves %v; want %s, %s, %v (%s)", c.name, m.Verdict, got.Verdict, got.Proves(), c.want, c.overall, c.proves, m.Said)
		}
		if m.Said == "" || len(got.Reasons) == 0 {
			t.Errorf("%s: said %q, reasons %q; want words", c.name, m.Said, got.Reasons)
		}
		if (m.Adjusted != nil) == (m.Verdict == CannotSay) {
			t.Errorf("%s: %s with p = %v", c.name, m.Verdict, m.Adjusted)
		}
	}
}

// The figures of a measure, each worked out another way.
func TestFigures(t *testing.T) {
	m := find(t, Compare(week, measured("", 58), Options{Tolerance: 0.05}), "sustainable/"+web)
	product := 1.0
	for _, b := range m.Bases {
		product *= *b
	}
	mean := math.Pow(product, 1.0/7)
	if math.Abs(*m.Mean-mean) > 1e-9 || math.Abs(*m.Difference-(58/mean-1)) > 1e-9 || *m.Allowed != 0.05 {
		t.Errorf("mean %v, difference %v, allowed %v; want %v, %v, 0.05", *m.Mean, *m.Difference, *m.Allowed, mean, 58/mean-1)
	}
	// The interval of the difference is that of one more run, seen from the head.
	if low, high := 58*m.Expected.Low/mean/mean, 58*m.Expected.High/mean/mean; math.Abs(m.Between.Low-(low-1)) > 1e-9 || math.Abs(m.Between.High-(high-1)) > 1e-9 {
		t.Errorf("between %v; want %v to %v", *m.Between, low-1, high-1)
	}
	// A head that is just worse by what would have shown has the probability that it takes.
	just := find(t, Compare(week, measured("", mean*(1-*m.Found)), Options{Tolerance: 0.05}), "sustainable/"+web)
	if math.Abs(*just.Adjusted-Level) > 1e-6 {
		t.Errorf("p of what would just show = %v; want %v", *just.Adjusted, Level)
	}
}

func TestAFewBaseRunsWhoseIntervalsLieApart(t *testing.T) {
	for rate, want := range map[float64]bool{58: true, 71: false} {
		c := Compare(week[:2], measured("", rate), Options{})
		said := find(t, c, "sustainable/"+web).Said
		if got := strings.Contains(said, "lies apart"); got != want {
			t.Errorf("%v/s: said %q; want that they lie apart: %v", rate, said, want)
		}
		if want := "it takes 3 to judge"; !strings.Contains(c.Reasons[0], want) {
			t.Errorf("reasons = %q; want %q", c.Reasons, want)
		}
	}
}

func TestRunsThatProveNothingAreLeftOut(t *testing.T) {
	bases := slices.Clone(week)
	bases[1].Result.Verdict = capacity.Invalid
	bases[2].Result.Verdict, bases[2].Result.Interrupted = capacity.Aborted, true
	bases[3].Result.Verdict = capacity.Aborted
	c := Compare(bases, measured("", 72), Options{})
	var left []string
	for _, l := range c.LeftOut {
		left = append(left, l.Name)
	}
	if diff := cmp.Diff([]string{"base-1", "base-2", "base-3"}, left); diff != "" || len(c.Bases) != 4 || len(c.Warnings) != 3 {
		t.Errorf("left out (-want +got):\n%s%d base runs, warnings %q", diff, len(c.Bases), c.Warnings)
	}
	if c := Compare(bases[1:4], measured("", 72), Options{}); len(c.Bases) != 0 || c.Verdict != CannotSay {
		t.Errorf("of base runs that prove nothing: %d, %s", len(c.Bases), c.Verdict)
	}
}

func TestWarnings(t *testing.T) {
	busy := func(name string, cpu float64, units int) Run {
		r := measured(name, 72)
		r.Timeline.Readings = []timeline.Reading{{Source: timeline.Generator, Name: timeline.CPU, Value: cpu}, {Source: timeline.Generator, Name: timeline.CPU, Value: cpu}}
		r.Result.Load = capacity.Load{Sent: 100, Errors: map[string]int64{"status_500": int64(100 * (cpu - 0.4))}, Lag: capacity.Quantiles{P99: at(time.Duration(cpu * float64(5*time.Millisecond)))}}
		r.Result.Fleets[0].ReadyStart = &units
		return r
	}
	bases := []Run{busy("a", 0.4, 2), busy("b", 0.4, 2), busy("c", 0.4, 2)}
	for _, c := range []struct {
		name string
		head Run
		want []string
	}{
		{"as ever", busy("d", 0.4, 2), nil},
		{"busier", busy("d", 0.9, 3), []string{
			"50 of 100 requests failed in a way that no base run knew: status_500",
			"generator's processor, mean 90 %, in base runs 40 %",
			"lag p99 4.5 ms, in base runs 2 ms",
			web + " began with 3 units ready, in base runs with 2",
		}},
	} {
		got := Compare(bases, c.head, Options{}).Warnings
		if len(got) != len(c.want) {
			t.Errorf("%s: warnings = %q; want %d", c.name, got, len(c.want))
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: warning %d = %q; want %q in it", c.name, i, got[i], want)
			}
		}
	}
}

func TestScaleLag(t *testing.T) {
	lagging := func(lag *time.Duration) Run {
		r := measured("", 72)
		r.Result.ScaleLag, r.Result.Shortfall = lag, at(20*time.Second)
		r.Result.Headroom.Series = []capacity.Moment{{At: 0}, {At: 299 * time.Second}}
		return r
	}
	var bases []Run
	for _, s := range []int{118, 124, 121, 119, 126} {
		bases = append(bases, lagging(at(time.Duration(s)*time.Second)))
	}
	for _, c := range []struct {
		lag  *time.Duration
		want string
		head float64
	}{
		{at(123 * time.Second), NotShown, 123}, // one more run may be 25 s longer, and a cycle is 15 s
		{at(130 * time.Second), NotShown, 130},
		{at(240 * time.Second), Worse, 240},
		{nil, Worse, 280}, // never came back: at least until the run's end
	} {
		m := find(t, Compare(bases, lagging(c.lag), Options{Tolerance: 0.05}), "scale_lag")
		if m.Verdict != c.want || *m.Head != c.head {
			t.Errorf("scale lag %v: %s at %v; want %s at %v (%s)", c.lag, m.Verdict, *m.Head, c.want, c.head, m.Said)
		}
	}
}

func TestPlans(t *testing.T) {
	plan := func(texts ...string) Run {
		var p Plan
		for i, text := range texts {
			p = append(p, Part{[]string{"load", "requests", "objectives"}[i], text})
		}
		return Run{Plan: p}
	}
	for _, c := range []struct {
		runs []Run
		want []string
	}{
		{[]Run{plan("a", "b", "c"), plan("a", "b", "c")}, nil},
		{[]Run{plan("a", "b", "c"), plan("a", "x", "c"), plan("y", "b", "c")}, []string{"load", "requests"}},
		{[]Run{plan("a", "b"), plan("a", "b", "c")}, []string{"objectives"}},
		{[]Run{plan("a", "b", ""), plan("a", "b")}, []string{"objectives"}},
	} {
		if diff := cmp.Diff(c.want, Differences(c.runs)); diff != "" {
			t.Errorf("Differences (-want +got):\n%s", diff)
		}
		for _, r := range c.runs[1:] {
			same := r.Plan.Fingerprint() == c.runs[0].Plan.Fingerprint()
			if differ := Differences([]Run{c.runs[0], r}); same != (len(differ) == 0) {
				t.Errorf("fingerprints equal: %v, parts that differ: %q", same, differ)
			}
		}
	}
}
