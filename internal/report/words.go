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
	"github.com/seed-f864f198/onair/internal/figure"
)

// The rows below are the same in text, Markdown and HTML; only their dress
// differs.

type objectiveRow struct {
	Verdict, Name, Worst, At string
	Broken                   string // for how long and from when; empty where it was not
	Measured                 bool   // Worst is a value
}

// noValue says why an objective has no worst value.
func noValue(o capacity.Judged) string {
	if o.Broken > 0 {
		return "too many failed"
	}
	return "no answers"
}

func (r *Report) objectiveRows() []objectiveRow {
	var rows []objectiveRow
	for _, o := range r.Result.Objectives {
		row := objectiveRow{Verdict: o.Verdict, Name: o.Name, Worst: noValue(o)}
		if worst := finite(o.Worst); worst != nil {
			row.Worst, row.Measured = worstText(o.Objective, *worst), true
		}
		if o.WorstAt != nil {
			row.At = r.clock(*o.WorstAt)
		}
		if o.Broken > 0 {
			row.Broken = r.brokenWords(o)
		}
		rows = append(rows, row)
	}
	return rows
}

// brokenWords say for how long an objective was broken and from when, and for how
// much of that the load was delivered where that is not all.
func (r *Report) brokenWords(o capacity.Judged) string {
	text := figure.Duration(o.Broken)
	if o.First != nil {
		if onAndOff(o) {
			text += " on and off"
		}
		text += " from " + r.clock(*o.First)
	}
	if o.Proven < o.Broken {
		text += ", " + figure.Duration(o.Proven) + " of it with the load delivered"
	}
	return text
}

// onAndOff reports whether the objective held, or was not judged, between windows
// that failed.
func onAndOff(o capacity.Judged) bool {
	var last time.Duration
	for _, w := range o.Windows {
		if w.Verdict == capacity.Failed {
			last = w.To
		}
	}
	return last > *o.First+o.Broken
}

// worstText writes the worst value of an objective on the true side of its
// limit.
func worstText(o capacity.Objective, worst float64) string {
	if o.Quantile > 0 {
		return figure.DurationAgainst(time.Duration(math.Round(worst*1e9)), o.Limit)
	}
	return figure.ShareAgainst(worst, o.Errors)
}

// quantileName writes 0.99 as p99 and 0.999 as p99.9.
func quantileName(q float64) string {
	return "p" + strconv.FormatFloat(figure.Significant(q*100, 9), 'f', -1, 64)
}

type fleetRow struct {
	Name, Units, Max, Desired       string
	PerUnit, MeasuredAt, Saturation string
	Said                            string
	Notes                           []string // what else is known of how it scales
}

func (r *Report) fleetRows() []fleetRow {
	var rows []fleetRow
	for _, f := range r.Result.Fleets {
		u := summaryPerUnit(f)
		rows = append(rows, fleetRow{
			Name:       f.Name,
			Units:      figure.OrUnknown(f.ReadyStart, figure.Count[int]) + " → " + figure.OrUnknown(f.ReadyMax, figure.Count[int]),
			Max:        figure.OrUnknown(f.Max, figure.Count[int]),
			Desired:    figure.OrUnknown(f.DesiredMax, figure.Count[int]),
			PerUnit:    figure.Estimate(u.Low, u.Mid, u.High, figure.Rate),
			MeasuredAt: figure.OrUnknown(u.Units, figure.Count[int]),
			Saturation: figure.Estimate(u.SaturationLow, u.Saturation, u.SaturationHigh, figure.Rate),
			Said:       said(f),
			Notes:      fleetNotes(f),
		})
	}
	return rows
}

// nameless is a sentence about a fleet without its name, which always stands
// beside it.
func nameless(f capacity.FleetResult, said string) string {
	return strings.TrimPrefix(said, f.Name+": ")
}

// said is the estimate of one unit in words; of one that was held down, what it is
// known to do at least.
func said(f capacity.FleetResult) string {
	u := summaryPerUnit(f)
	if f.PerUnit.Mid != nil && u.Mid == nil && u.Low != nil {
		return "one unit sustains at least " + figure.Rate(*u.Low)
	}
	return nameless(f, f.PerUnit.Said)
}

// fleetNotes say how throughput grew with units or why that is not known, what
// stood in its way, and how fast the autoscaler can grow.
func fleetNotes(f capacity.FleetResult) []string {
	var all []string
	if f.USL != nil {
		all = append(all, f.USL.Said)
	} else {
		all = append(all, f.NoUSL)
	}
	if f.Ceiling != nil {
		all = append(all, f.Ceiling.Said)
	}
	all = append(all, f.PerUnit.Held)
	if f.Generations != nil {
		all = append(all, f.Generations.Said)
	}
	var notes []string
	for _, said := range all {
		if said != "" {
			notes = append(notes, nameless(f, said))
		}
	}
	return notes
}

// fleetFacts are the notes of every fleet, and why what one unit sustains is not
// known on both sides where it is not.
func (r *Report) fleetFacts() []fact {
	var facts []fact
	for _, f := range r.Result.Fleets {
		if said := nameless(f, f.PerUnit.Said); f.PerUnit.Mid == nil && said != "" {
			facts = append(facts, fact{f.Name, said})
		}
		for _, note := range fleetNotes(f) {
			facts = append(facts, fact{f.Name, note})
		}
	}
	return facts
}

type stageRow struct{ Fleet, Stage, P50, P90, Max, Units string }

