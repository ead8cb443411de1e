package capacity

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Nothing passes that was not shown.
func TestNothingPassesThatWasNotShown(t *testing.T) {
	const api = "hpa/default/api"
	required := func(q *Question) { q.Required = Required{AtLeast: 0, Asked: true} }
	for _, c := range []struct {
		name   string
		rates  []int64
		change func(*timeline.Timeline, *Question)
		reason string
	}{
		{"no fleet in the scenario", []int64{100, 200}, func(_ *timeline.Timeline, q *Question) {
			required(q)
			q.Fleets = nil
		}, "at least 0 % of headroom is required, and what could be shown is unknown"},
		{"no fleet, and a stated layer far above", []int64{100, 200}, func(_ *timeline.Timeline, q *Question) {
			required(q)
			q.Fleets, q.Layers = nil, []Layer{{Name: "db", Rate: 1e6}}
		}, "what could be shown is unknown"},
		{"no fleet, and a stated layer far above a required peak", []int64{100, 200}, func(_ *timeline.Timeline, q *Question) {
			q.Required = Required{Peak: 1000, Asked: true}
			q.Fleets, q.Layers = nil, []Layer{{Name: "db", Rate: 2000}}
		}, "what could be shown is at most +100 %"},
		{"no observer ever answered", []int64{100, 200}, func(tl *timeline.Timeline, q *Question) {
			required(q)
			tl.Readings = nil
		}, "was never observed"},
		{"another source was seen too little of", []int64{100, 200}, func(tl *timeline.Timeline, q *Question) {
			q.Sources = []Source{{Name: "elb/web", Least: 0.9}}
			tl.Readings = append(tl.Readings, reading(3, "elb/web", timeline.Healthy, 4))
		}, "elb/web was not observed between 00:00:00 and 00:00:03: it was seen for 85 % of the run, and at least 90 % is required"},
		{"a gap over the spot", []int64{100, 200, 300}, func(tl *timeline.Timeline, q *Question) {
			required(q)
			q.Spots = []Span{{20 * time.Second, 30 * time.Second}}
			tl.Gaps = []timeline.Gap{{From: at(19), To: at(30), Source: web}}
		}, "what could be shown is"},
		{"a gap of the second fleet over the spot", []int64{100, 200, 300}, func(tl *timeline.Timeline, q *Question) {
			required(q)
			q.Spots = []Span{{20 * time.Second, 30 * time.Second}}
			q.Fleets = append(q.Fleets, Fleet{Name: api, Kind: HPA})
			tl.Readings = append(tl.Readings, reading(-1, api, timeline.Ready, 9), reading(-1, api, timeline.Max, 99))
			tl.Gaps = []timeline.Gap{{From: at(19), To: at(30), Source: api}}
		}, "what could be shown is"},
		{"the second fleet's max is not known", []int64{100, 200, 300}, func(tl *timeline.Timeline, q *Question) {
			q.Required = Required{Peak: 300, Asked: true}
			q.Fleets = append(q.Fleets, Fleet{Name: api, Kind: HPA})
			tl.Readings = append(tl.Readings, reading(-1, api, timeline.Ready, 9))
		}, "what could be shown is"},
		{"known from below, too little", []int64{100, 200}, func(_ *timeline.Timeline, q *Question) {
			q.Required = Required{Peak: 501, Asked: true} // ten units of at least 50/s
		}, "what could be shown is at least −1 %"},
		{"unknown at the peak of the spot", []int64{100, 100, 100, 400}, func(tl *timeline.Timeline, _ *Question) {
			for n := 30; n < 40; n++ {
				tl.Seconds[n] = secondOf(n, 400, 4) // exactly what is allowed
			}
		}, "p99 <= 300ms was not shown to hold under the highest load: 40 of 4,000 requests broke it in the busiest window"},
		{"the peak was never reached", []int64{100, 200, 300}, func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds = tl.Seconds[:15]
			tl.Events = []timeline.Event{{At: at(15), Kind: timeline.CutShort, Text: "the cap on duration ended sending"}}
		}, "2,000 of about 6,000 planned arrivals came due"},
		{"the spot is not on record", []int64{100, 300, 100}, func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds = append(tl.Seconds[:10:10], tl.Seconds[20:]...)
		}, "between 00:00:10 and 00:00:20 about 3,000 arrivals were planned, and 0 are on record"},
		{"a window of the spot is on record twice", []int64{100, 300, 100}, func(tl *timeline.Timeline, _ *Question) {
			for n := 10; n < 20; n++ {
				tl.Seconds[n].Add(secondOf(n, 300, 0))
			}
		}, "between 00:00:10 and 00:00:20 about 3,000 arrivals were planned, and 6,000 are on record"},
		{"a small run is on record twice", []int64{30, 40, 60}, func(tl *timeline.Timeline, _ *Question) {
			for n := range tl.Seconds {
				tl.Seconds[n].Add(tl.Seconds[n])
			}
		}, "between 00:00:00 and 00:00:30 about 1,300 arrivals were planned, and 2,600 are on record"},
		{"answers to nothing", []int64{100, 200}, func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds[4].Succeeded += 1000
		}, "the counts do not add up: planned 3,000, sent 3,000, dropped 0, succeeded 4,000, failed 0"},
		{"an objective on a request that never came", []int64{100, 200}, func(_ *timeline.Timeline, q *Question) {
			o := p99
			o.Name, o.Request = "p99 of pay", "pay"
			q.Objectives = append(q.Objectives, o)
		}, "p99 of pay could not be judged"},
		{"no spot while an objective asks for spots", []int64{100, 200}, func(_ *timeline.Timeline, q *Question) {
			q.Objectives[0].During = true
		}, "could not be judged"},
	} {
		tl, q := steady(c.rates, 350)
		c.change(&tl, &q)
		r := Analyze(tl, q)
		if r.Verdict != Invalid || !strings.Contains(strings.Join(r.Reasons, "\n"), c.reason) {
			t.Errorf("%s: verdict = %s %q; want invalid because %q", c.name, r.Verdict, r.Reasons, c.reason)
		}
	}
}

