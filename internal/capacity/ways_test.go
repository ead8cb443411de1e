package capacity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// desired 4 -> 6 at 10, short from 5
// web-0   created 10.5  placed 11  started 16  ready 18   serving 19
// web-1   created 10.5  placed 11  never started; went at 30
// web-2   created 10.5  never placed; the run ends at 40
// old     started anew at 12, ready at 15: nobody knows since when it was on its way
func grown() run {
	var f facts
	f.read(0, web, timeline.Desired, 4)
	f.read(0, web, timeline.Ready, 4)
	f.read(10, web, timeline.Desired, 6)
	for i := range 3 {
		f.event(10.5, web, timeline.Create, fmt.Sprint("web-", i))
	}
	f.event(11, web, timeline.Place, "web-0")
	f.event(11, web, timeline.Place, "web-1")
	f.event(16, web, timeline.Start, "web-0")
	f.event(18, web, timeline.UnitReady, "web-0")
	f.event(19, "target", timeline.Serving, "web-0")
	f.event(30, web, timeline.Gone, "web-1")
	f.event(12, web, timeline.Start, "old")
	f.event(15, web, timeline.UnitReady, "old")
	for n := range 40 {
		f.Seconds = append(f.Seconds, timeline.Second{Second: n})
	}
	return newRun(f.Timeline, Question{})
}

func TestWays(t *testing.T) {
	leg := func(stage string, from, to float64) Leg {
		return counted(stage, Span{seconds(from), seconds(to)})
	}
	open := func(l Leg) Leg {
		l.Took = nil
		return l
	}
	last := func(stage string, from, to float64) Leg {
		return Leg{Span: Span{seconds(from), seconds(to)}, Stage: stage, Open: true}
	}
	r, fleet := grown(), Fleet{Name: web, Kind: HPA}
	want := []Way{
		{Unit: "old", Ready: ptr(seconds(15)), Serves: ptr(seconds(15)), Legs: []Leg{leg("ready", 12, 15)}},
		{Unit: "web-0", Growth: ptr(0), Ready: ptr(seconds(18)), Serves: ptr(seconds(18)), Legs: []Leg{
			leg("create", 10, 10.5), leg("place", 10.5, 11), leg("start", 11, 16), leg("ready", 16, 18), leg("serving", 18, 19),
		}},
		{Unit: "web-1", Growth: ptr(0), Gone: ptr(seconds(30)), Legs: []Leg{open(leg("create", 10, 10.5)), open(leg("place", 10.5, 11)), last("start", 11, 30)}},
		{Unit: "web-2", Growth: ptr(0), Legs: []Leg{open(leg("create", 10, 10.5)), last("place", 10.5, 40)}},
	}
	if diff := cmp.Diff(want, r.ways(fleet, r.growths(fleet))); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
	short := Span{seconds(5), seconds(20)}
	growths := []Growth{{At: seconds(10), From: 4, To: 6, Legs: []Leg{leg("decision", 5, 10)}}}
	if diff := cmp.Diff(growths, r.decided(fleet, r.growths(fleet), short)); diff != "" {
		t.Errorf("growths (-want +got):\n%s", diff)
	}
}

// Whatever was told, each figure of the table of stages is that of the legs: half
// of them took at most p50, nine in ten at most p90, none longer than max. No leg
// begins before the one before it ended, and each is about as long as it took.
func TestTheTableOfStagesFollowsFromTheWays(t *testing.T) {
	random := rand.New(rand.NewPCG(31, 7))
	for range 200 {
		var f facts
		for range 20 + random.IntN(200) {
			f.random([]byte{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())})
		}
		f.Seconds = append(f.Seconds, timeline.Second{Second: 150})
		r, fleet, short := newRun(f.Timeline, Question{}), Fleet{Name: web, Kind: HPA}, Span{seconds(10), seconds(100)}
		growths := r.growths(fleet)
		took := make(map[string][]float64)
		add := func(legs []Leg) {
			last := time.Duration(math.MinInt64)
			for _, l := range legs {
				if l.From < last || l.To < l.From {
					t.Fatalf("legs %+v; want one after the other", legs)
				}
				last = l.To
				if l.Took != nil {
					took[l.Stage] = append(took[l.Stage], l.Took.Seconds())
				}
			}
		}
		for _, g := range r.decided(fleet, growths, short) {
			add(g.Legs)
		}
		for _, w := range r.ways(fleet, growths) {
			add(w.Legs)
		}
		stages := r.stages(fleet, short)
		if len(stages) != len(took) {
			t.Fatalf("%d stages in the table; want the %d of the legs", len(stages), len(took))
		}
		for _, s := range stages {
			all := took[s.Name]
			slices.Sort(all)
			upTo := func(d time.Duration) (share float64) {
				for _, x := range all {
					if x <= d.Seconds() {
						share += 1 / float64(len(all))
					}
				}
				return share + 1e-9
			}
			if s.Units != len(all) || s.Max.Seconds() != all[len(all)-1] || upTo(s.P90) < 0.9 || upTo(s.P90-1) > 0.9+1e-6 || upTo(s.P50) < 0.5 || upTo(s.P50-1) > 0.5+1e-6 {
				t.Fatalf("table says %+v of %v", s, all)
			}
		}
	}
}

