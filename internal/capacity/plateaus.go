package capacity

import (
	"math"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// keptUp is by how much of what was asked, at most, more or less came back where
// a fleet kept up: the change in what was in flight. Its answers may take long
// then, yet their rate is the demand's and tells nothing of the fleet.
const keptUp = 0.03

// Plateaus returns a run's own plateaus, by the name of the fleet, for the
// question of another run about the same staging.
func Plateaus(t timeline.Timeline, q Question) map[string][]Plateau {
	r := newRun(t, q)
	found := make(map[string][]Plateau)
	for _, f := range q.Fleets {
		if own := r.outrun(f); len(own) > 0 {
			found[f.Name] = own
		}
	}
	return found
}

// outrun are the plateaus of a fleet in which more or less was asked than came
// back.
func (r run) outrun(f Fleet) []Plateau {
	var found []Plateau
	for _, p := range r.plateaus(r.steady(f, r.Series(f.Name, timeline.Ready))) {
		asked := float64(r.sum(p.Span).Planned) / float64(ceilSeconds(p.To)-ceilSeconds(p.From))
		if math.Abs(asked-p.Rate) > keptUp*asked {
			found = append(found, p)
		}
	}
	return found
}

// throughput says what the plateaus of a fleet, of this run and of others, tell of
// its throughput by units. Of a group that pods run on they tell nothing: it is
// the pods that always have work.
func (r run) throughput(result *FleetResult, q Question, carries bool) {
	if carries {
		result.NoUSL = "its pods saturate, not its instances"
		return
	}
	all := append(r.outrun(result.Fleet), q.Plateaus[result.Name]...)
	result.Ceiling = newCeiling(result.Name, all, result.PerUnit)
	result.USL, result.NoUSL = newUSL(result.Name, all, result.Ceiling)
}
