package truth_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/truth"
)

// known is what is true of a scenario's lab, told by the simulation.
type known struct {
	*scenario.Scenario
	length int // of a simulation, in requests
}

// service is the lab's service when so many of its units stand still.
func (k known) service(units int) truth.Service {
	c := k.Lab.Service
	s := truth.Service{Units: units, Concurrency: c.Concurrency, Queue: c.Queue, Draw: draw(c, c.Distribution, c.Mean.Seconds()*slowdown(c, units))}
	if c.Shared != nil {
		s.Shared = &truth.Shared{Concurrency: c.Shared.Concurrency, Draw: draw(c, c.Shared.Distribution, c.Shared.Mean.Seconds())}
	}
	if k.Traffic.Poisson {
		s.Arrivals = truth.Poisson(2)
	}
	return s
}

// slowdown is Gunther's law: N units take 1 + a (N-1) + b N (N-1) times as long.
func slowdown(c world.Service, units int) float64 {
	n := float64(units)
	return 1 + c.Contention*(n-1) + c.Coherence*n*(n-1)
}

func draw(c world.Service, distribution string, mean float64) func(*rand.Rand) float64 {
	switch distribution {
	case world.Constant:
		return func(*rand.Rand) float64 { return mean }
	case world.Lognormal:
		return truth.Lognormal(mean, c.Sigma)
	case world.Bimodal:
		return truth.Bimodal(mean, c.SlowShare, c.SlowTimes)
	}
	return truth.Exponential(mean)
}

// alike reports whether a unit does the same among any number of units.
func (k known) alike() bool {
	c := k.Lab.Service
	return !k.Traffic.Poisson && c.Shared == nil && c.Contention == 0 && c.Coherence == 0
}

// simulated remembers what took long to find, by what was asked.
var simulated sync.Map

func once(find func() float64, key ...any) float64 {
	found, _ := simulated.LoadOrStore(fmt.Sprint(key...), sync.OnceValue(find))
	return found.(func() float64)()
}

func (k known) key(units int) string {
	if k.alike() {
		units = 1
	}
	c := k.Lab.Service
	shared := c.Shared
	c.Shared = nil // %+v would write where it lies
	return fmt.Sprintf("%+v %+v %v %d %d", c, shared, k.Traffic.Poisson, units, k.length)
}

// saturation is what each of so many units serves when it always has work.
func (k known) saturation(units int) float64 {
	return once(func() float64 { return k.service(units).Saturation(k.length / 4) }, k.key(units))
}

// keeps is the rate per unit at which so many units just keep to one objective.
func (k known) keeps(o capacity.Objective, units int) float64 {
	limit, allowed := o.Limit.Seconds(), 1-o.Quantile
	if o.Quantile == 0 {
		limit, allowed = math.Inf(1), o.Errors
	}
	return once(func() float64 {
		most := 1.1 * float64(k.Lab.Service.Concurrency) / k.Lab.Service.Mean.Seconds()
		return k.service(units).Sustainable(most, limit, allowed, k.length)
	}, k.key(units), limit, allowed)
}

// sustainable is the rate per unit at which so many units just keep to all
// objectives.
func (k known) sustainable(units int) float64 {
	rate := math.Inf(1)
	for _, o := range k.Objectives {
		rate = min(rate, k.keeps(o, units))
	}
	return rate
}

// most is the number of units the lab can grow to.
func (k known) most() int {
	h, g := k.Lab.HPA, k.Lab.Group
	switch {
	case h == nil:
		return instances(g)
	case g == nil:
		return h.Max
	}
	return min(h.Max, instances(g)*g.PodsPerInstance)
}

// instances is the most that a group can have: those it starts with, where it
// launches none.
func instances(g *world.Group) int {
	if slices.Contains(g.Suspended, "Launch") {
		return max(g.Min, g.Desired)
	}
	return g.Max
}

// grown is the rate that everything together sustains when it is as large as it
// may be.
func (k known) grown() float64 {
	rate := float64(k.most()) * k.sustainable(k.most())
	for _, l := range k.Layers {
		rate = min(rate, l.Rate)
	}
	return rate
}

// clear is the share by which a world must pass or fail for it to be certain
// that a right method says so.
const clear = 1.15

// truly is the verdict a run deserves by the truth, or capacity.Undecided where
// that is not clear: an objective is missed where demand was clear times what
// was ready for a whole window, and kept where it never came near; headroom is
// judged likewise.
func (k known) truly(facts timeline.Timeline) string {
	q := k.Question()
	var worst float64 // demand over capacity: the highest that lasted, and
	var highest float64
	for _, o := range q.Objectives {
		asked := 1.0
		if q.Required.Asked && q.Required.Peak == 0 {
			asked += q.Required.AtLeast
		}
		ratios := k.ratios(q, o, facts)
		highest = max(highest, asked*slices.Max(ratios))
		for w := range max(len(ratios)-int(o.Window/time.Second)+1, 0) {
			worst = max(worst, asked*slices.Min(ratios[w:w+int(o.Window/time.Second)]))
		}
	}
	if peak := q.Required.Peak; peak > 0 {
		ratio := peak * (1 + q.Required.AtLeast) / k.grown()
		worst, highest = max(worst, ratio), max(highest, ratio)
	}
	switch {
	case worst >= clear:
		return capacity.Fail
	case highest <= 1/clear:
		return capacity.Pass
	}
	return capacity.Undecided
}

// ratios are demand over what was ready, of each second in which an objective
// is judged.
func (k known) ratios(q capacity.Question, o capacity.Objective, facts timeline.Timeline) []float64 {
	var ratios []float64
	k.each(q, facts, func(at time.Duration, demand float64, units int) {
		if !o.During || within(at, q.Spots) {
			ratios = append(ratios, demand/(float64(units)*k.keeps(o, units)))
		}
	})
	return ratios
}

// each tells demand and ready units of every second of a run.
func (k known) each(q capacity.Question, facts timeline.Timeline, tell func(at time.Duration, demand float64, units int)) {
	ready := facts.Series(q.Fleets[0].Name, timeline.Ready)
	for at := time.Duration(0); at < q.Demand.Duration(); at += time.Second {
		if units, ok := ready.At(timeline.Offset(at + time.Second/2)); ok && units > 0 {
			tell(at, q.Demand.Arrivals(at+time.Second)-q.Demand.Arrivals(at), int(units))
		}
	}
}

func within(at time.Duration, spots []capacity.Span) bool {
	return slices.ContainsFunc(spots, func(s capacity.Span) bool { return s.From <= at && at < s.To })
}

// lag is the time from the first second of a spot in which demand passed what
// was ready to the last one; nil without a spot, without such a second, or where
// it is the spot's last.
func (k known) lag(facts timeline.Timeline) *time.Duration {
	q := k.Question()
	first, last, end := time.Duration(-1), time.Duration(0), time.Duration(0)
	k.each(q, facts, func(at time.Duration, demand float64, units int) {
		if !within(at, q.Spots) {
			return
		}
		if end = at; demand > float64(units)*k.sustainable(units) {
			if last = at; first < 0 {
				first = at
			}
		}
	})
	if first < 0 || last == end {
		return nil
	}
	took := last + time.Second - first
	return &took
}
