package capacity

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// warned reports whether a warning has all the words.
func warned(r Result, words ...string) bool {
	return slices.ContainsFunc(r.Warnings, func(w string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(w, word) })
	})
}

// Without observers the objectives are judged, and nothing is said of capacity.
func TestWithoutObservers(t *testing.T) {
	tl, q := steady([]int64{400, 400, 400}, 1000)
	tl.Readings, q.Fleets = nil, nil
	q.Layers = []Layer{{Name: "db", Rate: 6000}}
	r := Analyze(tl, q)
	if r.Verdict != Pass || r.Objectives[0].Verdict != Held {
		t.Errorf("verdict = %s %q; want the objectives held", r.Verdict, r.Reasons)
	}
	if r.Headroom.Low != nil || r.Headroom.Mid != nil || r.Headroom.High != nil || r.Headroom.Deficit != nil || r.Shortfall != nil || r.ScaleLag != nil {
		t.Errorf("headroom = %s, deficit %v, scale lag %v; want all unknown", r.Headroom.Sentence, r.Headroom.Deficit, r.ScaleLag)
	}
	if !warned(r, "no fleet was observed") {
		t.Errorf("warnings = %q; want one that says that no fleet was observed", r.Warnings)
	}
	q.Required = Required{Peak: 400, AtLeast: 0.2, Asked: true}
	if r := Analyze(tl, q); r.Verdict != Invalid || r.Headroom.Low != nil || r.Headroom.Mid != nil {
		t.Errorf("with headroom required: %s, %s; want invalid, and at most the db", r.Verdict, r.Headroom.Sentence)
	}
}

// Without load nothing is known, and the reason says so.
func TestWithoutLoad(t *testing.T) {
	for name, seconds := range map[string][]timeline.Second{
		"no seconds": nil, "nothing planned": {{Second: 0}, {Second: 1}, {Second: 2}},
	} {
		tl, q := steady([]int64{100, 200}, 350)
		tl.Seconds = seconds
		q.Required = Required{AtLeast: 0.1, Asked: true}
		r := Analyze(tl, q)
		if r.Verdict != Invalid || !strings.Contains(strings.Join(r.Reasons, "\n"), "no request was due") {
			t.Errorf("%s: %s %q; want invalid, since no request was due", name, r.Verdict, r.Reasons)
		}
		u := r.Fleets[0].PerUnit
		if u.Low != nil || u.Mid != nil || u.High != nil || u.Saturation != nil || r.Headroom.Low != nil || r.Load.Response.P99 != nil || r.Objectives[0].Worst != nil {
			t.Errorf("%s: one unit %s, %s; want all unknown", name, u.Said, r.Headroom.Sentence)
		}
	}
}

// A run that ended after three seconds counts as far as it goes, whoever ended it.
func TestCutOffAfterThreeSeconds(t *testing.T) {
	for _, c := range []struct {
		name, kind, text, verdict, reason string
		sent, answered                    int64 // in its last second
	}{
		{"killed", "", "", Invalid, "the run was killed before it was complete: 1,200 of about 1,600 planned arrivals came due", 400, 250},
		{"by a cap", timeline.CutShort, "caps.requests ended sending", Invalid, "caps.requests ended sending at 00:00:03: 1,200 of about 1,600 planned", 400, 400},
		{"by the user", timeline.Interrupted, "stopped by the user", Aborted, "stopped by the user at 00:00:03", 400, 400},
	} {
		tl, q := steady([]int64{400}, 1000)
		q.Demand = traffic.Flat(400, 4*time.Second)
		tl.Seconds, tl.Events = tl.Seconds[:3], nil
		tl.Seconds[2].Sent, tl.Seconds[2].Succeeded = c.sent, c.answered
		if c.kind != "" {
			tl.Events = []timeline.Event{{At: at(3), Source: "rehearsal", Kind: c.kind, Text: c.text}}
		}
		r := Analyze(tl, q)
		if reasons := strings.Join(r.Reasons, "\n"); r.Verdict != c.verdict || !strings.Contains(reasons, c.reason) {
			t.Errorf("%s: %s %q; want %s: %q", c.name, r.Verdict, r.Reasons, c.verdict, c.reason)
		}
		if r.Load.Planned != 1200 || r.Load.Sent != 800+c.sent || r.Load.Succeeded != 800+c.answered {
			t.Errorf("%s: load = %+v; want the three seconds counted", c.name, r.Load)
		}
		if u := r.Fleets[0].PerUnit; u.Low != nil || u.Mid != nil || u.High != nil || r.Headroom.Low != nil {
			t.Errorf("%s: one unit = %s, %s; want nothing of three seconds", c.name, u.Said, r.Headroom.Sentence)
		}
	}
}

