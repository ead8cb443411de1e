package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// step is what one stage took of the critical path.
type step struct {
	Stage, Fleet, Limit string
	Took                time.Duration
	Times               int // stretches in which it was the one waited for
}

// steps merges the critical path by stage, in the order in which each was first
// waited for: an autoscaler that grows in generations comes back to every stage.
func steps(path []capacity.Owned) []step {
	var all []step
	for i, o := range path {
		at := slices.IndexFunc(all, func(s step) bool { return s.waitsAs(o) })
		if at < 0 {
			at = len(all)
			all = append(all, step{Stage: o.Stage, Fleet: o.Fleet, Limit: o.Limit})
		}
		all[at].Took += o.To - o.From
		if i == 0 || !all[at].waitsAs(path[i-1]) {
			all[at].Times++
		}
	}
	return all
}

// waitsAs reports whether a stretch of the path is one of the step's.
func (s step) waitsAs(o capacity.Owned) bool {
	return s.Stage == o.Stage && s.Fleet == o.Fleet && s.Limit == o.Limit
}

type pathRow struct {
	Stage   string // as the path has it; the colour of the bar goes by it
	Said    string
	Seconds float64
}

// pathRows are the steps of the critical path in words.
func (r *Report) pathRows() []pathRow { return r.namedRows(steps(r.Result.Path)) }

// pathBar is the critical path as it went, stretch by stretch.
func (r *Report) pathBar() []pathRow {
	var all []step
	for _, o := range r.Result.Path {
		all = append(all, step{o.Stage, o.Fleet, o.Limit, o.To - o.From, 1})
	}
	return r.namedRows(all)
}

// namedRows names a limit, and a fleet where it is another one than before, if
// there is more than one.
func (r *Report) namedRows(all []step) []pathRow {
	several := len(fleetsOf(all)) > 1
	var rows []pathRow
	before := ""
	for _, s := range all {
		words := stageWords(s.Stage)
		if s.Limit != "" {
			words += " (" + s.Limit + ")"
		}
		words += " " + figure.Duration(s.Took)
		if s.Times > 1 {
			words += " (" + figure.Count(s.Times) + " times)"
		}
		if several && s.Fleet != "" && s.Fleet != before && s.Limit == "" {
			words = r.shortName(s.Fleet) + " " + words
		}
		before = cmp.Or(s.Fleet, before)
		rows = append(rows, pathRow{s.Stage, words, s.Took.Seconds()})
	}
	return rows
}

func fleetsOf(all []step) map[string]bool {
	fleets := make(map[string]bool)
	for _, s := range all {
		if s.Fleet != "" {
			fleets[s.Fleet] = true
		}
	}
	return fleets
}

func stageWords(stage string) string { return strings.ReplaceAll(stage, "_", " ") }

// pathTitle names the critical path by its length; empty without one.
func (r *Report) pathTitle() string {
	path := r.Result.Path
	if len(path) == 0 {
		return ""
	}
	return "critical path, " + figure.Duration(path[len(path)-1].To-path[0].From)
}

// pathFacts is the critical path in one line.
func (r *Report) pathFacts() []fact {
	if len(r.Result.Path) == 0 {
		return nil
	}
	var said []string
	for _, p := range r.pathRows() {
		said = append(said, p.Said)
	}
	return []fact{{r.pathTitle(), strings.Join(said, " → ")}}
}
