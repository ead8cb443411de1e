package scenario

import (
	"time"
)

type guardFields struct {
	source
	condition
	inFlight float64
	length   time.Duration
}

var guardTable = object[guardFields]{
	name: "guard",
	say:  "a guard such as {errors: 50%, for: 20s} or {p99: 5s}",
	doc:  "A condition that ends the run once it held in every second for so long.",
	one:  []string{"p99", "errors", "in_flight"},
	fields: []field[guardFields]{
		percentileField(func(g *guardFields) *condition { return &g.condition },
			"The 99th percentile of response time is longer than this; p50, p99.9 and so on likewise.").like("5s"),
		is("errors", positiveShare, func(g *guardFields) *float64 { return &g.errors },
			"At least this share of requests fails.").like("50%"),
		is("in_flight", positiveCount, func(g *guardFields) *float64 { return &g.inFlight },
			"At least so many requests are unanswered; not above caps.in_flight, or it could never fire.").like("8k"),
		is("for", wholeSeconds, func(g *guardFields) *time.Duration { return &g.length },
			"How long.").or("10s"),
	},
}

// compileAbort needs the caps: a guard must be able to fire.
func (d *decoder) compileAbort(f *file, s *Scenario) []Guard {
	names := map[string]bool{}
	var out []Guard
	for i := range f.abort {
		g := &f.abort[i]
		if !g.sound {
			continue
		}
		guard := g.guard()
		d.notTwice(names, guard.Name, g.source)
		d.percentileInReach(f, g.source, g.condition)
		if d.env != nil && f.caps.sound && guard.InFlight > s.Caps.InFlight {
			d.mistake(child(g.node, "in_flight"), g.in, "in_flight %s is above caps.in_flight %s: so many are never unanswered (at most %s, or a higher cap)",
				countText(g.inFlight), countText(f.caps.inFlight), countText(f.caps.inFlight))
		}
		out = append(out, guard)
	}
	return out
}

// guard returns what the fields mean, with its name in words.
func (g *guardFields) guard() Guard {
	out := Guard{Errors: g.errors, Quantile: g.quantile(), Limit: g.limit, InFlight: int(g.inFlight), For: g.length}
	switch {
	case g.percentile != "":
		out.Name = "p" + g.percentile + " > " + lengthText(g.limit)
	case g.errors > 0:
		out.Name = "errors >= " + percentText(g.errors)
	default:
		out.Name = "in flight >= " + countText(g.inFlight)
	}
	out.Name += " for " + lengthText(g.length)
	return out
}