func (r *Report) stageRows() []stageRow {
	var rows []stageRow
	for _, f := range r.Result.Fleets {
		for _, s := range f.Stages {
			rows = append(rows, stageRow{f.Name, stageWords(s.Name), figure.Duration(s.P50), figure.Duration(s.P90), figure.Duration(s.Max), stageCount(s)})
		}
	}
	return rows
}

// stageCount is how many units a stage is of, and of how many, where some never came
// up or it is not known of them.
func stageCount(s capacity.Stage) string {
	if s.Missing == 0 {
		return figure.Count(s.Units)
	}
	return figure.Count(s.Units) + " of " + figure.Count(s.Units+s.Missing)
}

type layerRow struct {
	Name, Rate, Source string
	Binding            bool
}

func (r *Report) layerRows() []layerRow {
	var rows []layerRow
	for _, l := range r.Result.Layers {
		binding := r.Result.Binding != nil && r.Result.Binding.Name == l.Name
		rows = append(rows, layerRow{l.Name, layerRate(l), l.Source, binding})
	}
	return rows
}

// layerRate is what a layer carries, with its range.
func layerRate(l capacity.Layer) string {
	low, high := layerEnds(l)
	return figure.Estimate(low, finite(&l.Rate), high, figure.Rate)
}

type timeRow struct{ Name, P50, P90, P99, Max string }

func (r *Report) timeRows() []timeRow {
	row := func(name string, q capacity.Quantiles) timeRow {
		return timeRow{name, figure.OrUnknown(q.P50, figure.Duration), figure.OrUnknown(q.P90, figure.Duration), figure.OrUnknown(q.P99, figure.Duration), figure.OrUnknown(q.Max, figure.Duration)}
	}
	l := r.Result.Load
	return []timeRow{row("lag", l.Lag), row("service time", l.Service), row("response time", l.Response)}
}

type errorRow struct {
	Class, Count, Share string
	Sample              string // how the first of them failed; empty where that was not kept
}

// errorRows are the classes of failures, most frequent first.
func (r *Report) errorRows() []errorRow {
	errors := r.Result.Load.Errors
	classes := slices.SortedFunc(maps.Keys(errors), func(a, b string) int {
		return cmp.Or(cmp.Compare(errors[b], errors[a]), cmp.Compare(a, b))
	})
	var rows []errorRow
	for _, class := range classes {
		row := errorRow{Class: class, Count: figure.Count(errors[class]), Sample: r.Result.Load.Samples[class]}
		if sent := r.Result.Load.Sent; sent > 0 {
			row.Share = figure.Share(float64(errors[class]) / float64(sent))
		}
		rows = append(rows, row)
	}
	return rows
}

type gapRow struct{ Source, From, Length, Cause string }

func (r *Report) gapRows() []gapRow {
	var rows []gapRow
	for _, g := range r.Timeline.Gaps {
		rows = append(rows, gapRow{g.Source, r.clock(time.Duration(g.From)), figure.Duration(time.Duration(g.To - g.From)), g.Cause})
	}
	return rows
}

type fact struct{ Name, Value string }

// loadFacts are the counts; what is zero and had better be is said too.
func (r *Report) loadFacts() []fact {
	l := r.Result.Load
	return []fact{
		{"planned", figure.Count(l.Planned)}, {"sent", figure.Count(l.Sent)}, {"late", figure.Count(l.Late)},
		{"dropped", figure.Count(l.Dropped)}, {"succeeded", figure.Count(l.Succeeded)}, {"failed", figure.Count(l.Failed)},
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
			lag = figure.Duration(*res.ScaleLag)
			if res.LateAnswers != "" {
				lag += "; " + res.LateAnswers
			}
		}
		facts = append(facts, fact{"scale lag", lag})
		recovered := cmp.Or(res.Unjudged, "not within the run")
		if res.Recovered != nil {
			recovered = figure.Duration(*res.Recovered)
		}
		facts = append(facts, fact{"objectives held again after", recovered})
	}
	if d := finite(res.Headroom.Deficit); d != nil && *d > 0 {
		facts = append(facts, fact{"requests beyond capacity", figure.Count(int64(math.Ceil(*d)))})
	}
	return facts
}

// headline is the answer of the run: the headroom, or why it was aborted.
func (r *Report) headline() string {
	if reasons := r.Result.Reasons; r.aborted() && len(reasons) > 0 {
		return sentenceOf(reasons[0])
	}
	return r.sentence()
}

// notes are what else there is to say of the verdict.
func (r *Report) notes() []string {
	reasons := r.Result.Reasons
	if r.aborted() && len(reasons) > 0 {
		return append(slices.Clone(reasons[1:]), "until then: "+r.headroomWords())
	}
	return reasons
}

// wide are the estimates of one unit that are wide, with what would narrow them: they stand where the
// headroom is read, for it is as wide as they are. A terminal has them with its
// fleets, on the same screen.
func (r *Report) wide() []string {
	var notes []string
	for _, f := range r.Result.Fleets {
		if f.PerUnit.Wide() {
			notes = append(notes, f.PerUnit.Said)
		}
	}
	return notes
}

func (r *Report) aborted() bool { return r.Result.Verdict == capacity.Aborted }

// sentence is the headroom in words.
func (r *Report) sentence() string { return sentenceOf(r.headroomWords()) }

func (r *Report) headroomWords() string {
	if s := r.Result.Headroom.Sentence; s != "" {
		return s
	}
	return "headroom " + r.headroomTitle()
}

// sentenceOf gives words a capital and a full stop.
func sentenceOf(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[size:], ".") + "."
}

// when tells when the run began and how long it was.
func (r *Report) when() string {
	return fmt.Sprintf("%s, %s", r.started().Format("2006-01-02 15:04:05 MST"), figure.Duration(r.length()))
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
