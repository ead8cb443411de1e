package plan

import "slices"

// holds are the fleets at floors, then the groups their pods stand on, each at as
// many instances as have room for them.
func (w *work) holds(f floors) []Hold {
	var holds, groups []Hold
	for i, fleet := range w.model.Fleets {
		holds = append(holds, Hold{Fleet: fleet.Name, Units: f[i], Min: fleet.Min, Max: fleet.Max})
	}
	for i, fleet := range w.model.Fleets {
		g := fleet.Nodes
		if g == nil || g.PodsPerInstance <= 0 || slices.ContainsFunc(groups, func(h Hold) bool { return h.Fleet == g.Name }) {
			continue
		}
		groups = append(groups, Hold{Fleet: g.Name, Units: w.nodes(g.Name, f, i), Min: g.Min, Max: g.Max})
	}
	return append(holds, groups...)
}

// nodes are the instances of a group with room for all pods that stand on it, of
// the fleet first and those after it.
func (s *search) nodes(group string, f floors, first int) int {
	need := 0.0
	for i, fleet := range s.model.Fleets[first:] {
		if g := fleet.Nodes; g != nil && g.Name == group && g.PodsPerInstance > 0 {
			need += float64(f[first+i]) / float64(g.PodsPerInstance)
		}
	}
	const bits = 1e-9 // three thirds are one
	return ceil(need - bits)
}

// ordinary is how many units of a hold run on an ordinary evening.
func (w *work) ordinary(name string) int {
	today := w.today()
	for i, fleet := range w.model.Fleets {
		if fleet.Name == name {
			return today[i]
		}
	}
	n := 0
	for i, fleet := range w.model.Fleets {
		if fleet.Nodes == nil || fleet.Nodes.Name != name {
			continue
		}
		n = max(n, w.nodes(name, today, i))
		if p := w.service.Fleets[i].Pods; p != nil && p.Nodes != nil {
			n = max(n, p.Nodes.Start)
		}
	}
	return n
}

// surely is how many instances of a group under pods there are whatever was taken away
// before the airing: its minimum, or what the pods' own minimums stand on.
func (w *work) surely(group Hold) int {
	n := 0
	if group.Min != nil {
		n = *group.Min
	}
	for i, fleet := range w.model.Fleets {
		if fleet.Nodes != nil && fleet.Nodes.Name == group.Fleet {
			n = max(n, w.nodes(group.Fleet, w.least(), i))
		}
	}
	return n
}

// cost is that of a hold from apply to the latest release, beyond an ordinary
// evening; nil where that of a unit is not known.
func (w *work) cost(h Hold) *float64 {
	each, ok := w.ask.UnitCost[h.Fleet]
	if !ok {
		return nil
	}
	hours := (w.Lead + w.ask.Slip + w.After).Hours()
	return new(float64(max(0, h.Units-w.ordinary(h.Fleet))) * each * hours)
}

// costs is that of all holds whose units' cost is known; nil where that of none is.
func (w *work) costs(holds []Hold) *float64 {
	var sum *float64
	for _, h := range holds {
		if c := w.cost(h); c != nil {
			if sum == nil {
				sum = new(float64)
			}
			*sum += *c
		}
	}
	return sum
}
