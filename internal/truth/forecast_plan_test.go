package truth_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/raced"
)

// mostUnits is how many times the units of a plan may be the fewest that do.
const mostUnits = 1.25

// draws are those that plans are made from: as many as a user's, where there is time.
var draws = forecast.Chance{Seed: 1, Runs: raced.Part(0, 300)}

// TestTruthOfPlans makes a plan for a spot that was not rehearsed, and airs that
// spot in the lab as the plan wants it: with its units held from before the spot. In
// at least plan.Sure of the runs no more than plan.Unserved of the requests go
// unserved then, which is not so without the plan; and no plan of fewer than its
// units by a fifth would do.
//
// To try many numbers of units, the lab begins with them. In some worlds the plan is
// carried out by the clock too: see evening.
func TestTruthOfPlans(t *testing.T) {
	e := asked(t)
	var table planTable
	t.Cleanup(func() { t.Log("\n" + table.String()) })
	for _, w := range forecasts {
		t.Run(w.name, func(t *testing.T) {
			w.skips(t, e)
			t.Parallel()
			m := w.model(t)
			c := w.plan(t, m, e)
			t.Log(c)
			table.add(c)
			c.judge(t)
			if w.beyond {
				w.refuses(t, m, e, c.plan.Holds[0].Units)
			}
		})
	}
}

// carried is what became of a plan.
type carried struct {
	world         string
	plan          *plan.Plan
	runs          int
	held, without tries
	evenings      tries // the plan by the clock
	fewest        int   // units with which the spot is served
	never         bool  // no number that was tried serves it
}

// tries are airings alike but for their seed, and how many of them served all but
// plan.Unserved as objectives want it.
type tries struct {
	made, good            int
	unserved, late, short float64 // the most of each airing's
}

func (s *tries) add(a airingOf) {
	s.made++
	if a.unserved <= plan.Unserved {
		s.good++
	}
	s.unserved, s.late, s.short = max(s.unserved, a.unserved), max(s.late, a.late), max(s.short, a.short)
}

func (s tries) String() string {
	if s.made == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d (%.2f; %.2f; %.2f)", s.good, s.made, 100*s.unserved, 100*s.late, 100*s.short)
}

// sure reports whether enough of so many runs are good, made or not.
func (s tries) sure(runs int) bool { return float64(s.good) >= plan.Sure*float64(runs) }

// lost reports whether so many runs can no longer be good enough.
func (s tries) lost(runs int) bool {
	return float64(runs-(s.made-s.good)) < plan.Sure*float64(runs)
}

// plan makes the plan for a world's spot and carries it out.
func (w rehearsed) plan(t *testing.T, m *forecast.Model, e effort) carried {
	t.Helper()
	u := w.unseen[0]
	_, d := w.airing(t, u, cadence(w.rehearsal(t, 1))/2, 1)
	p, err := plan.Make(m, d, plan.Ask{At: evening, Airs: d.Airs, Lasts: d.Lasts, Chance: draws})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Holds) == 0 {
		t.Fatalf("no plan: %s", p.Refused)
	}
	c := carried{world: w.name, plan: p, runs: raced.Part(20, 2)}
	c.held = w.tries(t, u, p.Holds, e, c.runs, false)
	c.without = w.tries(t, u, nil, e, c.runs, true)
	if w.evening > 0 {
		c.evenings = w.evenings(t, u, p, e)
	}
	c.fewest, c.never = w.fewest(t, u, p.Holds, e, c.runs, c.held.sure(c.runs))
	return c
}

// refuses holds that no plan is made for a world's last spot, and that three times
// the units of its first one's plan do not serve it either.
func (w rehearsed) refuses(t *testing.T, m *forecast.Model, e effort, units int) {
	t.Helper()
	u := w.unseen[len(w.unseen)-1]
	_, d := w.airing(t, u, cadence(w.rehearsal(t, 1))/2, 1)
	p, err := plan.Make(m, d, plan.Ask{Airs: d.Airs, Lasts: d.Lasts, Chance: draws})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Holds) > 0 || p.Refused == "" {
		t.Errorf("the plan for %g/s holds %v; want it refused", u.peak, p.Holds)
	}
	many := []plan.Hold{{Fleet: w.rehearsal(t, 1).Watched()[0].Source(), Units: 3 * units}}
	if got := w.tries(t, u, many, e, 2, false); got.good > 0 {
		t.Errorf("with %d units %v of the runs at %g/s are served; want a spot that no number of units serves", 3*units, got, u.peak)
	}
}

