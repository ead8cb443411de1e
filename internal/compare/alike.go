package compare

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Response times and errors are compared at the same load: in the same windows of
// the plan. A window counts where
//
//   - the plan asked for the same rate in all runs, and all delivered it,
//   - no base run broke an objective in it or in the one before, nor was any asked for
//     more than a share of what is known of its capacity. Beyond capacity response
//     times and errors tell how long demand has passed it by how much, which is what
//     capacity is judged for; a loss of 5 % there makes waits ten times as long,
//   - the head's fleets were no smaller than the smallest base run's: how late they
//     grew is the scale lag's matter.
//
// For errors that share is all of the capacity, and what failed in these windows
// together counts. For response times it is three quarters; windows are split where
// the planned rate is half the highest among them; and of each request and each half
// the value is the median over the windows of the window's p50, and p99, so that each
// weighs the same. Where a window has less than 100 answers of a request it is joined
// with the next. A median, since a window or two may follow upon an overload that the
// head took longer to come back from.
const (
	window     = 10 * time.Second
	comfort    = 0.75 // of capacity
	sameRate   = 0.05 // planned rates of two runs may differ by this share
	leastCount = 100  // answers, for a p99 to be more than the slowest one
	leastSlots = 3    // windows, joined ones as one, for a median
)

// slot is a window that counts.
type slot struct {
	span
	demand float64 // mean planned rate of the head, req/s
}

// span is seconds of a run's clock, to not included.
type span struct{ from, to int }

// alike are the response times and the errors at the same load.
func alike(runs []Run) []quantity {
	views := make([]view, len(runs))
	for i, r := range runs {
		views[i] = newView(r)
	}
	return append(responses(views), errors(views)...)
}

// responses are those of each request.
func responses(views []view) []quantity {
	var all []quantity
	for _, h := range halves(usable(views, comfort)) {
		for _, request := range requests(views) {
			answers := answersOf(views, h.slots, request)
			for _, q := range []float64{0.5, 0.99} {
				all = append(all, quantity{
					id:   fmt.Sprintf("response/%s/%s/p%g", h.name, request, 100*q),
					name: fmt.Sprintf("%s, p%g at %s", request, 100*q, h.rates()), unit: Seconds, worse: Higher, scale: ratios,
					samples: each(answers, func(windows []timeline.Histogram) sample { return typical(windows, q) }),
				})
			}
		}
	}
	return all
}

