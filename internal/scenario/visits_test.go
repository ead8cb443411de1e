package scenario

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed-f864f198/onair/internal/traffic"
)

const visiting = `
name: visiting
lab: {}
traffic: {baseline: 100/s, duration: 2m, spots: [{at: 20s, peak: 4x, rise: 10s, half_life: 10s, tail: 0%}]}
requests:
  - {name: top, get: /, weight: 3}
  - {name: campaign, get: /campaign}
  - {name: picture, get: /picture, per_visit: 2}
  - {name: item, get: /item, after: 3s, per_visit: 20%}
  - {name: basket, get: /basket, after: 8s}
objectives: [{p99: 1s, request: picture}, {p99: 2s, request: item}]
layers: [{name: db, rate: 10x}]
headroom: {peak: 8x}
caps: {rate: 20x}
`

func Example_visits() {
	s, err := Parse("visiting.yaml", ".", []byte(visiting), Options{
		Env: os.LookupEnv, Set: []string{"traffic.arrivals=poisson", "traffic.seed=7"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(s.Outline())
	// Output:
	// visits           about 20.6k, up to 400/s, making 4.2 requests each
	// arrivals         poisson, seed 7
	// requests         about 86.7k in 2m08s
	// peak             about 1.6k/s at 00:38, 3.8x the baseline, up to 1.96k in a second
	// steepest rise    225/s more within a second, at 00:25
	// new connections  1.28k/s at the peak
	// caps             8.4k/s, 10k in flight, 173k requests, 3m18s
}

// A visit makes one of the requests with a weight and all of the others. Rates in
// traffic count visits, all others requests.
func TestVisits(t *testing.T) {
	s := mustParse(t, visiting, Options{Env: noEnv})
	steps := []traffic.Step{
		{Weight: 3}, {Weight: 1}, {PerVisit: 2}, {After: 3 * time.Second, PerVisit: 0.2}, {After: 8 * time.Second, PerVisit: 1},
	}
	if diff := cmp.Diff(steps, s.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	const perVisit = 1 + 2 + 0.2 + 1
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"Traffic.Visits at first", s.Traffic.Visits.Rate(0), 100},
		{"Traffic.Curve at first", s.Traffic.Curve.Rate(0), 300},
		{"Traffic.Curve before the spot", s.Traffic.Curve.Rate(15 * time.Second), 100 * perVisit},
		{"Traffic.Curve at the end", s.Traffic.Curve.Rate(127 * time.Second), s.Traffic.Visits.Rate(119 * time.Second)},
		{"requests", s.Traffic.Curve.Total(), s.Traffic.Visits.Total() * perVisit},
		{"Traffic.Baseline", s.Traffic.Baseline, 100 * perVisit},
		{"the spot's peak", s.Traffic.Spots[0].Peak, 400},
		{"the layer's rate", s.Layers[0].Rate, 1000 * perVisit},
		{"the headroom's peak", s.Headroom.Peak, 800 * perVisit},
		{"the cap on rate", s.Caps.Rate, 2000 * perVisit},
		{"sending, in seconds", s.Traffic.Curve.Duration().Seconds(), 128},
	} {
		if math.Abs(test.got-test.want) > 1e-6*test.want {
			t.Errorf("%s = %v; want %v", test.name, test.got, test.want)
		}
	}
	if q := s.Question(); q.Baseline != s.Traffic.Baseline || cmp.Diff(q.Demand.Segments(), s.Traffic.Curve.Segments()) != "" {
		t.Errorf("Question() asks about another baseline or curve than the requests'")
	}
	again := mustParse(t, string(s.Resolved), Options{})
	if diff := compare(s, again); diff != "" {
		t.Errorf("Parse(Resolved) (-first +again):\n%s", diff)
	}
}

// A spot has influence as long as the requests of its last visitors come.
func TestInfluenceOfVisits(t *testing.T) {
	s := mustParse(t, visiting, Options{Env: noEnv})
	span := s.Traffic.Spots[0].Span
	before := mustParse(t, visiting, Options{Env: noEnv, Set: []string{"traffic.spots="}})
	extra := func(at time.Duration) float64 { return s.Traffic.Curve.Rate(at) - before.Traffic.Curve.Rate(at) }
	most := 0.0
	for at := time.Duration(0); at < 2*time.Minute; at += 10 * time.Millisecond {
		most = max(most, extra(at))
	}
	if got := extra(span.To) / most; math.Abs(got-faded) > 0.001 {
		t.Errorf("where the influence ends, at %v, extra requests are %.4f of their maximum; want %v", span.To, got, faded)
	}
}

// counts returns how many requests the arrivals of a plan make in each second.
func counts(p traffic.Plan) (seconds map[time.Duration]float64, all float64) {
	seconds = map[time.Duration]float64{}
	for schedule := traffic.NewSchedule(p); ; all++ {
		a, ok := schedule.Next()
		if !ok {
			return seconds, all
		}
		seconds[a.Due/time.Second]++
	}
}

// Room for chance is enough in every one of many runs, and not far too much.
func TestRoomForChance(t *testing.T) {
	const flat = "traffic: {baseline: 50/s, duration: 30s, arrivals: even}"
	text := visiting[:strings.Index(visiting, "traffic:")] + flat + visiting[strings.Index(visiting, "\nrequests:"):]
	single := strings.NewReplacer("{name: item, get: /item, after: 3s, per_visit: 20%}", "{get: /a}", "{name: basket, get: /basket, after: 8s}", "{get: /b}",
		"per_visit: 2", "weight: 2", "request: item", "request: top").Replace(text)
	for _, test := range []struct {
		name, text, arrivals string
		most                 float64 // of what is allowed over what came, at the busiest
	}{
		{"plain", single, "even", 1}, {"poisson", single, "poisson", 1.3}, {"visits", text, "even", 1.25}, {"poisson visits", text, "poisson", 1.5},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := mustParse(t, test.text, Options{Env: noEnv, Set: []string{"traffic.arrivals=" + test.arrivals}})
			plan := s.Plan()
			peak, _ := s.Traffic.Curve.Peak()
			inSecond, inAll := mostWithin(plan, peak, time.Second), mostInAll(plan, s.Traffic.Curve.Total())
			var busiest, longest float64
			for plan.Seed = 0; plan.Seed < 100; plan.Seed++ {
				seconds, all := counts(plan)
				longest = max(longest, all)
				for _, n := range seconds {
					busiest = max(busiest, n)
				}
			}
			if busiest > inSecond || inSecond > test.most*busiest {
				t.Errorf("mostWithin(%v, 1s) = %v; want at least the %v of the busiest second, and at most %v times that", peak, inSecond, busiest, test.most)
			}
			if longest > inAll || inAll > 1.1*longest {
				t.Errorf("mostInAll = %v; want at least the %v of the longest run, and not far more", inAll, longest)
			}
		})
	}
}

