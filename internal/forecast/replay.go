package forecast

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// replays is how many times a rehearsal is played: the median of its lag is then known
// to a few percent of its spread.
const replays = 200

// replay plays the rehearsal by what staging had: the demand that was planned, what
// one unit was judged to carry, and the phases that were seen.
func (f *fitting) replay(s staging) (Replay, error) {
	r, demand := Replay{Measured: f.r.ScaleLag}, f.demand()
	lead := int(s.lead() / time.Second)
	sim, err := simulation.New(f.rehearsed(s, demand, lead))
	if err != nil {
		return r, err
	}
	for _, fleet := range s.Fleets {
		r.Units = append(r.Units, UnitsError{Fleet: fleet.Name, Measured: f.measuredUnits(fleet.Name, len(demand))})
	}
	_, first := sim.Trace(1)
	r.Runs = affordable(first.Desired)
	runs := make([]replayed, r.Runs)
	for i := range runs {
		runs[i] = r.play(sim, lead, uint64(i+1))
	}
	r.sumUp(runs, sim, lead)
	f.holdLag(&r, runs)
	f.holdSeen(&r)
	if r.Trusted() != nil {
		return r, nil // whatever it does when idle
	}
	return r, f.holdIdle(&r, s)
}

// unitSeconds are units that are desired, times the seconds for which they are: of so many at
// most the replays are made up, which takes a few seconds.
const unitSeconds = 2e9

// affordable is how often a rehearsal is played in which each fleet desires so many units
// in each second: as often as usual but where they are hundreds of thousands, as by a
// target that was misread. Such a rehearsal is told from the real one by some runs.
func affordable(desired [][]int) int {
	all := 0.0
	for _, fleet := range desired {
		for _, n := range fleet {
			all += float64(n)
		}
	}
	return int(min(replays, max(someRuns, unitSeconds/max(all, 1))))
}

// demand is what was planned for each second of the run, up to the last that had
// requests.
func (f *fitting) demand() []float64 {
	seconds := f.seconds()
	all := make([]float64, len(seconds))
	for i, s := range seconds {
		all[i] = float64(s.Planned)
		if at := time.Duration(i) * time.Second; at < f.q.Demand.Duration() {
			all[i] = max(0, f.q.Demand.Arrivals(at+time.Second)-f.q.Demand.Arrivals(at))
		}
	}
	return all
}

// rehearsed is staging under a demand, after a lead of seconds without any: a rehearsal
// begins before an idle staging, and the first windows of its metrics reach back there.
// Its units carry what they were judged to: that is what the measured scale lag was
// found with, and what chance there is in it is no part of what a simulation can be
// off by.
func (f *fitting) rehearsed(s staging, demand []float64, lead int) simulation.Service {
	service := s.Service
	service.Waves = []simulation.Wave{{Requests: append(make([]float64, lead), demand...)}}
	later := time.Duration(lead) * time.Second
	for _, spot := range f.q.Spots {
		service.Spots = append(service.Spots, simulation.Span{From: spot.From + later, To: spot.To + later})
	}
	service.Ceilings = nil
	service.Fleets = slices.Clone(s.Fleets)
	for i := range service.Fleets {
		fleet := &service.Fleets[i]
		*fleet = postponed(*fleet, later)
		fleet.PerUnit, fleet.Laws = []simulation.Rate{fleet.Middle()}, nil
		switch {
		case fleet.Pods != nil:
			p := *fleet.Pods
			p.Phase, fleet.Pods = s.phases[i].after(later, p.Sync), &p
		case fleet.Group != nil:
			g := *fleet.Group
			g.Policies = slices.Clone(g.Policies)
			for j := range g.Policies {
				m := &g.Policies[j].Metric
				m.Phase = s.phases[i].after(later, m.Window)
			}
			fleet.Group = &g
		}
	}
	return service
}

// seen is when something periodic happened, as offsets of the run; empty: nobody knows.
type seen []time.Duration

// after is the same in a run whose beginning is later by so much.
func (s seen) after(later, period time.Duration) (phase simulation.Phase) {
	for _, at := range s {
		phase = append(phase, (at+later)%period)
	}
	return phase
}

