package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/plan"
)

// A plan for production changes production's fleets, where it is said what they are
// called; where it is not, each text says so, and the plan once.
func TestTextsNameProduction(t *testing.T) {
	const note = "Names what was rehearsed: put production's own in its place. "
	for name, c := range map[string]struct {
		called map[string]string
		named  string // fleets of the texts
		noted  int    // texts whose note says that they name what was rehearsed
		warned string
	}{
		"for what was rehearsed": {nil, "hpa/default/web asg/nodes elb/front", 0, ""},
		"both are named":         {map[string]string{web: "hpa/prod/shop", "asg/nodes": "asg/pool"}, "hpa/prod/shop asg/pool elb/front", 1, ""},
		"the nodes are not":      {map[string]string{web: "hpa/prod/shop"}, "hpa/prod/shop asg/nodes elb/front", 3, "asg/nodes: the texts name what was rehearsed"},
		"nothing is":             {map[string]string{}, "hpa/default/web asg/nodes elb/front", 5, "hpa/default/web, asg/nodes: the texts name what was rehearsed"},
	} {
		m := onNodes()
		m.Fleets[0].Nodes.Min, m.Fleets[0].Nodes.Max = new(1), new(12)
		p := made(t, m, spike, plan.Ask{
			At: air, Airs: time.Minute, Called: c.called, Context: map[string]string{web: "prod"},
			Balancers: []plan.Balancer{{Name: "front", Units: 120, Reserved: new(0)}},
		})
		var named []string
		noted, warned := 0, ""
		for _, x := range p.Texts {
			fleet, _, _ := strings.Cut(x.Title, ": ")
			if !slices.Contains(named, fleet) {
				named = append(named, fleet)
			}
			if strings.HasPrefix(x.Note, note) {
				noted++
			}
		}
		for _, w := range p.Warnings {
			if strings.Contains(w, "name what was rehearsed") {
				warned += w
			}
		}
		if got := strings.Join(named, " "); got != c.named || noted != c.noted || len(p.Texts) != 5 {
			t.Errorf("%s: %d texts of %s, %d with the note; want 5 of %s, %d with it", name, len(p.Texts), got, noted, c.named, c.noted)
		}
		if !strings.HasPrefix(warned, c.warned) || (c.warned == "") != (warned == "") || strings.Count(warned, "name what") > 1 {
			t.Errorf("%s: warned %q; want once %q", name, warned, c.warned)
		}
		if apply := p.Texts[0].Apply; !strings.Contains(apply, "--context prod") {
			t.Errorf("%s: kubectl's text = %s; want it in context prod", name, apply)
		}
	}
}
