package simulation

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// remembered is how many data points a policy's alarms look at.
func (p Policy) remembered() int {
	if p.Stepped != nil {
		return p.Stepped.Alarm.Periods
	}
	return max(p.Tracking.Out.Periods, p.Tracking.In.Periods)
}

func (f *fleet) beginGroup() {
	f.limits = autoscale.Group{Min: f.Group.Min, Max: f.Group.Max}
	f.moved, f.deciding = longAgo, false
	clear(f.fresh)
	for i, s := range f.sights {
		f.points[i] = f.points[i][:0]
		f.m.agenda.push(entry{at: s.offset + s.Delay, fleet: f.number, what: toWatch, index: int32(i)})
	}
}

// watch appends a data point when it can be seen. Where those of several policies
// come at one instant, they decide together, after the last.
func (f *fleet) watch(at time.Duration, index int) {
	s := &f.sights[index]
	f.m.agenda.push(entry{at: at + s.Window, fleet: f.number, what: toWatch, index: int32(index)})
	points := f.points[index]
	if keep := f.Group.Policies[index].remembered(); len(points) == keep && keep > 0 {
		points = points[:copy(points, points[1:])]
	}
	f.points[index] = append(points, f.point(at, s, f.warm(at)))
	f.fresh[index] = true
	if !f.deciding {
		f.deciding = true
		f.m.agenda.push(entry{at: at, fleet: f.number, what: toDecide})
	}
}

// warm counts the instances whose warm-up is over.
func (f *fleet) warm(at time.Duration) int { return f.readySince(at - f.Group.Warmup) }

// decide lets the policies with a new data point change the desired count.
func (f *fleet) decide(at time.Duration) {
	n := f.agreed(autoscale.Group{Min: f.limits.Min, Max: f.limits.Max, Desired: f.desired, Warm: f.warm(at)})
	f.deciding = false
	clear(f.fresh)
	if n != f.desired && at-f.moved >= f.Group.Cooldown {
		f.moved = at
		f.resize(at, n)
	}
}

// point is the data point of a period.
func (f *fleet) point(at time.Duration, s *sight, warm int) float64 {
	switch {
	case s.Kind == Total:
		return s.mean(&f.m.offered, at)
	case warm == 0:
		return math.NaN()
	case s.Kind == PerUnit:
		return s.mean(&f.rate, at)
	}
	return s.mean(&f.use, at)
}

// agreed is what the policies with a new point come to: the largest growth, or
// else the least shrinking that no tracking policy is against.
func (f *fleet) agreed(g autoscale.Group) int {
	most, least, held := g.Desired, -1, false
	for i, p := range f.Group.Policies {
		n := p.decide(g, f.points[i])
		if f.fresh[i] {
			most = max(most, n)
		}
		switch {
		case n < g.Desired && f.fresh[i]:
			least = max(least, n)
		case n >= g.Desired && p.Tracking != nil && !p.Tracking.DisableScaleIn:
			held = true
		}
	}
	if most > g.Desired || held || least < 0 {
		return most
	}
	return least
}

func (p Policy) decide(g autoscale.Group, points []float64) int {
	if p.Stepped != nil {
		return p.Stepped.Decide(g, points).Desired
	}
	return p.Tracking.Decide(g, points).Desired
}

// resize sets the desired count and moves towards it.
func (f *fleet) resize(at time.Duration, n int) {
	f.want(n)
	for f.total > f.desired {
		f.remove(at, f.oldest())
	}
	for f.total < f.desired && (f.Group.Quota == 0 || f.total < f.Group.Quota) {
		number := f.places.take(f.total)
		f.units = append(f.units, unit{progress: starting})
		f.total++
		f.m.agenda.push(entry{at: at + f.m.chance.delay(f.start, number), fleet: f.number, what: toReady, index: int32(len(f.units) - 1)})
	}
}

// oldest is the instance that the default termination policy takes where zones
// are even.
func (f *fleet) oldest() int { return f.first }
