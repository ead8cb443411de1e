package report

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
	"gonum.org/v1/plot/plotter"
)

// span returns the clock of the run's pictures; those of a run without a single
// second show an empty minute.
func (r *Report) span() span {
	end := r.length().Seconds()
	if end == 0 {
		end = 60
	}
	return span{start: r.started(), end: end}
}

// length is how long the run was: until the end of the last second that was
// planned or measured.
func (r *Report) length() time.Duration {
	end := time.Duration(0)
	if n := len(r.Timeline.Seconds); n > 0 {
		end = time.Duration(r.Timeline.Seconds[n-1].Second+1) * time.Second
	}
	if n := len(r.Result.Headroom.Series); n > 0 {
		end = max(end, r.Result.Headroom.Series[n-1].At+time.Second)
	}
	return end
}

// perSecond returns one number of every second, at the second's middle;
// seconds that had no arrivals count 0.
func (r *Report) perSecond(of func(timeline.Second) int64) plotter.XYs {
	var points plotter.XYs
	next := 0
	for _, s := range r.Timeline.Seconds {
		if len(points) > 0 {
			for ; next < s.Second; next++ {
				points = append(points, plotter.XY{X: float64(next) + 0.5})
			}
		}
		points = append(points, plotter.XY{X: float64(s.Second) + 0.5, Y: float64(of(s))})
		next = s.Second + 1
	}
	return points
}

// responses returns quantiles of the response time of every second that has
// answers, in seconds, one series for each quantile.
func (r *Report) responses(quantiles ...float64) []plotter.XYs {
	series := make([]plotter.XYs, len(quantiles))
	for _, s := range r.Timeline.Seconds {
		all := s.AllResponses()
		for i, q := range quantiles {
			if d, ok := all.Quantile(q); ok {
				series[i] = append(series[i], plotter.XY{X: float64(s.Second) + 0.5, Y: max(d.Seconds(), 1e-6)})
			}
		}
	}
	return series
}

// readings returns what a source told of one of its numbers, as far as it lies
// within the run; what held at the start stands at 0.
func (r *Report) readings(source, name string, end float64) plotter.XYs {
	series := r.Timeline.Series(source, name)
	var points plotter.XYs
	if at, ok := series.At(0); ok {
		points = append(points, plotter.XY{X: 0, Y: at})
	}
	for _, p := range series {
		if p.At > 0 && p.At.Seconds() <= end {
			points = append(points, plotter.XY{X: p.At.Seconds(), Y: p.Value})
		}
	}
	return points
}

// planned returns the demand that capacity is held against, at the middle of
// each second.
func (r *Report) planned() plotter.XYs {
	var points plotter.XYs
	for _, m := range r.Result.Headroom.Series {
		points = append(points, plotter.XY{X: m.At.Seconds() + 0.5, Y: m.Demand})
	}
	return points
}

// demandAt returns the planned demand of the moment at an offset.
func (r *Report) demandAt(offset time.Duration) *plotter.XY {
	for _, m := range r.Result.Headroom.Series {
		if m.At+time.Second > offset {
			return &plotter.XY{X: m.At.Seconds() + 0.5, Y: m.Demand}
		}
	}
	return nil
}

// spots are the instants at which the scenario's spots went on air within the run.
func (r *Report) spots() []mark {
	var list []mark
	end := r.span().end
	for _, spot := range r.Scenario.Traffic.Spots {
		if at := spot.At.Seconds(); at <= end {
			list = append(list, mark{at, spot.Name})
		}
	}
	return list
}

// shortName is as little of a fleet's name as tells it from the other fleets: "web"
// of "hpa/default/web", or "hpa web" where there is an "asg/web" too.
func (r *Report) shortName(fleet string) string {
	for _, short := range []func(string) string{lastPart, kindAndLast} {
		same := func(other capacity.FleetResult) bool {
			return other.Name != fleet && short(other.Name) == short(fleet)
		}
		if !slices.ContainsFunc(r.Result.Fleets, same) {
			return short(fleet)
		}
	}
	return fleet
}

func lastPart(fleet string) string { return fleet[strings.LastIndex(fleet, "/")+1:] }

func kindAndLast(fleet string) string {
	kind, _, _ := strings.Cut(fleet, "/")
	return kind + " " + lastPart(fleet)
}
