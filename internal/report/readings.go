package report

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// readingRow is one series that was read: how often, and its values as they were
// told, in the unit that Name has or In says.
type readingRow struct {
	Source, Name, In           string
	Count                      string
	First, Lowest, Highest, At string // At: when the highest was first read
	Last                       string
}

type seriesKey struct{ source, name string }

// readingRows are all series of the run, by source and name; onair's own come last.
func (r *Report) readingRows() []readingRow {
	all := map[seriesKey]timeline.Series{}
	var keys []seriesKey
	for _, p := range r.Timeline.Readings {
		k := seriesKey{p.Source, p.Name}
		if _, ok := all[k]; !ok {
			keys = append(keys, k)
		}
		all[k] = append(all[k], timeline.Point{At: p.At, Value: p.Value})
	}
	own := func(k seriesKey) int {
		if k.source == timeline.Generator {
			return 1
		}
		return 0
	}
	slices.SortFunc(keys, func(a, b seriesKey) int {
		return cmp.Or(cmp.Compare(own(a), own(b)), cmp.Compare(a.source, b.source), cmp.Compare(a.name, b.name))
	})
	var rows []readingRow
	for _, k := range keys {
		rows = append(rows, r.readingRow(k, all[k]))
	}
	return rows
}

func (r *Report) readingRow(k seriesKey, s timeline.Series) readingRow {
	slices.SortStableFunc(s, func(a, b timeline.Point) int { return cmp.Compare(a.At, b.At) })
	lowest, highest := s[0], s[0]
	for _, p := range s {
		if p.Value < lowest.Value {
			lowest = p
		}
		if p.Value > highest.Value {
			highest = p
		}
	}
	in, write := r.readIn(k)
	return readingRow{
		Source: k.source, Name: k.name, In: in, Count: figure.Count(len(s)),
		First: write(s[0].Value), Lowest: write(lowest.Value), Highest: write(highest.Value), Last: write(s[len(s)-1].Value),
		At: r.clock(time.Duration(highest.At)),
	}
}

// readIn is what the values of a series are in, and how they are written. What is
// read of an autoscaler's metrics is in their own unit, which only their author
// knows.
func (r *Report) readIn(k seriesKey) (in string, write func(float64) string) {
	for _, o := range r.Scenario.Watched() {
		if o.IsSeries() && o.Source() == k.source && o.Name == k.name {
			return o.Unit, unit(o.Unit).written
		}
	}
	switch k.name {
	case timeline.Desired, timeline.Ready, timeline.Min, timeline.Max, timeline.Quota, timeline.Room, "warm_pool":
		return "units", wholly
	case timeline.Healthy, timeline.Unhealthy:
		return "targets", wholly
	case timeline.Reserved:
		return "LCU", figure.Scaled
	case timeline.Calls:
		return "calls", wholly
	case timeline.CallBytes, timeline.RSS:
		return "bytes", figure.Bytes
	case timeline.LagP99, timeline.GCPause:
		return "time", ofTime.written
	case timeline.CPU, timeline.MachineCPU, timeline.CPUThrottled:
		return "share", figure.Share
	}
	for _, own := range []string{timeline.MetricOf, timeline.TargetOf, timeline.LimitOf, "usage/"} {
		if strings.HasPrefix(k.name, own) {
			return "as its metric", figure.Scaled
		}
	}
	return "count", wholly
}

// wholly writes what is counted exactly, if it is a whole number.
func wholly(v float64) string {
	if v != math.Trunc(v) || math.Abs(v) >= 1e15 {
		return figure.Scaled(v)
	}
	return figure.Count(int64(v))
}
