package capacity

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

const balancer = "elb/web"

// covered is the coverage of the balancer in a run of 40 s, worked out by hand
// below.
func covered(change func(*timeline.Timeline, *Question)) Coverage {
	tl, q := steady([]int64{100, 100, 100, 100}, 350)
	q.Sources = []Source{{Name: web, Least: 0.9}, {Name: balancer, Least: 0.9}}
	change(&tl, &q)
	return Analyze(tl, q).Coverage[1]
}

func TestCoverage(t *testing.T) {
	gap := func(from, to float64) timeline.Gap {
		return timeline.Gap{From: at(from), To: at(to), Source: balancer, Cause: "throttled"}
	}
	seenAt := func(s float64) timeline.Reading { return reading(s, balancer, timeline.Healthy, 4) }
	spots := []Span{{10 * time.Second, 20 * time.Second}, {15 * time.Second, 30 * time.Second}}
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline, *Question)
		want   Coverage // Source and Least are the same for all
	}{
		{"all the time", func(tl *timeline.Timeline, _ *Question) {
			tl.Readings = append(tl.Readings, seenAt(-1.5))
		}, Coverage{Run: 1}},
		{"all the time, with spots", func(tl *timeline.Timeline, q *Question) {
			tl.Readings, q.Spots = append(tl.Readings, seenAt(0)), spots
		}, Coverage{Run: 1, Spots: ptr(1.0)}},
		{"from the first reading on", func(tl *timeline.Timeline, q *Question) {
			tl.Readings, q.Spots = append(tl.Readings, seenAt(30), seenAt(12)), spots
		}, Coverage{Run: 28. / 40, Spots: ptr(18. / 20)}},
		{"from a reading that was true before it was read", func(tl *timeline.Timeline, _ *Question) {
			late, stamp := seenAt(30), at(10)
			late.True = &stamp
			tl.Readings = append(tl.Readings, late)
		}, Coverage{Run: 30. / 40}},
		{"from an event on, when it was seen", func(tl *timeline.Timeline, _ *Question) {
			seen := at(8)
			tl.Events = append(tl.Events, timeline.Event{At: at(-3600), Seen: &seen, Source: balancer, Kind: timeline.InService, Unit: "i-1"})
		}, Coverage{Run: 32. / 40}},
		{"but for a gap", func(tl *timeline.Timeline, q *Question) {
			tl.Readings, q.Spots, tl.Gaps = append(tl.Readings, seenAt(-1)), spots, []timeline.Gap{gap(25, 35)}
		}, Coverage{Run: 30. / 40, Spots: ptr(15. / 20), Gaps: 1}},
		{"but for gaps that overlap, and others of no concern", func(tl *timeline.Timeline, q *Question) {
			other := gap(0, 40)
			other.Source = "quota/L-1216C47A"
			tl.Readings, q.Spots = append(tl.Readings, seenAt(-1)), spots
			tl.Gaps = []timeline.Gap{gap(-5, 2), gap(4, 12), gap(11, 14), gap(-9, -6), gap(40, 50), other}
		}, Coverage{Run: 28. / 40, Spots: ptr(16. / 20), Gaps: 3}},
		{"never, and no gap says so", func(_ *timeline.Timeline, q *Question) { q.Spots = spots }, Coverage{Spots: ptr(0.0)}},
		{"never, by its gap", func(tl *timeline.Timeline, _ *Question) {
			tl.Gaps = []timeline.Gap{gap(-2, 40)}
			tl.Events = append(tl.Events, timeline.Event{At: at(-2), Source: balancer, Kind: timeline.Blind, Text: "throttled"})
			tl.Readings = append(tl.Readings, reading(40, balancer, timeline.Calls, 4), reading(40, balancer, timeline.CallBytes, 0))
		}, Coverage{Gaps: 1, Calls: ptr(int64(4)), Bytes: ptr(int64(0))}},
		{"spots that the run did not reach", func(tl *timeline.Timeline, q *Question) {
			tl.Readings, q.Spots = append(tl.Readings, seenAt(10)), []Span{{40 * time.Second, 60 * time.Second}}
		}, Coverage{Run: 30. / 40}},
		{"no second at all, though it was seen", func(tl *timeline.Timeline, q *Question) {
			tl.Readings, tl.Seconds, q.Spots = append(tl.Readings, seenAt(10)), nil, spots
		}, Coverage{Run: 1}},
		{"what it cost", func(tl *timeline.Timeline, _ *Question) {
			tl.Readings = append(tl.Readings, seenAt(-1), reading(20, balancer, timeline.Calls, 8), reading(40, balancer, timeline.Calls, 15),
				reading(20, balancer, timeline.CallBytes, 64_000), reading(40, balancer, timeline.CallBytes, 120_000), reading(41, balancer, timeline.CallBytes, -1))
		}, Coverage{Run: 1, Calls: ptr(int64(15)), Bytes: ptr(int64(120_000))}},
	} {
		c.want.Source, c.want.Least = balancer, 0.9
		if diff := cmp.Diff(c.want, covered(c.change)); diff != "" {
			t.Errorf("%s: coverage (-want +got):\n%s", c.name, diff)
		}
	}
}

