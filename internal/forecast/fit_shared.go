package forecast

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

// shared says of each group that pods of several fleets stand on that each fleet is
// played as if it had the group alone, and what they take together at their max.
func (f *fitting) shared(m *Model) {
	for i := range m.Fleets {
		g := m.Fleets[i].Nodes
		if g == nil {
			continue
		}
		on := m.standing(g.Name)
		if len(on) < 2 || on[0] != i {
			continue
		}
		var names []string
		for _, k := range on {
			names = append(names, m.Fleets[k].Name)
		}
		f.assume("%s: %s stand on it, and each is taken to have it alone: %s, and its max is %s%s", g.Name, strings.Join(names, " and "),
			m.together(on), figure.OrUnknown(g.Max, figure.Count[int]), quotaOf(m.Service.Fleets[i].Pods.Nodes.Quota))
	}
}

// together says how many instances fleets take at their max.
func (m *Model) together(fleets []int) string {
	need := 0.0
	for _, i := range fleets {
		known := m.Fleets[i]
		if known.Max == nil || known.Nodes.PodsPerInstance <= 0 {
			return "how many instances they take together at their max is not known"
		}
		need += float64(*known.Max) / float64(known.Nodes.PodsPerInstance)
	}
	const bits = 1e-9 // three thirds are one
	return fmt.Sprintf("at their max they take %s instances together", figure.Count(int(math.Ceil(need-bits))))
}

func quotaOf(quota int) string {
	if quota == 0 {
		return ""
	}
	return fmt.Sprintf(" (its quota %s)", figure.Count(quota))
}
