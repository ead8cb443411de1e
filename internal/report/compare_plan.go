package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seed-f864f198/onair/internal/compare"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// planOf is what a scenario sends and how it is judged. The seed of what is random
// is no part of it, nor is what the load meets: the target, its credentials, a lab.
func planOf(s *scenario.Scenario) compare.Plan {
	part := func(name string, what ...any) compare.Part {
		text, err := json.Marshal(what)
		if err != nil {
			text = fmt.Appendf(nil, "%+v", what)
		}
		return compare.Part{Name: name, Text: string(text)}
	}
	var spots []any
	for _, spot := range s.Traffic.Spots {
		spots = append(spots, spot.At, spot.Span)
	}
	var fleets []string
	for _, f := range s.Fleets() {
		fleets = append(fleets, f.Source())
	}
	return compare.Plan{
		part("load", knots(s.Traffic.Visits), knots(s.Traffic.Curve), s.Traffic.Poisson, s.Late),
		part("spots", spots),
		part("requests", s.Requests, s.Steps, s.Target.Timeout),
		part("connections", s.Connections),
		part("objectives", s.Objectives),
		part("headroom", s.Headroom, s.Layers, s.Production),
		part("fleets", fleets),
	}
}

// knots are the pieces of a curve. Nine figures are the same on every machine.
func knots(c traffic.Curve) string {
	var b strings.Builder
	for _, s := range c.Segments() {
		fmt.Fprintf(&b, "%v %.9g %.9g\n", s.Length, s.From, s.To)
	}
	return b.String()
}
