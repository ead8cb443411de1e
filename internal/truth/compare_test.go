package truth_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// pair is a staging, and changes of it that a comparison must tell, or must not.
type pair struct {
	name    string
	world   string                   // of testdata/worlds
	staging func(*scenario.Scenario) // what the world's file does not say; nil: nothing
	changes []change
}

// change is what a run in question has and base runs have not.
type change struct {
	name      string
	make      func(*scenario.Scenario)
	tolerance float64
	worse     bool // that is what must be said
}

// slower makes each unit serve a share of what it did.
func slower(share float64) func(*scenario.Scenario) {
	return func(s *scenario.Scenario) {
		s.Lab.Service.Mean = time.Duration(float64(s.Lab.Service.Mean) / share)
	}
}

var unchanged = change{"head", func(*scenario.Scenario) {}, 0.05, false}

var pairs = []pair{
	{name: "lognormal", world: "lognormal", changes: []change{
		unchanged, {"loss", slower(0.80), 0.05, true}, {"mild", slower(0.95), 0.10, false},
	}},
	{name: "hpa-utilisation", world: "hpa-utilisation", changes: []change{
		unchanged, {"loss", slower(0.80), 0.05, true}, {"mild", slower(0.95), 0.10, false},
	}},
	// One slot of five is gone: every request is answered as fast as before where none
	// has to wait.
	{name: "slots", world: "lognormal", staging: func(s *scenario.Scenario) {
		s.Lab.Service.Concurrency, s.Lab.Service.Mean = 5, 50*time.Millisecond
		s.Lab.HPA.Min, s.Lab.HPA.Max = 2, 2
	}, changes: []change{
		unchanged, {"loss", func(s *scenario.Scenario) { s.Lab.Service.Concurrency = 4 }, 0.05, true},
	}},
}

// TestCompare holds what comparisons say against what is true: that a unit lost a
// fifth of its capacity, a twentieth that is allowed, or nothing. With
// ONAIR_COMPARE=100 there are a hundred base runs, from which seven are drawn for
// each of a hundred heads of each kind; without it one staging, three base runs, a head
// without a change and one with a loss. ONAIR_COMPARE_RUNS names a folder in which runs are kept for the next time.
func TestCompare(t *testing.T) {
	heads, pool, drawn, kinds, all := 1, 3, 3, 2, pairs[:1]
	if asked := os.Getenv("ONAIR_COMPARE"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 7 {
			t.Fatalf("ONAIR_COMPARE=%s is not a number of runs of 7 or more", asked)
		}
		heads, pool, drawn, kinds, all = n, n, 7, 3, pairs
	} else if raced.On {
		t.Skip("five rehearsals that share nothing; make laws makes them without the race detector")
	}
	for number, p := range all {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			var bases []compare.Run
			for i := range pool {
				bases = append(bases, p.run(t, number, 0, i, change{name: "base", make: unchanged.make}))
			}
			for k, c := range p.changes[:min(kinds, len(p.changes))] {
				s := score{wanted: c.worse, by: make(map[string]int)}
				for i := range heads {
					random := rand.New(rand.NewPCG(uint64(number), uint64(1000*k+i)))
					var some []compare.Run
					for _, n := range random.Perm(pool)[:drawn] {
						some = append(some, bases[n])
					}
					s.add(compare.Compare(some, p.run(t, number, k+1, i, c), compare.Options{Tolerance: c.tolerance}))
				}
				t.Logf("%s, %s, tolerance %g %%: %v", p.name, c.name, 100*c.tolerance, &s)
				s.judge(t, p.name+", "+c.name)
			}
		})
	}
}

// score counts what comparisons said.
type score struct {
	wanted       bool // worse is what is true
	heads, worse int
	by           map[string]int // comparisons that said so, by measure
	false        []string       // what was said wrongly
}

func (s *score) add(c compare.Comparison) {
	s.heads++
	for _, m := range c.With(compare.Worse) {
		s.by[m.ID]++
		if !s.wanted {
			s.false = append(s.false, m.Name+": "+m.Said)
		}
	}
	if c.Verdict == compare.Worse {
		s.worse++
	}
}

func (s *score) String() string {
	text := fmt.Sprintf("%d of %d worse", s.worse, s.heads)
	for _, id := range slices.Sorted(maps.Keys(s.by)) {
		text += fmt.Sprintf(", %s %d", id, s.by[id])
	}
	return text
}

// judge fails the test where fewer than 95 of 100 losses were found, or more than 1 of
// 100 heads were called worse that were not.
func (s *score) judge(t *testing.T, what string) {
	t.Helper()
	switch {
	case s.wanted && 100*s.worse < 95*s.heads:
		t.Errorf("%s: %d of %d found; want 95 of 100", what, s.worse, s.heads)
	case !s.wanted && 100*s.worse > s.heads:
		t.Errorf("%s: %d of %d called worse; want at most 1 of 100\n%s", what, s.worse, s.heads, strings.Join(s.false, "\n"))
	}
}

// run is one run of a pair's staging, with seeds of its own.
func (p pair) run(t *testing.T, number, kind, i int, c change) compare.Run {
	t.Helper()
	s := staged{name: p.world}.scenario(t, uint64(100_000*(number+1)+10_000*kind+i))
	if p.staging != nil {
		p.staging(s)
	}
	c.make(s)
	root := filepath.Join(os.Getenv("ONAIR_COMPARE_RUNS"), p.name, fmt.Sprintf("%s-%d", c.name, i))
	if os.Getenv("ONAIR_COMPARE_RUNS") == "" {
		root = filepath.Join(t.TempDir(), "runs")
		defer os.RemoveAll(root)
	}
	r, err := report.Read(kept(t, s, root))
	if err != nil {
		t.Fatal(err)
	}
	run := r.Compared()
	run.Name = filepath.Base(root)
	return run
}

// kept is the run under a folder, which is made where it is not there.
func kept(t *testing.T, s *scenario.Scenario, root string) *rundir.Dir {
	t.Helper()
	if _, err := os.Stat(root); err != nil {
		part := root + ".part"
		if err := os.RemoveAll(part); err != nil {
			t.Fatal(err)
		}
		simulate(t, s, part)
		if err := os.Rename(part, root); err != nil {
			t.Fatal(err)
		}
	}
	found, err := filepath.Glob(filepath.Join(root, "*", "manifest.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s holds %d runs; want 1 (%v)", root, len(found), err)
	}
	dir, err := rundir.Open(filepath.Dir(found[0]))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
