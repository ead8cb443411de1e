package capacity

import (
	"cmp"
	"math"
	"slices"
)

// estimator finds the rate at which one unit turns from keeping the objectives
// to breaking them: its sustainable rate.
//
// The share of requests that break an objective never falls as the rate rises.
// An isotonic fit of that share against the rate, over the trials, passes what is
// allowed between two rates that were tried:
//
//	share
//	 |                  o
//	 |               ,-'
//	 | allowed ....,:............
//	 |        ___o'|
//	 |  o---o'     sustainable rate
//	 +----------------------------> rate per unit
//
// Shares say more than verdicts of windows: close to the turn most windows prove
// nothing either way, and their counts still tell on which side they lie.
//
// How sure that is comes from a parametric block bootstrap (Davison and
// Hinkley, 1997, 2.2): each replicate draws again what chance may have made
// different. A step of three windows has too few blocks to draw from them
// alone, so that their spread is taken from what is known of queues near
// saturation (Kingman, 1962; Whitt, 2002):
//
//   - requests wait together. A queue that has grown long stays so for about
//     v²/(1-u)² requests, with v the variation of service times and u the
//     utilisation: counts of slow requests are drawn in clumps of that order,
//     smaller ones where a unit has many slots;
//   - what a unit's slots get done in a step of n requests varies by v/√n, and
//     so does the rate that would have had the same effect in the long run;
//   - what the share does between two rates is not known but for its ends.
//
// The constants in front of these orders are those at which 90 % intervals
// contain the truth in nine of ten runs of package truth's worlds.
type estimator struct {
	objectives []Objective
	trials     []trial
	saturation *float64 // of one unit
	served     float64  // requests of one unit behind it
	calm       calm
	random     dice
}

// calm is what service times are where nothing waits.
type calm struct {
	mean      float64 // seconds
	variation float64 // deviation over mean
}

const (
	clumping = 0.95 // of v²/(1-u)², for up to two slots
	unseen   = 0.35 // of a clump: what may have been missed where none was seen
	wobble   = 0.3  // of v/√n
	keeping  = 10.0 // how closely the turn keeps to its expected place between two rates
	unsure   = 1.0  // logarithm of the factor by which that place's expectation may be off
	smallest = 2.0  // requests in the smallest clump
)

// newEstimator takes the trials and plateaus of a fleet, of one size.
func newEstimator(fleet string, objectives []Objective, trials []trial, plateaus []Plateau, c calm) *estimator {
	e := &estimator{objectives: objectives, trials: trials, calm: c, random: dice{fleet: fleet}}
	// A plateau clearly below a rate that held is not one.
	if s := saturation(plateaus); s != nil && *s >= 0.9*e.highestHeld() {
		e.saturation = s
		for _, p := range pressed(plateaus) {
			e.served += p.Rate / float64(p.Units) * p.length().Seconds()
		}
	}
	return e
}

// highestHeld is the highest rate at which every objective was shown to hold.
func (e *estimator) highestHeld() (rate float64) {
	for _, t := range e.trials {
		if t.held() {
			rate = max(rate, t.rate)
		}
	}
	return rate
}

// units is the largest number of units among the trials that tell of the turn:
// what lies below it tells nothing.
func (e *estimator) units(low *float64) (units int) {
	highest := 0.0
	for _, t := range e.trials {
		highest = max(highest, t.most)
	}
	for _, t := range e.trials {
		if low == nil || t.most >= min(*low, highest) {
			units = max(units, t.units)
		}
	}
	return units
}

// interval is the sustainable rate's 5 %, 50 % and 95 %, and its draws where
// both sides are known. A replicate may know its own from one side only: nothing
// broke one objective up to the highest rate that was tried, beyond which another
// one turns. Then it is drawn from anywhere between the two.
func (e *estimator) interval() (low, mid, high *float64, draws []float64) {
	var ladders []ladder
	for i, o := range e.objectives {
		if l := e.ladder(o, i); len(l.rungs) > 0 {
			ladders = append(ladders, l)
		}
	}
	if len(ladders) == 0 {
		return nil, nil, nil, nil
	}
	lows, highs := make([]float64, redraws), make([]float64, redraws)
	farthest := 0.0
	for i := range redraws {
		lows[i], highs[i] = math.Inf(1), math.Inf(1)
		for _, l := range ladders {
			from, to := l.turn(i, e.random.of(l.objective))
			lows[i], highs[i] = min(lows[i], from), min(highs[i], to)
		}
		if !math.IsInf(highs[i], 1) {
			farthest = max(farthest, highs[i])
		}
	}
	low, high = bound(quantileOf(lows, outside)), bound(quantileOf(highs, 1-outside))
	if low == nil || high == nil {
		return low, nil, high, nil
	}
	for i := range redraws {
		to := max(lows[i], min(highs[i], farthest))
		draws = append(draws, lows[i]+e.random.share(i)*(to-lows[i]))
	}
	from, middle, to := interval(draws)
	if s := e.saturation; s != nil && middle > *s { // what is not sustained for ever, whatever an objective on errors allows
		for i := range draws {
			draws[i] = min(draws[i], *s)
		}
		from, middle, to = interval(draws)
	}
	return &from, &middle, &to, draws
}

