package traffic_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

func all(s *traffic.Schedule) []traffic.Arrival {
	var arrivals []traffic.Arrival
	for {
		a, ok := s.Next()
		if !ok {
			return arrivals
		}
		arrivals = append(arrivals, a)
	}
}

// Three viewers a second look at the first page, at its picture 200 ms later,
// and one in two at another page a second later.
func ExampleSchedule() {
	schedule := traffic.NewSchedule(traffic.Plan{
		Visits: traffic.Flat(3, time.Second),
		Steps:  []traffic.Step{{Weight: 1}, {After: 200 * time.Millisecond, PerVisit: 1}, {After: time.Second, PerVisit: 0.5}},
		Seed:   1,
	})
	names := []string{"page", "picture", "other page"}
	for a, ok := schedule.Next(); ok; a, ok = schedule.Next() {
		fmt.Printf("%d: visit %d, %s at %s\n", a.N, a.Visit, names[a.Request], a.Due.Round(time.Millisecond))
	}
	// Output:
	// 0: visit 0, page at 167ms
	// 1: visit 0, picture at 367ms
	// 2: visit 1, page at 500ms
	// 3: visit 1, picture at 700ms
	// 4: visit 2, page at 833ms
	// 5: visit 2, picture at 1.033s
	// 6: visit 1, other page at 1.5s
	// 7: visit 2, other page at 1.833s
}

// The number of visits that started follows the integral at every instant, not
// only where one starts.
func FuzzScheduleFollowsTheCurve(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := randomCurve(seed)
		arrivals := all(traffic.NewSchedule(traffic.Plan{Visits: c, Steps: weighted(1), Seed: seed}))
		if got, want := float64(len(arrivals)), math.Round(c.Total()); got != want {
			t.Fatalf("%g arrivals; want %g", got, want)
		}
		var before time.Duration
		for i, a := range arrivals {
			if a.N != uint64(i) || a.Visit != a.N || a.Due < before || a.Due > c.Duration() {
				t.Fatalf("arrival %d = %+v after %s; want in due order within %s", i, a, before, c.Duration())
			}
			before = a.Due
			if due, ok := c.Due(float64(i) + 0.5); ok && due != a.Due {
				t.Fatalf("arrival %d due at %s; want Due's %s", i, a.Due, due)
			}
		}
		// A start is rounded to a nanosecond, which is worth peak x 1 ns.
		peak, _ := c.Peak()
		for _, at := range instants(seed, c.Duration()) {
			n, integral := countBy(arrivals, at), c.Arrivals(at)
			if math.Abs(float64(n)-integral) > 0.5+peak*1e-9+1e-9*integral {
				t.Errorf("by %s there are %d arrivals and an integral of %g; want them within 1/2", at, n, integral)
			}
		}
	})
}

// instants draws moments from before the start until after the end.
func instants(seed uint64, end time.Duration) []time.Duration {
	rng := rand.New(rand.NewPCG(seed, 11))
	at := []time.Duration{-1, 0, end, end + time.Second}
	for range 100 {
		at = append(at, time.Duration(rng.Int64N(int64(end)+1)))
	}
	return at
}

// countBy returns how many arrivals are due by t.
func countBy(arrivals []traffic.Arrival, t time.Duration) int {
	return sort.Search(len(arrivals), func(i int) bool { return arrivals[i].Due > t })
}

// randomPlan draws plans of about two thousand visits at most, with every kind
// of step among none to five.
func randomPlan(seed uint64) traffic.Plan {
	rng := rand.New(rand.NewPCG(seed, 13))
	visits := randomCurve(seed)
	p := traffic.Plan{
		Visits:  visits.Scale(min(1, 2000/visits.Total())),
		Poisson: rng.IntN(2) == 0,
		Seed:    rng.Uint64N(3),
	}
	for range rng.IntN(6) {
		var s traffic.Step
		switch rng.IntN(4) {
		case 0:
			s.Weight = float64(rng.IntN(5))
		case 1: // at the start, so that many are due at once
			s.PerVisit = float64(rng.IntN(3))
		case 2:
			s.After, s.PerVisit = time.Duration(rng.Int64N(int64(10*time.Second))), 4*rng.Float64()
		case 3:
			s.After, s.PerVisit = time.Duration(rng.IntN(3))*time.Second, rng.Float64()
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

// FuzzScheduleIsAllArrivalsSorted makes the arrivals of every visit, wherever
// they lie, and sorts them: the schedule is the same.
func FuzzScheduleIsAllArrivalsSorted(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		p := randomPlan(seed)
		want := sorted(p)
		got := all(traffic.NewSchedule(p))
		if len(got) != len(want) {
			t.Fatalf("plan %d has %d arrivals; want %d", seed, len(got), len(want))
		}
		for i, a := range got {
			if a != want[i] {
				t.Fatalf("plan %d: arrival %d = %+v; want %+v", seed, i, a, want[i])
			}
		}
	})
}

// sorted is a plan's arrivals by brute force. It has its visits' starts from the
// plan without steps; what visits do it has from another, flat plan, for that
// depends on seed, step and visit alone.
func sorted(p traffic.Plan) []traffic.Arrival {
	starts := all(traffic.NewSchedule(traffic.Plan{Visits: p.Visits, Poisson: p.Poisson, Seed: p.Seed}))
	flat := func(steps []traffic.Step) []traffic.Arrival {
		return all(traffic.NewSchedule(traffic.Plan{Visits: traffic.Flat(float64(len(starts)), time.Second), Steps: steps, Seed: p.Seed}))
	}
	beginnings := slices.Clone(p.Steps)
	for i := range beginnings {
		beginnings[i].PerVisit = 0
	}
	// rank puts those that begin a visit first.
	rank := func(a traffic.Arrival) int {
		if len(p.Steps) == 0 || p.Steps[a.Request].Weight > 0 {
			return -1
		}
		return a.Request
	}
	arrivals := flat(beginnings)
	for i, s := range p.Steps {
		only := make([]traffic.Step, len(p.Steps))
		only[i].PerVisit = s.PerVisit
		if s.Weight == 0 {
			arrivals = append(arrivals, flat(only)...)
		}
	}
	for i, a := range arrivals {
		arrivals[i].Due = starts[a.Visit].Due
		if len(p.Steps) > 0 {
			arrivals[i].Due += p.Steps[a.Request].After
		}
	}
	slices.SortStableFunc(arrivals, func(a, b traffic.Arrival) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Visit, b.Visit))
	})
	for i := range arrivals {
		arrivals[i].N = uint64(i)
	}
	return arrivals
}