// lead is how far the metrics that scale a service reach back.
func (s staging) lead() time.Duration {
	lead := time.Duration(0)
	reach := func(m simulation.Metric) { lead = max(lead, m.Window+m.Delay) }
	for _, fleet := range s.Fleets {
		if fleet.Pods != nil {
			for _, m := range fleet.Pods.Metrics {
				reach(m)
			}
		}
		if fleet.Group != nil {
			for _, p := range fleet.Group.Policies {
				reach(p.Metric)
			}
		}
	}
	return lead
}

// measuredUnits are a fleet's units in each second that could serve, in the middle of
// it; -1 where that was not seen.
func (f *fitting) measuredUnits(fleet string, seconds int) []int {
	able := f.result(fleet).Able
	units := make([]int, seconds)
	for s := range units {
		at := time.Duration(s)*time.Second + time.Second/2
		n, known := able.At(timeline.Offset(at))
		if units[s] = int(n + 0.5); !known || f.unseen(fleet, at) {
			units[s] = -1
		}
	}
	return units
}

// replayed is one run: its scale lag in seconds, infinite where capacity never
// recovered, and NaN where it never fell short.
type replayed struct {
	seed uint64
	lag  float64
	off  []float64 // of each fleet, the mean over seconds; NaN where none tell
}

func (r *Replay) play(sim *simulation.Simulator, lead int, seed uint64) replayed {
	o, trace := sim.Trace(seed)
	run := replayed{seed: seed, lag: math.NaN()}
	switch {
	case o.Lag != nil:
		run.lag = o.Lag.Seconds()
	case o.Shortfall != nil:
		run.lag = math.Inf(1)
	}
	for i, u := range r.Units {
		run.off = append(run.off, meanOff(trace.Ready[i][lead:], u.Measured))
	}
	return run
}

// meanOff is the mean over seconds of |simulated - measured| / measured, of those in
// which either was off what was measured first: a quiet evening around it says nothing of
// how well scaling is played. Of seconds in which none were measured, or nobody knows,
// nothing is told.
func meanOff(simulated, measured []int) float64 {
	sum, n, start := 0.0, 0, 0
	for s, m := range measured {
		if m <= 0 {
			continue
		}
		if start == 0 {
			start = m
		}
		if m != start || simulated[s] != start {
			sum, n = sum+math.Abs(float64(simulated[s]-m))/float64(m), n+1
		}
	}
	return sum / float64(n) // 0/0 is NaN
}

// sumUp tells of each fleet how far its units were off, and shows those of the median
// run.
func (r *Replay) sumUp(runs []replayed, sim *simulation.Simulator, lead int) {
	_, typical := sim.Trace(median(runs).seed)
	for i := range r.Units {
		u := &r.Units[i]
		var off []float64
		for _, run := range runs {
			off = append(off, run.off[i])
		}
		u.Mean = meanOver(off)
		u.Simulated = typical.Ready[i][lead:]
		for s, m := range u.Measured {
			if m >= 0 {
				u.Worst = max(u.Worst, max(u.Simulated[s]-m, m-u.Simulated[s]))
			}
		}
	}
}

// meanOver is the mean over runs of how far a fleet's units were off; nil where no run
// tells. A run in which they stood as still as in the rehearsal is off by nothing, where
// others were not that still.
func meanOver(runs []float64) *float64 {
	sum, told := 0.0, false
	for _, off := range runs {
		if !math.IsNaN(off) {
			sum, told = sum+off, true
		}
	}
	if !told {
		return nil
	}
	return new(sum / float64(len(runs)))
}

// median is the run in the middle by its lag, those without a shortfall first, and of
// the same lag by how far its units were off.
func median(runs []replayed) replayed {
	sorted := slices.SortedStableFunc(slices.Values(runs), func(a, b replayed) int {
		return cmp.Or(cmp.Compare(a.lag, b.lag), slices.Compare(a.off, b.off)) // NaN is before all numbers
	})
	return sorted[(len(sorted)-1)/2]
}
