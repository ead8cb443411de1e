package scenario

import (
	"cmp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// Place is where production has the fleet that was rehearsed: what a text that is to
// change it has to name.
type Place struct {
	Fleet   string // as readings name it; the rehearsed fleet's name where it is not stated
	Context string // of the kubeconfig, of an HPA; empty: the current one
	Region  string // of a group; empty: the configured one
}

// productionFields is what a file says of one fleet in production.
type productionFields struct {
	capacity.Production
	Place
}

var productionTable = object[productionFields]{
	name: "production",
	say:  "unit counts such as {start: 12, min: 8, max: 60}",
	doc:  "Unit counts of a real fleet, and what it is called there; the capacity of one unit comes from the run.",
	fields: []field[productionFields]{
		is("start", units(1), func(p *productionFields) *int { return &p.Start },
			"Units ready before the spot.").need().like("12"),
		is("min", units(1), func(p *productionFields) *int { return &p.Min },
			"Fewest units it may have; without it onair plan writes no changes, for nobody knows what to go back to.").orElse("staging's").like("8"),
		is("max", units(1), func(p *productionFields) *int { return &p.Max },
			"Most units it may have.").need().like("60"),
		is("fleet", fleetName, func(p *productionFields) *string { return &p.Fleet },
			"What production calls it, for the texts of a plan: hpa/NAMESPACE/NAME or asg/NAME, of the kind that was rehearsed.").
			orElse("as it was rehearsed; without context and region a plan's texts say so").like("hpa/prod/web"),
		is("context", text, func(p *productionFields) *string { return &p.Context },
			"The kube context of production, of an HPA.").orElse("the current one").like("prod"),
		is("region", text, func(p *productionFields) *string { return &p.Region },
			"The AWS region of production, of a group.").orElse("the environment's").like("ap-northeast-1"),
	},
	check: func(d *decoder, n *yaml.Node, in string, p *productionFields) {
		if p.Max > 0 && p.Start > p.Max {
			d.mistake(childOr(n, "start"), in, "start %d is above max %d", p.Start, p.Max)
		}
		if p.Start > 0 && p.Min > p.Start {
			d.mistake(childOr(n, "min"), in, "min %d is above start %d", p.Min, p.Start)
		}
	},
}

// compileProduction returns the counts of production's fleets, and where those are of
// which that is stated, by the names of the rehearsed ones.
func (d *decoder) compileProduction(f *file, s *Scenario) (map[string]capacity.Production, map[string]Place) {
	var counts map[string]capacity.Production
	var places map[string]Place
	for name, p := range ofFleets(d, "production", f.production, s) {
		if counts == nil {
			counts, places = map[string]capacity.Production{}, map[string]Place{}
		}
		counts[name] = p.Production
		if p.Place != (Place{}) {
			p.Place.Fleet = cmp.Or(p.Place.Fleet, name)
			places[name] = p.Place
		}
	}
	for _, e := range f.production {
		d.checkPlace(e)
	}
	return counts, places
}

// checkPlace finds what cannot be of a fleet that was rehearsed as another kind.
func (d *decoder) checkPlace(e entry[productionFields]) {
	name, in := e.key.Value, place{"production", shorten(e.key.Value)}.inside()
	kind, _, _ := strings.Cut(name, "/")
	for _, only := range []struct{ field, kind, what, other string }{
		{"context", capacity.HPA, "an HPA", "region"}, {"region", capacity.ASG, "a group", "context"},
	} {
		if n := child(e.node, only.field); n != nil && kind != only.kind {
			d.mistake(n, in, "%s is that of %s, which %s is not (%s is where that one is)", only.field, only.what, shorten(name), only.other)
		}
	}
	if n := child(e.node, "fleet"); e.value.Fleet != "" && !strings.HasPrefix(e.value.Fleet, kind+"/") {
		d.mistake(n, in, "fleet %q is of another kind than %s, as which it was rehearsed", d.quote(n), shorten(name))
	}
}