// gapOverTheSpot is a spot of 500/s from 40 s to 60 s on four units of 87.5/s that
// nobody saw from the rise until the peak had passed.
func gapOverTheSpot(from, to float64) (timeline.Timeline, Question) {
	tl, q := steady([]int64{100, 200, 300, 400, 500, 500, 500, 100, 100}, 350)
	q.Spots = []Span{{40 * time.Second, 90 * time.Second}}
	tl.Gaps = []timeline.Gap{{From: at(from), To: at(to), Source: web, Cause: "refused"}}
	return tl, q
}

func TestAGapOverTheSpot(t *testing.T) {
	tl, q := gapOverTheSpot(38, 72)
	r := Analyze(tl, q)
	for _, m := range r.Headroom.Series[38:72] {
		if m.Low != nil || m.Mid != nil || m.High != nil {
			t.Fatalf("capacity at %v = %v; want unknown", m.At, *m.best())
		}
	}
	if r.Headroom.Deficit != nil || r.ScaleLag != nil || r.Shortfall != nil || r.Headroom.Low != nil || r.Headroom.Mid != nil {
		t.Errorf("deficit %v, scale lag %v, shortfall %v, %s; want all unknown", r.Headroom.Deficit, r.ScaleLag, r.Shortfall, r.Headroom.Sentence)
	}
	// The highest rate that was seen for a whole window is 75/s, and it held.
	if u := r.Fleets[0].PerUnit; u.Low == nil || *u.Low > 75 || *u.Low < 0.9*75 || u.High != nil {
		t.Errorf("one unit = %s; want at least about 75/s, from the steps that were seen", u.Said)
	}
	if !warned(r, web, "00:00:38", "00:01:12", "refused") {
		t.Errorf("warnings = %q; want one that names all of the gap", r.Warnings)
	}
	q.Objectives = []Objective{{Name: "errors <= 0.5%", Errors: 0.005, Window: 10 * time.Second}}
	q.Required = Required{AtLeast: -0.9, Asked: true}
	if r := Analyze(tl, q); r.Verdict == Pass {
		t.Errorf("verdict = %s %q; want no pass on what nobody saw", r.Verdict, r.Reasons)
	}
}

// A shortfall that is seen when a gap ends began nobody knows when: neither it nor
// the scale lag counts from there.
func TestAShortfallThatBeganInAGap(t *testing.T) {
	tl, q := gapOverTheSpot(38, 50) // 500/s until 70 s
	if r := Analyze(tl, q); r.Shortfall != nil || r.ScaleLag != nil || r.Recovered != nil {
		t.Errorf("shortfall %v, scale lag %v, recovered %v; want all unknown", r.Shortfall, r.ScaleLag, r.Recovered)
	}
	tl, q = gapOverTheSpot(20, 40) // ended as the spot began
	if r := Analyze(tl, q); r.Shortfall == nil || *r.Shortfall != 40*time.Second || r.ScaleLag == nil || *r.ScaleLag != 30*time.Second {
		t.Errorf("shortfall %v, scale lag %v; want 30s from 40s, for the gap ended before", r.Shortfall, r.ScaleLag)
	}
}

// launches has three instances come up from second 10 on, as a polled group tells
// it: that a launch began by its own clock, which is off by so much, and that the
// instance comes into service between two polls, 5 s later.
func launches(off float64) (timeline.Timeline, Question) {
	tl, q := steady([]int64{100, 200, 300, 300}, 350)
	q.Fleets[0].Kind = ASG
	for i := range 3 {
		since, unit := 10+8*float64(i), fmt.Sprint("i-", i)
		seen := at(since + 0.2)
		tl.Events = append(tl.Events,
			timeline.Event{At: at(since + off), Seen: &seen, Source: web, Kind: timeline.Create, Unit: unit},
			timeline.Event{At: at(since + 7), After: ptr(at(since + 3)), Source: web, Kind: timeline.InService, Unit: unit})
	}
	return tl, q
}

// upscale has three units come up from second 10 on, by a clock that is off by so
// much, and for the last two by so much more.
func upscale(off, step float64) (timeline.Timeline, Question) {
	tl, q := steady([]int64{100, 200, 300, 300}, 350)
	for i := range 3 {
		since := 10 + 8*float64(i)
		wrong := off
		if i > 0 {
			wrong += step
		}
		for _, e := range []struct {
			kind string
			at   float64
		}{{timeline.Create, 0}, {timeline.Place, 1}, {timeline.Start, 3}, {timeline.UnitReady, 5}} {
			seen := at(since + e.at + 0.2)
			tl.Events = append(tl.Events, timeline.Event{At: at(math.Floor(since+e.at) + wrong), Seen: &seen, Source: web, Kind: e.kind, Unit: string(rune('a' + i))})
		}
	}
	return tl, q
}

