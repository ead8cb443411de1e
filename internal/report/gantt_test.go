package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
)

func TestChosenBars(t *testing.T) {
	var all []bar
	for i := range 312 {
		all = append(all, bar{unit: fmt.Sprint(i), awaited: i == 7 || i == 8 || i == 300})
	}
	got := chosen(all, mostBars)
	var at []int
	for _, b := range got {
		at = append(at, slices.IndexFunc(all, func(a bar) bool { return a.unit == b.unit }))
	}
	if len(at) != mostBars || !slices.IsSorted(at) {
		t.Fatalf("chosen(312 bars) = %v; want 40 in their order", at)
	}
	for _, awaited := range []int{7, 8, 300} {
		if !slices.Contains(at, awaited) {
			t.Errorf("chosen lacks bar %d, which the critical path waited for", awaited)
		}
	}
	for i := range at[1:] {
		if at[i+1]-at[i] > 2*312/mostBars {
			t.Errorf("no bar is chosen between %d and %d; want them even", at[i], at[i+1])
		}
	}
	if got := chosen(all[:40], mostBars); len(got) != 40 {
		t.Errorf("chosen(40 bars) = %d; want all", len(got))
	}
	for i := range all {
		all[i].awaited = true
	}
	if got := chosen(all, mostBars); len(got) != mostBars {
		t.Errorf("chosen of 312 that are all awaited = %d; want 40", len(got))
	}
}

func TestFleetsShareTheBars(t *testing.T) {
	for _, c := range []struct{ units, want []int }{
		{[]int{312}, []int{40}},
		{[]int{10, 500}, []int{10, 30}},
		{[]int{500, 10, 0}, []int{30, 10, 0}},
		{[]int{100, 100}, []int{20, 20}},
		{[]int{5, 6}, []int{5, 6}},
	} {
		var fleets [][]bar
		for _, n := range c.units {
			fleets = append(fleets, make([]bar, n))
		}
		if got := shareOut(mostBars, fleets); !slices.Equal(got, c.want) {
			t.Errorf("shareOut of %v = %v; want %v", c.units, got, c.want)
		}
	}
}

// The chart spans from the first second of any stage to the last, says for each unit
// how long its bar is, and names those that never came.
func TestGantt(t *testing.T) {
	r := failing.report()
	g := r.gantt()
	web := r.Result.Fleets[0]
	first, last := *r.Result.Shortfall, r.Result.Path[len(r.Result.Path)-1].To
	never := 0
	for _, w := range web.Ways {
		first = min(first, w.Legs[0].From)
		if w.Ready == nil {
			never++
		} else {
			last = max(last, *w.Ready)
		}
	}
	if g.from != first.Seconds() || g.to != last.Seconds() {
		t.Errorf("the chart spans %v to %v; want %v to %v", g.from, g.to, first.Seconds(), last.Seconds())
	}
	svg := drawnPlate(t, r, "scaling")
	if got := strings.Count(svg, ">never ready<"); got != never || never == 0 {
		t.Errorf("the chart says %d times that a unit never came; want %d", got, never)
	}
	for _, want := range []string{">Scale lag 57.4 s, from 21:54:08<", ">38 units<", ">critical path<", ">start 8 s<", ">web-7d9f6700<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the chart lacks %s", want)
		}
	}
	for _, b := range g.fleets[0].bars {
		took := b.legs[0].To - b.legs[0].From
		for _, l := range b.legs[1:] {
			took += l.To - l.From
		}
		if b.came && took != b.to()-b.from() {
			t.Errorf("bar %s is %v long; want the sum of its stages, %v", b.unit, b.to()-b.from(), took)
		}
	}
}

// Of a run of hours only what happened about the critical path is shown, and how
// many units that leaves out.
func TestGanttOfAnEvening(t *testing.T) {
	r := crowded()
	web := &r.Result.Fleets[0]
	early := capacity.Way{Unit: "early", Ready: after(100), Legs: []capacity.Leg{leg("start", 40*time.Second, 100*time.Second)}}
	web.Ways = append([]capacity.Way{early}, web.Ways...)
	g := r.gantt()
	if g.from < 3900 || g.to > 4200 {
		t.Errorf("the chart spans %v s to %v s; want the minutes about the shortfall at 4013 s", g.from, g.to)
	}
	if got, want := g.fleets[0].note, fmt.Sprintf("40 of %d units", len(web.Ways)); got != want {
		t.Errorf("note = %q; want %q", got, want)
	}
	for _, b := range g.fleets[0].bars {
		if b.unit == "early" {
			t.Error("the chart shows a unit that came an hour before")
		}
	}
	if r.Result.Path = nil; r.gantt().from != 40 {
		t.Errorf("without a critical path the chart begins at %v; want 40, at the first unit", r.gantt().from)
	}
}

func TestGanttTitle(t *testing.T) {
	r := failing.report()
	for _, c := range []struct {
		shortfall, lag *time.Duration
		want           string
	}{
		{nil, nil, "How units came"},
		{after(68), nil, "Capacity did not catch up with demand from 21:54:08 on"},
		{after(68), after(57.4), "Scale lag 57.4 s, from 21:54:08"},
	} {
		r.Result.Shortfall, r.Result.ScaleLag = c.shortfall, c.lag
		if got := r.ganttTitle(); got != c.want {
			t.Errorf("ganttTitle() = %q; want %q", got, c.want)
		}
	}
}

// Picture and page give a stage the same colour, and no two stages share one.
func TestStagesHaveOneColour(t *testing.T) {
	rules, seen := stageRules(), map[string]bool{}
	for _, c := range stageColours {
		if want := fmt.Sprintf(".path .%s{background:var(--%s)}", c.stage, stagePaint(c.stage).name); !strings.Contains(rules, want) {
			t.Errorf("the page's rules lack %s", want)
		}
		if seen[c.paint.name] {
			t.Errorf("%s shares its colour with another stage", c.stage)
		}
		seen[c.paint.name] = true
	}
	if got := stagePaint("what nobody knows"); got != axis {
		t.Errorf("paint of an unknown stage = %s; want grey", got.name)
	}
}
