package forecast

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/spelling"
)

// ofNodes are the keys of a group that pods stand on, and of their fleet in its place:
//
//	asg/web-nodes.max=10   hpa/default/web.nodes.max=10
var ofNodes = map[string]string{"min": "nodes.min", "max": "nodes.max", "start": "nodes", "boot": "boot"}

// standing are the numbers of the fleets whose pods stand on a group.
func (m *Model) standing(group string) []int {
	var all []int
	for i, f := range m.Fleets {
		if f.Nodes != nil && f.Nodes.Name == group && i < len(m.Service.Fleets) && m.Service.Fleets[i].Pods != nil {
			all = append(all, i)
		}
	}
	return all
}

// meant are the fleets that a setting is about and the key that it is there: those of
// the group's fleets where its name is that of a group of nodes.
func (m *Model) meant(s Setting) (fleets []int, key string, err error) {
	fleet, err := m.named(s.Fleet)
	if err == nil {
		return []int{fleet}, s.Key, nil
	}
	fleets = m.standing(s.Fleet)
	if len(fleets) == 0 {
		return nil, "", err
	}
	key, ok := ofNodes[s.Key]
	if !ok {
		return nil, "", fmt.Errorf("the pods of %s stand on %s: it takes min, max, start, boot", m.Service.Fleets[fleets[0]].Name, s.Fleet)
	}
	return fleets, key, nil
}

// unknownFleet says which fleet or group of nodes a name most likely meant.
func (m *Model) unknownFleet(name string) error {
	var names []string
	for _, f := range m.Service.Fleets {
		names = append(names, f.Name)
	}
	for _, f := range m.Fleets {
		if f.Nodes != nil && !slices.Contains(names, f.Nodes.Name) {
			names = append(names, f.Nodes.Name)
		}
	}
	if near, ok := spelling.Nearest(name, names); ok {
		return fmt.Errorf("no fleet %.60q (did you mean %s?)", name, near)
	}
	return fmt.Errorf("no fleet %.60q (known: %s)", name, strings.Join(names, ", "))
}

func (d *draft) nodes() (*simulation.Nodes, error) {
	if n := d.fleet.Pods.Nodes; n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("nothing is known of the nodes that %s stands on: observe their group too (asg)", d.fleet.Name)
}

func (d *draft) setNodes(count int) error {
	n, err := d.nodes()
	if err != nil {
		return err
	}
	n.Start, d.housed = count, true
	d.know(func(g *NodeGroup) { g.Counted = false })
	return nil
}

func (d *draft) setNodesMin(count int) error {
	n, err := d.nodes()
	if err != nil {
		return err
	}
	n.Min, d.nodeFloor = count, count
	d.know(func(g *NodeGroup) { g.Min = &count })
	return nil
}

func (d *draft) setNodesMax(count int) error {
	n, err := d.nodes()
	if err != nil {
		return err
	}
	n.Max, d.nodeCeiling = count, count
	d.know(func(g *NodeGroup) { g.Max = &count })
	return nil
}

// know changes what is known of the group, in a copy of the draft's own.
func (d *draft) know(change func(*NodeGroup)) {
	if d.known.Nodes == nil {
		return
	}
	group := *d.known.Nodes
	change(&group)
	d.known.Nodes = &group
}

// boundNodes holds the nodes at the beginning within the group's limits.
func (d *draft) boundNodes(n *simulation.Nodes) error {
	switch {
	case n.Min > n.Max:
		return fmt.Errorf("nodes.min %d is above nodes.max %d: set both", n.Min, n.Max)
	case !d.housed:
		n.Start = max(n.Start, d.nodeFloor)
		if d.nodeCeiling > 0 {
			n.Start = min(n.Start, d.nodeCeiling)
		}
	case n.Start > n.Max:
		return fmt.Errorf("there are at most %d nodes: set nodes.max too", n.Max)
	case n.Start < d.nodeFloor:
		return fmt.Errorf("%d nodes at the start are below nodes.min %d", n.Start, d.nodeFloor)
	}
	return nil
}
