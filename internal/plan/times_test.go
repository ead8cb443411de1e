package plan_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
)

var air = time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)

// oneTo are durations of 1 s to n s, of which 95 % do not exceed 0.95 n.
func oneTo(n int) []time.Duration {
	var all []time.Duration
	for i := range n {
		all = append(all, time.Duration(n-i)*time.Second)
	}
	return all
}

// onNodes is a fleet of 30/s each on instances of 4 pods, of which 2 run.
func onNodes() *forecast.Model {
	f := slow(web, 8, 30)
	f.Pods.Nodes = &simulation.Nodes{Start: 2, Min: 1, Max: 5, PodsPerInstance: 4, Boot: simulation.Fixed(time.Hour)}
	m := modelOf(f)
	known := &m.Fleets[0]
	known.Pod, known.Balancer, known.Node = oneTo(100), oneTo(20), oneTo(200)
	known.Nodes = &forecast.NodeGroup{Name: "asg/nodes", Min: new(1), Max: new(5), PodsPerInstance: 4}
	return m
}

// 34 pods need 9 instances, of which 2 run. Apply is 120 s + 190 s for nodes + 95 s
// for pods + 19 s behind the load balancer + 600 s before the airing, which is 1024 s,
// rounded up to 18 min. Demand is over a minute after the airing's start, so that
// release is 15 min after the latest end, that of the slip and 30 s, rounded up.
func TestTimetable(t *testing.T) {
	a := plan.Ask{
		At: air, Airs: time.Minute, Lasts: 30 * time.Second, Slip: 10 * time.Minute,
		UnitCost: map[string]float64{web: 0.5, "asg/nodes": 3},
	}
	m := onNodes()
	m.Fleets[0].Min = new(4) // 120/s, more than the 100/s before and after
	p := made(t, m, spike, a)
	if diff := cmp.Diff(map[string]int{web: 34, "asg/nodes": 9}, units(p)); diff != "" {
		t.Errorf("units (-want +got):\n%s", diff)
	}
	want := &prescale.Instants{
		Apply: air.Add(-18 * time.Minute), Verify: air.Add(-5 * time.Minute), Air: air,
		LatestEnd: air.Add(10*time.Minute + 30*time.Second), Release: air.Add(26 * time.Minute),
	}
	if diff := cmp.Diff(want, p.Instants); diff != "" {
		t.Errorf("instants (-want +got):\n%s", diff)
	}
	if p.Lead != 18*time.Minute || p.After != 16*time.Minute {
		t.Errorf("lead %s, after %s; want 18m and 16m", p.Lead, p.After)
	}
	if want := (prescale.Stages{Node: 190 * time.Second, Waves: 1, Pod: 95 * time.Second, Balancer: 19 * time.Second}); p.Stages != want || p.Slowest != web {
		t.Errorf("stages = %+v of %s; want %+v of %s", p.Stages, p.Slowest, want, web)
	}
	// 44 minutes of 26 pods at 0.5 an hour, and of 7 instances at 3.
	for i, want := range []float64{26 * 0.5 * 44 / 60, 7 * 3 * 44.0 / 60} {
		if got := *p.Holds[i].Cost; math.Abs(got-want) > 1e-9 {
			t.Errorf("cost of %s = %g; want %g", p.Holds[i].Fleet, got, want)
		}
	}
	for _, r := range p.Risk {
		instances := max(2, (r.Units+3)/4)
		want := (float64(r.Units-8)*0.5 + float64(instances-2)*3) * 44 / 60
		if math.Abs(*r.Cost-want) > 1e-9 {
			t.Errorf("cost of %d units = %g; want %g", r.Units, *r.Cost, want)
		}
	}
	for _, w := range p.Warnings {
		if !strings.HasPrefix(w, "asg/nodes: its maximum of 5 is below the 9 units") {
			t.Errorf("warning %q; want none, but that the nodes' maximum is raised", w)
		}
	}
	a.At = time.Time{}
	without := made(t, m, spike, a)
	if without.Instants != nil || without.Texts != nil || without.Lead != p.Lead || without.After != p.After {
		t.Errorf("without an instant: %v, %d texts, lead %s, after %s; want none, and as with one", without.Instants, len(without.Texts), without.Lead, without.After)
	}
}

