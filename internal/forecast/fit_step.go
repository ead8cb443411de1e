package forecast

import (
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
)

// bounds are what a quantity lies between.
type bounds struct{ low, high float64 }

func (b bounds) and(o bounds) bounds { return bounds{max(b.low, o.low), min(b.high, o.high)} }

// nearest is what lies between the bounds and is the nearest to x; where they
// contradict each other, the middle of both.
func (b bounds) nearest(x float64) float64 {
	if b.low > b.high {
		return math.Sqrt(b.low * b.high)
	}
	return min(max(x, b.low), b.high)
}

// tells reports whether bounds are so close that what lies between them is known.
func (b bounds) tells() bool { return b.high <= 1.5*b.low }

// stepped is what one request a second of an instance takes of it, by the decisions of
// a policy of steps: when it grew the group, all data points that its alarm looked at
// breached, the newest lay within a step that makes as many instances, and the one
// before them all did not breach.
//
//	use        |                  x   <- the newest: within the step that was taken
//	           |            x  x      <- breach
//	threshold -+- - - - - - - - - - -
//	           |   x     x            <- does not, or it had grown before
//	           +------------------|--> decided
func (f *fitting) stepped(r capacity.FleetResult, p autoscale.PolicySpec) bounds {
	all := bounds{0, math.Inf(1)}
	for i, g := range r.Growths {
		taken, ok := f.taken(r, p, g)
		each := f.eachBefore(r, p, g.At)
		if !ok || each == nil {
			continue
		}
		n := p.Stepped.Alarm.Periods
		all = all.and(bounds{taken.low / each[0], taken.high / each[0]})
		for _, rate := range each[1:n] {
			all.low = max(all.low, p.Stepped.Threshold/rate)
		}
		rests := p.Warmup + time.Duration(n+1)*p.Stepped.Alarm.Period
		if len(each) > n && (i == 0 || g.At-r.Growths[i-1].At > rests) {
			all.high = min(all.high, p.Stepped.Threshold/each[n])
		}
	}
	return all
}

// taken is what the use lay between by which a policy grew a group as it did; ok is
// false where no step of it does that. All of an instance may be more than that.
func (f *fitting) taken(r capacity.FleetResult, p autoscale.PolicySpec, g capacity.Growth) (use bounds, ok bool) {
	warm, known := ableAt(r, g.At-p.Warmup)
	if !known {
		return use, false
	}
	group := autoscale.Group{Max: math.MaxInt32, Desired: g.From, Warm: warm}
	if r.Max != nil {
		group.Max = *r.Max
	}
	use = bounds{math.Inf(1), 0}
	for _, step := range p.Stepped.Steps {
		within := p.Stepped.Threshold + step.From + min(step.To-step.From, 1)/2
		points := slices.Repeat([]float64{within}, p.Stepped.Alarm.Periods)
		if p.Stepped.Decide(group, points).Desired == g.To {
			use = bounds{min(use.low, p.Stepped.Threshold+step.From), max(use.high, p.Stepped.Threshold+step.To)}
			ok = true
		}
	}
	if use.high >= 1 {
		use.high = math.Inf(1)
	}
	return use, ok
}

// eachBefore are the requests a second of an instance in the periods before a
// decision, the newest first: those that a policy's alarm looks at, and the one before
// where it is known. It is nil where one of them is not, or had none.
func (f *fitting) eachBefore(r capacity.FleetResult, p autoscale.PolicySpec, at time.Duration) (each []float64) {
	l, period := f.loadOn(r), p.Stepped.Alarm.Period
	n := p.Stepped.Alarm.Periods
	for to := at - f.late[r.Name]; len(each) <= n; to -= period {
		window := capacity.Span{From: to - period, To: to}
		if window.From < 0 || l.unknown.over(window) > 0 || l.done.over(window) <= 0 {
			break
		}
		each = append(each, l.done.over(window)/period.Seconds())
	}
	if len(each) < n {
		return nil
	}
	return each
}
