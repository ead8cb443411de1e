package scenario

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// maxFollowing bounds the requests that are not where visits begin: each adds a
// copy of the visits' curve to the demand.
const maxFollowing = 50

// beginsOrFollows says so where a request would be both where visits begin and
// what every visit makes.
func beginsOrFollows(d *decoder, n *yaml.Node, in string, _ *requestFields) {
	var given []string
	var last *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Value == "after" || key.Value == "per_visit" || key.Value == "weight" {
			given, last = append(given, key.Value), key
		}
	}
	if len(given) > 1 && slices.Contains(given, "weight") {
		d.mistake(last, in, "%s cannot go together (weight: visits begin with this request; after, per_visit: every visit makes it)", strings.Join(given, " and "))
	}
}

// step returns how visits make the request.
func (r *requestFields) step() traffic.Step {
	switch {
	case r.weight > 0:
		return traffic.Step{Weight: r.weight}
	case child(r.node, "after") == nil && child(r.node, "per_visit") == nil:
		return traffic.Step{Weight: 1}
	case r.visit > 0:
		return traffic.Step{After: r.after, PerVisit: r.visit}
	}
	return traffic.Step{After: r.after, PerVisit: 1}
}

// compileSteps returns how visits make the requests; nil where that cannot be
// told.
func (d *decoder) compileSteps(f *file) []traffic.Step {
	visits := f.visiting()
	var steps []traffic.Step
	following := 0
	for i := range visits.requests {
		r := &visits.requests[i]
		if !r.sound {
			return nil
		}
		steps = append(steps, r.step())
		if steps[i].Weight == 0 {
			following++
		}
	}
	switch n := visits.node; {
	case len(steps) == 0:
	case following == len(steps):
		d.mistake(n, top, "requests has none that visits begin with (at least one without after and per_visit)")
		return nil
	case following > maxFollowing:
		d.mistake(n, top, "requests has %d with after or per_visit (at most %d)", following, maxFollowing)
		return nil
	}
	return steps
}

// requestsOf returns the requests of a spot's extra visits. They follow in whole
// seconds, for so the knots of all of them fall together and stay few.
func requestsOf(extra traffic.Curve, steps []traffic.Step) traffic.Curve {
	rounded := slices.Clone(steps)
	for i := range rounded {
		rounded[i].After = rounded[i].After.Round(time.Second)
	}
	return traffic.Plan{Visits: extra, Steps: rounded}.Demand()
}

// endsInTime says so where the requests of the last visits come too late.
func (d *decoder) endsInTime(f *file, lasts time.Duration) {
	if lasts <= maxRun {
		return
	}
	r := slices.MaxFunc(f.visiting().requests, func(a, b requestFields) int { return cmp.Compare(a.after, b.after) })
	d.mistake(childOr(r.node, "after"), r.in, "after %s lets the run last %s (at most %s)", lengthText(r.after), lengthText(lasts), lengthText(maxRun))
}

// exact reports whether a plan leaves nothing to chance: one request a visit,
// evenly spaced.
func exact(p traffic.Plan) bool {
	return !p.Poisson && !slices.ContainsFunc(p.Steps, follows)
}

func follows(s traffic.Step) bool { return s.Weight == 0 }

// always is a stretch of time that holds a whole run.
const always = maxRun + time.Second

// bunch returns the most requests that one visit makes within a stretch of time.
func bunch(steps []traffic.Step, within time.Duration) float64 {
	each := []traffic.Step{{PerVisit: 1}} // its first
	for _, s := range steps {
		if follows(s) {
			each = append(each, s)
		}
	}
	var most float64
	for _, first := range each {
		sum := 0.0
		for _, s := range each {
			if s.After >= first.After && s.After-first.After < within {
				sum += math.Ceil(s.PerVisit)
			}
		}
		most = max(most, sum)
	}
	return most
}

// mostWithin returns how many requests a stretch of the plan so long may hold for
// which so many are planned.
func mostWithin(p traffic.Plan, planned float64, within time.Duration) float64 {
	if exact(p) {
		return planned
	}
	inAll := mostInAll(p, p.Visits.Total()*p.PerVisit())
	if p.Poisson {
		return min(withChance(planned, bunch(p.Steps, within)), inAll)
	}
	// Of even visits a stretch holds at most one more than planned of each step,
	// whatever chance adds to what they make.
	more, uneven := bunch(p.Steps, always), 1.0
	for _, s := range p.Steps {
		if s.PerVisit > 0 {
			uneven = max(uneven, math.Ceil(s.PerVisit)/s.PerVisit)
		}
	}
	return min(withChance(planned+more, shared(p)), math.Ceil(planned*uneven+more), inAll)
}

// mostInAll returns how many requests the plan may make of which so many are
// planned.
func mostInAll(p traffic.Plan, planned float64) float64 {
	switch {
	case exact(p):
		return planned
	case p.Poisson:
		return withChance(planned, bunch(p.Steps, always))
	}
	visits := math.Round(p.Visits.Total())
	return min(withChance(max(planned, visits*p.PerVisit()), shared(p)), visits*bunch(p.Steps, always))
}

// withChance returns how many requests may come where so many are expected, of
// which each adds so much to the variance: five standard deviations more, and
// four requests besides, since a small count strays further than its deviation
// tells. A Poisson count passes that with a probability below 1 in a million, in
// any one stretch and whatever is expected. Of visits that make b requests each,
// a request adds b to the variance, and it is four visits besides. Where nothing
// varies nothing is added.
func withChance(expected, variance float64) float64 {
	if variance == 0 {
		return math.Ceil(expected - 1e-9*expected)
	}
	return math.Ceil(expected + 5*math.Sqrt(expected*variance) + 4*max(1, variance) - 1e-9*expected)
}

// shared returns the variance that each request adds where visits are even:
// whether a visit makes the one more of a fraction is drawn.
func shared(p traffic.Plan) (variance float64) {
	for _, s := range p.Steps {
		share := s.PerVisit - math.Floor(s.PerVisit)
		variance += share * (1 - share)
	}
	return variance / p.PerVisit()
}
