package forecast

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// The period of an HPA's controller, and by how much two of its syncs may seem to be
// off it: a watch delivers them late, and a loaded controller begins late.
const (
	usualSync   = 15 * time.Second
	longestSync = 2 * time.Minute
	offBeat     = 700 * time.Millisecond
)

// sync sets how often the controller looks, and returns when it did in this run.
//
// A status is written at each sync, but a reading is told only where it changed, so
// that the times between readings are multiples of the period:
//
//	syncs      |    |    |    |    |    |
//	readings   x    x         x         x      gaps of 1, 2 and 2 periods
func (f *fitting) sync(p *simulation.Pods, r capacity.FleetResult) seen {
	at := f.synced(r.Name)
	period, ok := periodOf(at)
	if !ok {
		f.assume("%s: too few changes were seen to tell how often its controller looks: every %s, its default", r.Name, seconds(usualSync))
		period = usualSync
	}
	p.Sync = period
	if len(at) == 0 {
		return nil
	}
	return seen{phaseOf(at, period)}
}

// synced are the instants at which a status told something new, in order; what is
// told first, or first after a gap, is as old as anything.
func (f *fitting) synced(fleet string) (at []time.Duration) {
	first := make(map[string]bool)
	for _, p := range f.Readings {
		if p.Source != fleet || !strings.HasPrefix(p.Name, timeline.MetricOf) {
			continue
		}
		old := !first[p.Name] || f.afresh(fleet, p.At)
		if first[p.Name] = true; !old {
			at = append(at, time.Duration(p.At))
		}
	}
	slices.Sort(at)
	return slices.CompactFunc(at, func(a, b time.Duration) bool { return (b - a).Abs() < offBeat })
}

// afresh reports whether a reading is of the first look after a gap.
func (f *fitting) afresh(source string, at timeline.Offset) bool {
	return slices.ContainsFunc(f.Gaps, func(g timeline.Gap) bool {
		return g.Source == source && at >= g.From && at <= g.To+timeline.Offset(time.Second)
	})
}

// periodOf is the longest whole number of seconds of which about all the times
// between instants are multiples.
func periodOf(at []time.Duration) (period time.Duration, ok bool) {
	if len(at) < 4 {
		return 0, false
	}
	for period = longestSync; period >= 2*time.Second; period -= time.Second {
		fits := 0
		for i := 1; i < len(at); i++ {
			gap := at[i] - at[i-1]
			if n := gap.Round(period); n > 0 && (gap-n).Abs() <= offBeat {
				fits++
			}
		}
		if float64(fits) >= 0.85*float64(len(at)-1) {
			return period, true
		}
	}
	return 0, false
}

// phaseOf is when within a period instants lie, by the mean of the directions that
// they point to on its clock.
func phaseOf(at []time.Duration, period time.Duration) time.Duration {
	var x, y float64
	for _, t := range at {
		sin, cos := math.Sincos(2 * math.Pi * t.Seconds() / period.Seconds())
		x, y = x+cos, y+sin
	}
	turn := math.Atan2(y, x) / (2 * math.Pi)
	if turn < 0 {
		turn++
	}
	return time.Duration(turn * float64(period)).Round(time.Millisecond)
}

// seconds is a duration in a sentence.
func seconds(d time.Duration) string { return d.String() }