// What is doubtful is told whatever the verdict: a fail or an abort proves nothing
// of it wrong.
func TestDoubtsAreNeverLost(t *testing.T) {
	failed := func(_ *timeline.Timeline, q *Question) { q.Required = Required{Peak: 9000, AtLeast: 0.2, Asked: true} }
	guarded := func(tl *timeline.Timeline, _ *Question) {
		tl.Events = []timeline.Event{{At: at(20), Source: "rehearsal", Kind: timeline.GuardFired, Text: "errors"}}
	}
	for _, c := range []struct {
		name  string
		doubt func(*timeline.Timeline, *Question)
		want  string
	}{
		{"killed", func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds, tl.Events = tl.Seconds[:35], slices.DeleteFunc(tl.Events, func(e timeline.Event) bool { return e.Kind == timeline.SendingDone })
		}, "7,500 of about 8,000 planned arrivals came due"},
		{"miscounted", func(tl *timeline.Timeline, _ *Question) { tl.Seconds[3].Succeeded -= 7 }, "the counts do not add up"},
		{"not recorded", func(tl *timeline.Timeline, q *Question) {
			tl.Seconds = append(tl.Seconds[:10:10], tl.Seconds[20:]...)
			tl.Events = append(tl.Events, timeline.Event{At: at(40), Kind: timeline.SendingDone})
		}, "about 2,000 arrivals were planned, and 0 are on record"},
		{"recorded twice", func(tl *timeline.Timeline, _ *Question) {
			for n := range tl.Seconds {
				tl.Seconds[n].Add(tl.Seconds[n])
			}
		}, "about 1,000 arrivals were planned, and 2,000 are on record"},
		{"ready was not observed", func(tl *timeline.Timeline, q *Question) {
			q.Fleets = append(q.Fleets, Fleet{Name: "hpa/default/api", Kind: HPA})
			tl.Readings = append(tl.Readings, reading(-1, "hpa/default/api", timeline.Max, 9))
			q.Layers = []Layer{{Name: "db", Rate: 100}}
		}, "hpa/default/api: how many units were ready was never observed"},
		{"not judged", func(_ *timeline.Timeline, q *Question) {
			q.Objectives = append(q.Objectives, Objective{Name: "p99 of pay", Quantile: 0.99, Limit: time.Second, Request: "pay", Window: 10 * time.Second})
		}, "p99 of pay could not be judged"},
	} {
		for verdict, end := range map[string]func(*timeline.Timeline, *Question){Fail: failed, Aborted: guarded} {
			tl, q := steady([]int64{100, 200, 400, 100}, 350)
			end(&tl, &q)
			c.doubt(&tl, &q)
			r := Analyze(tl, q)
			if r.Verdict != verdict || !warned(r, c.want) {
				t.Errorf("%s: verdict = %s %q, warnings = %q; want %s and a warning %q", c.name, r.Verdict, r.Reasons, r.Warnings, verdict, c.want)
			}
		}
	}
}