// A group's own account of when a launch ended is what betrays that its clock was
// stepped, and what was told before it stays as it was.
func TestAGroupsClockIsStepped(t *testing.T) {
	for _, step := range []float64{0, -120, 120} {
		tl, q := steady([]int64{100, 200, 300, 300}, 350)
		q.Fleets[0].Kind = ASG
		for i := range 3 {
			n, unit := float64(i), fmt.Sprint("i-", i)
			asked, ended := at(7.2+n), at(33.2+n)
			tl.Events = append(tl.Events,
				timeline.Event{At: at(2 + n), Seen: &asked, Source: web, Kind: timeline.Create, Unit: unit},
				timeline.Event{At: at(30 + n), After: ptr(at(26 + n)), Source: web, Kind: timeline.InService, Unit: unit},
				timeline.Event{At: at(28 + n + step), Seen: &ended, Source: web, Kind: "activity", Unit: unit, Text: "Successful: Launching a new instance"})
		}
		warning := ""
		if step != 0 {
			warning = web + ": its clock, or this machine's, was stepped by about 2m during the run"
		}
		took := 26 * time.Second // by its own account, and by the middle between the polls where that is off
		checkStages(t, fmt.Sprint("stepped by ", step), tl, q, []Stage{{Name: "in_service", P50: took, P90: took, Max: took, Units: 3}}, warning)
	}
}

const toldByClock = "stage times are taken from when they were seen"

// Stages are the same whatever the source's clock says, and a clock that is off or
// was stepped is told.
func TestClocksThatAreOff(t *testing.T) {
	want := []Stage{
		{Name: "place", P50: time.Second, P90: time.Second, Max: time.Second, Units: 3},
		{Name: "start", P50: 2 * time.Second, P90: 2 * time.Second, Max: 2 * time.Second, Units: 3},
		{Name: "ready", P50: 2 * time.Second, P90: 2 * time.Second, Max: 2 * time.Second, Units: 3},
	}
	for _, c := range []struct {
		name      string
		off, step float64
		warning   string
	}{
		{"in time", 0, 0, ""},
		{"a second behind", -1, 0, ""},
		{"ahead", 40, 0, web + ": its clock is 40 s ahead of this machine's; " + toldByClock},
		{"behind", -40, 0, web + ": its clock is 40 s behind this machine's, or what it tells comes that late; " + toldByClock},
		{"stepped on", 0, 40, web + ": its clock, or this machine's, was stepped by 40 s during the run; " + toldByClock},
		{"stepped back", 0, -40, web + ": its clock, or this machine's, was stepped by 40 s during the run; " + toldByClock},
		{"stepped a little", 0, 3, web + ": its clock, or this machine's, was stepped by 3 s during the run; " + toldByClock},
		{"a year away", -366 * 86400, 0, ""},
	} {
		tl, q := upscale(c.off, c.step)
		checkStages(t, c.name, tl, q, want, c.warning)
	}
}

// A group is polled, and what it tells may be half a minute old: its own account of
// when a launch began counts, unless its clock is off by more than that.
func TestAGroupsClock(t *testing.T) {
	for _, c := range []struct {
		name    string
		off     float64
		took    float64 // from the launch until the middle between the polls that saw the instance come into service
		warning string
	}{
		{"in time", 0, 5, ""},
		{"seen late", -12, 17, ""},
		{"behind", -50, 4.8, web + ": its clock is 50 s behind this machine's, or what it tells comes that late; " + toldByClock},
		{"ahead", 40, 4.8, web + ": its clock is 40 s ahead of this machine's; " + toldByClock},
	} {
		tl, q := launches(c.off)
		d := seconds(c.took)
		checkStages(t, c.name, tl, q, []Stage{{Name: "in_service", P50: d, P90: d, Max: d, Units: 3}}, c.warning)
	}
}

func checkStages(t *testing.T, name string, tl timeline.Timeline, q Question, want []Stage, warning string) {
	t.Helper()
	r := Analyze(tl, q)
	if diff := cmp.Diff(want, r.Fleets[0].Stages); diff != "" {
		t.Errorf("%s: stages (-want +got):\n%s", name, diff)
	}
	if has := warned(r, toldByClock); has != (warning != "") || warning != "" && !warned(r, warning) {
		t.Errorf("%s: warnings = %q; want %q", name, r.Warnings, warning)
	}
}