// Each source is covered once, by the most that is asked of it, whether the
// question names it as a source, as a fleet or twice.
func TestCoverageIsOfEverySourceOnce(t *testing.T) {
	tl, q := steady([]int64{100}, 350)
	q.Sources = []Source{{Name: "cloudwatch/here", Least: 0.5}, {Name: web, Least: 0.9}, {Name: "cloudwatch/here", Least: 0.95}}
	q.Fleets = append(q.Fleets, Fleet{Name: "asg/web", Kind: ASG})
	want := []Coverage{{Source: "cloudwatch/here", Least: 0.95}, {Source: web, Least: 0.9, Run: 1}, {Source: "asg/web"}}
	if diff := cmp.Diff(want, Analyze(tl, q).Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// What was seen too little of makes a pass invalid, and only a pass; what a reason
// tells no warning tells again.
func TestTooLittleSeenHidesAPass(t *testing.T) {
	held, broken := []int64{100, 200, 100, 100}, []int64{100, 400, 100, 100}
	spot := []Span{{10 * time.Second, 20 * time.Second}}
	gap := func(source string, from, to float64) timeline.Gap {
		return timeline.Gap{From: at(from), To: at(to), Source: source, Cause: "denied"}
	}
	for _, c := range []struct {
		name           string
		rates          []int64
		change         func(*timeline.Timeline, *Question)
		want           string
		reason, warned string // empty: none about what was seen
	}{
		{"all was seen", held, func(*timeline.Timeline, *Question) {}, Pass, "", ""},
		{"exactly what is asked", held, func(tl *timeline.Timeline, q *Question) {
			q.Spots, tl.Gaps = spot, []timeline.Gap{gap(balancer, 12, 13)}
		}, Pass, "", "elb/web was not observed between 00:00:12 and 00:00:13 (denied)"},
		{"a little less", held, func(tl *timeline.Timeline, q *Question) {
			q.Spots, tl.Gaps = spot, []timeline.Gap{gap(balancer, 12, 13.001)}
		}, Invalid, "elb/web was not observed between 00:00:12 and 00:00:13 (denied): it was seen for 89.99 % of the spots, and at least 90 % is required", ""},
		{"less, by several gaps", held, func(tl *timeline.Timeline, q *Question) {
			tl.Gaps = []timeline.Gap{gap(balancer, 2, 8), gap(balancer, 12, 13), gap(balancer, 30, 33)}
		}, Invalid, "elb/web was not observed between 00:00:02 and 00:00:08, and 2 times more (denied): it was seen for 75 % of the run, and at least 90 % is required", ""},
		{"less, by two gaps", held, func(tl *timeline.Timeline, q *Question) {
			tl.Gaps = []timeline.Gap{gap(balancer, 2, 8), gap(balancer, 12, 13)}
		}, Invalid, "elb/web was not observed between 00:00:02 and 00:00:08, and once more (denied): it was seen for 82.5 % of the run, and at least 90 % is required", ""},
		{"a gap before the spot and another in it", held, func(tl *timeline.Timeline, q *Question) {
			first := timeline.Gap{From: at(1), To: at(7), Source: balancer, Cause: "unavailable"}
			q.Spots, tl.Gaps = spot, []timeline.Gap{first, gap(balancer, 12, 18)}
		}, Invalid, "elb/web was not observed between 00:00:12 and 00:00:18 (denied): it was seen for 40 % of the spots, and at least 90 % is required", ""},
		{"two gaps with causes of their own", held, func(tl *timeline.Timeline, q *Question) {
			second := timeline.Gap{From: at(16), To: at(18), Source: balancer, Cause: "unavailable"}
			q.Spots, tl.Gaps = spot, []timeline.Gap{gap(balancer, 11, 14), second}
		}, Invalid, "elb/web was not observed between 00:00:11 and 00:00:14 (denied), and once more: it was seen for 50 % of the spots, and at least 90 % is required", ""},
		{"before its first fact, which no gap tells of", held, func(tl *timeline.Timeline, q *Question) {
			tl.Readings[2].At = at(3)
			tl.Gaps = []timeline.Gap{gap(balancer, 20, 21)}
		}, Pass, "", "elb/web was not observed between 00:00:00 and 00:00:03, and once more"},
		{"outside the spot only", held, func(tl *timeline.Timeline, q *Question) {
			q.Spots, tl.Gaps = spot, []timeline.Gap{gap(balancer, 25, 40)}
		}, Pass, "", "elb/web was not observed between 00:00:25 and 00:00:40 (denied)"},
		{"the fleet, outside the spot", held, func(tl *timeline.Timeline, q *Question) {
			q.Spots, tl.Gaps = spot, []timeline.Gap{gap(web, 25, 40)}
		}, Pass, "", "hpa/default/web was not observed between 00:00:25 and 00:00:40 (denied): what capacity was then is not known"},
		{"never", held, func(tl *timeline.Timeline, q *Question) {
			q.Sources[1].Name = "quota/L-1216C47A"
		}, Invalid, "quota/L-1216C47A was never observed: at least 90 % of the run is required", ""},
		{"never, and nothing asked of it", held, func(tl *timeline.Timeline, q *Question) {
			q.Sources[1] = Source{Name: "quota/L-1216C47A"}
		}, Pass, "", "quota/L-1216C47A was never observed"},
		{"the fleet never, and nothing asked of it", held, func(tl *timeline.Timeline, q *Question) {
			q.Sources, tl.Readings, tl.Gaps = nil, nil, []timeline.Gap{gap(web, -1, 40)}
		}, Invalid, "hpa/default/web was never observed (denied)", ""},
		{"not the ready units", held, func(tl *timeline.Timeline, q *Question) {
			tl.Readings = []timeline.Reading{reading(-1, web, timeline.Max, 10), reading(-1, balancer, timeline.Healthy, 4)}
		}, Invalid, "hpa/default/web: how many units were ready was never observed", ""},
		{"too little, of a run that failed", broken, func(tl *timeline.Timeline, q *Question) {
			tl.Gaps = []timeline.Gap{gap(balancer, 12, 30)}
		}, Fail, "", "elb/web was not observed between 00:00:12 and 00:00:30 (denied)"},
		{"never, of a run that failed", broken, func(tl *timeline.Timeline, q *Question) {
			q.Sources[1].Name = "quota/L-1216C47A"
		}, Fail, "", "quota/L-1216C47A was never observed"},
		{"what nobody asked for", held, func(tl *timeline.Timeline, q *Question) {
			tl.Gaps = []timeline.Gap{gap("asg/elsewhere", 0, 40)}
		}, Pass, "", ""},
		{"less than a second late", held, func(tl *timeline.Timeline, q *Question) {
			tl.Readings[2].At = at(0.4)
		}, Pass, "", ""},
	} {
		tl, q := steady(c.rates, 350)
		q.Sources = []Source{{Name: web, Least: 0.9}, {Name: balancer, Least: 0.9}}
		tl.Readings = append(tl.Readings, reading(-1, balancer, timeline.Healthy, 4))
		c.change(&tl, &q)
		r := Analyze(tl, q)
		if got := about(r.Reasons, "observed"); r.Verdict != c.want || got != c.reason {
			t.Errorf("%s: verdict = %s because %q; want %s because %q", c.name, r.Verdict, got, c.want, c.reason)
		}
		if got := about(r.Warnings, "observed"); got != c.warned {
			t.Errorf("%s: warnings = %q; want %q", c.name, got, c.warned)
		}
	}
}

// about are the texts that have a word.
func about(texts []string, word string) string {
	var some []string
	for _, text := range texts {
		if strings.Contains(text, word) {
			some = append(some, text)
		}
	}
	return strings.Join(some, "\n")
}

// Counting second by second comes to the same.
func FuzzCoverage(f *testing.F) {
	f.Add(uint8(0), []byte{}, uint8(10), uint8(10))
	f.Add(uint8(7), []byte{3, 9, 8, 1, 30, 200, 39, 1}, uint8(5), uint8(60))
	f.Fuzz(func(t *testing.T, first uint8, gaps []byte, airs, lasts uint8) {
		const length = 40
		tl, q := steady([]int64{100, 100, 100, 100}, 350)
		q.Sources = []Source{{Name: balancer, Least: 0.9}}
		spot := Span{time.Duration(airs) * time.Second, time.Duration(int(airs)+int(lasts)) * time.Second}
		q.Spots = []Span{spot}
		tl.Readings = append(tl.Readings, reading(float64(first)-5, balancer, timeline.Healthy, 4))
		blind := func(s int) bool { return s < int(first)-5 }
		for ; len(gaps) > 1; gaps = gaps[2:] {
			from, to, before := int(gaps[0])-10, int(gaps[0])-10+int(gaps[1]), blind
			tl.Gaps = append(tl.Gaps, timeline.Gap{From: at(float64(from)), To: at(float64(to)), Source: balancer})
			blind = func(s int) bool { return before(s) || from <= s && s < to }
		}
		var seen, within, seenWithin float64
		for s := range length {
			in := time.Duration(s)*time.Second >= spot.From && time.Duration(s)*time.Second < spot.To
			if in {
				within++
			}
			if !blind(s) {
				seen++
				if in {
					seenWithin++
				}
			}
		}
		got := Analyze(tl, q).Coverage[0]
		if got.Run != seen/length || (got.Spots == nil) != (within == 0) || got.Spots != nil && *got.Spots != seenWithin/within {
			t.Errorf("coverage = %+v; want %v of %v s of the run, %v of %v s of the spot", got, seen, length, seenWithin, within)
		}
	})
}
