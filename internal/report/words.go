package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// The rows below are the same in text, Markdown and HTML; only their dress
// differs.

type objectiveRow struct{ Verdict, Name, Worst, At, Broken string }

func (r *Report) objectiveRows() []objectiveRow {
	var rows []objectiveRow
	for _, o := range r.Result.Objectives {
		row := objectiveRow{Verdict: o.Verdict, Name: o.Name, Worst: "no answers"}
		if worst := finite(o.Worst); worst != nil {
			row.Worst = worstText(o.Objective, *worst)
		}
		if o.WorstAt != nil {
			row.At = r.clock(*o.WorstAt)
		}
		if o.Broken > 0 {
			row.Broken = duration(o.Broken)
		}
		rows = append(rows, row)
	}
	return rows
}

// worstText writes the worst value of an objective on the true side of its
// limit.
func worstText(o capacity.Objective, worst float64) string {
	if o.Quantile > 0 {
		return faithful(worst, limitOf(o), usual, durationFigures)
	}
	if worst == 0 {
		return share(0)
	}
	return faithful(worst, limitOf(o), usual, shareFigures)
}

func limitText(o capacity.Judged) string {
	text, _ := durationFigures(o.Limit.Seconds(), exact)
	return text
}

// quantileName writes 0.99 as p99 and 0.999 as p99.9.
func quantileName(q float64) string {
	return "p" + strconv.FormatFloat(significant(q*100, exact), 'f', -1, 64)
}

type fleetRow struct{ Name, Units, Max, Desired, PerUnit, Saturation, Said string }

func (r *Report) fleetRows() []fleetRow {
	var rows []fleetRow
	for _, f := range r.Result.Fleets {
		rows = append(rows, fleetRow{
			Name:       f.Name,
			Units:      orUnknown(f.ReadyStart, units) + " → " + orUnknown(f.ReadyMax, units),
			Max:        orUnknown(f.Max, units),
			Desired:    orUnknown(f.DesiredMax, units),
			PerUnit:    interval(finite(f.PerUnit.Low), finite(f.PerUnit.High), rate),
			Saturation: orUnknown(finite(f.PerUnit.Saturation), rate),
			Said:       said(f),
		})
	}
	return rows
}

// said is the estimate of one unit in words, without the fleet's name, which
// always stands beside it.
func said(f capacity.FleetResult) string { return strings.TrimPrefix(f.PerUnit.Said, f.Name+": ") }

func units(n int) string { return count(int64(n)) }

type stageRow struct{ Fleet, Stage, P50, P90, Max, Units string }

func (r *Report) stageRows() []stageRow {
	var rows []stageRow
	for _, f := range r.Result.Fleets {
		for _, s := range f.Stages {
			rows = append(rows, stageRow{f.Name, strings.ReplaceAll(s.Name, "_", " "), duration(s.P50), duration(s.P90), duration(s.Max), units(s.Units)})
		}
	}
	return rows
}

type layerRow struct {
	Name, Rate, Source string
	Binding            bool
}

func (r *Report) layerRows() []layerRow {
	var rows []layerRow
	for _, l := range r.Result.Layers {
		binding := r.Result.Binding != nil && r.Result.Binding.Name == l.Name
		rows = append(rows, layerRow{l.Name, orUnknown(finite(&l.Rate), rate), l.Source, binding})
	}
	return rows
}

type timeRow struct{ Name, P50, P90, P99, Max string }

func (r *Report) timeRows() []timeRow {
	row := func(name string, q capacity.Quantiles) timeRow {
		return timeRow{name, orUnknown(q.P50, duration), orUnknown(q.P90, duration), orUnknown(q.P99, duration), orUnknown(q.Max, duration)}
	}
	l := r.Result.Load
	return []timeRow{row("lag", l.Lag), row("service time", l.Service), row("response time", l.Response)}
}

type errorRow struct{ Class, Count, Share string }

// errorRows are the classes of failures, most frequent first.
func (r *Report) errorRows() []errorRow {
	errors := r.Result.Load.Errors
	classes := slices.SortedFunc(maps.Keys(errors), func(a, b string) int {
		return cmp.Or(cmp.Compare(errors[b], errors[a]), cmp.Compare(a, b))
	})
	var rows []errorRow
	for _, class := range classes {
		row := errorRow{Class: class, Count: count(errors[class])}
		if sent := r.Result.Load.Sent; sent > 0 {
			row.Share = share(float64(errors[class]) / float64(sent))
		}
		rows = append(rows, row)
	}
	return rows
}

type gapRow struct{ Source, From, Length, Cause string }

func (r *Report) gapRows() []gapRow {
	var rows []gapRow
	for _, g := range r.Timeline.Gaps {
		rows = append(rows, gapRow{g.Source, r.clock(time.Duration(g.From)), duration(time.Duration(g.To - g.From)), g.Cause})
	}
	return rows
}

type fact struct{ Name, Value string }

// loadFacts are the counts; what is zero and had better be is said too.
func (r *Report) loadFacts() []fact {
	l := r.Result.Load
	return []fact{
		{"planned", count(l.Planned)}, {"sent", count(l.Sent)}, {"late", count(l.Late)},
		{"dropped", count(l.Dropped)}, {"succeeded", count(l.Succeeded)}, {"failed", count(l.Failed)},
	}
}

func (r *Report) generatorFacts() []fact {
	g := r.Result.Generator
	delivered := "yes"
	if !g.Delivered {
		delivered = "no"
	}
	return []fact{
		{"delivered as planned", delivered},
		{"highest CPU share", orUnknown(finite(g.CPUMax), share)},
		{"highest memory", orUnknown(finite(g.RSSMax), func(b float64) string { return figures(b/1e6, usual) + " MB" })},
		{"most open connections", orUnknown(finite(g.OpenConnectionsMax), func(n float64) string { return count(int64(n)) })},
	}
}

// scalingFacts tell how scaling followed the demand.
func (r *Report) scalingFacts() []fact {
	var facts []fact
	res := r.Result
	if res.Shortfall != nil {
		facts = append(facts, fact{"demand passed capacity at", r.clock(*res.Shortfall)})
		lag := "capacity did not catch up"
		if res.ScaleLag != nil {
			lag = duration(*res.ScaleLag)
		}
		facts = append(facts, fact{"scale lag", lag})
		recovered := "not within the run"
		if res.Recovered != nil {
			recovered = duration(*res.Recovered)
		}
		facts = append(facts, fact{"objectives held again after", recovered})
	}
	if d := finite(res.Headroom.Deficit); d != nil && *d > 0 {
		facts = append(facts, fact{"requests beyond capacity", count(int64(math.Ceil(*d)))})
	}
	return facts
}

// sentence is the headroom in words.
func (r *Report) sentence() string {
	s := r.Result.Headroom.Sentence
	if s == "" {
		s = "headroom " + r.headroomTitle()
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[size:], ".") + "."
}

// when tells when the run began and how long it was.
func (r *Report) when() string {
	length := time.Duration(r.span().end * float64(time.Second))
	return fmt.Sprintf("%s, %s", r.started().Format("2006-01-02 15:04:05 MST"), duration(length))
}

// clean takes out of a text from outside what would steer a terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}