// What was seen late because nobody looked tells nothing of a clock.
func TestAGapIsNoClock(t *testing.T) {
	tl, q := upscale(0, 0)
	late := at(38)
	for i := range tl.Events {
		if tl.Events[i].Unit == "c" {
			tl.Events[i].Seen = &late
		}
	}
	if r := Analyze(tl, q); !warned(r, "stepped by") {
		t.Errorf("warnings = %q; want a step where events come 7 s late for no reason", r.Warnings)
	}
	tl.Gaps = []timeline.Gap{{From: at(20), To: at(37), Source: web, Cause: "refused"}}
	if r := Analyze(tl, q); warned(r, "stepped by") || len(r.Fleets[0].Stages) != 3 {
		t.Errorf("warnings = %q; want no step where events were seen after a gap", r.Warnings)
	}
}

// A machine whose clock is behind the API server's starts what was not yet placed.
// That is never a stage of 0 s.
func TestStagesThatGoBackwards(t *testing.T) {
	tl, q := upscale(0, 0)
	for i, e := range tl.Events {
		if e.Unit == "b" && (e.Kind == timeline.Start || e.Kind == timeline.UnitReady) {
			tl.Events[i].At -= at(30)
		}
	}
	r := Analyze(tl, q)
	for _, s := range r.Fleets[0].Stages {
		if s.Units != 3 || s.P50 < time.Second {
			t.Errorf("stage %+v; want that of three units, from when they were seen", s)
		}
	}
	if !warned(r, web, "1 of its units", "the clocks behind it differ") {
		t.Errorf("warnings = %q; want one of clocks that differ", r.Warnings)
	}
	for i := range tl.Events {
		tl.Events[i].Seen = nil
	}
	for _, s := range Analyze(tl, q).Fleets[0].Stages {
		if want := map[string]int{"place": 3, "start": 2, "ready": 3}[s.Name]; s.Units != want {
			t.Errorf("stage %+v; want it of %d units, where nobody saw when", s, want)
		}
	}
}

// Numbers that cannot be are left out and told; they neither fill the memory nor
// become an answer.
func TestWhatCannotBeIsLeftOut(t *testing.T) {
	good, q := steady([]int64{100, 200, 300, 400}, 350)
	want := Analyze(good, q)
	for name, c := range map[string]struct {
		change func(*timeline.Timeline)
		words  []string
	}{
		"a second of no run": {func(tl *timeline.Timeline) {
			tl.Seconds = append(tl.Seconds, timeline.Second{Second: 1e9, Planned: 5})
		}, []string{"1 seconds were left out"}},
		"a second before the start": {func(tl *timeline.Timeline) {
			tl.Seconds = append([]timeline.Second{{Second: -5, Planned: 5}}, tl.Seconds...)
		}, []string{"1 seconds were left out"}},
		"no number": {func(tl *timeline.Timeline) {
			tl.Readings = append(tl.Readings, timeline.Reading{At: at(5), Source: web, Name: timeline.Ready, Value: math.NaN()})
		}, []string{web, "ready", "NaN"}},
		"too many units": {func(tl *timeline.Timeline) {
			tl.Readings = append(tl.Readings, timeline.Reading{At: at(5), Source: web, Name: timeline.Max, Value: 1e300})
		}, []string{web, "max", "1e+300"}},
		"fewer than no units": {func(tl *timeline.Timeline) {
			tl.Readings = append(tl.Readings, timeline.Reading{At: at(5), Source: web, Name: timeline.Ready, Value: -4})
		}, []string{web, "ready", "-4"}},
	} {
		tl, _ := steady([]int64{100, 200, 300, 400}, 350)
		c.change(&tl)
		got := Analyze(tl, q)
		if !warned(got, c.words...) {
			t.Errorf("%s: warnings = %q; want one with %q", name, got.Warnings, c.words)
		}
		got.Warnings = want.Warnings
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s changes the result (-without +with):\n%s", name, diff)
		}
	}
}

// Lines of a run may be lost: seconds of which the answers are on record and what was
// sent is not tell of no rate, and nothing divides by it.
func TestAnswersWithoutWhatWasSentAreNoTrial(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 350)
	for i := range tl.Seconds {
		if s := &tl.Seconds[i]; i%20 < 10 {
			s.Planned, s.Sent = 0, 0
		}
	}
	trials := Analyze(tl, q).Fleets[0].PerUnit.Trials
	if len(trials) == 0 {
		t.Error("no trial is left of the seconds that are whole")
	}
	for _, trial := range trials {
		if trial.Rate == 0 {
			t.Errorf("a trial at no rate: %+v", trial)
		}
	}
}
