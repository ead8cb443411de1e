package capacity

import (
	"cmp"
	"slices"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// quota is the most units that quotas leave room for: by the fleet's own account
// and by that of each quota that bounds it, at every instant the least of what they
// said last.
func (r run) quota(f Fleet) timeline.Series {
	least := r.Series(f.Name, timeline.Quota)
	for _, source := range f.Quotas {
		least = lesser(least, r.Series(source, timeline.Quota))
	}
	return least
}

// lesser is the lower of two step functions, where both are known, else the one
// that is.
func lesser(a, b timeline.Series) timeline.Series {
	steps := slices.Concat(a, b)
	slices.SortStableFunc(steps, func(p, q timeline.Point) int { return cmp.Compare(p.At, q.At) })
	for i, p := range steps {
		for _, s := range []timeline.Series{a, b} {
			if v, ok := s.At(p.At); ok {
				p.Value = min(p.Value, v)
			}
		}
		steps[i] = p
	}
	return steps
}