// The latest end is told to the second: what a demand lasts is computed, to the
// nanosecond.
func TestLatestEndIsAWholeSecond(t *testing.T) {
	for lasts, want := range map[time.Duration]time.Duration{
		30*time.Second - time.Nanosecond: 30 * time.Second,
		30 * time.Second:                 30 * time.Second,
		30*time.Second + time.Nanosecond: 31 * time.Second,
	} {
		p := made(t, modelOf(slow(web, 2, 30)), spike, plan.Ask{At: air, Airs: time.Minute, Lasts: lasts})
		if got := p.Instants.LatestEnd.Sub(air); got != want {
			t.Errorf("the latest end of an airing that lasts %s = %s after its start; want %s", lasts, got, want)
		}
	}
}

// Nodes that run today are no reason to launch none, for those that stand empty may be
// gone by the airing: the wave of 190 s is in the lead though 9 run, and they cost
// nothing more. Where the group's minimum keeps them, or the pods' minimum stands on
// them, none is launched: 120 + 95 + 19 + 600 s.
func TestNoWaveOfNodes(t *testing.T) {
	for _, c := range []struct {
		name            string
		start, min, hpa int
		lead            time.Duration
	}{
		{"as many run", 9, 1, 2, 18 * time.Minute},
		{"more run", 20, 8, 2, 18 * time.Minute},
		{"as many are kept", 9, 9, 2, 14 * time.Minute},
		{"more are kept", 12, 12, 2, 14 * time.Minute},
		{"32 pods of the 34 are kept, on 8 of 9", 9, 1, 32, 18 * time.Minute},
		{"33 pods are, on 9", 9, 1, 33, 14 * time.Minute},
	} {
		m := onNodes()
		f, nodes := &m.Service.Fleets[0], m.Service.Fleets[0].Pods.Nodes
		nodes.Start, nodes.Min, nodes.Max = c.start, c.min, 20
		m.Fleets[0].Nodes.Min, m.Fleets[0].Nodes.Max = new(c.min), new(20)
		f.Pods.HPA.Min, m.Fleets[0].Min = c.hpa, new(c.hpa)
		p := made(t, m, spike, plan.Ask{At: air, Airs: time.Minute, UnitCost: map[string]float64{"asg/nodes": 3}})
		if p.Lead != c.lead || units(p)["asg/nodes"] != 9 {
			t.Errorf("%s: lead = %s, units %v; want %s and 9 nodes", c.name, p.Lead, units(p), c.lead)
		}
		if *p.Holds[1].Cost != 0 || p.Holds[0].Cost != nil {
			t.Errorf("%s: costs %v, %v; want one not known and nothing for instances that run anyway", c.name, p.Holds[0].Cost, p.Holds[1].Cost)
		}
	}
}

// How many nodes run in a production of which the pods alone are stated is not known:
// what cost and lead rest on is said, of the 2 that 8 pods need, or the 9 that 33 do.
func TestNodesCountedFromPods(t *testing.T) {
	const cost = "asg/nodes: how many of its instances are ready today is not known: its extra cost is of those beyond the "
	for least, want := range map[int]string{
		2:  cost + "2 that the pods of an ordinary evening need, and the lead has time for nodes to come, for 1 are sure to be there, under the pods' minimum or its own",
		33: cost + "9 that the pods of an ordinary evening need, and the lead has none for nodes to come, for 9 are sure to be there, under the pods' minimum or its own",
	} {
		m := onNodes()
		m.Fleets[0].Nodes.Counted, m.Fleets[0].Nodes.Min, m.Fleets[0].Nodes.Max = true, nil, nil
		m.Service.Fleets[0].Pods.HPA.Min, m.Fleets[0].Min = least, new(least)
		p := made(t, m, spike, plan.Ask{Airs: time.Minute})
		if lead := map[int]time.Duration{2: 18 * time.Minute, 33: 14 * time.Minute}[least]; p.Lead != lead {
			t.Errorf("lead with a minimum of %d pods = %s; want %s", least, p.Lead, lead)
		}
		if !slices.Contains(p.Warnings, want) {
			t.Errorf("warnings = %q; want %q", p.Warnings, want)
		}
	}
}