// rung is what one objective saw of a step, or of a window on a slope.
type rung struct {
	rate        float64 // req/s per unit
	mean        float64 // of the window on a slope whose highest rate is taken; else 0
	over, total float64
	each        float64 // requests of all kinds that one unit got
	step, level int     // as of the trial
	units       int
}

// ladder is what one objective saw, by rising rate.
type ladder struct {
	objective string
	rungs     []rung
	allowed   float64
	floor     float64 // share at the lowest rates, below what is allowed
	variation float64
	edge      edge
}

// edge is where a unit saturates: no condition on response times holds beyond.
type edge struct {
	rate  float64 // of saturation; where it was not seen, as a guess
	seen  bool
	error float64 // relative
	slack float64 // 1 - utilisation at which the limit is expected to be passed
	slots float64 // requests that one unit works on at a time, by Little's law at saturation
	units float64
}

func (e *estimator) ladder(o Objective, index int) ladder {
	l := ladder{objective: o.Name, allowed: o.allowed(), variation: e.calm.variation}
	for _, t := range e.trials {
		if t.breaches[index].total > 0 {
			l.add(t, t.breaches[index])
		}
	}
	if len(l.rungs) == 0 {
		return l
	}
	l.sort()
	l.floor = min(fit(l.rungs)[0], 0.9*l.allowed)
	l.edge = e.edge(o, l.rungs[len(l.rungs)-1].rate)
	return l
}

// add takes a window; those of one step are one rung. What broke on a slope may
// have broken at the window's worst.
func (l *ladder) add(t trial, c count) {
	g := rung{rate: t.rate, over: float64(c.over), total: float64(c.total), each: t.each, step: t.step, level: t.level, units: t.units}
	if last := len(l.rungs) - 1; !t.slope && last >= 0 && l.rungs[last].step == t.step {
		same := &l.rungs[last]
		same.rate = (same.rate*same.each + g.rate*g.each) / (same.each + g.each)
		same.over, same.total, same.each = same.over+g.over, same.total+g.total, same.each+g.each
		return
	}
	if t.slope && g.over > l.allowed*g.total {
		g.rate, g.mean = t.most, t.rate
	}
	l.rungs = append(l.rungs, g)
}

// told is what each objective saw, objective by objective and by rising rate.
func (e *estimator) told() []Trial {
	var told []Trial
	for i, o := range e.objectives {
		for _, g := range e.ladder(o, i).rungs {
			t := Trial{Objective: o.Name, Rate: g.rate, Mean: cmp.Or(g.mean, g.rate), Units: g.units, Total: int64(g.total), Over: int64(g.over), Allowed: o.allowed()}
			t.Verdict = judge(t.Total, t.Over, t.Allowed)
			told = append(told, t)
		}
	}
	return told
}

func (l *ladder) sort() {
	slices.SortStableFunc(l.rungs, func(a, b rung) int { return cmp.Compare(a.rate, b.rate) })
}

// edge is the saturation as one objective meets it. In heavy traffic a queue's
// waiting time is exponential with the rate 2 (1-u) s / v², s the saturation
// rate (Kingman, 1962), so that a limit L of which all but S is waiting is passed
// by the share a where 1-u = v² ln(1/a) / (2 s (L-S)).
func (e *estimator) edge(o Objective, highest float64) edge {
	found := edge{rate: highest, units: float64(e.units(nil))}
	if o.Quantile == 0 || o.allowed() <= 0 || highest <= 0 {
		return found
	}
	if e.saturation != nil {
		found.rate, found.seen = *e.saturation, true
		found.error = max(0.003, wobble*e.calm.variation/math.Sqrt(e.served))
	}
	v := e.calm.variation
	room := max(o.Limit.Seconds()-e.calm.mean, e.calm.mean)
	found.slack = min(v*v*math.Log(1/o.allowed())/(2*found.rate*room), 0.5)
	if !found.seen {
		found.rate /= 1 - found.slack
	}
	found.slots = found.rate * e.calm.mean
	return found
}

// fit is the isotonic regression of the shares against the rate, by pooling
// adjacent violators (Barlow et al., 1972).
func fit(rungs []rung) []float64 {
	type pool struct {
		over, total float64
		count       int
	}
	var pools []pool
	for _, g := range rungs {
		pools = append(pools, pool{g.over, g.total, 1})
		for n := len(pools); n > 1; n = len(pools) {
			a, b := pools[n-2], pools[n-1]
			if a.over*b.total < b.over*a.total {
				break
			}
			pools = append(pools[:n-2], pool{a.over + b.over, a.total + b.total, a.count + b.count})
		}
	}
	fitted := make([]float64, 0, len(rungs))
	for _, p := range pools {
		for range p.count {
			fitted = append(fitted, p.over/p.total)
		}
	}
	return fitted
}

