package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// endings are the events that ended sending before its time, each in a few words: a
// guard fired, a cap forbade more, the user stopped the run.
func (r *Report) endings() []mark {
	var list []mark
	for _, e := range r.Timeline.Events {
		switch e.Kind {
		case timeline.GuardFired, timeline.CutShort, timeline.Interrupted:
			words, _, _ := strings.Cut(e.Text, " (")
			list = append(list, mark{e.At.Seconds(), words})
		}
	}
	return list
}

// ended is the row of the endings.
func (r *Report) ended() marks {
	return marks{list: r.endings(), name: "ended early", paint: trouble, rule: stroke(trouble, 1.4), room: 320}
}

// onAir is the row of the spots.
func (r *Report) onAir() marks {
	return marks{list: r.spots(), name: "on air", paint: ink, rule: fadedStroke(ink, 0.35, 0.8)}
}

// unseen is the row of the gaps in what some sources told, each at its start with
// its length. Of several that are told as one the longest is named.
func (r *Report) unseen(end float64, of func(source string) bool) marks {
	m := marks{name: "not observed", paint: muted, rule: stroke(axis, 0.8, 2, 2)}
	lengths := make(map[mark]time.Duration)
	byStart := func(a, b timeline.Gap) int { return cmp.Compare(a.From, b.From) }
	for _, g := range slices.SortedStableFunc(slices.Values(r.Timeline.Gaps), byStart) {
		if g.To > 0 && g.From.Seconds() < end && of(g.Source) {
			length := min(time.Duration(g.To), time.Duration(end*float64(time.Second))) - max(time.Duration(g.From), 0)
			k := mark{max(g.From.Seconds(), 0), r.shortName(g.Source) + " " + figure.Duration(length)}
			m.list, lengths[k] = append(m.list, k), length
		}
	}
	m.joined = func(group []mark) string {
		longest := slices.MaxFunc(group, func(a, b mark) int { return cmp.Compare(lengths[a], lengths[b]) })
		return longest.text + " " + more(group)
	}
	return m
}