// An idle node that runs today and nothing keeps is not counted on: a first minute of
// 1,000/s takes 34 pods, and of the 40 that a schedule brings for the second's 1,100/s
// the 9 nodes under the 34 have room for 36, which carry 1,080/s. So 37 are held; 34
// where the group's minimum keeps a tenth node.
func TestIdleNodesAreNotCountedOn(t *testing.T) {
	for kept, want := range map[int]int{1: 37, 10: 34} {
		m := onNodes()
		f := m.Service.Fleets[0].Pods
		f.Nodes.Start, f.Nodes.Min, f.Nodes.Max = 20, kept, 20
		f.Metrics, f.Phase, f.Start = []simulation.Metric{{Kind: simulation.Cron}}, simulation.Phase{0}, simulation.Fixed(10*time.Second)
		m.Service.Fleets[0].Orders = []simulation.Order{{At: 15 * time.Second, Min: new(40)}}
		m.Fleets[0].Nodes.Min, m.Fleets[0].Nodes.Max = new(kept), new(20)
		p := made(t, m, steps(1000, 1100), plan.Ask{})
		if got := units(p)[web]; got != want {
			t.Errorf("with %d nodes kept of 20 that run: units = %v, %q; want %d", kept, units(p), p.Refused, want)
		}
	}
}

// A stage nobody measured is assumed, and said.
func TestStagesNobodyMeasured(t *testing.T) {
	m := onNodes()
	m.Fleets[0].Pod, m.Fleets[0].Balancer, m.Fleets[0].Node = nil, nil, nil
	p := made(t, m, spike, plan.Ask{At: air, Airs: time.Minute})
	if want := 17 * time.Minute; p.Lead != want { // 120 + 180 + 60 + 30 + 600 = 990 s
		t.Errorf("lead = %s; want %s", p.Lead, want)
	}
	said := strings.Join(p.Warnings, "\n")
	for _, want := range []string{
		"its pods take from creation to ready was not measured: 1m is assumed",
		"behind the load balancer was not measured: 30 s is assumed",
		"its nodes take to come was not measured: 3m is assumed",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("warnings =\n%s\nwant %q", said, want)
		}
	}
}

// Of fleets the one that takes longest decides: 120 + 95 + 19 + 600 s, not 30 s.
func TestSlowestFleetDecides(t *testing.T) {
	m := modelOf(slow(web, 4, 30), slow(api, 4, 30))
	m.Fleets[1].Pod, m.Fleets[1].Balancer = oneTo(100), oneTo(20)
	if p := made(t, m, spike, plan.Ask{Airs: time.Minute}); p.Lead != 14*time.Minute {
		t.Errorf("lead = %s; want 14m, 834 s rounded up", p.Lead)
	} else if p.Slowest != api {
		t.Errorf("slowest = %s; want %s", p.Slowest, api)
	}
}

