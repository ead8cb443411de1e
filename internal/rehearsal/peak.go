package rehearsal

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// peak is what a scenario's highest rate asks of what it names: of each unit of the
// fleets that serve, once they have grown as far as they may, and of the layers it
// states.
//
//	4k/s ──> hpa/default/web   8 units (its max)         500/s each
//	                           4 (room on nodes)         1k/s each
//	     ──> db                3k/s stated               too little
//
// What a unit carries only a run can tell: its share is a figure to know, and no more.
type peak struct {
	rate   float64 // req/s
	fleets []capacity.Fleet
	layers []capacity.Layer
}

func peakOf(s *scenario.Scenario) peak {
	q := s.Question()
	return peak{s.Peak(), serving(q.Fleets), q.Layers}
}

// serving are the fleets that the traffic goes through: instances that pods run on
// serve nothing themselves.
func serving(fleets []capacity.Fleet) []capacity.Fleet {
	pods := slices.DeleteFunc(slices.Clone(fleets), func(f capacity.Fleet) bool { return f.Kind != capacity.HPA })
	if len(pods) > 0 {
		return pods
	}
	return fleets
}

// against holds the peak against what was found.
func (p peak) against(found []preflight.Finding) []preflight.Finding {
	var all []preflight.Finding
	for _, f := range p.fleets {
		if text := p.shares(boundsOf(f, found)); text != "" {
			all = append(all, preflight.Finding{Subject: f.Name, Asked: "share of the peak", Text: text})
		}
	}
	for _, l := range p.layers {
		all = append(all, p.within(l))
	}
	return all
}

// boundsOf are the sizes that a fleet may come to, the largest first: production's max
// where that is given, for staging's bounds say nothing of it, else its own max and
// whatever leaves room for fewer. One of two that are alike stands for both.
func boundsOf(f capacity.Fleet, found []preflight.Finding) []preflight.Bound {
	if f.Production != nil && f.Production.Max > 0 {
		return []preflight.Bound{{Fleet: f.Name, Units: f.Production.Max, By: "production's max"}}
	}
	var bounds []preflight.Bound
	most := math.MaxInt
	for _, x := range found {
		b := x.Bound
		if b == nil || b.Fleet != f.Name || b.Units <= 0 { // of no unit there is no share
			continue
		}
		bounds = append(bounds, *b)
		if b.By == preflight.ItsMax {
			most = b.Units
		}
	}
	bounds = slices.DeleteFunc(bounds, func(b preflight.Bound) bool { return b.Units >= most && b.By != preflight.ItsMax })
	slices.SortStableFunc(bounds, func(a, b preflight.Bound) int { return cmp.Compare(b.Units, a.Units) })
	return slices.CompactFunc(bounds, func(a, b preflight.Bound) bool { return a.Units == b.Units })
}

// shares says what each unit has to carry of the peak: "the peak of 4k/s is 500/s for
// each of 8 units (its max), 1k/s for each of 4 (room on nodes)".
func (p peak) shares(bounds []preflight.Bound) string {
	text := ""
	for i, b := range bounds {
		share := figure.Rate(p.rate / float64(b.Units))
		if i == 0 {
			text = fmt.Sprintf("the peak of %s is %s for each of %s (%s)", figure.Rate(p.rate), share, unitsOf(b.Units), b.By)
		} else {
			text += fmt.Sprintf(", %s for each of %s (%s)", share, figure.Count(b.Units), b.By)
		}
	}
	return text
}

func unitsOf(n int) string {
	if n == 1 {
		return "1 unit"
	}
	return figure.Count(n) + " units"
}

// within holds a stated layer against the peak.
func (p peak) within(l capacity.Layer) preflight.Finding {
	f := preflight.Finding{Subject: "layers", Asked: "carry the peak",
		Text: fmt.Sprintf("%s carries %s, the peak is %s", l.Name, figure.RateAgainst(l.Rate, p.rate), figure.Rate(p.rate))}
	if l.Rate < p.rate {
		f.Status, f.ToDo = preflight.Warning, "raise it before the broadcast, or expect no more than it carries to be served"
	}
	return f
}
