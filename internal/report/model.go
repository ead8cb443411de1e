package report

import (
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// Model is the service as the run showed it, with the unit counts of production and the
// layers that the asked scenario states: the run's own, or those of the file whose
// traffic it is.
func (r *Report) Model(asked *scenario.Scenario) (*forecast.Model, error) {
	q := r.Scenario.Question()
	q.Layers = asked.Layers
	for i := range q.Fleets {
		fleet := &q.Fleets[i]
		fleet.Production = nil
		if p, stated := asked.Production[fleet.Name]; stated {
			fleet.Production = &p
		}
	}
	return forecast.Fit(r.Timeline, q, r.Result)
}