// requests are the names of those that any run has answers of.
func requests(views []view) []string {
	names := make(map[string]bool)
	for _, v := range views {
		for _, s := range v.Timeline.Seconds {
			for name := range s.Response {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// usable are the windows that count where base runs may be asked for a share of their
// capacity. The head is the last of the views.
func usable(views []view, share float64) []slot {
	bases, head := views[:len(views)-1], views[len(views)-1]
	length := int(window / time.Second)
	var slots []slot
	for from := 0; from+length <= head.end; from += length {
		s := span{from, from + length}
		same := func(v view) bool { return v.delivered(s) && v.asks(s, head) }
		calm := func(v view) bool { return v.calm(span{max(from-length, 0), s.to}, share) }
		if every(views, same) && every(bases, calm) && head.grown(s, bases) {
			slots = append(slots, slot{s, head.demand(s)})
		}
	}
	return slots
}

func every(views []view, holds func(view) bool) bool {
	return !slices.ContainsFunc(views, func(v view) bool { return !holds(v) })
}

// half is the windows of high planned rates, or those of low ones.
type half struct {
	name  string // high or low
	slots []slot
}

// rates are those between which the planned one of its windows lies.
func (h half) rates() string {
	low, high := math.Inf(1), 0.0
	for _, s := range h.slots {
		low, high = min(low, s.demand), max(high, s.demand)
	}
	return figure.Interval(&low, &high, figure.Rate)
}

// halves splits windows at half the highest rate; a half without enough windows is
// left out.
func halves(slots []slot) []half {
	top := 0.0
	for _, s := range slots {
		top = max(top, s.demand)
	}
	high, low := half{name: "high"}, half{name: "low"}
	for _, s := range slots {
		if s.demand >= top/2 {
			high.slots = append(high.slots, s)
		} else {
			low.slots = append(low.slots, s)
		}
	}
	return slices.DeleteFunc([]half{high, low}, func(h half) bool { return len(h.slots) < leastSlots })
}

// answersOf are the response times of a request, by run and window; windows are
// joined until every run has answers enough in each.
func answersOf(views []view, slots []slot, request string) [][]timeline.Histogram {
	done, open := make([][]timeline.Histogram, len(views)), make([]timeline.Histogram, len(views))
	for _, s := range slots {
		enough := true
		for i, v := range views {
			open[i].Merge(v.answers(s.span, request))
			enough = enough && open[i].Count() >= leastCount
		}
		if enough {
			for i := range views {
				done[i] = append(done[i], open[i])
			}
			open = make([]timeline.Histogram, len(views))
		}
	}
	return done
}

// typical is the median over windows of a quantile of each.
func typical(windows []timeline.Histogram, quantile float64) sample {
	if len(windows) < leastSlots {
		return unknown("too few answers at the same load")
	}
	var values []float64
	for _, w := range windows {
		d, _ := w.Quantile(quantile)
		values = append(values, max(d.Seconds(), 1e-6))
	}
	slices.Sort(values)
	n := len(values)
	return exact(math.Sqrt(values[(n-1)/2] * values[n/2]))
}

// view is a run as it is looked at window by window.
type view struct {
	Run
	end     int                        // seconds
	seconds map[int]timeline.Second    // by their number
	moments map[int]capacity.Moment    // likewise
	ready   map[string]timeline.Series // by fleet
}

func newView(r Run) view {
	v := view{Run: r, seconds: make(map[int]timeline.Second), moments: make(map[int]capacity.Moment), ready: make(map[string]timeline.Series)}
	for _, s := range r.Timeline.Seconds {
		v.seconds[s.Second] = s
		v.end = max(v.end, s.Second+1)
	}
	for _, m := range r.Result.Headroom.Series {
		v.moments[int(m.At/time.Second)] = m
	}
	for _, f := range r.Result.Fleets {
		v.ready[f.Name] = r.Timeline.Series(f.Name, timeline.Ready)
	}
	return v
}

// demand is the mean planned rate, req/s.
func (v view) demand(s span) float64 {
	sum := 0.0
	for n := s.from; n < s.to; n++ {
		sum += v.moments[n].Demand
	}
	return sum / float64(s.to-s.from)
}

// asks reports whether the plan asks for the same rate as another's.
func (v view) asks(s span, other view) bool {
	mine, theirs := v.demand(s), other.demand(s)
	return math.Abs(mine-theirs) <= sameRate*theirs
}

// delivered reports whether the load was sent as planned.
func (v view) delivered(s span) bool {
	var seconds []timeline.Second
	for n := s.from; n < s.to; n++ {
		if second, ok := v.seconds[n]; ok {
			seconds = append(seconds, second)
		}
	}
	objectives := make([]capacity.Objective, len(v.Result.Objectives))
	for i, j := range v.Result.Objectives {
		objectives[i] = j.Objective
	}
	return len(seconds) > 0 && capacity.Delivered(seconds, objectives)
}

// calm reports whether the run broke no objective, and was asked for no more than a
// share of its capacity.
func (v view) calm(s span, share float64) bool {
	for n := s.from; n < s.to; n++ {
		if m := v.moments[n]; m.Mid != nil && m.Demand > share**m.Mid {
			return false
		}
	}
	from, to := time.Duration(s.from)*time.Second, time.Duration(s.to)*time.Second
	broken := func(w capacity.Window) bool { return w.Verdict == capacity.Failed && w.From < to && from < w.To }
	return !slices.ContainsFunc(v.Result.Objectives, func(j capacity.Judged) bool { return slices.ContainsFunc(j.Windows, broken) })
}

// grown reports whether every fleet is at least as large all the time as in the base
// run where it is smallest; a fleet that is not known does not tell.
func (v view) grown(s span, bases []view) bool {
	for name, ready := range v.ready {
		for n := s.from; n < s.to; n++ {
			at := timeline.Offset(time.Duration(n) * time.Second)
			units, known := ready.At(at)
			if known && every(bases, func(b view) bool { theirs, known := b.ready[name].At(at); return known && units < theirs }) {
				return false
			}
		}
	}
	return true
}

// answers are the response times of a request in a window.
func (v view) answers(s span, request string) timeline.Histogram {
	return timeline.Merged(func(yield func(timeline.Histogram) bool) {
		for n := s.from; n < s.to; n++ {
			if h := v.seconds[n].Response[request]; !h.IsZero() && !yield(h) {
				return
			}
		}
	})
}
