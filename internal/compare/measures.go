package compare

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// sample is what one run says of a measure.
type sample struct {
	value *float64 // nil: not known
	bound Bound
	own   *Interval // 90 % interval that the run gives
	noise float64   // variance that the run gives itself, on the measure's scale; NaN: it does not
	why   string    // value is not known, in words
}

func exact(v float64) sample { return sample{value: &v, noise: math.NaN()} }

func unknown(why string) sample { return sample{noise: math.NaN(), why: why} }

// quantity is a measure before the runs are held against each other.
type quantity struct {
	id, name string
	unit     Unit
	worse    Direction
	scale    scale
	check    bool
	samples  []sample // of the runs, the head's last
}

// measure takes every measure of every run.
func (c *Comparison) measure(bases []Run, head Run) {
	all := append(slices.Clone(bases), head)
	for _, q := range slices.Concat(capacities(all), alike(all), scalings(all), checks(all)) {
		c.Measures = append(c.Measures, q.compared(c.Tolerance))
	}
}

func each[T any](runs []T, of func(T) sample) []sample {
	samples := make([]sample, len(runs))
	for i, r := range runs {
		samples[i] = of(r)
	}
	return samples
}

// fleets are the names of the fleets of all runs, each once.
func fleets(runs []Run) []string {
	var names []string
	for _, r := range runs {
		for _, f := range r.Result.Fleets {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

func (r Run) fleet(name string) (capacity.FleetResult, bool) {
	for _, f := range r.Result.Fleets {
		if f.Name == name {
			return f, true
		}
	}
	return capacity.FleetResult{}, false
}

// capacities are what a unit sustains, by fleet, and the headroom.
func capacities(runs []Run) []quantity {
	var all []quantity
	for _, name := range fleets(runs) {
		all = append(all, quantity{
			id: "sustainable/" + name, name: "a unit of " + name + " sustains", unit: PerSecond, worse: Lower, scale: ratios,
			samples: each(runs, func(r Run) sample {
				f, ok := r.fleet(name)
				if !ok {
					return unknown("the fleet was not observed")
				}
				return sustained(f.PerUnit)
			}),
		})
	}
	return append(all, quantity{
		id: "headroom", name: "capacity over demand", unit: Ratio, worse: Lower, scale: ratios,
		samples: each(runs, func(r Run) sample { return multiple(r.Result.Headroom.Margin) }),
	})
}

// sustained is a unit's sustainable rate; its bootstrap says how sure it is.
func sustained(u capacity.PerUnit) sample {
	switch {
	case u.Mid != nil && u.Low != nil && u.High != nil:
		s := exact(*u.Mid)
		s.own = &Interval{*u.Low, *u.High}
		s.noise = logVariance(*s.own)
		if len(u.Draws) > 1 {
			s.noise = varianceOfLogs(u.Draws)
		}
		return s
	case u.Low != nil:
		return sample{value: u.Low, bound: AtLeast, noise: math.NaN()}
	case u.High != nil:
		return sample{value: u.High, bound: AtMost, noise: math.NaN()}
	}
	return unknown("it was not measured")
}

// multiple is a headroom as capacity over demand, which is above 0.
func multiple(m capacity.Margin) sample {
	switch {
	case m.Mid != nil && m.Low != nil && m.High != nil && *m.Low > -1:
		s := exact(1 + *m.Mid)
		s.own = &Interval{1 + *m.Low, 1 + *m.High}
		s.noise = logVariance(*s.own)
		return s
	case m.Mid != nil && *m.Mid > -1:
		return exact(1 + *m.Mid)
	case m.Low != nil && *m.Low > -1:
		v := 1 + *m.Low
		return sample{value: &v, bound: AtLeast, noise: math.NaN()}
	case m.High != nil && *m.High > -1:
		v := 1 + *m.High
		return sample{value: &v, bound: AtMost, noise: math.NaN()}
	}
	return unknown("it is not known")
}

// ninety is where a normal variable's 90 % interval ends, in standard deviations.
const ninety = 1.6448536269514722

// logVariance is that of the logarithm of what has such a 90 % interval.
func logVariance(i Interval) float64 {
	if i.Low <= 0 {
		return math.NaN()
	}
	deviation := math.Log(i.High/i.Low) / (2 * ninety)
	return deviation * deviation
}

// varianceOfLogs leaves out the outermost twentieths, as the interval does: draws
// beyond may lie anywhere.
func varianceOfLogs(draws []float64) float64 {
	sorted := slices.Sorted(slices.Values(draws))
	low, high := stat.Quantile(0.05, stat.Empirical, sorted, nil), stat.Quantile(0.95, stat.Empirical, sorted, nil)
	return logVariance(Interval{low, high})
}

// scalings are the scale lag, and by fleet the median of each stage.
func scalings(runs []Run) []quantity {
	all := []quantity{{id: "scale_lag", name: "scale lag", unit: Seconds, worse: Higher, scale: lengths(cycle), samples: each(runs, lag)}}
	for _, fleet := range fleets(runs) {
		for _, stage := range stages(runs, fleet) {
			tick := second
			if stage == capacity.WaitsForMetric || stage == capacity.WaitsForDecision {
				tick = cycle
			}
			all = append(all, quantity{
				id: "stage/" + fleet + "/" + stage, name: fmt.Sprintf("%s, stage %s, p50", fleet, stage), unit: Seconds, worse: Higher, scale: lengths(tick),
				samples: each(runs, func(r Run) sample { return r.stage(fleet, stage, tick) }),
			})
		}
	}
	return all
}

// lag is the scale lag; where capacity never came back it was at least as long as
// the run went on.
func lag(r Run) sample {
	res := r.Result
	switch series := res.Headroom.Series; {
	case res.ScaleLag != nil:
		return exact(res.ScaleLag.Seconds())
	case res.Shortfall != nil && len(series) > 0:
		v := (series[len(series)-1].At - *res.Shortfall).Seconds() + 1
		return sample{value: &v, bound: AtLeast, noise: math.NaN(), why: "capacity never came back"}
	case res.Headroom.Ready.Mid != nil || res.Headroom.Ready.Low != nil:
		return unknown("demand never passed capacity")
	}
	return unknown("capacity is not known")
}

// stages are the names of those that any run measured of a fleet, in their order.
func stages(runs []Run, fleet string) []string {
	var names []string
	for _, r := range runs {
		f, _ := r.fleet(fleet)
		for _, s := range f.Stages {
			if !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// stage is the median of a stage. It is as sure as the median of so many units is
// that vary as from P50 to P90 (the median's deviation is sqrt(pi/2) times the
// mean's, for normal ones).
func (r Run) stage(fleet, name string, tick float64) sample {
	f, _ := r.fleet(fleet)
	for _, s := range f.Stages {
		if s.Name == name && s.Units > 0 {
			value, sampled := exact(s.P50.Seconds()), (s.P90-s.P50).Seconds()/1.2816*math.Sqrt(math.Pi/2/float64(s.Units))
			relative := sampled / (s.P50.Seconds() + tick)
			value.noise = relative*relative + lengths(tick).finest(s.P50.Seconds())
			return value
		}
	}
	return unknown("nothing of it was seen")
}

// checks are of the machine that makes the load: where it was busier, all else may
// be noise.
func checks(runs []Run) []quantity {
	return []quantity{
		{id: "generator/cpu", name: "generator's processor, mean", unit: Share, worse: Higher, scale: shares, check: true, samples: each(runs, processor)},
		{id: "generator/lag_p99", name: "lag p99", unit: Seconds, worse: Higher, scale: ratios, check: true, samples: each(runs, late)},
	}
}

func processor(r Run) sample {
	var sum, n float64
	for _, p := range r.Timeline.Series(timeline.Generator, timeline.CPU) {
		sum, n = sum+p.Value, n+1
	}
	if n == 0 {
		return unknown("it was not read")
	}
	return exact(sum / n)
}

func late(r Run) sample {
	if p99 := r.Result.Load.Lag.P99; p99 != nil {
		return exact(max(p99.Seconds(), 1e-6)) // a histogram's finest
	}
	return unknown("nothing was sent")
}
