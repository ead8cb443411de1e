package forecast

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// TestSharedGroup: 9 pods of 2 to an instance and 4 of 8 are five instances together.
func TestSharedGroup(t *testing.T) {
	const alone = "asg/nodes: hpa/default/web and hpa/default/api stand on it, and each is taken to have it alone: "
	for _, c := range []struct {
		name   string
		change func(*Model)
		want   []string
	}{
		{"both known", func(*Model) {}, []string{alone + "at their max they take 5 instances together, and its max is 4"}},
		{"a quota", func(m *Model) { m.Service.Fleets[0].Pods.Nodes.Quota = 3 }, []string{alone + "at their max they take 5 instances together, and its max is 4 (its quota 3)"}},
		{"a max nobody knows", func(m *Model) { m.Fleets[1].Max = nil }, []string{alone + "how many instances they take together at their max is not known, and its max is 4"}},
		{"the group's is not known", func(m *Model) { m.Fleets[0].Nodes.Max, m.Fleets[1].Nodes.Max = nil, nil }, []string{alone + "at their max they take 5 instances together, and its max is unknown"}},
		{"a group each", func(m *Model) { m.Fleets[1].Nodes.Name = "asg/other" }, nil},
		{"one on none", func(m *Model) { m.Fleets[1].Nodes = nil }, nil},
	} {
		m := &Model{}
		for _, fleet := range []struct {
			name     string
			most     int
			instance int
		}{{"hpa/default/web", 9, 2}, {"hpa/default/api", 4, 8}} {
			m.Service.Fleets = append(m.Service.Fleets, simulation.Fleet{Name: fleet.name, Pods: &simulation.Pods{Nodes: &simulation.Nodes{PodsPerInstance: fleet.instance}}})
			m.Fleets = append(m.Fleets, Fleet{Name: fleet.name, Max: new(fleet.most), Nodes: &NodeGroup{Name: "asg/nodes", Max: new(4), PodsPerInstance: fleet.instance}})
		}
		c.change(m)
		f := &fitting{}
		f.shared(m)
		if diff := cmp.Diff(c.want, f.assumed); diff != "" {
			t.Errorf("%s: assumed (-want +got):\n%s", c.name, diff)
		}
	}
}