const few = `
name: few
lab: {}
traffic: {baseline: 1/s, duration: 6s}
requests: [{get: /}, {get: /more, per_visit: 0.5}]
objectives: [{p99: 1s, window: 1s}]
`

// No stretch of a plan may hold more than the whole of it, and where visits come
// evenly none holds more than each of them can make.
func TestMostOfFew(t *testing.T) {
	for _, test := range []struct {
		set                     []string
		second, minute, planned float64 // most in a second, in a minute; planned in the busiest minute
	}{
		{nil, 5, 12, 9},
		{[]string{"requests[1].per_visit=2"}, 6, 18, 18},
		{[]string{"traffic.arrivals=poisson"}, 19, 39, 9},
		{[]string{"traffic={baseline: 100/s, duration: 100ms, arrivals: poisson}", "objectives=[{p99: 50ms}]", "target={timeout: 50ms}"}, 51, 51, 15},
	} {
		s, err := Parse("few.yaml", ".", []byte(few), Options{Set: test.set})
		if err != nil {
			t.Fatal(err)
		}
		bound := mostInAll(s.Plan(), s.Traffic.Curve.Total())
		second, minute := s.Outline().Most, s.Most(test.planned, time.Minute)
		if second != test.second || minute != test.minute || max(second, minute) > bound {
			t.Errorf("with %q at most %v in a second, %v in a minute, %v in all; want %v, %v and no more than in all", test.set, second, minute, bound, test.second, test.minute)
		}
		var busiest, all float64
		plan := s.Plan()
		for plan.Seed = 0; plan.Seed < 200; plan.Seed++ {
			seconds, count := counts(plan)
			all = max(all, count)
			for _, n := range seconds {
				busiest = max(busiest, n)
			}
		}
		if busiest > second || all > bound {
			t.Errorf("with %q runs had up to %v in a second and %v in all; want at most %v and %v", test.set, busiest, all, second, bound)
		}
	}
}

