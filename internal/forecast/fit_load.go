package forecast

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// load is what a fleet was asked in each second: requests in all, and of each unit
// that could serve. Its sums make the mean over any window one difference.
//
//	second    0    1    2    3
//	each     40   40   60   ??     a gap: units are not known
//	sums   0   40   80  140  140
type load struct {
	all, each sums
	done      sums // of each, what it can do
	unknown   sums // 1 in a second whose units are not known
	beyond    sums // 1 in a second in which a unit had all the work that it can do, or its units are not known
}

// sums are the sums of a quantity up to the beginning of each second.
type sums []float64

func (s *sums) add(v float64) {
	if len(*s) == 0 {
		*s = sums{0}
	}
	*s = append(*s, (*s)[len(*s)-1]+v)
}

// upTo is the sum up to an instant within the seconds.
func (s sums) upTo(at time.Duration) float64 {
	second := int(at / time.Second)
	if second >= len(s)-1 {
		return s[len(s)-1]
	}
	return s[second] + (s[second+1]-s[second])*(at%time.Second).Seconds()
}

// none is nothing in as many seconds.
func (s sums) none() sums { return make(sums, len(s)) }

// over is the sum of a window.
func (s sums) over(w capacity.Span) float64 { return s.upTo(w.To) - s.upTo(w.From) }

// loadOn is what a fleet was asked; it is worked out once.
func (f *fitting) loadOn(r capacity.FleetResult) load {
	l, known := f.loads[r.Name]
	if !known {
		l = f.loaded(r)
		f.loads[r.Name] = l
	}
	return l
}

// loaded works out what a fleet was asked. A unit that is asked for more than it can do has
// work until that is done; what failed waits no more.
func (f *fitting) loaded(r capacity.FleetResult) load {
	var l load
	backlog := 0.0 // of each unit
	for i, s := range f.seconds() {
		middle := time.Duration(i)*time.Second + time.Second/2
		units, known := r.Able.At(timeline.Offset(middle))
		l.all.add(float64(s.Sent))
		if !known || units <= 0 || f.unseen(r.Name, middle) || held(r, s, units) {
			l.each.add(0)
			l.done.add(0)
			l.unknown.add(1)
			l.beyond.add(1)
			continue
		}
		most := saturates(r, int(units+0.5))
		each := float64(s.Sent) / units
		work := backlog + each
		backlog = min(max(0, work-float64(s.Failed)/units-most), waiting(s, most))
		l.each.add(each)
		l.done.add(min(work, most))
		l.unknown.add(0)
		l.beyond.add(whether(work > most))
	}
	return l
}

// saturates is what each of so many units serves at most, as far as that was seen.
func saturates(r capacity.FleetResult, units int) float64 {
	if r.PerUnit.Saturation == nil {
		return math.Inf(1)
	}
	return r.PerUnit.Saturation.Mid * slower(r, r.PerUnit.Units) / slower(r, units)
}

// waiting is the most that may wait at a unit behind the requests of a second: half of
// them were answered before that long.
func waiting(s timeline.Second, most float64) float64 {
	if took, ok := s.AllResponses().Quantile(0.5); ok && !math.IsInf(most, 1) {
		return most * took.Seconds()
	}
	return math.Inf(1)
}

func whether(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// seconds are those of the run, one after the other.
func (f *fitting) seconds() []timeline.Second {
	last := slices.MaxFunc(f.Seconds, func(a, b timeline.Second) int { return a.Second - b.Second })
	all := make([]timeline.Second, max(last.Second+1, 1))
	for _, s := range f.Seconds {
		if s.Second >= 0 {
			all[s.Second] = s
		}
	}
	return all
}

// unseen reports whether nothing was known of a source at an instant.
func (f *fitting) unseen(source string, at time.Duration) bool {
	within := func(g timeline.Gap) bool {
		return g.Source == source && g.From <= timeline.Offset(at) && timeline.Offset(at) < g.To
	}
	return slices.ContainsFunc(f.Gaps, within) || slices.ContainsFunc(f.r.Holes, within)
}

// busiest is what one unit serves when it always has work, as far as is known.
func busiest(r capacity.FleetResult) float64 {
	u := r.PerUnit
	switch {
	case u.Saturation != nil:
		return u.Saturation.Mid
	case u.Mid != nil:
		return *u.Mid
	case u.Low != nil:
		return *u.Low
	}
	return math.Inf(1)
}

// held reports whether units waited for what is behind them in a second: what they used
// then was not theirs.
func held(r capacity.FleetResult, s timeline.Second, units float64) bool {
	const about = 0.9 // of the ceiling: what waits there is not gone as soon as less comes
	c := r.Ceiling
	return c != nil && units >= float64(c.From) && float64(s.Sent) >= about*c.Throughput
}
