package forecast

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// standing5 is pods5 with the group's name known, that an api's pods stand on too.
func standing5() *Model {
	m := pods5()
	api := pods5()
	api.Service.Fleets[0].Name, api.Fleets[0].Name = "hpa/default/api", "hpa/default/api"
	m.Service.Fleets = append(m.Service.Fleets, api.Service.Fleets[0])
	m.Fleets = append(m.Fleets, api.Fleets[0])
	for i := range m.Fleets {
		m.Fleets[i].Nodes = &NodeGroup{Name: "asg/web-nodes", Min: new(2), Max: new(30), PodsPerInstance: 4}
	}
	return m
}

// What plan holds can be asked about in the words in which it says it: by the group's
// name for all whose pods stand on it, by a fleet's for its own.
func TestSettingsOfNodes(t *testing.T) {
	for settings, change := range map[string]func(n *simulation.Nodes, known *NodeGroup, fleet int){
		"asg/web-nodes.min=4":  func(n *simulation.Nodes, k *NodeGroup, _ int) { n.Start, n.Min, k.Min = 4, 4, new(4) },
		"asg/web-nodes.max=40": func(n *simulation.Nodes, k *NodeGroup, _ int) { n.Max, k.Max = 40, new(40) },
		"asg/web-nodes.start=35,nodes.max=40,hpa/default/api.nodes.max=50": func(n *simulation.Nodes, k *NodeGroup, i int) {
			n.Start, n.Max, k.Max = 35, 40+10*i, new(40+10*i)
		},
		"asg/web-nodes.min=0,asg/web-nodes.max=2": func(n *simulation.Nodes, k *NodeGroup, _ int) { n.Min, n.Max, k.Min, k.Max = 0, 2, new(0), new(2) },
		"nodes.min=6": func(n *simulation.Nodes, k *NodeGroup, i int) {
			if i == 0 {
				n.Start, n.Min, k.Min = 6, 6, new(6)
			}
		},
	} {
		want := standing5()
		for i := range want.Fleets {
			change(want.Service.Fleets[i].Pods.Nodes, want.Fleets[i].Nodes, i)
		}
		if diff := cmp.Diff(want, with(t, standing5(), settings)); diff != "" {
			t.Errorf("%s: the model differs (-want +got):\n%s", settings, diff)
		}
	}
	boot := with(t, standing5(), "asg/web-nodes.boot=45s")
	for i, f := range boot.Service.Fleets {
		if diff := cmp.Diff(simulation.Fixed(45*time.Second), f.Pods.Nodes.Boot); diff != "" || boot.Fleets[i].Node[0] != 45*time.Second {
			t.Errorf("boot of the nodes of %s, known %v (-want +got):\n%s", f.Name, boot.Fleets[i].Node, diff)
		}
	}
	m := standing5()
	with(t, m, "asg/web-nodes.min=4,asg/web-nodes.max=40")
	if diff := cmp.Diff(standing5(), m); diff != "" {
		t.Errorf("With changed the model that it was asked of (-before +after):\n%s", diff)
	}
}

// More nodes at the beginning leave less unserved: the setting reaches the simulation.
func TestNodesHeldServeMore(t *testing.T) {
	without := play(t, standing5(), spike(15*time.Minute))
	held := play(t, with(t, standing5(), "asg/web-nodes.min=25"), spike(15*time.Minute))
	if share(held) > 0.97*share(without) || share(without) == 0 {
		t.Errorf("unserved with 25 nodes held = %.4f; want clearly less than without, %.4f", share(held), share(without))
	}
}

func TestSettingsOfNodesRefused(t *testing.T) {
	for settings, want := range map[string]string{
		"asg/web-nods.min=4":                         `setting 1: asg/web-nods.min=4: no fleet "asg/web-nods" (did you mean asg/web-nodes?)`,
		"db.min=4":                                   `setting 1: db.min=4: no fleet "db" (known: hpa/default/web, hpa/default/api, asg/web-nodes)`,
		"asg/web-nodes.target=50%":                   `setting 1: asg/web-nodes.target=50%: the pods of hpa/default/web stand on asg/web-nodes: it takes min, max, start, boot`,
		"asg/web-nodes.nodes=4":                      `setting 1: asg/web-nodes.nodes=4: the pods of hpa/default/web stand on asg/web-nodes: it takes`,
		"asg/web-nodes.min=4,nodes.min=5":            `setting 2: nodes.min=5: setting 1 says it already`,
		"nodes.min=5,asg/web-nodes.min=4":            `setting 2: asg/web-nodes.min=4: setting 1 says it already`,
		"asg/web-nodes.min=31":                       `setting 1: asg/web-nodes.min=31: nodes.min 31 is above nodes.max 30: set both`,
		"nodes=31":                                   `setting 1: nodes=31: there are at most 30 nodes: set nodes.max too`,
		"nodes=3,nodes.min=5":                        `setting 1: nodes=3: 3 nodes at the start are below nodes.min 5`,
		"asg/web-nodes.min=1,asg/web-nodes.max=1":    `setting 1: asg/web-nodes.min=1: the 5 pods at the start need 2 nodes, of which there are at most 1`,
		"hpa/default/web.min=40,asg/web-nodes.max=9": `setting 1: hpa/default/web.min=40: the 40 pods at the start need 10 nodes, of which there are at most 9`,
	} {
		parsed, err := ParseSettings(settings)
		if err != nil {
			t.Errorf("ParseSettings(%q) = %v; want it refused by the model alone", settings, err)
			continue
		}
		if m, err := standing5().With(parsed); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("With(%s) = %v, %v; want %s", settings, m, err, want)
		}
	}
	if _, err := group5().With([]Setting{{Key: "nodes.max", Value: "4"}}); err == nil || !strings.HasSuffix(err.Error(), "set max instead") {
		t.Errorf("With(nodes.max=4) of a group = %v; want its max named", err)
	}
}

func TestDescribeNodes(t *testing.T) {
	parsed, err := ParseSettings("asg/web-nodes.min=4,nodes.min=4,nodes.max=10")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Describe(parsed), "asg/web-nodes: min 4, at least 4 nodes, at most 10 nodes"; got != want {
		t.Errorf("Describe = %q; want %q", got, want)
	}
}