// Release waits until the demand is below what the normal minimum sustains in 95 %
// of draws. The minimum of 4 sustains 4 x 30/s, or 4 x 20/s in one draw of ten.
func TestRelease(t *testing.T) {
	rates := []float64{30, 30, 30, 30, 30, 30, 30, 30, 30, 20}
	for _, c := range []struct {
		name  string
		d     forecast.Demand
		min   *int
		want  time.Duration
		said  string
		quiet plan.Quiet
	}{
		// The spike's minute and the two of 90/s: 3 min after the start, so the 15 min count.
		{"over soon", steps(60, 1000, 90, 90, 60), new(4), 15 * time.Minute, "", plan.Quiet{3 * time.Minute, 80, "the normal minimum", false, false}},
		{"over late", steps(append([]float64{60, 1000}, append(same(20, 90), 60)...)...), new(4), 21 * time.Minute, "", plan.Quiet{21 * time.Minute, 80, "the normal minimum", false, true}},
		// 8 units run on an ordinary evening and sustain 160/s.
		{"a minimum below the baseline", steps(append([]float64{90, 1000}, append(same(20, 200), 90)...)...), new(4), 21 * time.Minute, "the normal minimum does not sustain", plan.Quiet{21 * time.Minute, 160, "an ordinary evening's count", false, true}},
		{"a minimum nobody knows", steps(append([]float64{90, 1000}, append(same(20, 200), 90)...)...), nil, 21 * time.Minute, "", plan.Quiet{21 * time.Minute, 160, "the normal minimum, or where that is not known an ordinary evening's count,", false, true}},
		{"never over", steps(60, 1000, 90), new(4), 2 * time.Hour, "demand is not below what is normally sustained, 80/s, by its end", plan.Quiet{2 * time.Hour, 80, "the normal minimum", true, true}},
		{"above for longer than the tail", steps(append([]float64{60}, same(150, 1000)...)...), new(4), 150 * time.Minute, "held for 2h30m", plan.Quiet{150 * time.Minute, 80, "the normal minimum", true, true}},
	} {
		m := modelOf(slow(web, 8, rates...))
		m.Fleets[0].Min = c.min
		m.Fleets[0].Nodes = &forecast.NodeGroup{Name: "asg/nodes", PodsPerInstance: 1000}
		p := made(t, m, c.d, plan.Ask{Airs: time.Minute, Slip: 5 * time.Minute, Chance: forecast.Chance{Runs: raced.Part(200, 40)}})
		if p.After != c.want {
			t.Errorf("%s: after = %s; want %s", c.name, p.After, c.want)
		}
		if diff := cmp.Diff(c.quiet, p.Quiet); diff != "" {
			t.Errorf("%s: quiet (-want +got):\n%s", c.name, diff)
		}
		// That one unit fewer may do depends on how many draws there are.
		warnings := slices.DeleteFunc(p.Warnings, func(w string) bool { return strings.Contains(w, "one unit fewer may do") })
		if said := strings.Join(warnings, "\n"); c.said == "" && said != "" || !strings.Contains(said, c.said) {
			t.Errorf("%s: warnings = %q; want %q", c.name, said, c.said)
		}
	}
}

func same(n int, v float64) []float64 {
	var all []float64
	for range n {
		all = append(all, v)
	}
	return all
}

// What binds next: the fleet as it is held, what else is there, the fleet at its max.
func TestNext(t *testing.T) {
	m := modelOf(slow(web, 4, 28, 30, 33))
	p := made(t, m, spike, plan.Ask{Layers: []capacity.Layer{
		{Name: "load balancer", Rate: 900},
		{Name: "database", Rate: 1300},
		{Name: web + " max", Rate: 10},
		{Name: "cache", Rate: 700, AtLeast: true},
	}})
	n := float64(units(p)[web])
	want := []capacity.Layer{
		{Name: "load balancer", Rate: 900},
		{Name: web + " held", Rate: n * 30, Low: n * 28, High: n * 33, Source: "36 units (held)"},
		{Name: "database", Rate: 1300},
		{Name: web + " max", Rate: 50 * 30, Low: 50 * 28, High: 50 * 33, Source: "50 units (its max)"},
	}
	if diff := cmp.Diff(want, p.Next); diff != "" {
		t.Errorf("next (-want +got):\n%s", diff)
	}
	if said := strings.Join(p.Warnings, "\n"); !strings.Contains(said, "load balancer: it carries 900/s, less than the demand's peak of 1k/s") {
		t.Errorf("warnings = %q; want that the load balancer is below the peak", said)
	}
}