// A requirement that is not met by what is known is a reason, never a mere warning:
// whatever else the verdict is for, and after it.
func TestUnshownHeadroomIsAlwaysAReason(t *testing.T) {
	const want = "at least 20 % of headroom is required, and what could be shown is unknown"
	for _, c := range []struct {
		verdict string
		change  func(*timeline.Timeline)
	}{
		{Fail, func(tl *timeline.Timeline) {
			for n := range tl.Seconds {
				s := &tl.Seconds[n]
				s.Succeeded, s.Failed = s.Succeeded-s.Sent/2, s.Failed+s.Sent/2
				s.Errors = map[string]int64{"status_503": s.Failed}
			}
		}},
		{Aborted, func(tl *timeline.Timeline) {
			tl.Events = append(tl.Events, timeline.Event{At: at(20), Source: "rehearsal", Kind: timeline.GuardFired, Text: "errors"})
		}},
		{Invalid, func(*timeline.Timeline) {}},
	} {
		tl, q := steady([]int64{100, 200}, 350)
		q.Objectives = append(q.Objectives, Objective{Name: "errors", Errors: 0.01, Window: 10 * time.Second})
		q.Required, q.Fleets = Required{AtLeast: 0.2, Asked: true}, nil
		c.change(&tl)
		r := Analyze(tl, q)
		if n := len(r.Reasons); r.Verdict != c.verdict || r.Reasons[n-1] != want || c.verdict != Invalid && n < 2 {
			t.Errorf("%s: verdict = %s, reasons = %q; want as the last of several %q", c.verdict, r.Verdict, r.Reasons, want)
		}
		if warned(r, want) {
			t.Errorf("%s: warnings = %q; want none of what a reason says", c.verdict, r.Warnings)
		}
	}
}

