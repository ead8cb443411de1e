package truth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/seed-f864f198/onair/internal/raced"
)

// Four slots of 50 ms in each of two units saturate at 80 requests a second and
// unit; a limit of six service times is kept to at a seventh less.
func ExampleService_Sustainable() {
	s := Service{Units: 2, Concurrency: 4, Draw: Exponential(0.050)}
	rate := s.Sustainable(84, 0.300, 0.01, 200_000)
	fmt.Printf("one unit sustains about %.0f/s\n", rate)
	// Output: one unit sustains about 69/s
}

const mean, rate = 0.050, 0.85 // of service, s; of saturation

// erlangC is the probability that an arrival has to wait at c servers with the
// load a, both in Erlang: C = B / (1 - (1-B) a/c), where B, the probability of
// Erlang's loss system, follows from B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)).
func erlangC(c int, a float64) float64 {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b / (1 - (1-b)*a/float64(c))
}

// slowMMc is the share of requests that an M/M/c queue answers later than t:
// the service alone where there was no wait, else wait and service together,
// the wait being exponential with the rate theta = c mu - lambda.
func slowMMc(c int, lambda, mu, t float64) float64 {
	wait, theta := erlangC(c, lambda/mu), float64(c)*mu-lambda
	return (1-wait)*math.Exp(-mu*t) + wait*(theta*math.Exp(-mu*t)-mu*math.Exp(-theta*t))/(theta-mu)
}