// What bounded staging besides its maximum is a next limit of staging, and says nothing
// of a production whose counts are stated; what is behind the fleets always is one.
func TestNextOfProduction(t *testing.T) {
	sizes := []capacity.Layer{
		{Name: web + " quota", Rate: 300}, {Name: web + " launches", Rate: 310}, {Name: web + " Launch suspended", Rate: 320},
		{Name: "asg/nodes quota", Rate: 330}, {Name: "asg/nodes launches for " + web, Rate: 340},
	}
	others := []capacity.Layer{{Name: "behind " + web, Rate: 350}, {Name: web + "2 quota", Rate: 360}}
	maxima := []capacity.Layer{{Name: web + " max", Rate: 10}, {Name: "asg/nodes max", Rate: 11}, {Name: "asg/nodes max for " + web, Rate: 12}}
	one := capacity.Production{Start: 4, Max: 50}
	for _, c := range []struct {
		name       string
		production map[string]capacity.Production
		want       []capacity.Layer
	}{
		{"staging", nil, slices.Concat(sizes, others)},
		{"the pods' production", map[string]capacity.Production{web: one}, others},
		{"the nodes' production", map[string]capacity.Production{"asg/nodes": one}, slices.Concat(sizes[:3], others)},
		{"another fleet's production", map[string]capacity.Production{api: one}, slices.Concat(sizes, others)},
	} {
		p := made(t, onNodes(), spike, plan.Ask{Layers: slices.Concat(maxima, sizes, others), Production: c.production})
		got := slices.DeleteFunc(p.Next, func(l capacity.Layer) bool { return l.Source != "" }) // of the plan's own
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: next (-want +got):\n%s", c.name, diff)
		}
		for _, l := range slices.Concat(maxima, sizes) {
			warned := strings.Contains(strings.Join(p.Warnings, "\n"), l.Name+": it carries ")
			if want := slices.ContainsFunc(c.want, func(other capacity.Layer) bool { return other.Name == l.Name }); warned != want {
				t.Errorf("%s: warned that %s is below the peak: %v; want %v", c.name, l.Name, warned, want)
			}
		}
	}
}

// Where nothing is held nothing is called so: the four units carry 120/s as they are.
func TestNextOfARefusal(t *testing.T) {
	m := modelOf(slow(web, 4, 30))
	m.Service.Ceiling = 900
	p := made(t, m, spike, plan.Ask{})
	want := []capacity.Layer{
		{Name: web + " as is", Rate: 120, Low: 120, High: 120, Source: "4 units (as things are)"},
		{Name: web + " max", Rate: 1500, Low: 1500, High: 1500, Source: "50 units (its max)"},
	}
	if diff := cmp.Diff(want, p.Next); p.Refused == "" || diff != "" {
		t.Errorf("refused = %q, next (-want +got):\n%s", p.Refused, diff)
	}
}

// A maximum is raised by a text, and by hand where there is none.
func TestWhoRaisesTheMaximum(t *testing.T) {
	for known, want := range map[bool]string{
		true:  "its maximum of 5 is below the 9 units to hold, so the plan raises it until release",
		false: "its maximum of 5 is below the 9 units to hold: raise it by hand, for there is no text that does",
	} {
		m := onNodes()
		if !known {
			m.Fleets[0].Nodes.Min = nil
		}
		p := made(t, m, spike, plan.Ask{At: air, Airs: time.Minute})
		texts := slices.ContainsFunc(p.Texts, func(x prescale.Text) bool { return strings.Contains(x.Title, "asg/nodes") })
		if said := strings.Join(p.Warnings, "\n"); !strings.Contains(said, "asg/nodes: "+want) || texts != known {
			t.Errorf("the nodes' minimum is known: %v; warnings = %q, a text: %v; want %q", known, said, texts, want)
		}
	}
}

