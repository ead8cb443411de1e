package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// Fleets whose pods stand on one group share its quota. Each is played as if it had the
// group alone, so that the sum of what is held is held against the quota here.

// nodesOf are the instances that a fleet's pods stand on; nil where they are not known.
func (s *search) nodesOf(fleet int) *simulation.Nodes {
	g, p := s.model.Fleets[fleet].Nodes, s.service.Fleets[fleet].Pods
	if g == nil || g.PodsPerInstance <= 0 || p == nil {
		return nil
	}
	return p.Nodes
}

// sharing are the fleets that stand on the group of a fleet, itself among them.
func (s *search) sharing(fleet int) []int {
	var all []int
	for i, f := range s.model.Fleets {
		if s.nodesOf(i) != nil && f.Nodes.Name == s.model.Fleets[fleet].Nodes.Name {
			all = append(all, i)
		}
	}
	return all
}

// full is the first fleet of a group whose quota floors are beyond; free: there is room
// for all.
func (s *search) full(f floors) int {
	for i := range f {
		n := s.nodesOf(i)
		if n == nil || n.Quota <= 0 || len(s.sharing(i)) < 2 {
			continue
		}
		if s.nodes(s.model.Fleets[i].Nodes.Name, f, 0) > n.Quota {
			return i
		}
	}
	return free
}

func (s *search) fits(f floors) bool { return s.full(f) == free }

// split shares what a quota leaves beyond floors among the fleets on its group so that
// they hold, where they can: first to each in turn so many, what remains to the others.
// Where they do not it is the split that comes closest, and false.
func (s *search) split(f floors, fleet, runs int) (best floors, ok bool) {
	best = f
	var chance float64
	for _, first := range s.sharing(fleet) {
		for _, n := range spread(f[first], s.filled(f, first)[first], nil) {
			try := f.with(first, n)
			for _, other := range s.sharing(fleet) {
				if other != first {
					try = s.filled(try, other)
				}
			}
			if s.try(try).holds(runs) {
				return try, true
			}
			if p := s.try(try).chance().Probability; p >= chance {
				best, chance = try, p
			}
		}
	}
	return best, false
}

// filled gives a fleet all that there is room for beside the others.
func (s *search) filled(f floors, fleet int) floors {
	for f[fleet] < s.most(fleet) && s.fits(f.with(fleet, f[fleet]+1)) {
		f = f.with(fleet, f[fleet]+1)
	}
	return f
}

// within takes floors that are beyond a quota down to it, always from the fleet on its
// group that has most beyond its minimum.
func (s *search) within(f floors) floors {
	least := s.least()
	for fleet := s.full(f); fleet != free; fleet = s.full(f) {
		most := slices.MaxFunc(s.sharing(fleet), func(a, b int) int { return cmp.Compare(f[a]-least[a], f[b]-least[b]) })
		if f[most] <= 1 {
			return f
		}
		f = f.with(most, f[most]-1)
	}
	return f
}

// crowded says of which group what is not enough for the fleets that share it.
func (w *work) crowded(r refusal) string {
	group, quota := w.model.Fleets[r.fleet].Nodes.Name, w.nodesOf(r.fleet).Quota
	var names, needs []string
	for _, i := range w.sharing(r.fleet) {
		names = append(names, w.model.Fleets[i].Name)
		needs = append(needs, fmt.Sprintf("%s of %s", figure.Count(r.alone[i]), w.model.Fleets[i].Name))
	}
	if need := w.nodes(group, r.alone, 0); need > quota {
		return fmt.Sprintf("%s: its quota is %s instances, and the fewest units that do for each fleet on it by itself, %s, take %s together",
			group, figure.Count(quota), strings.Join(needs, " and "), figure.Count(need))
	}
	return fmt.Sprintf("%s: its quota is %s instances, and however they are split %s, which share it, do not hold together", group, figure.Count(quota), strings.Join(names, " and "))
}
