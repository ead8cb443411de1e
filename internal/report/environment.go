package report

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// environmentFacts tell where, with what and within which limits the run was made.
func (r *Report) environmentFacts() []fact {
	m := r.Manifest
	facts := []fact{{"run", m.Run}, {"started", r.started().Format(time.RFC3339)}, {"onair", m.Tool}}
	if len(m.Hosts) > 0 {
		facts = append(facts, fact{"hosts contacted", strings.Join(m.Hosts, ", ")})
	}
	if c := m.Caps; c.Rate > 0 {
		facts = append(facts,
			fact{"cap on the rate", figure.Rate(c.Rate)},
			fact{"cap in flight", figure.Count(c.InFlight)},
			fact{"cap on requests", figure.Count(int64(c.Requests))},
			fact{"cap on the length", figure.Duration(time.Duration(c.DurationSeconds * float64(time.Second)))})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Environment)) {
		facts = append(facts, fact{name, m.Environment[name]})
	}
	if m.ScenarioHash != "" {
		facts = append(facts, fact{"SHA-256 of the scenario", m.ScenarioHash})
	}
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Value == "" })
}
