package capacity

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// recorded is a run of 100 s whose load passes what two of its units carry until
// two more come at 30 s, as all of it was recorded: onair's own readings every
// second, a poll of the group every 5 s, and each change of the autoscaler's units.
func recorded() (timeline.Timeline, Question) {
	tl, q := steady([]int64{100, 100, 300, 300, 300, 300, 300, 200, 200, 200}, 350)
	q.Fleets = append(q.Fleets, Fleet{Name: nodes, Kind: ASG})
	tl.Readings[0].Value = 2
	for n := range 102 {
		tl.Readings = append(tl.Readings, reading(float64(n)-1, timeline.Generator, timeline.CPU, 0.2))
	}
	for n := range 21 {
		tl.Readings = append(tl.Readings, reading(5*float64(n)-1, nodes, timeline.Ready, 4))
	}
	tl.Readings = append(tl.Readings, reading(30, web, timeline.Ready, 3), reading(30.5, web, timeline.Ready, 4))
	for _, s := range []float64{30, 30.5} {
		seen := at(s)
		tl.Events = append(tl.Events, timeline.Event{At: at(s - 0.5), Seen: &seen, Source: web, Kind: timeline.UnitReady, Unit: "web-" + time.Duration(at(s)).String()})
	}
	return tl, q
}

// Readings that are missing are told, marked or not, and nothing is said of what
// was ready without them.
func TestUnmarkedHoles(t *testing.T) {
	// without removes the readings of a stretch, of all sources or of one.
	without := func(from, to float64, sources ...string) func(*timeline.Timeline) {
		return func(tl *timeline.Timeline) {
			tl.Readings = kept(tl.Readings, func(r timeline.Reading) bool {
				return r.At < at(from) || r.At > at(to) || len(sources) > 0 && sources[0] != r.Source
			})
		}
	}
	const known = ""
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline)
		want   string   // warnings about what was recorded
		blind  []string // sources, and when they were
	}{
		{"all was recorded", func(*timeline.Timeline) {}, known, []string{known, known}},
		{"a reading 5 s late", without(50.5, 54.5), known, []string{known, known}},
		{"nothing was recorded while nothing came", without(50.5, 60.5),
			"between 00:00:50 and 00:01:01 onair recorded no reading", []string{"00:00:50 and 00:01:01", "00:00:50 and 00:01:01"}},
		{"nothing was recorded while units came", without(25.5, 60.5),
			"its events tell of units that became ready from 00:00:30 on, and its readings do not count them: how many were ready until 00:01:40 is not known", []string{"00:00:25 and 00:01:40", "00:00:25 and 00:01:01"}},
		{"the autoscaler's readings were lost", without(25, 60, web),
			"its events tell of units that became ready from 00:00:30 on, and its readings do not count them: how many were ready until 00:01:40 is not known", []string{"00:00:30 and 00:01:40", known}},
		{"a group that is polled every minute", without(25, 80, nodes), known, []string{known, known}},
		{"a group that is polled no more", without(25, 100, nodes), known, []string{known, "00:00:24 and 00:01:40"}},
		{"no reading to the end", without(80.5, 200),
			"between 00:01:20 and 00:01:40 onair recorded no reading", []string{"00:01:20 and 00:01:40", "00:01:20 and 00:01:40"}},
		{"none of onair's own, though others came", without(25.5, 34.5, timeline.Generator),
			"between 00:00:25 and 00:00:35 onair recorded no reading", []string{known, known}},
		{"a gap that is marked, after which all is told at once", func(tl *timeline.Timeline) {
			without(25, 45, web)(tl)
			tl.Gaps = []timeline.Gap{{From: at(25), To: at(45), Source: web, Cause: "refused"}}
			tl.Readings = append(tl.Readings, reading(45.01, web, timeline.Ready, 3)) // two came, and one of the first broke down
			for i := range tl.Events {
				if seen := at(45.01); tl.Events[i].Source == web {
					tl.Events[i].Seen = &seen
				}
			}
		}, known, []string{"00:00:25 and 00:00:45", known}},
		{"a unit that came as another went", func(tl *timeline.Timeline) {
			without(30.2, 100, web)(tl)
			tl.Events = append(tl.Events, timeline.Event{At: at(30.5), Source: web, Kind: timeline.Gone, Unit: "web-0"})
		}, known, []string{known, known}},
	} {
		tl, q := recorded()
		c.change(&tl)
		r := Analyze(tl, q)
		if told := about(r.Warnings, "recorded no") + about(r.Warnings, "its events tell"); !strings.Contains(told, c.want) || c.want == known && told != "" {
			t.Errorf("%s: warnings = %q; want %q", c.name, r.Warnings, c.want)
		}
		for i, f := range q.Fleets {
			if told := about(r.Warnings, f.Name+" was not observed"); !strings.Contains(told, c.blind[i]) || (c.blind[i] == known) != (told == "") {
				t.Errorf("%s: %s warned of as %q; want %q", c.name, f.Name, told, c.blind[i])
			}
		}
		for _, m := range r.Headroom.Series[31:60] {
			if at := figureOf(m.At); c.blind[0] != known && c.blind[0][:8] <= at && at < c.blind[0][len(c.blind[0])-8:] && m.best() != nil {
				t.Errorf("%s: capacity at %s = %v; want unknown", c.name, at, *m.best())
			}
		}
	}
}