// The trials of an estimate are all requests of its windows, once for each
// objective, and say on which side of what is allowed each rate lies.
func TestTrialsTellWhatTheEstimateWasMadeOf(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 350)
	u := Analyze(tl, q).Fleets[0].PerUnit
	if len(u.Trials) == 0 || u.Mid == nil {
		t.Fatalf("unit = %+v; want an estimate and its trials", u)
	}
	for _, trial := range u.Trials {
		share := float64(trial.Over) / float64(trial.Total)
		if beyond := trial.Rate > *u.High; beyond != (share > trial.Allowed) || trial.Verdict == Undecided || trial.Units != 4 {
			t.Errorf("trial %+v; want a verdict that fits %v to %v of each of 4 units", trial, *u.Low, *u.High)
		}
	}
}

// Of the laws that chance may have made of the same plateaus, 90 % lie in between.
func TestBetween(t *testing.T) {
	truth := law{g: 80, a: 0.03, b: 0.002}
	u, why := newUSL(web, measured(1, truth.at, 0.01, twelveCounts...), nil)
	if u == nil {
		t.Fatal(why)
	}
	for _, n := range []float64{1, 8, 24, 48} {
		got, ok := u.Between(n)
		inside := 0
		for _, l := range u.again {
			if x := l.at(n); x >= got.Low && x <= got.High {
				inside++
			}
		}
		if share := float64(inside) / float64(len(u.again)); !ok || share < 0.89 || share > 0.91 || got.Mid != u.Throughput(n) {
			t.Errorf("Between(%v) = %+v, %v with %.3f of the laws in it; want 0.9", n, got, ok, share)
		}
	}
	if got, ok := (&USL{}).Between(3); ok {
		t.Errorf("Between of a law that was not drawn again = %+v; want none", got)
	}
}

// Six of seven that are on their way are needed: the sixth to come up is the one
// that is waited for.
func TestTheUnitsThatThePathWaitedForAreMarked(t *testing.T) {
	var f facts
	f.read(0, web, timeline.Desired, 4)
	f.read(0, web, timeline.Ready, 4)
	f.read(21, web, timeline.Desired, 11)
	for i := range 5 {
		f.comes(fmt.Sprint("a", i), 22, 23, 25, 28)
	}
	f.comes("sixth", 22, 30, 50, 60)
	f.comes("seventh", 22, 90, 91, 92)
	f.read(28, web, timeline.Ready, 9)
	f.read(60, web, timeline.Ready, 10)
	for n := range 100 {
		f.Seconds = append(f.Seconds, timeline.Second{Second: n})
	}
	q := jump()
	r := newRun(f.Timeline, q)
	fleet := ten(web, HPA)
	fleet.Ways = r.ways(fleet.Fleet, r.growths(fleet.Fleet))
	fleets := []FleetResult{fleet}
	r.path(q, fleets, Span{seconds(20), seconds(95)})
	var awaited []string
	for _, w := range fleets[0].Ways {
		if w.Awaited {
			awaited = append(awaited, w.Unit)
		}
	}
	if want := []string{"sixth"}; !slices.Equal(awaited, want) {
		t.Errorf("awaited %q; want %q", awaited, want)
	}
}
