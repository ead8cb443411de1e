// Package capacity says what the facts of a run mean: whether the objectives
// held, what one unit sustains, how long scaling took, and how much headroom
// there is. It is arithmetic only: no input, no output, no clock.
//
// The model. Each window of a run is judged against the objectives by counting
// requests on the wrong side and asking what such a count proves (binomial.go).
// Windows in which the number of ready units stood still tell, by the rate per
// unit, where held turns to failed: the sustainable rate c of one unit
// (estimate.go, isotonic.go). Capacity at any instant is ready units times c;
// demand is the planned curve:
//
//	rate
//	 |            .-'''-.  demand
//	 |       ____/       \________ capacity = ready x c
//	 |  ____|///          \
//	 |      /  deficit     `-.._
//	 +------|---|------------------> time
//	    shortfall  capacity is back: the time between is the scale lag
//
// What a fleet can grow to, and whatever else has a capacity of its own, are
// layers; the lowest binds (layers.go). Where answers name units, it is known when
// each first served (served.go) and how evenly load spread (spread.go). What a window proves is a matter of how
// many there are (evidence.go). Unknown is nil, never zero.
package capacity

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Analyze says what the facts of a run mean for the questions asked.
func Analyze(t timeline.Timeline, q Question) Result {
	r := newRun(t, q)
	rule := newDelivery(q.Objectives)
	var res Result
	res.Load = r.load()
	res.Generator = r.generator(rule)
	for _, o := range q.Objectives {
		res.Objectives = append(res.Objectives, r.judgeObjective(o, r.spans(o.During, q.Spots)))
	}
	res.Coverage, res.Holes = r.coverage(q.Spots), r.holes
	res.Fleets = r.fleets(q)
	res.Little, res.NoLittle = r.little(q)
	limits := r.limits(q, res.Fleets)
	res.Layers, res.Binding = layers(limits)
	res.Headroom = r.headroom(q, res.Fleets, limits)
	res.Headroom.Sentence = res.Headroom.inWords(q, r, res.Binding, rivals(limits, res.Binding))
	res.Shortfall, res.ScaleLag = Shortfall(res.Headroom.Series)
	r.scaling(q, &res, r.heldAgain(q, &res))
	res.Spread = r.spread(q)
	res.verdict(q, r)
	res.Warnings = r.warnings(q, res)
	return res
}

// load sums up what was sent.
func (r run) load() Load {
	whole := r.sent
	l := Load{
		Planned: whole.Planned, Sent: whole.Sent, Late: whole.Late, Dropped: whole.Dropped,
		Succeeded: whole.Succeeded, Failed: whole.Failed, Errors: whole.Errors,
		Lag: quantiles(whole.Lag), Service: quantiles(whole.Service), Response: quantiles(whole.AllResponses()),
		Samples: r.samples(), Addresses: r.addresses(),
	}
	for _, s := range r.seconds {
		l.PeakRate = max(l.PeakRate, float64(s.Planned))
	}
	return l
}

func quantiles(h timeline.Histogram) Quantiles {
	var q Quantiles
	p50, ok := h.Quantile(0.5)
	if !ok {
		return q
	}
	p90, _ := h.Quantile(0.9)
	p99, _ := h.Quantile(0.99)
	most, _ := h.Quantile(1)
	return Quantiles{P50: &p50, P90: &p90, P99: &p99, Max: &most}
}

// warnings says what weakens the conclusions without preventing them.
func (r run) warnings(q Question, res Result) []string {
	var warn []string
	if len(q.Fleets) == 0 {
		warn = append(warn, "no fleet was observed, so capacity and headroom are not known")
	}
	warn = append(warn, res.besides(q, r)...)
	warn = append(warn, r.weak...)
	warn = append(warn, r.overlooked(q, res)...)
	warn = append(warn, r.undelivered(res)...)
	warn = append(warn, r.unmade(q)...)
	warn = append(warn, r.uncomeWarnings(q)...)
	warn = append(warn, r.unclearWarnings(q)...)
	warn = append(warn, r.lateWarnings(q)...)
	warn = append(warn, r.restartWarnings(q)...)
	warn = append(warn, r.fallWarnings(q)...)
	warn = append(warn, r.addressWarnings(res.Load.Addresses)...)
	warn = append(warn, r.namingWarnings(q)...)
	warn = append(warn, r.skewWarnings(res.Spread)...)
	warn = append(warn, res.Little.warnings()...)
	for _, j := range res.Objectives {
		warn = append(warn, j.undecided()...)
		warn = append(warn, j.byChance()...)
	}
	if res.ScaleLag != nil && !outgrown(res.Headroom.Series, *res.Shortfall, *res.ScaleLag) {
		warn = append(warn, "capacity did not grow during the shortfall: it ended because demand fell back")
	}
	if q.Required.Asked && q.Required.Peak == 0 && len(q.Layers) > 0 {
		warn = append(warn, "the headroom that is required is held against what was ready, which the stated layers are no part of; name headroom.peak to hold it against them")
	}
	if text := r.neverCame(q, res.Headroom); text != "" {
		warn = append(warn, text)
	}
	warn = append(warn, r.nodeWarnings(res.Fleets)...)
	for _, f := range res.Fleets {
		warn = append(warn, f.extrapolated()...)
		warn = append(warn, f.leftOut(res.Fleets)...)
		if f.Production != nil && q.Required.Peak == 0 {
			warn = append(warn, f.Name+": headroom is that of staging: without headroom.peak there is no peak to hold production's size against")
		}
	}
	return warn
}

