package report

import (
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// generatorFacts tell how onair itself did: the most that was read over the run,
// of the limit where there is one, and how well its counts fit together.
func (r *Report) generatorFacts() []fact {
	g := r.Result.Generator
	delivered := "yes"
	if !g.Delivered {
		delivered = "no"
	}
	facts := []fact{
		{"delivered", delivered},
		{"own CPU", figure.OrUnknown(finite(g.CPUMax), figure.Share)},
		{"machine's CPU", figure.OrUnknown(finite(g.MachineCPUMax), figure.Share)},
		{"held by a quota", figure.OrUnknown(finite(g.CPUThrottledMax), figure.Share)},
		{"memory", figure.OrUnknown(finite(g.RSSMax), figure.Bytes)},
		{"longest GC pause", figure.OrUnknown(g.GCPauseMax, figure.Duration)},
		{"in flight", ofLimit(g.InFlightMax, g.InFlightCap)},
		{"connections", amount(g.OpenConnectionsMax)},
		{"open files", ofLimit(g.OpenFilesMax, g.OpenFilesLimit)},
		{"ports", ofLimit(g.PortsMax, g.PortsLimit)},
		{"goroutines", amount(g.GoroutinesMax)},
	}
	if l := r.Result.Little; l != nil {
		facts = append(facts, fact{"Little's law", figure.OrUnknown(finite(&l.Off), figure.Share) + " off"})
	}
	return facts
}

// unheldFacts say why counts were not held against each other.
func (r *Report) unheldFacts() []fact {
	if why := r.Result.NoLittle; r.Result.Little == nil && why != "" {
		return []fact{{"Little's law", "not held against the counts: " + why}}
	}
	return nil
}

func amount(n *float64) string {
	return figure.OrUnknown(finite(n), func(n float64) string { return figure.Count(int64(n)) })
}

func ofLimit(n, limit *float64) string {
	if finite(n) == nil || finite(limit) == nil {
		return amount(n)
	}
	return amount(n) + " of " + amount(limit)
}

type addressRow struct {
	Address, Requests, Share string
	First, Last              string // of its requests
	Joined, Left             string // empty where that was at the start, or never
}

// addressRows tell how the addresses of the target shared the load; there is
// nothing to tell of one that had it all.
func (r *Report) addressRows() []addressRow {
	all := r.Result.Load.Addresses
	if len(all) < 2 {
		return nil
	}
	var total int64
	for _, a := range all {
		total += a.Requests
	}
	var rows []addressRow
	for _, a := range all {
		row := addressRow{Address: a.Address, Requests: figure.Count(a.Requests), First: "never", Last: "never"}
		if total > 0 {
			row.Share = figure.Share(float64(a.Requests) / float64(total))
		}
		if a.First != nil && a.Last != nil {
			row.First, row.Last = r.clock(*a.First), r.clock(*a.Last)
		}
		if a.Resolved != nil && *a.Resolved >= time.Second {
			row.Joined = r.clock(*a.Resolved)
		}
		if a.Unresolved != nil {
			row.Left = r.clock(*a.Unresolved)
		}
		rows = append(rows, row)
	}
	return rows
}
