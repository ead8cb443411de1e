package rundir

import (
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// unendedGaps are the gaps that began and were never written, because the run
// was killed before they ended: each lasts until the run's last fact.
//
//	blind -----gap-----> the last fact, whatever its source
func unendedGaps(t timeline.Timeline) []timeline.Gap {
	var gaps []timeline.Gap
	end := lastFact(t)
	for _, e := range t.Events {
		written := func(g timeline.Gap) bool {
			return g.Source == e.Source && (g.From == e.At || g.From < e.At && e.At < g.To)
		}
		if e.Kind == timeline.Blind && !slices.ContainsFunc(t.Gaps, written) {
			gaps = append(gaps, timeline.Gap{From: e.At, To: max(e.At, end), Source: e.Source, Cause: e.Text})
		}
	}
	return gaps
}

// lastFact is when the last fact of the run was observed.
func lastFact(t timeline.Timeline) timeline.Offset {
	var last timeline.Offset
	for _, s := range t.Seconds {
		last = max(last, timeline.Offset(s.Second+1)*timeline.Offset(time.Second))
	}
	for _, r := range t.Readings {
		last = max(last, r.At)
	}
	for _, e := range t.Events {
		last = max(last, seen(e))
	}
	for _, g := range t.Gaps {
		last = max(last, g.To)
	}
	return last
}