// Each hold is written out, with what it goes back to; where that is not known, why
// there is no text.
func TestTexts(t *testing.T) {
	m := onNodes()
	group := simulation.Fleet{
		Name: "asg/api", Start: 3, PerUnit: []simulation.Rate{{Sustained: 100}},
		Group: &simulation.Group{Min: 2, Max: 20, Boot: simulation.Fixed(time.Hour)},
	}
	second := modelOf(group)
	m.Service.Fleets = append(m.Service.Fleets, group, slow("hpa/default/keda-hpa-queue", 4, 100))
	m.Fleets = append(m.Fleets, second.Fleets[0], modelOf(m.Service.Fleets[2]).Fleets[0])
	a := plan.Ask{
		At: air, Airs: time.Minute,
		Context: map[string]string{web: "prod"}, Region: map[string]string{"asg/api": "ap-northeast-1"},
		Balancers: []plan.Balancer{{Name: "front", Units: 120, Reserved: new(0)}, {Name: "back", Reserved: new(0)}, {Name: "side", Units: 7},
			{Name: "fresh", Fresh: 0.8, Reserved: new(31)}, {Name: "held", Fresh: 0.8, Reserved: new(32)}},
	}
	p := made(t, m, spike, a)
	var got []string
	for _, x := range p.Texts {
		got = append(got, x.Kind+" "+x.Title[:strings.Index(x.Title, " units")])
	}
	want := []string{
		"kubectl hpa/default/web: at least 34", "keda hpa/default/web: at least 34",
		"aws asg/api: at least 10", "terraform asg/api: at least 10",
		"keda hpa/default/keda-hpa-queue: at least 10",
		"aws asg/nodes: at least 9", "terraform asg/nodes: at least 9",
		"lcu elb/front: at least 120 capacity",
		"lcu elb/fresh: at least 100 capacity",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	// Four of five of 1,000/s are 800 new connections, 32 times 25, and AWS reserves no fewer than 100.
	if note := p.Texts[8].Note; !strings.Contains(note, "The demand takes 32 by its new connections alone; 100 are the fewest") {
		t.Errorf("note of elb/fresh = %q; want the 32 that the demand takes", note)
	}
	if apply := p.Texts[0].Apply; !strings.Contains(apply, "--context prod") || !strings.Contains(apply, `"minReplicas":34`) {
		t.Errorf("kubectl's text = %s; want 34 in context prod", apply)
	}
	if apply := p.Texts[2].Apply; !strings.Contains(apply, "--region ap-northeast-1") || !strings.Contains(apply, "--desired-capacity 3") {
		t.Errorf("aws's text = %s; want the region, and the 3 that run to go back to where no policy finds them", apply)
	}
	if apply := p.Texts[5].Apply; strings.Contains(apply, "--desired-capacity") || !strings.Contains(apply, "--max-size 5") {
		t.Errorf("the nodes' text = %s; want no desired count, and a maximum that is put back", apply)
	}
	if note := p.Texts[5].Note; !strings.Contains(note, "the node autoscaler takes away") || strings.Contains(note, "scaling policies") {
		t.Errorf("the nodes' note = %q; want that the node autoscaler brings them down", note)
	}
	if len(p.NoTexts) != 3 || !strings.HasPrefix(p.NoTexts[0], "elb/back: how many capacity units") || !strings.HasPrefix(p.NoTexts[1], "elb/side: what is reserved") ||
		p.NoTexts[2] != "elb/held: nothing to reserve, 32 capacity units are already, and new connections take 32" {
		t.Errorf("no texts = %q; want why of back, side and held", p.NoTexts)
	}
	m.Fleets[0].Nodes.Min, m.Fleets[0].Nodes.Max = new(9), new(12)
	if p = made(t, m, spike, a); p.NoTexts[0] != "asg/nodes: nothing to change, its minimum is 9 already" {
		t.Errorf("no texts = %q; want that the nodes' minimum is high enough", p.NoTexts)
	}
	m.Fleets[0].Nodes.Min = new(1)
	m.Fleets[0].Min = nil
	p = made(t, m, spike, a)
	if len(p.NoTexts) != 4 || !strings.HasPrefix(p.NoTexts[0], "hpa/default/web: its minimum without the plan is not known") || !strings.Contains(p.NoTexts[0], "production: {hpa/default/web:") {
		t.Errorf("no texts = %q; want that the minimum of web must be stated", p.NoTexts)
	}
}

// The KEDA trigger of a fleet that grows by ten a minute starts as much before the plan
// does: 2, then 12, 22 and 32 units, at which the HPA rests on the way to 34.
func TestTriggerOfASlowScaler(t *testing.T) {
	f := slow(web, 4, 30)
	f.Pods.HPA.Behavior = &autoscale.Behavior{ScaleUp: &autoscale.Rules{Policies: []autoscale.Policy{{Type: autoscale.Pods, Value: 10, Period: time.Minute}}}}
	p := made(t, modelOf(f), spike, plan.Ask{At: air, Airs: time.Minute})
	start := p.Instants.Apply.Add(-2 * time.Minute)
	if got, want := p.Texts[1].Apply, start.Format("start: 4 15 2 1 *"); p.Texts[1].Kind != prescale.KEDA || !strings.Contains(got, want) {
		t.Errorf("keda's text = %s; want %q", got, want)
	}
}

// What is held of a group goes back to what runs on an ordinary evening by the release
// itself, unless some policy of the group may bring it down.
func TestDesiredAfterRelease(t *testing.T) {
	up, down := autoscale.Step{From: 0, To: math.Inf(1), Adjust: 5}, autoscale.Step{From: math.Inf(-1), To: 0, Adjust: -1}
	tracking := func(disabled bool) simulation.Policy {
		return simulation.Policy{Tracking: &autoscale.Tracking{Target: 0.5, DisableScaleIn: disabled}}
	}
	stepped := func(below bool, kind autoscale.Adjustment, s autoscale.Step) simulation.Policy {
		return simulation.Policy{Stepped: &autoscale.Stepped{Threshold: 0.5, Below: below, Alarm: autoscale.AlarmOut, Type: kind, Steps: []autoscale.Step{s}}}
	}
	exact := autoscale.Step{From: math.Inf(-1), To: 0, Adjust: 4}
	for _, c := range []struct {
		name     string
		policies []simulation.Policy
		set      bool
	}{
		{"no policy", nil, true},
		{"one that tracks", []simulation.Policy{tracking(false)}, false},
		{"one that tracks and never shrinks", []simulation.Policy{tracking(true)}, true},
		{"steps out", []simulation.Policy{stepped(false, autoscale.ChangeInCapacity, up)}, true},
		{"steps out and in", []simulation.Policy{stepped(false, autoscale.ChangeInCapacity, up), stepped(true, autoscale.ChangeInCapacity, down)}, false},
		{"out, and back to a count", []simulation.Policy{tracking(true), stepped(true, autoscale.ExactCapacity, exact)}, false},
	} {
		m := modelOf(simulation.Fleet{
			Name: "asg/api", Start: 3, PerUnit: []simulation.Rate{{Sustained: 100}}, CPU: simulation.CPU{Request: 0.01},
			Group: &simulation.Group{Min: 2, Max: 20, Boot: simulation.Fixed(time.Hour), Policies: c.policies},
		})
		p := made(t, m, spike, plan.Ask{At: air, Airs: time.Minute, Chance: forecast.Chance{Runs: 20}})
		apply, note := p.Texts[0].Apply, p.Texts[0].Note
		if set := strings.Contains(apply, "--desired-capacity 3"); set != c.set {
			t.Errorf("%s: aws's text = %s; want it to set the 3 that run: %v", c.name, apply, c.set)
		}
		if said := strings.Contains(note, "Release sets the count to 3 at once"); said != c.set || said == strings.Contains(note, "scaling policies bring the count down") {
			t.Errorf("%s: note = %q; want it to say that release does: %v", c.name, note, c.set)
		}
	}
}

// A scheduled action that is due while units are held is told by name and time, in the
// zone of the airing, whether anything must be held or not; others are not.
func TestScheduledActionsInTheWindow(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*3600)
	a := plan.Ask{At: air.In(tokyo), Airs: time.Minute, Lasts: 30 * time.Second, Slip: 10 * time.Minute}
	for _, units := range []int{8, 100} {
		m := onNodes()
		m.Fleets[0].Min = new(units)
		m.Service.Fleets[0].Pods.HPA.Min, m.Service.Fleets[0].Pods.HPA.Max = units, 200
		m.Fleets[0].Min, m.Fleets[0].Max = new(units), new(200)
		m.Service.Fleets[0].Start, m.Service.Fleets[0].Pods.Nodes.Start, m.Service.Fleets[0].Pods.Nodes.Max = units, 25, 50
		p := made(t, m, spike, a)
		if p.Enough != (units == 100) {
			t.Fatalf("%d units are enough: %v; want 100 to be, and 8 not", units, p.Enough)
		}
		window := p.Instants
		m.Fleets[0].Nodes.Scheduled = []autoscale.Scheduled{
			{Name: "before", At: window.Apply.Add(-time.Second), Min: new(1)},
			{Name: "night", At: air.Add(6 * time.Minute), Min: new(2), Max: new(3)},
			{Name: "after", At: window.Release.Add(time.Second), Min: new(1)},
			{Name: "nightly", At: air.AddDate(0, 0, -7), Recurrence: "2 22 * * *", Zone: "Asia/Tokyo", Min: new(1)},
			{Name: "mornings", At: air.AddDate(0, 0, -7), Recurrence: "2 10 * * *", Zone: "Asia/Tokyo", Min: new(1)},
			{Name: "given up", At: air.AddDate(0, 0, -7), Recurrence: "2 22 * * *", Zone: "Asia/Tokyo", End: air.AddDate(0, 0, -1), Min: new(1)},
			{Name: "often", At: air.AddDate(0, 0, -7), Recurrence: "58-59,0-2/2 21-22 * * *", Zone: "Asia/Tokyo", Max: new(9)},
			{Name: "odd", At: air.AddDate(0, 0, -7), Recurrence: "@midnight", Min: new(2)},
		}
		var got []string
		for _, warning := range made(t, m, spike, a).Warnings {
			if strings.Contains(warning, "scheduled action") {
				got = append(got, warning)
			}
		}
		want := []string{"asg/nodes: its scheduled action night is due at 2026-12-01 22:00 JST, between apply and release, and sets min 2, max 3, which is not simulated: move it out of the window",
			"asg/nodes: its scheduled action nightly is due at 2026-12-01 22:02 JST, between apply and release, and sets min 1, which is not simulated: move it out of the window",
			"asg/nodes: its scheduled action often is due at 2026-12-01 21:58 JST (and 3 times more), between apply and release, and sets max 9, which is not simulated: move it out of the window",
			`asg/nodes: its scheduled action odd recurs, and sets min 2, which is not simulated: when it is due is not known (cron "@midnight" has 1 fields, not 5), so see that it is not between apply and release`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d units: warnings (-want +got):\n%s", units, diff)
		}
		if got := made(t, m, spike, plan.Ask{Airs: time.Minute}).Warnings; strings.Contains(strings.Join(got, "\n"), "scheduled action") {
			t.Errorf("%d units: warnings %q; want none of an action where the airing's time is not known", units, got)
		}
	}
}

