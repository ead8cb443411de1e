package capacity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// spreadOver makes a run of so many seconds at 40/s in which web has four units, and
// from 30 s on eight, the new ones told of. pick says which unit, 0 to 7, answers
// the next request at a second.
func spreadOver(length int, pick func(second int) int) timeline.Timeline {
	var f facts
	f.Start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	f.read(-1, web, timeline.Ready, 4)
	f.read(30, web, timeline.Ready, 8)
	for i := 4; i < 8; i++ {
		f.event(12, web, timeline.Create, unitName(i))
		f.event(30, web, timeline.UnitReady, unitName(i))
	}
	for n := range length {
		s := timeline.Second{Second: n, Planned: 40, Sent: 40, Succeeded: 40, Units: map[string]int64{}}
		for range 40 {
			unit := unitName(pick(n))
			if !f.served(unit) {
				f.event(float64(n)+0.5, timeline.Target, timeline.Serving, unit)
			}
			s.Units[unit]++
		}
		f.Seconds = append(f.Seconds, s)
	}
	return f.Timeline
}

func unitName(i int) string { return fmt.Sprint("web-", i) }

func (f *facts) served(unit string) bool {
	for _, e := range f.Events {
		if e.Kind == timeline.Serving && e.Unit == unit {
			return true
		}
	}
	return false
}

// inTurn goes round the ready units.
func inTurn() func(int) int {
	turn := 0
	return func(second int) int {
		turn++
		if second < 30 {
			return turn % 4
		}
		return turn % 8
	}
}

// sticky keeps to the old units.
func sticky() func(int) int {
	turn := 0
	return func(int) int {
		turn++
		return turn % 4
	}
}

func asked() Question {
	return Question{Fleets: []Fleet{{Name: web, Kind: HPA}}, UnitHeader: "X-Unit"}
}

func TestSpread(t *testing.T) {
	span := func(from, to int) Span {
		return Span{time.Duration(from) * time.Second, time.Duration(to) * time.Second}
	}
	idle := func(i int) UnitShare { return UnitShare{span(40, 90), unitName(i), 0, 250} }
	for _, c := range []struct {
		name string
		pick func(int) int
		want Spread
		warn string
	}{
		// 10 s to 20 s and 20 s to 30 s with 4 units, five windows with 8.
		{"in turn", inTurn(), Spread{
			Fleet: web, Windows: 7, Answers: 2800,
			Busiest: &UnitShare{span(10, 20), "web-0", 100, 100}, Least: &UnitShare{span(10, 20), "web-0", 100, 100},
		}, ""},
		{"to the old ones alone", sticky(), Spread{
			Fleet: web, Windows: 7, Answers: 2800,
			Busiest: &UnitShare{span(40, 50), "web-0", 100, 50}, Least: &UnitShare{span(40, 50), "web-4", 0, 50},
			Skewed: []UnitShare{idle(4), idle(5), idle(6), idle(7)},
		}, "hpa/default/web: after it grew, web-4, web-5, web-6 and 1 more got less than half an even share of the load: web-4 0 answers between 12:00:40 and 12:01:30, where an even share is 250"},
		// Unit 0 takes 6 of 20, an even share is 2.5; from 60 on all have the same.
		{"one gets too much for a short while", func() func(int) int {
			even, turn := inTurn(), 0
			return func(second int) int {
				if turn++; second >= 40 && second < 60 {
					return max(turn%20-12, 0)
				}
				return even(second)
			}
		}(), Spread{
			Fleet: web, Windows: 7, Answers: 2800,
			Busiest: &UnitShare{span(40, 50), "web-0", 260, 50}, Least: &UnitShare{span(40, 50), "web-1", 20, 50},
		}, ""},
	} {
		r := Analyze(spreadOver(90, c.pick), asked())
		if r.Spread == nil {
			t.Errorf("%s: no spread; want %+v", c.name, c.want)
			continue
		}
		if diff := cmp.Diff(c.want, *r.Spread); diff != "" {
			t.Errorf("%s: spread (-want +got):\n%s", c.name, diff)
		}
		checkSkewWarning(t, c.name, r, c.warn)
	}
}

// checkSkewWarning wants one warning of load that is uneven that begins so, or none.
func checkSkewWarning(t *testing.T, name string, r Result, want string) {
	t.Helper()
	var got []string
	for _, w := range r.Warnings {
		if strings.Contains(w, "even share") {
			got = append(got, w)
		}
	}
	if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], want)) {
		t.Errorf("%s: warnings %q; want %q", name, got, want)
	}
}

// A router that picks at random spreads evenly: whatever it draws, nothing is said,
// at rates at which units get as few as five answers a window too.
func TestAnEvenSpreadIsNoSkew(t *testing.T) {
	for seed := range raced.Part[uint64](100, 20) {
		random := rand.New(rand.NewPCG(seed, 1))
		tl := spreadOver(300, func(second int) int {
			if second < 30 {
				return random.IntN(4)
			}
			return random.IntN(8)
		})
		sparse := seed%2 == 1
		if sparse {
			thin(&tl, random, 0.1)
		}
		switch r := Analyze(tl, asked()); {
		case r.Spread == nil && sparse: // no window tells anything by itself
		case r.Spread == nil || len(r.Spread.Skewed) > 0:
			t.Errorf("seed %d: spread %+v; want no unit skewed", seed, r.Spread)
		}
	}
}

// thin keeps a share of all answers.
func thin(tl *timeline.Timeline, random *rand.Rand, share float64) {
	for i := range tl.Seconds {
		for name, n := range tl.Seconds[i].Units {
			kept := int64(0)
			for range n {
				if random.Float64() < share {
					kept++
				}
			}
			tl.Seconds[i].Units[name] = kept
		}
	}
}

