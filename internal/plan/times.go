package plan

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// What a stage is taken to last that nobody measured: long for what it is.
const (
	podPrior      = time.Minute // scheduled, image pulled, started, ready
	instancePrior = 3 * time.Minute
	balancerPrior = 30 * time.Second // two health checks 10 s apart, and some
)

// tail is for how long units are held from the latest start where nobody can say
// when demand is over: the slow part of the response to a spot halves in 30 min
// (traffic.Spot), so that after two hours a sixteenth of it is left.
const tail = 2 * time.Hour

// noon is any airing's start where the plan's is not known: its distances to the
// other instants are what counts.
var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

// timetable finds when to apply and to release.
func (w *work) timetable() error {
	air := w.ask.At
	if air.IsZero() {
		air = noon
	}
	lasts := wholeSeconds(w.ask.Lasts)
	w.Quiet = w.quiet()
	w.Quiet.Decides = w.Quiet.Lasts > lasts+prescale.HoldAfter
	w.Slowest, w.Stages = w.stages()
	when, err := prescale.Timetable(prescale.Airing{At: air, Slip: w.ask.Slip, Lasts: lasts, Quiet: w.Quiet.Lasts}, w.Stages)
	if err != nil {
		return err
	}
	w.Lead, w.After = when.Air.Sub(when.Apply), when.Release.Sub(when.Air.Add(w.ask.Slip))
	if !w.ask.At.IsZero() {
		w.Instants = &when
	}
	return nil
}

// wholeSeconds rounds up: an end that was computed has a fraction that nobody can
// keep.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// stages are those of the fleet that takes longest to come, the first of several.
func (w *work) stages() (fleet string, longest prescale.Stages) {
	for i, f := range w.model.Fleets {
		if s := w.stagesOf(i); i == 0 || s.Lead().Sum() > longest.Lead().Sum() {
			fleet, longest = f.Name, s
		}
	}
	return fleet, longest
}

// stagesOf are a fleet's, the 95th percentile of each where it was measured. Nodes
// are launched in one wave, for the plan asks for all of them at once.
func (w *work) stagesOf(fleet int) prescale.Stages {
	f := w.model.Fleets[fleet]
	unit, prior := "its pods take from creation to ready", podPrior
	if f.Kind == capacity.ASG {
		unit, prior = "its instances take from launch to ready", instancePrior
	}
	s := prescale.Stages{
		Pod:      w.took(f, unit, f.Pod, prior),
		Balancer: w.took(f, "its units take from ready to serving behind the load balancer", f.Balancer, balancerPrior),
	}
	if w.launches(f) {
		s.Waves = 1
		s.Node = w.took(f, "its nodes take to come", f.Node, instancePrior)
	}
	return s
}

// launches says whether nodes must come for what is held of a fleet: more than are
// sure to be there, or where nobody knows on which they stand, since they had to come
// in the rehearsal too.
func (w *work) launches(f forecast.Fleet) bool {
	if f.Kind == capacity.ASG {
		return false
	}
	if f.Nodes == nil || f.Nodes.PodsPerInstance <= 0 {
		return len(f.Node) > 0
	}
	for _, h := range w.Holds {
		if h.Fleet == f.Nodes.Name {
			return h.Units > w.surely(h)
		}
	}
	return false
}

// took is the 95th percentile of what was measured, or else the prior, which is said.
func (w *work) took(f forecast.Fleet, what string, measured []time.Duration, prior time.Duration) time.Duration {
	if len(measured) > 0 {
		return p95(measured)
	}
	w.warnf("%s: how long %s was not measured: %s is assumed (verify in time)", f.Name, what, figure.Duration(prior))
	return prior
}

// p95 is the smallest duration that at least 95 % of them do not exceed.
func p95(all []time.Duration) time.Duration {
	seconds := make([]float64, len(all))
	for i, d := range all {
		seconds[i] = float64(d)
	}
	v, _ := simulation.SampleOf(seconds).Quantile(0.95)
	return time.Duration(v)
}

// quiet is how long after its start the airing's demand is over: below what the
// normal minimum sustains. Where that minimum does not even sustain what there is
// before the airing, an ordinary evening's units are more than it, and what they
// sustain counts.
func (w *work) quiet() Quiet {
	q := Quiet{Sustains: w.normally(w.minimums()), By: "the normal minimum"}
	if slices.ContainsFunc(w.model.Fleets, func(f forecast.Fleet) bool { return f.Min == nil }) {
		q.By = "the normal minimum, or where that is not known an ordinary evening's count,"
	}
	if before := w.crowd.until(w.ask.Airs); before > 0 && q.Sustains <= before {
		q.Sustains, q.By = w.normally(w.today()), "an ordinary evening's count"
		w.warnf("the normal minimum does not sustain what is asked before the airing: release waits until demand is below what an ordinary evening's units sustain, %s", figure.Rate(q.Sustains))
	}
	after := w.crowd.after(w.ask.Airs)
	var over bool
	if q.Lasts, over = prescale.Quiet(after, time.Second, q.Sustains); over {
		return q
	}
	q.Lasts, q.Assumed = max(tail, time.Duration(len(after))*time.Second), true
	w.warnf("demand is not below what is normally sustained, %s, by its end (95 %% of draws): the units are held for %s from the latest start, the tail of a spot's response (see then that demand is below)",
		figure.Rate(q.Sustains), figure.Duration(q.Lasts))
	return q
}

// minimums are the fleets' without a plan; what runs on an ordinary evening where
// that is not known.
func (w *work) minimums() floors {
	f := w.today()
	for i, fleet := range w.model.Fleets {
		if fleet.Min != nil {
			f[i] = *fleet.Min
		}
	}
	return f
}

// normally is what all fleets at floors sustain in 95 % of draws, req/s.
func (w *work) normally(f floors) float64 {
	least := math.Inf(1)
	for i, n := range f {
		low, _, _ := w.sustained(i, n)
		least = min(least, low)
	}
	return least
}

// sustained is what n units of a fleet sustain, req/s: 5 %, 50 % and 95 % of draws.
func (s *search) sustained(fleet, n int) (low, mid, high float64) {
	sample := simulation.SampleOf(s.service.Fleets[fleet].Sustains(n))
	low, _ = sample.Quantile(0.05)
	mid, _ = sample.Quantile(0.5)
	high, _ = sample.Quantile(0.95)
	return low, mid, high
}

func (w *work) warnf(format string, args ...any) {
	w.Warnings = append(w.Warnings, fmt.Sprintf(format, args...))
}

func ceil(x float64) int { return int(math.Ceil(x)) }