// Every number in a reason is one of the result's, or of the question's.
func TestReasonsAreMadeOfFigures(t *testing.T) {
	for _, c := range []struct {
		name   string
		rates  []int64
		change func(*timeline.Timeline, *Question)
		want   string // verdict
	}{
		{"pass", []int64{100, 200}, func(*timeline.Timeline, *Question) {}, Pass},
		{"pass with headroom", []int64{100, 200, 400}, func(_ *timeline.Timeline, q *Question) {
			q.Objectives[0].During, q.Spots = true, []Span{{0, 10 * time.Second}}
			q.Required = Required{AtLeast: 0.6, Asked: true}
		}, Pass},
		{"broken", []int64{100, 400, 100, 450}, func(*timeline.Timeline, *Question) {}, Fail},
		{"broken, in part undelivered", []int64{400, 400, 400}, func(tl *timeline.Timeline, _ *Question) {
			for n := 10; n < 20; n++ {
				for range 40 {
					tl.Seconds[n].Lag.Record(time.Second)
				}
			}
		}, Fail},
		{"headroom missed", []int64{100, 200, 400}, func(_ *timeline.Timeline, q *Question) {
			q.Objectives[0].During, q.Spots = true, []Span{{0, 10 * time.Second}}
			q.Required = Required{Peak: 900, AtLeast: 0.125, Asked: true}
		}, Fail},
		{"headroom not shown", []int64{100, 200}, func(_ *timeline.Timeline, q *Question) {
			q.Required = Required{Peak: 900, AtLeast: 0.125, Asked: true}
		}, Invalid},
		{"not delivered", []int64{100, 100}, func(tl *timeline.Timeline, _ *Question) {
			tl.Seconds[4].Planned, tl.Seconds[4].Dropped = 160, 60
		}, Invalid},
		{"unknown at the peak", []int64{100, 100, 400}, func(tl *timeline.Timeline, _ *Question) {
			for n := 20; n < 30; n++ {
				tl.Seconds[n] = secondOf(n, 400, 4)
			}
		}, Invalid},
		{"killed", []int64{100, 100}, func(tl *timeline.Timeline, _ *Question) {
			tl.Events = nil
			tl.Seconds[19].Succeeded -= 73
		}, Invalid},
		{"seen too little of", []int64{100, 100}, func(tl *timeline.Timeline, q *Question) {
			q.Sources = []Source{{Name: web, Least: 0.875}, {Name: "elb/web", Least: 0.5}}
			tl.Gaps = []timeline.Gap{{From: at(2), To: at(9.6), Source: web, Cause: "throttled"}}
		}, Invalid},
	} {
		tl, q := steady(c.rates, 350)
		c.change(&tl, &q)
		r := Analyze(tl, q)
		if r.Verdict != c.want {
			t.Errorf("%s: verdict = %s %q; want %s", c.name, r.Verdict, r.Reasons, c.want)
		}
		known := figuresOf(reflect.ValueOf(r), tl.Start, q.Required)
		known = append(known, figuresOf(reflect.ValueOf(q.Required), tl.Start, q.Required)...)
		known = append(known, numbersIn(r.Generator.Shortcoming)...)
		known = append(known, figure.Count(int64(math.Round(q.Demand.Total()))),
			figure.Count(r.Load.Sent-r.Load.Succeeded-r.Load.Failed)) // unanswered
		for _, c := range r.Coverage {
			known = append(known, figure.ShareAgainst(c.Run, c.Least))
		}
		for _, g := range tl.Gaps {
			known = append(known, figure.Clock(tl.Start.Add(time.Duration(g.From))), figure.Clock(tl.Start.Add(time.Duration(g.To))))
		}
		for _, reason := range r.Reasons {
			for _, o := range q.Objectives {
				reason = strings.ReplaceAll(reason, o.Name, "")
			}
			for _, number := range numbersIn(reason) {
				if !slices.Contains(known, number) {
					t.Errorf("%s: %q is no figure of the result, in %q", c.name, number, reason)
				}
			}
		}
	}
}

var number = regexp.MustCompile(`\d\d:\d\d:\d\d|[+−]?[\d,]*\d(\.\d+)?( %|k?/s|x| m?s\b)?`)

func numbersIn(text string) []string { return number.FindAllString(text, -1) }

// figuresOf writes every number within v in each way that a sentence may.
func figuresOf(v reflect.Value, start time.Time, required Required) (texts []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			texts = figuresOf(v.Elem(), start, required)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts = append(texts, figuresOf(v.Field(i), start, required)...)
		}
	case reflect.Slice:
		if v.Type().Elem() != reflect.TypeFor[Moment]() {
			for i := range v.Len() {
				texts = append(texts, figuresOf(v.Index(i), start, required)...)
			}
		}
	case reflect.Int, reflect.Int64:
		d := time.Duration(v.Int())
		texts = append(texts, figure.Count(v.Int()), figure.Duration(d), figure.ExactDuration(d), figure.Clock(start.Add(d)))
	case reflect.Float64:
		f := v.Float()
		texts = append(texts, figure.Rate(f), figure.ExactShare(f), figure.Change(f, required.AtLeast))
	}
	return texts
}