// turn is where one replicate passes what is allowed, the same twice. Where
// nothing did it is anywhere beyond the highest rate that was tried; where even the
// lowest rate did, anywhere up to that rate and saturation.
func (l ladder) turn(replicate int, random dice) (from, to float64) {
	redrawn := ladder{rungs: slices.Clone(l.rungs)}
	for i := range redrawn.rungs {
		l.redraw(&redrawn.rungs[i], replicate, random)
	}
	redrawn.sort()
	fitted := fit(redrawn.rungs)
	above := slices.IndexFunc(fitted, func(s float64) bool { return s > l.allowed })
	edge, edgeShare := l.drawnEdge(replicate, random)
	if above == 0 {
		return 0, min(redrawn.rungs[0].rate, edge)
	}
	last := above - 1
	if above < 0 {
		last = len(fitted) - 1
	}
	below := redrawn.rungs[last]
	below.over = fitted[last] * below.total
	if above < 0 && !l.edge.seen {
		return min(below.rate, l.rungs[last].rate), math.Inf(1)
	}
	rate, share := edge, edgeShare
	if above > 0 && redrawn.rungs[above].rate < edge {
		rate, share = redrawn.rungs[above].rate, fitted[above]
	}
	if l.edge.seen { // so close to saturation nothing settles within a step
		near := l.wobble(below) * math.Abs(random.own(replicate, nearness))
		below.rate = min(below.rate, edge*math.Exp(-near))
	}
	at := below.rate + max(rate-below.rate, 0)*l.between(below, share, random.stream(replicate))
	return at, at
}

// redraw makes of a rung what it might have been. Where nothing may break the
// condition, every breach tells.
func (l ladder) redraw(g *rung, replicate int, random dice) {
	if l.allowed > 0 {
		g.over = l.recount(*g, random.deviate(replicate, counting+g.level))
	}
	g.rate *= math.Exp(l.wobble(*g) * random.deviate(replicate, g.level))
}

func (l ladder) wobble(g rung) float64 { return wobble * l.variation / math.Sqrt(g.each) }

// recount draws how many requests broke the condition: those that do so at any
// rate, and the rest in clumps.
func (l ladder) recount(g rung, deviate float64) float64 {
	usual := min(l.floor*g.total, g.over)
	return min(usual+redrawn(g.over-usual, l.clump(g), deviate), g.total)
}

// clump is how many requests of a rung wait together; errors need not.
func (l ladder) clump(g rung) float64 {
	if l.edge.slack == 0 {
		return smallest
	}
	free := max(1-g.rate/l.edge.rate, l.variation/math.Sqrt(g.each))
	const most = 0.1 // of the rung's requests
	waiting := clumping * l.variation * l.variation / (free * free) * math.Min(1, math.Pow(2/l.edge.slots, 1.5))
	return max(smallest, min(waiting, most*g.total))
}

// drawnEdge is a rate that is certainly too high for the condition, and the
// share of requests that break it there. Units whose requests wait in one queue
// for all of them come closer to saturation than ones that have a queue each,
// by their number at most; half of that slack is left.
func (l ladder) drawnEdge(replicate int, random dice) (rate, share float64) {
	if !l.edge.seen {
		return math.Inf(1), 1
	}
	rate = l.edge.rate * (1 - l.edge.slack/l.edge.units/2)
	return rate * math.Exp(l.edge.error*random.fleets(replicate, saturating)), math.Sqrt(l.allowed)
}

// between is where, from 0 to 1, the share passes what is allowed on the way
// from one rate to another. What goes beyond the floor grows about exponentially
// with the rate. Where nothing was seen of it at the lower rate, it may be far
// less there than could be seen.
func (l ladder) between(below rung, share float64, random stream) float64 {
	if l.allowed <= 0 {
		return random.around(0.5, 0)
	}
	allowed := l.allowed - l.floor
	beyond := below.over/below.total - l.floor
	if noise := math.Sqrt(smallest*(below.over+0.5)) / below.total; beyond < 2*noise {
		beyond = min(max(beyond, 0)+noise, 0.9*allowed) * math.Pow(10, -l.decades(below, random))
	}
	beyond = min(beyond, 0.99*allowed)
	expected := math.Log(allowed/beyond) / math.Log(max(share-l.floor, allowed)/beyond)
	return random.around(expected, keeping)
}

// decades is how many powers of ten less than could be seen goes beyond the
// floor at a rate: by Kingman's law where saturation is known, else anything.
func (l ladder) decades(below rung, random stream) float64 {
	if !l.edge.seen || l.edge.slack == 0 {
		return random.logUniform(0.1, 40)
	}
	expected := math.Log10(1/l.allowed) * ((1-below.rate/l.edge.rate)/l.edge.slack - 1)
	return min(max(expected, 0.1), 40) * random.logUniform(math.Exp(-unsure), math.Exp(unsure))
}