func figureOf(d time.Duration) string { return time.Time{}.Add(d).Format("15:04:05") }

// The worst that was seen is not said to be the worst where worse may be hidden in
// a gap, or in what the run did not come to.
func TestWhereTheWorstMayBeHidden(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*timeline.Timeline)
		want     *Hidden
		sentence string
	}{
		{"all was seen", func(*timeline.Timeline) {}, nil, ""},
		{"a gap at the peak", func(tl *timeline.Timeline) {
			tl.Gaps = []timeline.Gap{{From: at(38), To: at(51), Source: web}}
		}, &Hidden{Span{38 * time.Second, 51 * time.Second}, 450},
			"(it may have been worse between 00:00:38 and 00:00:51, when nobody knows what was ready and up to 4.5x was asked)"},
		{"a gap where little was asked", func(tl *timeline.Timeline) {
			tl.Gaps = []timeline.Gap{{From: at(2), To: at(8), Source: web}}
		}, nil, ""},
		{"cut short", func(tl *timeline.Timeline) {
			tl.Seconds, tl.Events = tl.Seconds[:40], nil
		}, &Hidden{Span{40 * time.Second, 60 * time.Second}, 450},
			"(it may have been worse after 00:00:40, when the run had ended and 4.5x was planned)"},
	} {
		tl, q := steady([]int64{100, 200, 400, 300, 450, 100}, 350)
		c.change(&tl)
		h := Analyze(tl, q).Headroom
		if (h.Hidden == nil) != (c.want == nil) || h.Hidden != nil && *h.Hidden != *c.want {
			t.Errorf("%s: hidden = %+v; want %+v", c.name, h.Hidden, c.want)
		}
		if !strings.Contains(h.Sentence, c.sentence) || c.sentence == "" && strings.Contains(h.Sentence, "worse") {
			t.Errorf("%s: sentence = %q; want it to have %q", c.name, h.Sentence, c.sentence)
		}
	}
}

// Where all was seen and it is only not known what a unit sustains at least, nothing
// is hidden from sight: that bound is what is missing, and is the same at all times.
// A gap at the peak is told all the same.
func TestALowerBoundThatIsMissingHidesNothing(t *testing.T) {
	const api = "hpa/default/api"
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline, *Question)
		hidden *Hidden
		want   string
	}{
		{"from above only", func(*timeline.Timeline, *Question) {}, nil,
			" (it may be less: what a unit of hpa/default/web sustains is known from above only)"},
		{"and nothing of another", func(tl *timeline.Timeline, q *Question) {
			q.Fleets = append(q.Fleets, Fleet{Name: api, Kind: HPA})
			for s := -1.0; s < 20; s++ { // another count each second: no window has steady units
				tl.Readings = append(tl.Readings, reading(s, api, timeline.Ready, 20+s))
			}
		}, nil, " (it may be less: what a unit of hpa/default/web sustains is known from above only, and what a unit of hpa/default/api sustains is not known)"},
		{"and not seen at the peak", func(tl *timeline.Timeline, _ *Question) {
			tl.Gaps = []timeline.Gap{{From: at(18), To: at(20), Source: web}}
		}, &Hidden{Span{18 * time.Second, 20 * time.Second}, 500},
			" (it may have been worse between 00:00:18 and 00:00:20, when nobody knows what was ready and up to 5x was asked)"},
	} {
		tl, q := steady([]int64{400, 500}, 350)
		c.change(&tl, &q)
		r := Analyze(tl, q)
		if u := r.Fleets[0].PerUnit; u.Low != nil || u.High == nil {
			t.Fatalf("%s: one unit = %s; want an upper bound alone", c.name, u.Said)
		}
		h := r.Headroom
		if diff := cmp.Diff(c.hidden, h.Hidden); diff != "" || h.Low != nil || h.High == nil {
			t.Errorf("%s: headroom %v to %v, hidden (-want +got):\n%s", c.name, h.Low, h.High, diff)
		}
		if !strings.Contains(h.Sentence, c.want) || strings.Count(h.Sentence, "it may ") != 1 {
			t.Errorf("%s: sentence = %q; want it to have %q", c.name, h.Sentence, c.want)
		}
	}
	known, q := steady([]int64{100, 200, 400, 300}, 350)
	if h := Analyze(known, q).Headroom; h.Low == nil || h.NoLow != "" || strings.Contains(h.Sentence, "may be less") {
		t.Errorf("with a unit that was measured: %q; want nothing to be missing", h.Sentence)
	}
}