func TestMistakes(t *testing.T) {
	m := modelOf(slow(web, 4, 30))
	for name, c := range map[string]struct {
		m    *forecast.Model
		d    forecast.Demand
		a    plan.Ask
		want string
	}{
		"no demand":        {m, forecast.Demand{}, plan.Ask{}, "no demand"},
		"nobody comes":     {m, steps(0), plan.Ask{}, "no second of it has a request"},
		"after the demand": {m, spike, plan.Ask{Airs: 3 * time.Minute}, "when that has ended"},
		"before it":        {m, spike, plan.Ask{Airs: -time.Second}, "before the demand begins"},
		"a slip back":      {m, spike, plan.Ask{Slip: -time.Second}, "slip"},
		"half a model":     {&forecast.Model{Service: m.Service}, spike, plan.Ask{}, "0 fleets are known and 1 simulated"},
	} {
		if _, err := plan.Make(c.m, c.d, c.a); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Make = %v; want an error with %q", name, err, c.want)
		}
	}
}

// The same question has the same answer to the byte, and another seed other draws.
func TestSeedsRepeat(t *testing.T) {
	m, d := ordinary(t)
	bytes := func(seed uint64) string {
		text, err := json.Marshal(made(t, m, d, plan.Ask{At: air, Airs: 5 * time.Minute, Chance: forecast.Chance{Runs: raced.Part(400, 100), Seed: seed}}))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if a, b := bytes(7), bytes(7); a != b {
		t.Errorf("two plans of one seed differ:\n%s", cmp.Diff(a, b))
	}
	if a, b := bytes(7), bytes(100_007); a == b {
		t.Errorf("two seeds make the same plan to the byte; want other draws")
	}
}
