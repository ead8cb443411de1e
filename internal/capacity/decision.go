package capacity

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// growth is a decision for more units: desired went up.
type growth struct {
	instant
	from, to float64
	polled   bool // the decision itself was not seen, only a poll after it
}

// growths are a fleet's decisions to grow, in order. A group is polled: its
// decision is seen seconds after the first launch it led to, whose beginning is
// then the better estimate, though none of how long a launch waits for it.
func (r run) growths(fleet Fleet) []growth {
	var growths []growth
	var last *timeline.Reading
	for i := range r.Readings {
		now := &r.Readings[i]
		if now.Source != fleet.Name || now.Name != timeline.Desired {
			continue
		}
		if last != nil && now.Value > last.Value {
			g := growth{from: last.Value, to: now.Value, polled: fleet.Kind == ASG}
			g.instant = fleet.newInstant(now.At, nil)
			if now.True != nil && decidedSince(*last, *now.True) {
				g.instant = fleet.newInstant(*now.True, &now.At)
				if g.cut && r.lookedAfresh(now.Source, *now.True, now.At) {
					g.instant = beforeTheLook(*now.True, now.At)
				}
			}
			if at, ok := r.firstLaunch(fleet, last.At, now.At); ok && g.polled {
				g.instant = instant{at: at}
			}
			growths = append(growths, g)
		}
		last = now
	}
	return growths
}

// decidedSince reports whether a decision came after the one that a reading shows,
// by times that are cut to the second; else its time is of a decision before. Of
// several that were seen together each has its own time.
func decidedSince(last timeline.Reading, at timeline.Offset) bool {
	if last.True != nil && at > *last.True {
		return true
	}
	return at+timeline.Offset(time.Second) > last.At
}

// firstLaunch is the first creation of a unit after one instant, up to another.
func (r run) firstLaunch(fleet Fleet, after, until timeline.Offset) (at time.Duration, ok bool) {
	for _, e := range r.Events {
		if e.Source == fleet.Name && e.Kind == timeline.Create && e.At > after && e.At <= until && (!ok || time.Duration(e.At) < at) {
			at, ok = time.Duration(e.At), true
		}
	}
	return at, ok
}

// reached is when a series first was at least a value, from an instant on.
func reached(s timeline.Series, value float64, from time.Duration) (at time.Duration, ok bool) {
	if v, known := s.At(timeline.Offset(from)); known && v >= value {
		return from, true
	}
	for _, p := range s {
		if time.Duration(p.At) > from && p.Value >= value {
			return time.Duration(p.At), true
		}
	}
	return 0, false
}

// gauge is a metric an autoscaler reads, with what it is held to.
type gauge struct {
	name          string
	value, target timeline.Series
}

type gauges []gauge

// gauges are the metrics of a fleet of which both were read, by name.
func (r run) gauges(source string) gauges {
	seen := make(map[string]bool)
	var all gauges
	for _, reading := range r.Readings {
		name, ok := strings.CutPrefix(reading.Name, timeline.TargetOf)
		if !ok || reading.Source != source || seen[name] {
			continue
		}
		seen[name] = true
		if value := r.Series(source, timeline.MetricOf+name); len(value) > 0 {
			all = append(all, gauge{name, value, r.Series(source, reading.Name)})
		}
	}
	slices.SortFunc(all, func(a, b gauge) int { return cmp.Compare(a.name, b.name) })
	return all
}

// over reports whether any metric was above its target at an instant, by what
// was read last.
func (all gauges) over(at time.Duration) bool {
	return slices.ContainsFunc(all, func(g gauge) bool {
		value, ok1 := g.value.At(timeline.Offset(at))
		target, ok2 := g.target.At(timeline.Offset(at))
		return ok1 && ok2 && value > target
	})
}

// firstOver is when any metric first was above its target, from one instant to
// another: at once where one already was.
func (all gauges) firstOver(from, to time.Duration) (at time.Duration, ok bool) {
	// The status tells the metric with the decision, but readings follow one
	// another.
	const together = time.Second
	instants := []time.Duration{from}
	for _, g := range all {
		for _, p := range g.value {
			if at := time.Duration(p.At); at > from && at <= to+together {
				instants = append(instants, at)
			}
		}
	}
	slices.Sort(instants)
	for _, at := range instants {
		if all.over(at) {
			return min(at, to), true
		}
	}
	return 0, false
}