// extrapolated warns of a fleet that may grow to more than twice the units that
// were measured.
func (f FleetResult) extrapolated() []string {
	units, whose := 0, ""
	switch {
	case f.Production.grows():
		units, whose = f.Production.Max, "production's"
	case f.Max != nil:
		units, whose = *f.Max, "its max of"
	}
	if text := f.Extrapolated(units); text != "" {
		return []string{fmt.Sprintf("%s: %s %s", f.Name, whose, text)}
	}
	return nil
}

// Extrapolated says of so many units that they are more than twice those that were
// measured, and what is taken of them: "41 units are more than …". It is empty where
// they are not, or where it is not known what a unit sustains.
func (f FleetResult) Extrapolated(units int) string {
	switch measured := f.PerUnit.Units; {
	case measured == 0 || !f.PerUnit.known():
	case f.USL != nil && f.USL.Beyond(float64(units)):
		return fmt.Sprintf("%s units are more than twice the %s measured; what they sustain is extrapolated by the scalability law",
			figure.Count(units), figure.Count(f.USL.Largest))
	case f.USL == nil && units > farthest*measured:
		return fmt.Sprintf("%s units are more than twice the %s at which a unit's sustainable rate was measured; that each sustains as much is an assumption",
			figure.Count(units), figure.Count(measured))
	}
	return ""
}

// Extrapolated says of so many units of a fleet among those measured what its own
// Extrapolated does; empty where it is not among them.
func Extrapolated(measured []FleetResult, fleet string, units int) string {
	for _, f := range measured {
		if f.Name == fleet {
			return f.Extrapolated(units)
		}
	}
	return ""
}

// known reports whether anything is known of the sustainable rate.
func (u PerUnit) known() bool { return u.Low != nil || u.Mid != nil || u.High != nil }

// undelivered warns of requests that a cap kept back, and of a load that was not
// delivered where no reason of the verdict tells of it.
func (r run) undelivered(res Result) []string {
	var warn []string
	if r.capped > 0 {
		warn = append(warn, fmt.Sprintf("%s requests were never sent: the cap on requests in flight forbade them, %s", figure.Count(r.capped), fastEnough))
	}
	if n := r.sent.Capped; n > 0 {
		warn = append(warn, figure.Count(n)+" requests were never sent: the cap on rate or on requests forbade them")
	}
	if g := res.Generator; !g.Delivered && (res.Verdict == Fail || res.Verdict == Aborted) && r.whole.Planned > 0 {
		warn = append(warn, "the load was not delivered as planned throughout: "+g.Shortcoming)
	}
	return warn
}

// samples are the words on the first request that failed in each class; nil if
// there are none.
func (r run) samples() map[string]string {
	var samples map[string]string
	for _, e := range r.Events {
		if _, known := samples[e.Unit]; e.Kind != timeline.Sample || known {
			continue
		}
		if samples == nil {
			samples = make(map[string]string)
		}
		samples[e.Unit] = e.Text
	}
	return samples
}

// undecided warns of an objective that held where it was judged, but of whose
// busiest window nothing could be said.
func (j Judged) undecided() []string {
	var busiest Window
	var open int
	for _, w := range j.Windows {
		if w.Verdict == Undecided {
			open++
		}
		if w.Total > busiest.Total {
			busiest = w
		}
	}
	if j.Verdict != Held || busiest.Verdict != Undecided {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s of %s windows prove nothing either way, the busiest among them",
		j.Name, figure.Count(open), figure.Count(len(j.Windows)))}
}
