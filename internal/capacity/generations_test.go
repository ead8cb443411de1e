package capacity

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// scaledBy makes a run of four ready units whose autoscaler holds cpu to a
// target, with a limit over the request; 0: not read.
func scaledBy(target, limit float64) *facts {
	var f facts
	f.read(0, web, timeline.Ready, 4)
	f.read(0, web, timeline.TargetOf+"cpu", target)
	if limit > 0 {
		f.read(0, web, timeline.LimitOf+"cpu", limit)
	}
	return &f
}

func ExampleGenerations() {
	f := scaledBy(0.7, 1)
	q := jump() // asks 100/s
	r := run{Timeline: f.Timeline}
	unit := PerUnit{Low: ptr(4.0), Mid: ptr(4.2), High: ptr(4.4)}
	g := r.generations(q, FleetResult{Fleet: Fleet{Name: web, Kind: HPA}, PerUnit: unit}, 20*time.Second)
	fmt.Println(g.Said)
	// Output:
	// hpa/default/web: cpu is at most 100 % of what is requested, for a target of 70 %: each generation multiplies units by at most 1.43; from 4 to 24 units takes at least 5 generations
}

func TestGenerations(t *testing.T) {
	exact := func(each float64) PerUnit { return PerUnit{Low: ptr(each), Mid: ptr(each), High: ptr(each)} }
	for _, c := range []struct {
		name  string
		facts *facts
		unit  PerUnit
		want  *Generations
	}{
		// 4, 6, 9, 12, 16, 22
		{"limit = request at 75 %", scaledBy(0.75, 1), exact(5), &Generations{Metric: "cpu", Target: 0.75, Limit: 1, Growth: 4. / 3, Needed: 5, From: 4, To: 20,
			Said: "cpu is at most 100 % of what is requested, for a target of 75 %: each generation multiplies units by at most 1.33; from 4 to 20 units takes at least 5 generations"}},
		{"a limit of twice the request", scaledBy(0.5, 2), exact(10), &Generations{Metric: "cpu", Target: 0.5, Limit: 2, Growth: 4, Needed: 1, From: 4, To: 10,
			Said: "cpu is at most 200 % of what is requested, for a target of 50 %: each generation multiplies units by at most 4; from 4 to 10 units takes at least 1 generation"}},
		{"only a lower bound of one unit", scaledBy(0.5, 2), PerUnit{Low: ptr(5.0)}, &Generations{Metric: "cpu", Target: 0.5, Limit: 2, Growth: 4, Needed: 2, From: 4, To: 20,
			Said: "cpu is at most 200 % of what is requested, for a target of 50 %: each generation multiplies units by at most 4; from 4 to 20 units (enough, where one sustains at least 5/s) takes at least 2 generations"}},
		{"nothing known of one unit", scaledBy(0.5, 2), PerUnit{}, &Generations{Metric: "cpu", Target: 0.5, Limit: 2, Growth: 4,
			Said: "cpu is at most 200 % of what is requested, for a target of 50 %: each generation multiplies units by at most 4"}},
		{"enough at the start", scaledBy(0.5, 2), exact(30), &Generations{Metric: "cpu", Target: 0.5, Limit: 2, Growth: 4, From: 4, To: 4,
			Said: "cpu is at most 200 % of what is requested, for a target of 50 %: each generation multiplies units by at most 4; the peak needs 4 units, and 4 were ready"}},
		{"within the tolerance", scaledBy(0.95, 1), exact(5), &Generations{Metric: "cpu", Target: 0.95, Limit: 1, Growth: 1 / 0.95, From: 4, To: 20,
			Said: "cpu is at most 100 % of what is requested, for a target of 95 %: no load makes it grow, for it has to pass the target by more than 10 %; lower the target or raise the limit"}},
		{"no limit", scaledBy(0.5, 0), exact(5), nil},
	} {
		r := run{Timeline: c.facts.Timeline}
		got := r.generations(jump(), FleetResult{Fleet: Fleet{Name: web, Kind: HPA}, PerUnit: c.unit}, 20*time.Second)
		if c.want != nil {
			c.want.Said = web + ": " + c.want.Said
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("%s: generations (-want +got):\n%s", c.name, diff)
		}
	}
}