// What cannot be divided is counted in whole numbers, and that a visit makes one
// request is not said.
func TestOutlineOfFew(t *testing.T) {
	for _, test := range []struct {
		set  []string
		want string // first lines
	}{
		{nil, "visits           about 6, up to 1/s, making 1.5 requests each\nrequests         about 9 in 6 s\n"},
		{[]string{"requests[1].per_visit=0.1%"}, "visits           about 6, up to 1/s\nrequests         about 6 in 6 s\n"},
		{[]string{"traffic.baseline=325/m"}, "visits           about 33, up to 5.42/s, making 1.5 requests each\nrequests         about 49 in 6 s\n"},
		{[]string{"traffic={baseline: 32.5/s, duration: 1s}", "requests=[{get: /}]"}, "requests         33 in 1 s\n"},
	} {
		got := mustParse(t, few, Options{Env: noEnv, Set: test.set}).Outline().String()
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("Outline with %q = %q; want it to begin %q", test.set, got, test.want)
		}
	}
}

// What caps leave room for is passed less than once in a million times, as the
// exact distributions tell: visits of b requests each that come at random, and
// requests of which chance decides one by one.
func TestChanceBeyondItsRoom(t *testing.T) {
	const rare = 1e-6
	for _, each := range []float64{1, 2, 3, 10, 50} {
		for visits := 1e-3; visits < 1e6; visits *= 1.1 {
			room := withChance(visits*each, each)
			if p := (distuv.Poisson{Lambda: visits}).Survival(math.Floor(room / each)); p > rare {
				t.Errorf("withChance(%v, %v) = %v, passed with probability %.2g; want %g at most", visits*each, each, room, p, rare)
			}
		}
	}
	for _, share := range []float64{0.001, 0.05, 0.2, 0.5, 0.9, 0.99} {
		for visits := 1.0; visits < 1e5; visits = math.Ceil(visits * 1.3) {
			room := withChance(visits*share, 1-share)
			if p := (distuv.Binomial{N: visits, P: share}).Survival(room); room < visits && p > rare {
				t.Errorf("withChance(%v of %v, %v) = %v, passed with probability %.2g; want %g at most", visits*share, visits, 1-share, room, p, rare)
			}
		}
	}
	if got := withChance(455, 0); got != 455 {
		t.Errorf("withChance(455, 0) = %v; want 455, for nothing varies", got)
	}
}

func TestBunch(t *testing.T) {
	steps := []traffic.Step{{Weight: 1}, {PerVisit: 2}, {After: 900 * time.Millisecond, PerVisit: 0.2}, {After: 1800 * time.Millisecond, PerVisit: 4}, {After: time.Hour, PerVisit: 3}}
	for _, test := range []struct {
		steps  []traffic.Step
		within time.Duration
		want   float64
	}{{nil, time.Second, 1}, {steps[:1], time.Second, 1}, {steps[:2], time.Second, 3}, {steps, time.Second, 5}, {steps, 2 * time.Second, 8}, {steps, 2 * time.Hour, 11}} {
		if got := bunch(test.steps, test.within); got != test.want {
			t.Errorf("bunch(%v, %v) = %v; want %v", test.steps, test.within, got, test.want)
		}
	}
}

// The outline's totals are those of the arrivals.
func TestOutlineOfVisits(t *testing.T) {
	s := mustParse(t, visiting, Options{Env: noEnv, Set: []string{"traffic.arrivals=poisson"}})
	o := s.Outline()
	const runs = 20
	var visits, requests float64
	plan := s.Plan()
	for plan.Seed = 0; plan.Seed < runs; plan.Seed++ {
		_, all := counts(plan)
		requests += all / runs
		visits += float64(plan.CountVisits(1e9)) / runs
	}
	for _, test := range []struct {
		name      string
		got, want float64
	}{{"Visits", o.Visits, visits}, {"Arrivals", o.Arrivals, requests}, {"PerVisit", o.PerVisit, requests / visits}} {
		if math.Abs(test.got-test.want) > 0.01*test.want {
			t.Errorf("Outline().%s = %v; want about %v", test.name, test.got, test.want)
		}
	}
	if want := mostWithin(s.Plan(), o.Peak, time.Second); o.Most != want || o.Most <= o.Peak {
		t.Errorf("Outline().Most = %v with a peak of %v; want the %v that caps leave room for", o.Most, o.Peak, want)
	}
	if plain := mustParse(t, minimal, Options{Env: noEnv}).Outline(); plain.Most != plain.Peak {
		t.Errorf("Outline().Most = %v where nothing is left to chance; want the peak, %v", plain.Most, plain.Peak)
	}
	if o.Exact || !mustParse(t, minimal, Options{Env: noEnv}).Outline().Exact {
		t.Errorf("Outline().Exact = %v for visits; want true only for single, even requests", o.Exact)
	}
}
