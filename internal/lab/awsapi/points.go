package awsapi

import (
	"slices"
	"time"
)

// point is a value with the beginning of its period.
type point struct {
	at    time.Time
	value float64
}

// points are what a query finds, in the order asked for. Periods are those of
// the clock, and only those that ended early enough have a point.
func (v view) points(tell sampling, q metricQuery, asked dataQuestion) []point {
	if tell == nil {
		return nil
	}
	period := max(time.Duration(q.period)*time.Second, time.Minute)
	samples := map[time.Time][]sample{}
	for _, m := range v.history.between(asked.start, asked.end.Add(period), v.Now) {
		at := m.start.Truncate(period)
		samples[at] = append(samples[at], tell(m)...)
	}
	var all []point
	for at, of := range samples {
		inside := !at.Before(asked.start) && at.Before(asked.end)
		if len(of) > 0 && inside && readable(at, period, v.Now) {
			all = append(all, point{at, statistic(q.statistic)(of)})
		}
	}
	slices.SortFunc(all, func(a, b point) int { return a.at.Compare(b.at) })
	if !asked.ascending {
		slices.Reverse(all)
	}
	return all
}