// A unit that gets a fifth of an even share is found at any seed.
func TestASkewIsFoundAmongChance(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 2))
		r := Analyze(spreadOver(200, func(second int) int {
			switch {
			case second < 30:
				return random.IntN(4)
			case random.IntN(36) == 0:
				return 7
			}
			return random.IntN(7)
		}), asked())
		if r.Spread == nil || len(r.Spread.Skewed) != 1 || r.Spread.Skewed[0].Unit != unitName(7) {
			t.Errorf("seed %d: spread %+v; want web-7 alone to be skewed", seed, r.Spread)
		}
	}
}

// What cannot be told is not told.
func TestNoSpread(t *testing.T) {
	named := spreadOver(90, inTurn())
	for _, c := range []struct {
		name   string
		change func(*timeline.Timeline, *Question)
		warn   string
	}{
		{"no header was asked for", func(tl *timeline.Timeline, q *Question) {
			q.UnitHeader = ""
			nameless(tl)
		}, ""},
		{"no answer has it", func(tl *timeline.Timeline, _ *Question) { nameless(tl) }, "no answer is known to have had the header X-Unit"},
		{"answers name units in other words", func(tl *timeline.Timeline, _ *Question) {
			for i := range tl.Events {
				if tl.Events[i].Kind == timeline.Serving {
					tl.Events[i].Unit = "ip-10-0-0-" + tl.Events[i].Unit
				}
			}
		}, "hpa/default/web: answers name units such as ip-10-0-0-web-0, and the fleet such as web-4"},
		{"two fleets, and nobody knows whose", func(tl *timeline.Timeline, q *Question) {
			q.Fleets = append(q.Fleets, Fleet{Name: "hpa/default/api", Kind: HPA})
			for i := range tl.Events {
				if tl.Events[i].Source == web {
					tl.Events[i].Unit = "x" + tl.Events[i].Unit
				}
			}
		}, "hpa/default/web: answers name"},
	} {
		tl, q := named, asked()
		tl.Events = append([]timeline.Event(nil), named.Events...)
		tl.Seconds = append([]timeline.Second(nil), named.Seconds...)
		c.change(&tl, &q)
		r := Analyze(tl, q)
		if r.Spread != nil || find(fleetStages(r), timeline.Serving) != nil {
			t.Errorf("%s: spread %+v; want nothing told", c.name, r.Spread)
		}
		found := false
		for _, w := range r.Warnings {
			if strings.Contains(w, "X-Unit") {
				found = true
				if !strings.HasPrefix(w, c.warn) {
					t.Errorf("%s: warning %q; want %q", c.name, w, c.warn)
				}
			}
		}
		if found != (c.warn != "") {
			t.Errorf("%s: warnings %q; want %q", c.name, r.Warnings, c.warn)
		}
	}
}

func fleetStages(r Result) []Stage { return r.Fleets[0].Stages }

func nameless(tl *timeline.Timeline) {
	var kept []timeline.Event
	for _, e := range tl.Events {
		if e.Kind != timeline.Serving {
			kept = append(kept, e)
		}
	}
	tl.Events = kept
	for i := range tl.Seconds {
		tl.Seconds[i].Units = nil
	}
}

// A unit of the start that never answers has no name, one that left ends what it
// began, and one that crashed leaves it open who of those that answer nothing are
// ready.
func TestWhoIsReadyWithoutAnAnswer(t *testing.T) {
	all := Span{-time.Hour, time.Hour}
	old := func(names ...string) (members []member) {
		for _, n := range names {
			members = append(members, member{n, all})
		}
		return members
	}
	left := append(old("a", "b"), member{"c", Span{-time.Hour, 3 * time.Second}})
	for _, c := range []struct {
		name    string
		units   map[string]int64
		ready   int
		members []member
		want    map[string]int64
		ok      bool
	}{
		{"one without a name", map[string]int64{"a": 3, "b": 4}, 3, old("a", "b"), map[string]int64{"a": 3, "b": 4}, true},
		{"one that answered before", map[string]int64{"a": 3}, 2, old("a", "b"), map[string]int64{"a": 3, "b": 0}, true},
		{"one that left", map[string]int64{"a": 3, "b": 4, "c": 1}, 2, left, map[string]int64{"a": 3, "b": 4}, true},
		{"two, one of which crashed", map[string]int64{"a": 3}, 2, old("a", "b", "c"), nil, false},
		{"one that crashed, the others answer", map[string]int64{"a": 3, "b": 4}, 2, old("a", "b", "c"), map[string]int64{"a": 3, "b": 4}, true},
		{"more than are ready", map[string]int64{"a": 3, "b": 4}, 1, old("a", "b"), nil, false},
		{"one came", map[string]int64{"a": 3, "b": 4}, 2, append(old("a"), member{"b", Span{15 * time.Second, time.Hour}}), nil, false},
		{"names beyond count", map[string]int64{"a": 3, timeline.OtherUnits: 4}, 2, old("a"), nil, false},
	} {
		r := run{seconds: make([]timeline.Second, 30)}
		r.seconds[25].Units = c.units
		got, ok := r.sharing(Span{20 * time.Second, 30 * time.Second}, c.ready, c.members)
		if ok != c.ok {
			t.Errorf("%s: usable %t; want %t", c.name, ok, c.ok)
		} else if diff := cmp.Diff(c.want, got.by); ok && diff != "" {
			t.Errorf("%s: answers (-want +got):\n%s", c.name, diff)
		}
	}
}
