package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// What the run showed stays; of what was stated, what is stated now holds.
func TestLayersFor(t *testing.T) {
	stated := func(name string, rate float64) capacity.Layer {
		return capacity.Layer{Name: name, Rate: rate, Source: "stated in the scenario"}
	}
	shown := capacity.Layer{Name: "hpa/default/web max", Rate: 640, Source: "8 units"}
	run := func(layers ...capacity.Layer) *Report {
		return &Report{Scenario: &scenario.Scenario{Layers: layers}, Result: capacity.Result{Layers: append([]capacity.Layer{shown}, layers...)}}
	}
	for name, c := range map[string]struct {
		run  *Report
		now  []capacity.Layer
		want []capacity.Layer
	}{
		"as it was": {run(stated("db", 900)), []capacity.Layer{stated("db", 900)}, []capacity.Layer{shown, stated("db", 900)}},
		"anew":      {run(stated("db", 900)), []capacity.Layer{stated("db", 200)}, []capacity.Layer{shown, stated("db", 200)}},
		"besides":   {run(stated("db", 900)), []capacity.Layer{stated("db", 900), stated("pay", 9)}, []capacity.Layer{shown, stated("db", 900), stated("pay", 9)}},
		"alone":     {run(), []capacity.Layer{stated("db", 200)}, []capacity.Layer{shown, stated("db", 200)}},
	} {
		if diff := cmp.Diff(c.want, c.run.layersFor(&scenario.Scenario{Layers: c.now})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
