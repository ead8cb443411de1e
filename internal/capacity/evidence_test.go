package capacity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// judgedOf judges windows of so many requests and breaches each, one after the
// other.
func judgedOf(o Objective, pairs ...[2]int64) Judged {
	j := Judged{Objective: o}
	for i, p := range pairs {
		from := time.Duration(i) * o.Window
		j.Windows = append(j.Windows, Window{
			Span: Span{from, from + o.Window}, Total: p[0], Over: p[1],
			Verdict: judge(p[0], p[1], o.allowed()), Delivered: true,
		})
	}
	j.conclude()
	return j
}

// many repeats a window.
func many(n int, total, over int64) (pairs [][2]int64) {
	for range n {
		pairs = append(pairs, [2]int64{total, over})
	}
	return pairs
}

// A chance excess of one window in sixty is no breach; a breach of one window is.
func ExampleJudged() {
	for _, over := range []int64{16, 22} {
		j := judgedOf(p99, append(many(59, 1000, 2), [2]int64{1000, over})...)
		fmt.Printf("%d of 1,000 slower in one window of 60: the window %s, the objective %s\n", over, j.Windows[59].Verdict, j.Verdict)
	}
	// Output:
	// 16 of 1,000 slower in one window of 60: the window failed, the objective held
	// 22 of 1,000 slower in one window of 60: the window failed, the objective failed
}

func TestConclude(t *testing.T) {
	calm := many(58, 1000, 2)
	for _, c := range []struct {
		name   string
		pairs  [][2]int64
		want   string
		broken time.Duration
		first  time.Duration
	}{
		{"nothing", nil, Undecided, 0, 0},
		{"one window alone", many(1, 1000, 16), Failed, 10 * time.Second, 0},
		{"none of sixty", many(60, 1000, 2), Held, 0, 0},
		{"two by chance, apart", append(append(many(1, 1000, 17), calm...), [2]int64{1000, 17}), Held, 0, 0},
		{"two of 17 together", append(append([][2]int64{}, calm...), many(2, 1000, 17)...), Held, 0, 0},
		{"two of 18 together", append(append([][2]int64{}, calm...), many(2, 1000, 18)...), Failed, 20 * time.Second, 580 * time.Second},
		{"a short outage", append(append([][2]int64{}, calm...), [2]int64{1000, 500}), Failed, 10 * time.Second, 580 * time.Second},
		{"of few requests an outage", append(many(200, 50, 0), many(3, 50, 10)...), Failed, 30 * time.Second, 2000 * time.Second},
		{"held before, unknown at the peak", append(many(20, 1000, 1), many(3, 4000, 40)...), Undecided, 0, 0},
		{"unknown in a stretch of the peak", append(many(20, 4000, 10), many(4, 4000, 50)...), Undecided, 0, 0},
		{"unknown window by window, held together", many(30, 1000, 6), Undecided, 0, 0}, // no window by itself
		{"half of the windows unknown", append(many(30, 1000, 6), many(30, 1000, 4)...), Held, 0, 0},
	} {
		j := judgedOf(p99, c.pairs...)
		if j.Verdict != c.want || j.Broken != c.broken {
			t.Errorf("%s: %s, broken for %v; want %s for %v", c.name, j.Verdict, j.Broken, c.want, c.broken)
		}
		if (j.First != nil) != (c.want == Failed) || j.First != nil && *j.First != c.first {
			t.Errorf("%s: first broken at %v; want %v where it failed", c.name, j.First, c.first)
		}
	}
}

