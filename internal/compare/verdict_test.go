package compare

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// Nothing worse is found either way. That it is the same is said only where all that
// the change may be is allowed.
func ExampleCompare_notShownWorse() {
	for _, tolerance := range []float64{0.02, 0.05} {
		c := Compare(week, measured("tonight", 71.8), Options{Tolerance: tolerance})
		fmt.Println(c.Verdict)
		fmt.Println(c.Measures[0].Said)
	}
	// Output:
	// not shown worse
	// 71.8/s against 72.2/s (−0.531 %), but −3.86 % to +2.92 % reaches beyond what is allowed
	// same
	// 71.8/s against 72.2/s (−0.531 %), and −3.86 % to +2.92 % is within what is allowed
}

// A measure is the same exactly where all that the change may be is allowed, worked
// out here from where one more base run would lie.
func TestSameLiesWithinTheTolerance(t *testing.T) {
	seen := make(map[string]int)
	for _, bases := range [][]Run{week, week[:3], several(72, 72.01, 72, 71.99, 72.02)} {
		for rate := 50.0; rate < 95; rate += 0.25 {
			for _, tolerance := range []float64{0, 0.02, 0.05, 0.1, 0.2} {
				m := find(t, Compare(bases, measured("", rate), Options{Tolerance: tolerance}), "sustainable/"+web)
				least, most := rate/m.Expected.High-1, rate/m.Expected.Low-1
				within := least >= -tolerance && most <= tolerance
				if m.Verdict == Worse || m.Verdict == Better {
					within = false // and so it is: what is beyond is not within
				}
				if seen[m.Verdict]++; (m.Verdict == Same) != within {
					t.Errorf("%v/s against %v/s, %v allowed, %v to %v: %s; want the same: %v", rate, *m.Mean, tolerance, least, most, m.Verdict, within)
				}
			}
		}
	}
	for _, verdict := range []string{Worse, Better, Same, NotShown} {
		if seen[verdict] == 0 {
			t.Errorf("no head was %s: %v", verdict, seen)
		}
	}
}

// The comparison is the same only where each measure is, and better likewise.
func TestConclusion(t *testing.T) {
	for _, c := range []struct {
		verdicts string // of the measures
		want     string
	}{
		{"same same", Same}, {"same cannot say", Same}, {"same not shown worse", NotShown}, {"not shown worse better", NotShown},
		{"same better", Better}, {"better not shown worse worse", Worse}, {"cannot say cannot say", CannotSay}, {"", CannotSay},
	} {
		got := Comparison{Tolerance: 0.05, Bases: make([]Summary, 3)}
		for rest := c.verdicts; rest != ""; rest = strings.TrimSpace(rest) {
			for _, v := range []string{NotShown, Worse, Better, Same, CannotSay} {
				if after, ok := strings.CutPrefix(rest, v); ok {
					m := Measure{Name: "m", Verdict: v, Said: "as it is"}
					if v != CannotSay {
						m.Adjusted = at(0.5)
					}
					got.Measures, rest = append(got.Measures, m), after
				}
			}
		}
		got.conclude()
		if got.Verdict != c.want || len(got.Reasons) == 0 {
			t.Errorf("of %q: %s, because %q; want %s", c.verdicts, got.Verdict, got.Reasons, c.want)
		}
	}
}

// Of what is not shown worse, a change beyond the tolerance is told first.
func TestSuspects(t *testing.T) {
	for rate, want := range map[float64]int{60: 2, 71: 1, 84: 1} {
		c := Compare(several(66, 72, 78, 69, 75), measured("", rate), Options{Tolerance: 0.05})
		if c.Verdict != NotShown || len(c.Reasons) != want || want == 2 && !strings.Contains(c.Reasons[0], "60/s against 71.9/s (−16.5 %), but ") {
			t.Errorf("%v/s: %s, because %q; want %d reasons", rate, c.Verdict, c.Reasons, want)
		}
	}
}

// What would not have been found is not called anything.
func TestHopeless(t *testing.T) {
	for _, c := range []struct {
		name    string
		measure Measure
		said    string // empty: it is judged
	}{
		{"half of a rate", Measure{Unit: PerSecond, Worse: Lower, Found: at(0.5)}, ""},
		{"more than half", Measure{Unit: PerSecond, Worse: Lower, Found: at(0.61)}, "only −61 % would have shown"},
		{"all of it", Measure{Unit: PerSecond, Worse: Lower, Found: at(0.99996)}, "no loss at all would have shown"},
		{"without an end", Measure{Unit: Seconds, Worse: Higher}, "no loss at all would have shown"},
		{"half as long again", Measure{Unit: Seconds, Worse: Higher, Found: at(0.49)}, ""},
		{"longer", Measure{Unit: Seconds, Worse: Higher, Found: at(1.4)}, "only +140 % would have shown"},
		{"a length of few ticks", Measure{Unit: Seconds, Worse: Higher, Absolute: true, Mean: at(0.1), tick: 1, Found: at(9.0)}, ""},
		{"of more", Measure{Unit: Seconds, Worse: Higher, Absolute: true, Mean: at(0.1), tick: 1, Found: at(11.0)}, "only +11 s would have shown"},
		{"a long length", Measure{Unit: Seconds, Worse: Higher, Absolute: true, Mean: at(60.0), tick: 1, Found: at(29.0)}, ""},
		{"a few errors", Measure{Unit: Share, Worse: Higher, Absolute: true, Mean: at(0.1), Found: at(0.2)}, ""},
		{"most requests", Measure{Unit: Share, Worse: Higher, Absolute: true, Mean: at(0.0), Found: at(0.7)}, "only +70 points would have shown"},
		{"more than all requests", Measure{Unit: Share, Worse: Higher, Absolute: true, Mean: at(0.7), Found: at(0.4)}, "no loss at all would have shown"},
	} {
		m := c.measure
		if got, want := m.hopeless(), c.said != ""; got != want {
			t.Errorf("%s: hopeless is %v; want %v", c.name, got, want)
			continue
		}
		if c.said != "" && !strings.HasSuffix(m.tooWide(), c.said) {
			t.Errorf("%s: %q; want %q", c.name, m.tooWide(), c.said)
		}
	}
}

// How far a bound lies from the mean is no difference of the head's.
func TestABoundHasNoDifference(t *testing.T) {
	for _, unit := range []capacity.PerUnit{{High: at(58.0)}, {Low: at(58.0)}, {High: at(71.0)}, {Low: at(90.0)}} {
		head := measured("", 58)
		head.Result.Fleets[0].PerUnit = unit
		m := find(t, Compare(week, head, Options{Tolerance: 0.05}), "sustainable/"+web)
		if m.Difference != nil || m.Between != nil || strings.Contains(m.Said, "%") || m.Verdict == Same {
			t.Errorf("%s %v/s: difference %v within %v, %s (%s); want none shown", m.Bound, *m.Head, m.Difference, m.Between, m.Verdict, m.Said)
		}
	}
}

// With 1 or 2 base runs it is said that nothing is judged, and the run is not
// blamed; nor does it say that anything is the same.
func TestTheFirstNights(t *testing.T) {
	for n := 1; n < Enough; n++ {
		c := Compare(week[:n], measured("", 72), Options{Tolerance: 0.05})
		if c.Verdict != CannotSay || !c.Proves() || len(c.Reasons) != 1 || !strings.Contains(c.Reasons[0], "so nothing is judged") {
			t.Errorf("%d base runs: %s, proves %v, %q; want it said", n, c.Verdict, c.Proves(), c.Reasons)
		}
	}
}
