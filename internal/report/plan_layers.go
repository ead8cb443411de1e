package report

import (
	"slices"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// layersFor are the layers that the run showed, with those that a scenario states in
// place of those that the run's own states.
func (r *Report) layersFor(s *scenario.Scenario) []capacity.Layer {
	within := func(list []capacity.Layer, l capacity.Layer) bool {
		return slices.ContainsFunc(list, func(other capacity.Layer) bool {
			return other.Name == l.Name && other.Rate == l.Rate && other.Source == l.Source
		})
	}
	all := slices.DeleteFunc(slices.Clone(r.Result.Layers), func(l capacity.Layer) bool {
		return within(r.Scenario.Layers, l) && !within(s.Layers, l)
	})
	for _, l := range s.Layers {
		if !within(all, l) {
			all = append(all, l)
		}
	}
	return all
}