// Verdicts of 1,000 runs of 60 windows of 1,000 requests with 1 % allowed: what
// keeps its objective seldom fails, however many windows there are, and what does
// not never passes.
func TestVerdictsSurviveManyWindows(t *testing.T) {
	const runs = 1000
	source := rand.NewPCG(21, 54)
	for _, c := range []struct {
		share            float64
		fails, passes    [2]int // least and most of the runs
		naive, undecided [2]int
	}{
		{0.005, [2]int{0, 0}, [2]int{990, runs}, [2]int{0, 50}, [2]int{0, 10}},
		{0.009, [2]int{0, 20}, [2]int{500, runs}, [2]int{500, runs}, [2]int{0, 500}},
		{0.010, [2]int{0, 70}, [2]int{0, 60}, [2]int{800, runs}, [2]int{800, runs}},
		{0.030, [2]int{runs, runs}, [2]int{0, 0}, [2]int{runs, runs}, [2]int{0, 0}},
	} {
		draw := distuv.Binomial{N: 1000, P: c.share, Src: source}
		count, naive := map[string]int{}, 0
		for range runs {
			var pairs [][2]int64
			anyFailed := false
			for range 60 {
				over := int64(draw.Rand())
				pairs = append(pairs, [2]int64{1000, over})
				anyFailed = anyFailed || judge(1000, over, 0.01) == Failed
			}
			if anyFailed {
				naive++
			}
			count[judgedOf(p99, pairs...).Verdict]++
		}
		t.Logf("true share %.1f %%: a window failed in %d runs; failed %d, held %d, undecided %d of %d",
			100*c.share, naive, count[Failed], count[Held], count[Undecided], runs)
		for name, got := range map[string]struct {
			n      int
			within [2]int
		}{"failed": {count[Failed], c.fails}, "held": {count[Held], c.passes}, "undecided": {count[Undecided], c.undecided}, "with a failed window": {naive, c.naive}} {
			if got.n < got.within[0] || got.n > got.within[1] {
				t.Errorf("true share %.1f %%: %d of %d runs %s; want %d to %d", 100*c.share, got.n, runs, name, got.within[0], got.within[1])
			}
		}
	}
}

// A breach of 3 % in one window of sixty is a fail nearly always.
func TestABreachInOneWindowFails(t *testing.T) {
	draw := distuv.Binomial{N: 1000, P: 0.03, Src: rand.NewPCG(9, 4)}
	failed := 0
	for range 1000 {
		if j := judgedOf(p99, append(many(59, 1000, 2), [2]int64{1000, int64(draw.Rand())})...); j.Verdict == Failed {
			failed++
		}
	}
	if failed < 930 {
		t.Errorf("a window of 3 %% slow made %d of 1,000 runs fail; want at least 930", failed)
	}
}

// More breaches never make an objective look better, nor fewer worse.
func FuzzConclude(f *testing.F) {
	f.Add([]byte{10, 18, 10, 18, 200, 21, 10, 0}, byte(2))
	f.Add([]byte{100, 1, 100, 14, 100, 14, 100, 2}, byte(1))
	f.Fuzz(func(t *testing.T, text []byte, at byte) {
		if len(text) < 2 || len(text) > 80 {
			return
		}
		var pairs [][2]int64
		for i := 0; i+1 < len(text); i += 2 {
			total := 100 * int64(text[i])
			pairs = append(pairs, [2]int64{total, min(int64(text[i+1]), total)})
		}
		before := judgedOf(p99, pairs...)
		worse := &pairs[int(at)%len(pairs)]
		worse[1] = min(worse[1]+1+int64(at)/8, worse[0])
		after := judgedOf(p99, pairs...)
		order := map[string]int{Held: 0, Undecided: 1, Failed: 2}
		if order[after.Verdict] < order[before.Verdict] {
			t.Errorf("with more breaches %s became %s: %v", before.Verdict, after.Verdict, pairs)
		}
		if (after.Verdict == Failed) != (after.First != nil) || (after.Verdict == Failed) != (after.Broken > 0) || after.Proven > after.Broken {
			t.Errorf("%s, first broken at %v for %v, %v of it proven", after.Verdict, after.First, after.Broken, after.Proven)
		}
	})
}

// What was not delivered never adds to the proof.
func TestUndeliveredWindowsProveNothing(t *testing.T) {
	j := judgedOf(p99, append(many(58, 1000, 2), many(2, 1000, 18)...)...)
	j.Windows[59].Delivered = false
	if !j.survives(Window.failed) || j.proven() {
		t.Errorf("with one of two failed windows not delivered: failed %v, proven %v; want failed, not proven", j.survives(Window.failed), j.proven())
	}
}

func TestWordsOnEvidence(t *testing.T) {
	j := judgedOf(p99, append(many(20, 1000, 1), many(3, 4000, 40)...)...)
	const want = "p99 <= 300ms was not shown to hold under the highest load: 120 of 12,000 requests broke it in the 3 busiest windows"
	if got := j.unjudged(); got != want {
		t.Errorf("unjudged = %q; want %q", got, want)
	}
	if got := judgedOf(p99, many(3, 10, 0)...).unjudged(); !strings.HasSuffix(got, "too few requests in every window") {
		t.Errorf("unjudged = %q; want too few requests", got)
	}
	j = judgedOf(p99, append(many(59, 1000, 2), [2]int64{1000, 16})...)
	if got := j.byChance(); len(got) != 1 || got[0] != "p99 <= 300ms: 1 of 60 windows failed, which is no more than chance may do" {
		t.Errorf("byChance = %q; want 1 of 60 windows", got)
	}
}