// A named peak is what is to be carried, by the scalability law where there is one,
// and what lies beyond the max is said to.
func TestGenerationsToTheNamedPeak(t *testing.T) {
	f := scaledBy(0.5, 2)
	r := run{Timeline: f.Timeline}
	q := jump() // asks 100/s
	q.Required.Peak = 400
	fleet := ten(web, HPA)
	fleet.Max = ptr(30)
	const want = web + ": cpu is at most 200 % of what is requested, for a target of 50 %: each generation multiplies units by at most 4; from 4 to 40 units, more than its max of 30, takes at least 2 generations"
	if g := r.generations(q, fleet, 0); g.To != 40 || g.Said != want {
		t.Errorf("generations to 40 units = %q; want %q", g.Said, want)
	}
	fleet.Production = &Production{Start: 12, Max: 60}
	if g := r.generations(q, fleet, 0); strings.Contains(g.Said, "more than") {
		t.Errorf("generations = %q; want 40 units within production's 60", g.Said)
	}
	fleet.Production.Start = 0
	if g := r.generations(q, fleet, 0); g.From != 4 {
		t.Errorf("From = %d; want the 4 that were ready", g.From)
	}
	fleet.Production.Start = 12
	if g := r.generations(q, fleet, 0); g.From != 12 || g.Needed != 1 || !strings.HasSuffix(g.Said, "from production's 12 to 40 units takes at least 1 generation") {
		t.Errorf("generations = %+v; want one, from production's 12 units: 12, 48", g)
	}
	fleet.Production.Start = 50
	if g := r.generations(q, fleet, 0); g.Needed != 0 || !strings.HasSuffix(g.Said, "the peak needs 40 units, and production starts with 50") {
		t.Errorf("generations = %+v; want none, for production starts with more", g)
	}
	q.Required.Peak = 0
	if g := r.generations(q, fleet, 0); g.From != 4 {
		t.Errorf("From = %d; want the 4 that were ready, for the run's own peak", g.From)
	}
	q.Required.Peak = 400
	// X(N) = N / (1 + 0.05 (N-1)), ten units carry 100/s: 14.5 N / (0.95 + 0.05 N) is
	// 200/s at 42.2 units, and never 400/s.
	fleet.PerUnit.Units, fleet.USL = 10, &USL{Model: Amdahl, Gamma: Range{Mid: 1}, Alpha: Range{Mid: 0.05}}
	q.Required.Peak = 200
	if g := r.generations(q, fleet, 0); g.To != 43 {
		t.Errorf("To = %d; want 43 by the scalability law", g.To)
	}
	q.Required.Peak = 400
	if g := r.generations(q, fleet, 0); g.To != 0 || g.Needed != 0 {
		t.Errorf("To = %d; want none, for no number of units carries 400/s", g.To)
	}
}

// The metric that asks for most decides: one that knows no bound leaves none.
func TestGenerationsOfSeveralMetrics(t *testing.T) {
	f := scaledBy(0.75, 1)
	f.read(0, web, timeline.TargetOf+"memory", 0.5)
	f.read(0, web, timeline.LimitOf+"memory", 1)
	f.read(5, web, timeline.TargetOf+"memory", 0.4)
	r := run{Timeline: f.Timeline}
	fleet := FleetResult{Fleet: Fleet{Name: web, Kind: HPA}}
	if g := r.generations(jump(), fleet, 0); g == nil || g.Metric != "memory" || g.Growth != 2.5 {
		t.Errorf("generations = %+v; want memory's of 2.5, the larger", g)
	}
	fleet.Kind = ASG
	if g := r.generations(jump(), fleet, 0); g != nil {
		t.Errorf("generations of a group = %+v; want none", g)
	}
	fleet.Kind = HPA
	f.read(0, web, timeline.TargetOf+"requests", 60)
	r = run{Timeline: f.Timeline}
	if g := r.generations(jump(), fleet, 0); g != nil {
		t.Errorf("generations beside a metric of requests = %+v; want none", g)
	}
}

// Generations are held against the published algorithm, whose pods are all as
// busy as they can be.
func TestNeededAgainstTheController(t *testing.T) {
	for _, c := range []struct {
		from, to      int
		target, limit float64
		want          int
	}{
		{100, 1000, 1, 1.33, 9}, // 10x at 1.33 a generation
		{4, 24, 0.7, 1, 5},      // 4, 6, 9, 13, 19, 28
		{4, 40, 0.75, 1, 8},     // rounding up gains a little where units are few
		{1, 10, 0.75, 1, 6},     // 1, 2, 3, 4, 6, 8, 11
		{12, 120, 0.5, 1, 4},
		{3, 30, 0.7, 2, 3},
		{4, 4, 0.5, 1, 0},
		{5, 50, 0.91, 1, 0}, // within the tolerance: never
	} {
		if got := needed(c.from, c.to, c.limit/c.target); got != c.want {
			t.Errorf("needed(%d, %d, %g/%g) = %d; want %d", c.from, c.to, c.limit, c.target, got, c.want)
		}
		if got := decided(c.from, c.to, c.target, c.limit); got != c.want {
			t.Errorf("the controller takes %d syncs from %d to %d at %g of %g; want %d", got, c.from, c.to, c.limit, c.target, c.want)
		}
	}
}

// decided counts the decisions of the controller, where its rules let it grow as
// it likes.
func decided(from, to int, target, limit float64) (syncs int) {
	free := &autoscale.Rules{Policies: []autoscale.Policy{{Type: autoscale.Percent, Value: 10000, Period: time.Second}}}
	hpa := autoscale.HPA{Min: 1, Max: 100000, Behavior: &autoscale.Behavior{ScaleUp: free}}
	now, units, past := time.Unix(0, 0), from, autoscale.History{}
	for ; units < to; syncs++ {
		pods := make([]autoscale.Pod, units)
		for i := range pods {
			pods[i] = autoscale.Pod{Ready: true, Measured: true, Value: limit}
		}
		var d autoscale.Decision
		now = now.Add(time.Minute)
		d, past = hpa.Decide(now, units, []autoscale.Metric{{Name: "cpu", Target: target, Utilisation: true, Pods: pods}}, past)
		if !d.Rescaled {
			return 0
		}
		units = d.Desired
	}
	return syncs
}