// Each visit makes exactly its requests, each exactly when it is due.
func TestVisits(t *testing.T) {
	for _, poisson := range []bool{false, true} {
		p := traffic.Plan{Visits: traffic.Stages(0, traffic.Stage{To: 200, Over: 10 * time.Second}), Poisson: poisson, Seed: 5}
		starts := all(traffic.NewSchedule(p))
		p.Steps = []traffic.Step{{Weight: 3}, {After: 3 * time.Second, PerVisit: 2}, {Weight: 1}, {PerVisit: 1}, {After: time.Minute, PerVisit: 1.25}}
		made := make([]map[int][]time.Duration, len(starts))
		for _, a := range all(traffic.NewSchedule(p)) {
			if made[a.Visit] == nil {
				made[a.Visit] = make(map[int][]time.Duration)
			}
			made[a.Visit][a.Request] = append(made[a.Visit][a.Request], a.Due-starts[a.Visit].Due)
		}
		for v, got := range made {
			want := map[int][]time.Duration{1: {3 * time.Second, 3 * time.Second}, 3: {0}, 4: {time.Minute}}
			begun := 0
			if got[2] != nil {
				begun = 2
			}
			want[begun] = []time.Duration{0}
			if len(got[4]) == 2 { // one in four visits
				want[4] = append(want[4], time.Minute)
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("poisson %t, visit %d (-want +got):\n%s", poisson, v, diff)
			}
		}
	}
}

func FuzzStripesAreTheWhole(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, seed%9+1)
	}
	f.Fuzz(func(t *testing.T, seed, of uint64) {
		of = max(of%20, 1)
		p := randomPlan(seed)
		text := func(arrivals []traffic.Arrival) []byte {
			var b bytes.Buffer
			for _, a := range arrivals {
				fmt.Fprintf(&b, "%d %d %d %d\n", a.N, a.Visit, a.Due, a.Request)
			}
			return b.Bytes()
		}
		schedule := traffic.NewSchedule(p)
		schedule.Next() // a stripe begins at the first arrival all the same
		var union []traffic.Arrival
		for i := range of {
			for _, a := range all(schedule.Stripe(i, of)) {
				if a.N%of != i {
					t.Fatalf("Stripe(%d, %d) has arrival %d; want N mod %d = %d", i, of, a.N, of, i)
				}
				union = append(union, a)
			}
		}
		slices.SortFunc(union, func(a, b traffic.Arrival) int { return cmp.Compare(a.N, b.N) })
		whole := all(traffic.NewSchedule(p))
		if !bytes.Equal(text(union), text(whole)) {
			t.Errorf("the union of %d stripes differs from the whole (%d and %d arrivals)", of, len(union), len(whole))
		}
	})
}

func TestStripeWithoutArrivals(t *testing.T) {
	s := traffic.NewSchedule(traffic.Plan{Visits: traffic.Flat(10, time.Second)})
	for _, of := range [][2]uint64{{3, 3}, {0, 0}, {10, math.MaxUint64}} {
		if got, ok := s.Stripe(of[0], of[1]).Next(); ok {
			t.Errorf("Stripe(%d, %d).Next() = %+v; want none", of[0], of[1], got)
		}
	}
}

// weighted are the steps of visits that each make one request.
func weighted(weights ...float64) []traffic.Step {
	var steps []traffic.Step
	for _, w := range weights {
		steps = append(steps, traffic.Step{Weight: w})
	}
	return steps
}

func TestMix(t *testing.T) {
	c := traffic.Flat(1000, 100*time.Second)
	count := func(weights []float64, seed uint64) []int {
		counts := make([]int, max(len(weights), 1))
		for _, a := range all(traffic.NewSchedule(traffic.Plan{Visits: c, Steps: weighted(weights...), Seed: seed})) {
			counts[a.Request]++
		}
		return counts
	}
	weights := []float64{5, 0, 3, 2}
	for seed := range uint64(5) {
		for i, got := range count(weights, seed) {
			// Five standard deviations of a binomial.
			p := weights[i] / 10
			if want := p * 100_000; math.Abs(float64(got)-want) > 5*math.Sqrt(want*(1-p)) {
				t.Errorf("seed %d: request %d chosen %d times; want about %g", seed, i, got, want)
			}
		}
	}
	if diff := gocmp.Diff([]int{100_000}, count(nil, 1)); diff != "" {
		t.Errorf("no weights (-want +got):\n%s", diff)
	}
	one, again, other := count(weights, 1), count(weights, 1), count(weights, 2)
	if !slices.Equal(one, again) || slices.Equal(one, other) {
		t.Errorf("counts %v, again %v, of another seed %v; want the same for the same seed alone", one, again, other)
	}
}
