package plan_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/simulation"
)

const nodes = "asg/nodes"

// together is a model of fleets whose pods stand on one group with a quota, so many of
// each to an instance.
func together(quota int, each []int, fleets ...simulation.Fleet) *forecast.Model {
	for i := range fleets {
		fleets[i].Pods.Nodes = &simulation.Nodes{Start: 8, Min: 1, Max: 10, Quota: quota, PodsPerInstance: each[i], Boot: simulation.Fixed(time.Hour)}
	}
	m := modelOf(fleets...)
	for i := range m.Fleets {
		m.Fleets[i].Nodes = &forecast.NodeGroup{Name: nodes, Min: new(1), Max: new(10), PodsPerInstance: each[i]}
	}
	return m
}

// 34 pods of web and 13 of api, 4 to an instance, take 11.75 of them: what either has
// room for alone does not count.
func TestTwoFleetsOnAQuota(t *testing.T) {
	four := []int{4, 4}
	p := made(t, together(12, four, slow(web, 4, 30), slow(api, 4, 80)), spike, plan.Ask{})
	if got := units(p); got[web] != 34 || got[api] != 13 || got[nodes] != 12 {
		t.Errorf("units with a quota of 12 = %v, %q; want 34, 13 and 12 nodes", got, p.Refused)
	}
	for _, r := range p.Risk {
		if r.Units > 35 { // 36 + 13 pods are one too many
			t.Errorf("the risk of %d units is told; want none beyond the quota", r.Units)
		}
	}
	p = made(t, together(11, four, slow(web, 4, 30), slow(api, 4, 80)), spike, plan.Ask{})
	const want = "no number of units suffices: asg/nodes: its quota is 11 instances, and the fewest units that do for each fleet on it by itself, 34 of hpa/default/web and 13 of hpa/default/api, take 12 together, and the demand's peak is 1k/s; "
	if len(p.Holds) > 0 || !strings.HasPrefix(p.Refused, want) {
		t.Errorf("with a quota of 11: units %v, refused = %q; want %q", units(p), p.Refused, want)
	}
	p = made(t, together(3, []int{1, 1}, slow(web, 4, 999), slow(api, 4, 999)), spike, plan.Ask{})
	if !p.Enough {
		t.Errorf("where the minimums do: holds %v, refused %q; want that they are enough, quota or not", p.Holds, p.Refused)
	}
}

var about92 = regexp.MustCompile(` is served is 9[123](\.\d)? %`)

// Each does with 10 by itself, and together one needs 20: one draw in 25 of either halves
// what it carries. Of web an instance has room for 4 and of api for one, so that 20 and
// 10 take 15 instances, and 10 and 20, which the search comes upon first, take 23.
func TestSplitOfAQuota(t *testing.T) {
	for quota, want := range map[int]map[string]int{
		23: {web: 10, api: 20, nodes: 23}, // as it would be without one
		16: {web: 20, api: 10, nodes: 15},
		15: {web: 20, api: 10, nodes: 15},
	} {
		p := made(t, together(quota, []int{4, 1}, weak(web, 0), weak(api, 7)), spike, plan.Ask{Chance: ampleDraws})
		if got := units(p); got[web] != want[web] || got[api] != want[api] || got[nodes] != want[nodes] {
			t.Errorf("units with a quota of %d = %v, %q; want %v", quota, got, p.Refused, want)
		}
	}
	p := made(t, together(14, []int{4, 1}, weak(web, 0), weak(api, 7)), spike, plan.Ask{Chance: ampleDraws})
	const want = "no number of units suffices: asg/nodes: its quota is 14 instances, and however they are split hpa/default/web and hpa/default/api, which share it, do not hold together, "
	if !strings.HasPrefix(p.Refused, want) || !about92.MatchString(p.Refused) {
		t.Errorf("with a quota of 14: units %v, refused = %q; want %q at about 92 %%", units(p), p.Refused, want)
	}
}