// root finds where f, which goes from above 0 to below, is 0.
func root(low, high float64, f func(float64) float64) float64 {
	for high-low > 1e-12 {
		if mid := (low + high) / 2; f(mid) > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// sigma is what decides a queue G/M/1: the root in (0, 1) of sigma = A(mu (1 -
// sigma)), where A is the Laplace transform of the time between arrivals.
// Responses are exponential with the rate mu (1 - sigma).
func sigma(mu float64, transform func(float64) float64) float64 {
	return root(0, 1-1e-9, func(s float64) float64 { return transform(mu*(1-s)) - s })
}

// requests is the length of a simulation: a tenth of what is precise, under the
// race detector, which has nothing to find in it.
func requests(n int) int { return raced.Part(n, n/10) }

// near holds what was simulated against what is true; a tenth of the length leaves
// the root of ten times the chance.
func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	within *= raced.Part(1, math.Sqrt(10))
	if math.Abs(got-want) > within*want {
		t.Errorf("%s = %.5g; want %.5g within %g %%", what, got, want, 100*within)
	}
}

func TestArrivalsAtRandomFollowErlang(t *testing.T) {
	for _, c := range []int{1, 2, 4, 16} {
		lambda := rate * float64(c) / mean
		s := Service{Units: 1, Concurrency: c, Draw: Exponential(mean), Arrivals: Poisson(3)}
		for _, limit := range []float64{2 * mean, 5 * mean} {
			got, want := s.Slow(lambda, limit, requests(1_000_000)), slowMMc(c, lambda, 1/mean, limit)
			near(t, fmt.Sprintf("M/M/%d: share slower than %g s", c, limit), got, want, 0.05)
		}
	}
}

// Evenly spaced arrivals at one server: A(s) = exp(-s/lambda).
func TestEvenArrivalsFollowTheirEquation(t *testing.T) {
	lambda, mu := rate/mean, 1/mean
	decay := mu * (1 - sigma(mu, func(s float64) float64 { return math.Exp(-s / lambda) }))
	for _, units := range []int{1, 3} { // in turn, so that each unit's arrivals are even too
		s := Service{Units: units, Concurrency: 1, Draw: Exponential(mean)}
		for _, limit := range []float64{2 * mean, 5 * mean} {
			got := s.Slow(lambda*float64(units), limit, requests(2_000_000))
			near(t, fmt.Sprintf("D/M/1, %d units: share slower than %g s", units, limit), got, math.Exp(-decay*limit), 0.03)
		}
	}
}

// Arrivals at random that go to n units in turn come to each with Erlang's
// distribution of n steps: A(s) = (n lambda / (n lambda + s))^n.
func TestTakingTurnsEvensArrivals(t *testing.T) {
	const n = 3
	lambda, mu, limit := rate/mean, 1/mean, 5*mean
	decay := mu * (1 - sigma(mu, func(s float64) float64 { return math.Pow(n*lambda/(n*lambda+s), n) }))
	s := Service{Units: n, Concurrency: 1, Draw: Exponential(mean), Arrivals: Poisson(4)}
	near(t, "share slow", s.Slow(n*lambda, limit, requests(3_000_000)), math.Exp(-decay*limit), 0.03)
}

// An M/M/c queue with room for so many and no more refuses the share that finds
// it full: p(c) r^q / sum of all states, r = a/c.
func TestAFullQueueRefuses(t *testing.T) {
	const c, queue = 2, 5
	a := 1.1 * c
	term, sum := 1.0, 1.0
	for k := 1; k <= c+queue; k++ {
		term *= a / float64(min(k, c))
		sum += term
	}
	s := Service{Units: 1, Concurrency: c, Queue: queue, Draw: Exponential(mean), Arrivals: Poisson(5)}
	near(t, "share refused", s.Slow(a/mean, math.Inf(1), requests(1_000_000)), term/sum, 0.02)
}

// What all units share is a queue of its own, M/M/c where the units are wide and
// take no time of theirs; it is no matter how many they are.
func TestWhatIsSharedFollowsErlangToo(t *testing.T) {
	const c = 3
	lambda, limit := rate*c/mean, 5*mean
	for _, units := range []int{1, 8} {
		s := Service{
			Units: units, Concurrency: 1000, Draw: func(*rand.Rand) float64 { return 0 },
			Shared: &Shared{Concurrency: c, Draw: Exponential(mean)}, Arrivals: Poisson(6),
		}
		near(t, fmt.Sprintf("%d units: share slow", units), s.Slow(lambda, limit, requests(1_000_000)), slowMMc(c, lambda, 1/mean, limit), 0.05)
	}
}

// The rate at which D/M/1 just keeps to a limit has a closed form: the decay of
// its responses must be ln(1/allowed)/limit.
func TestSustainableIsWhereTheEquationSays(t *testing.T) {
	const limit, allowed = 6 * mean, 0.01
	mu, decay := 1/mean, math.Log(1/allowed)/limit
	s := 1 - decay/mu                   // sigma
	want := -mu * (1 - s) / math.Log(s) // sigma = exp(-mu (1 - sigma) / lambda), for lambda
	got := Service{Units: 1, Concurrency: 1, Draw: Exponential(mean)}.Sustainable(1/mean, limit, allowed, requests(2_000_000))
	near(t, "sustainable rate", got, want, 0.005)
}

// The truth is precise enough to judge by: two seeds agree to half a percent.
// Without the time for that, shorter runs agree to a little more.
func TestTwoSeedsAgree(t *testing.T) {
	length, within := requests(Enough/20), 0.02
	if os.Getenv("ONAIR_TRUTH") != "" {
		length, within = Enough, 0.005
	}
	for name, s := range map[string]Service{
		"exponential": {Units: 2, Concurrency: 4, Draw: Exponential(mean)},
		"lognormal":   {Units: 2, Concurrency: 2, Draw: Lognormal(mean, 0.5)},
		"bimodal":     {Units: 2, Concurrency: 8, Draw: Bimodal(mean, 0.03, 4)},
		"shared":      {Units: 4, Concurrency: 8, Draw: Exponential(mean), Shared: &Shared{Concurrency: 4, Draw: Exponential(0.02)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			most := 1.1 * float64(s.Concurrency) / mean
			near(t, "sustainable rate by another seed", s.sustainable(2, most, 6*mean, 0.01, length), s.sustainable(1, most, 6*mean, 0.01, length), within)
		})
	}
}

// One unit alone saturates at concurrency over mean; where something is shared,
// its own slots over its own mean are the end for all together.
func TestSaturation(t *testing.T) {
	alone := Service{Units: 3, Concurrency: 4, Draw: Exponential(mean)}
	near(t, "saturation of one unit", alone.Saturation(requests(300_000)), 4/mean, 0.01)
	behind := Service{Units: 5, Concurrency: 50, Draw: Exponential(mean), Shared: &Shared{Concurrency: 4, Draw: Exponential(mean)}}
	near(t, "saturation behind a bottleneck", behind.Saturation(requests(300_000)), 4/mean/5, 0.01)
}

func TestDrawsHaveTheirMean(t *testing.T) {
	for name, draw := range map[string]func(*rand.Rand) float64{
		"exponential": Exponential(mean), "lognormal": Lognormal(mean, 0.8), "bimodal": Bimodal(mean, 0.05, 10),
	} {
		random := rand.New(rand.NewPCG(7, 7))
		var sum float64
		n := requests(1_000_000)
		for range n {
			sum += draw(random)
		}
		near(t, "mean "+name, sum/float64(n), mean, 0.01)
	}
}
