package report

import (
	"maps"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// requestRow is what became of the requests of one name. Times are from due until
// answered, of those that failed too.
type requestRow struct{ Name, Sent, Failed, P50, P90, P99 string }

// requestRows are the requests by name, in the scenario's order.
func (r *Report) requestRows() []requestRow {
	succeeded := r.byRequest(func(s *timeline.Second) map[string]timeline.Histogram { return s.Response })
	failed := r.byRequest(func(s *timeline.Second) map[string]timeline.Histogram { return s.Failures })
	var rows []requestRow
	for _, name := range r.requestNames(succeeded, failed) {
		all := timeline.Merged(slices.Values([]timeline.Histogram{succeeded[name], failed[name]}))
		quantile := func(q float64) string {
			d, ok := all.Quantile(q)
			if !ok {
				return figure.Unknown
			}
			return figure.Duration(d)
		}
		rows = append(rows, requestRow{name, figure.Count(all.Count()), figure.Count(failed[name].Count()), quantile(0.5), quantile(0.9), quantile(0.99)})
	}
	return rows
}

// byRequest adds up one kind of response times over the run.
func (r *Report) byRequest(of func(*timeline.Second) map[string]timeline.Histogram) map[string]timeline.Histogram {
	parts := map[string][]timeline.Histogram{}
	for i := range r.Timeline.Seconds {
		for name, h := range of(&r.Timeline.Seconds[i]) {
			parts[name] = append(parts[name], h)
		}
	}
	sums := make(map[string]timeline.Histogram, len(parts))
	for name, all := range parts {
		sums[name] = timeline.Merged(slices.Values(all))
	}
	return sums
}

// requestNames are those of the scenario, and behind them any others.
func (r *Report) requestNames(counted ...map[string]timeline.Histogram) []string {
	var names []string
	for _, q := range r.Scenario.Requests {
		names = append(names, q.Name)
	}
	others := map[string]bool{}
	for _, byName := range counted {
		for name := range byName {
			others[name] = !slices.Contains(names, name)
		}
	}
	maps.DeleteFunc(others, func(_ string, other bool) bool { return !other })
	return append(names, slices.Sorted(maps.Keys(others))...)
}

// unnamed tells of requests that no row counts: how they ended says nothing of the
// target.
func (r *Report) unnamed() string {
	errors := r.Result.Load.Errors
	n := errors[timeline.Cancelled] + errors[timeline.GeneratorLimit]
	if n == 0 {
		return ""
	}
	return figure.Count(n) + " more were cut off at the end of the run or found no port or file left on the generator"
}