// tries airs a spot so many times with units held, each time later after a sync; it
// stops early, where asked, once too many have failed.
func (w rehearsed) tries(t *testing.T, u unseen, holds []plan.Hold, e effort, runs int, early bool) (all tries) {
	t.Helper()
	every := cadence(w.rehearsal(t, 1))
	for n := range runs {
		late := (every * time.Duration(2*n+1) / time.Duration(2*runs)).Truncate(time.Millisecond)
		s, _ := w.airing(t, u, late, uint64(1000+n))
		hold(s.Lab, holds)
		all.add(known{s, e.length / 8}.air(t))
		if early && all.lost(runs) {
			return all
		}
	}
	return all
}

// hold has a lab begin with as many units as a plan holds, and keep them.
func hold(c *world.Config, holds []plan.Hold) {
	for _, h := range holds {
		if kind, _, _ := strings.Cut(h.Fleet, "/"); kind == capacity.HPA {
			c.HPA.Min, c.HPA.Max, c.Pods.Start = h.Units, max(c.HPA.Max, h.Units), h.Units
		} else {
			c.Group.Min, c.Group.Max, c.Group.Desired = h.Units, max(c.Group.Max, h.Units), h.Units
		}
	}
}

// fewest is the smallest number of units of the first fleet with which the spot is
// served, looked for from those of the plan downwards, or upwards where they do not
// do. Instances beneath them are as many as these pods fill.
func (w rehearsed) fewest(t *testing.T, u unseen, holds []plan.Hold, e effort, runs int, does bool) (units int, never bool) {
	t.Helper()
	try := func(n int) bool {
		less := append([]plan.Hold(nil), holds...)
		less[0].Units = n
		if g := w.rehearsal(t, 1).Lab.Group; len(less) > 1 {
			less[1].Units = (n + g.PodsPerInstance - 1) / g.PodsPerInstance
		}
		return w.tries(t, u, less, e, runs, true).sure(runs)
	}
	at := holds[0].Units
	if does {
		for at > 1 && try(at-1) {
			at--
		}
		return at, false
	}
	for n := at + 1; n <= 2*at; n++ {
		if try(n) {
			return n, false
		}
	}
	return 0, true
}

// judge fails the test where a plan does not do, was not needed, or is too much.
func (c carried) judge(t *testing.T) {
	t.Helper()
	if !c.held.sure(c.runs) {
		t.Errorf("with %d units %v of the runs served all but %g %%; want %g %% of them", c.plan.Holds[0].Units, c.held, 100*plan.Unserved, 100*plan.Sure)
	}
	if !c.evenings.sure(c.evenings.made) {
		t.Errorf("with %d units held by the clock %v of the runs served all but %g %%; want %g %% of them", c.plan.Holds[0].Units, c.evenings, 100*plan.Unserved, 100*plan.Sure)
	}
	if c.without.sure(c.runs) {
		t.Errorf("without a plan %v of the runs served all but %g %%; choose a spot that needs one", c.without, 100*plan.Unserved)
	}
	if got := c.plan.Holds[0].Units; c.never || float64(got) > mostUnits*float64(c.fewest) {
		t.Errorf("the plan holds %d units; want at most %g times the %d that do", got, mostUnits, c.fewest)
	}
}

// String is the plan's line of the table.
func (c carried) String() string {
	var holds []string
	for _, h := range c.plan.Holds {
		holds = append(holds, fmt.Sprintf("%s %d", h.Fleet, h.Units))
	}
	fewest := fmt.Sprint(c.fewest)
	if c.never {
		fewest = "none"
	}
	return fmt.Sprintf("| %s | %s | %.3f | %v | %v | %.3f | %v | %s |", c.world, strings.Join(holds, ", "), c.plan.Held.Probability, c.held, c.evenings, c.plan.Without.Probability, c.without, fewest)
}

// planTable is what became of all plans.
type planTable struct {
	mu   sync.Mutex
	rows []carried
}

func (t *planTable) add(c carried) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, c)
}

// String is the table in Markdown, in the order of worlds.
func (t *planTable) String() string {
	var b strings.Builder
	b.WriteString("served: of so many airings in the lab (of the worst, %: unserved beyond what objectives allow; all that was late; beyond what units sustain)\n\n")
	b.WriteString("| world | plan | P with it | served | served, held by the clock | P without | served | fewest that do |\n")
	b.WriteString("|---|---|---:|---|---|---:|---|---:|\n")
	for _, w := range forecasts {
		for _, c := range t.rows {
			if c.world == w.name {
				b.WriteString(c.String() + "\n")
			}
		}
	}
	return b.String()
}
