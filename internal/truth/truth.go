// Package truth says what is true of a staging, by a simulation that shares no
// code with the staging it is held against nor with the estimate it judges. It
// serves tests alone: whoever claims to measure what a unit sustains is held
// against Sustainable.
//
// The model. Requests go to the units in turn. A unit has Concurrency slots and
// a first-come queue before them. In its slot a request first takes what all
// units share, where there is such a thing, then the unit's own time:
//
//	          unit 1   queue | slot --\            /-- own time --> answered
//	requests < unit 2   queue | slot ---> shared --<---- own time --> answered
//	          unit 3   queue | slot --/   slots    \-- own time --> answered
//
// Saturation of one unit alone is Concurrency over the mean time.
package truth

import (
	"iter"
	"math"
	"math/rand/v2"
)

// Service is a staging whose units stand still. Times are seconds.
type Service struct {
	Units       int
	Concurrency int
	Queue       int // requests that may wait at a unit; 0: any number
	Draw        func(*rand.Rand) float64
	Shared      *Shared                                     // nil: units have nothing in common
	Arrivals    func(rate float64, n int) iter.Seq[float64] // n of them, rate a second; nil: Evenly
}

// Shared is what the requests of all units take in turn, first come first
// served.
type Shared struct {
	Concurrency int
	Draw        func(*rand.Rand) float64
}

// Enough is a length of run in requests by which two seeds agree on the
// sustainable rate to half a percent.
const Enough = 4_000_000

// Answer is what became of a request.
type Answer struct {
	Due    float64 // when it arrived
	At     float64 // when it was answered
	Served bool    // false: refused, since the unit's queue was full
}

// Answers yields what becomes of requests that arrive at the given instants, in
// the order in which they are answered.
func (s Service) Answers(seed uint64, arrivals iter.Seq[float64]) iter.Seq[Answer] {
	return func(yield func(Answer) bool) {
		st := newState(s, seed)
		turn := 0
		for due := range arrivals {
			if !st.until(due, yield) {
				return
			}
			if !st.arrive(turn, due) && !yield(Answer{Due: due, At: due}) {
				return
			}
			turn = (turn + 1) % s.Units
		}
		st.until(math.Inf(1), yield)
	}
}

// state is a Service at work.
type state struct {
	Service
	random *rand.Rand
	free   []int       // slots of each unit
	queues [][]float64 // when the waiting requests of each unit arrived
	shared []float64   // when each shared slot is free
	busy   services    // in their slots, soonest end first
}

func newState(s Service, seed uint64) *state {
	st := &state{Service: s, random: rand.New(rand.NewPCG(seed, 0x7472757468)), free: make([]int, s.Units), queues: make([][]float64, s.Units)}
	for i := range st.free {
		st.free[i] = s.Concurrency
	}
	if s.Shared != nil {
		st.shared = make([]float64, s.Shared.Concurrency)
	}
	return st
}

// until yields what is answered up to an instant; false where nobody wants more.
func (st *state) until(at float64, yield func(Answer) bool) bool {
	for len(st.busy) > 0 && st.busy[0].at <= at {
		if !yield(st.release()) {
			return false
		}
	}
	return true
}

// arrive brings a request to a unit; false where its queue is full.
func (st *state) arrive(unit int, due float64) bool {
	switch {
	case st.free[unit] > 0:
		st.free[unit]--
		st.begin(unit, due, due)
	case st.Queue > 0 && len(st.queues[unit]) >= st.Queue:
		return false
	default:
		st.queues[unit] = append(st.queues[unit], due)
	}
	return true
}

// begin gives a request a slot of its unit at an instant.
func (st *state) begin(unit int, due, at float64) {
	if st.shared != nil {
		slot := 0
		for i, f := range st.shared {
			if f < st.shared[slot] {
				slot = i
			}
		}
		at = max(at, st.shared[slot]) + st.Shared.Draw(st.random)
		st.shared[slot] = at
	}
	st.busy.push(service{at: at + st.Draw(st.random), due: due, unit: unit})
}

// release ends the service that ends next, and begins the one that waits for
// its slot.
func (st *state) release() Answer {
	done := st.busy.pop()
	if q := st.queues[done.unit]; len(q) > 0 {
		st.queues[done.unit] = q[1:]
		st.begin(done.unit, q[0], done.at)
	} else {
		st.free[done.unit]++
	}
	return Answer{Due: done.due, At: done.at, Served: true}
}

// service is a request in its slot.
type service struct {
	at, due float64
	unit    int
}

// services is a heap of them. That of container/heap boxes every element, which
// takes as long as all the rest of a simulation.
type services []service

func (s *services) push(x service) {
	h := append(*s, x)
	i := len(h) - 1
	for ; i > 0 && h[(i-1)/2].at > x.at; i = (i - 1) / 2 {
		h[i] = h[(i-1)/2]
	}
	h[i] = x
	*s = h
}

func (s *services) pop() service {
	h := *s
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*s = h
	i := 0
	for child := 1; child < len(h); child = 2*i + 1 {
		if child+1 < len(h) && h[child+1].at < h[child].at {
			child++
		}
		if last.at <= h[child].at {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = last
	}
	return top
}

// Evenly yields n arrivals, rate of them a second.
func Evenly(rate float64, n int) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for k := range n {
			if !yield(float64(k) / rate) {
				return
			}
		}
	}
}

// Poisson returns arrivals at random, independent of each other, the same for
// the same seed.
func Poisson(seed uint64) func(rate float64, n int) iter.Seq[float64] {
	return func(rate float64, n int) iter.Seq[float64] {
		return func(yield func(float64) bool) {
			random := rand.New(rand.NewPCG(seed, 0x6172726976616c73))
			at := 0.0
			for range n {
				at += random.ExpFloat64() / rate
				if !yield(at) {
					return
				}
			}
		}
	}
}

// Slow is the share of requests, rate of them a second, that take longer than
// limit or are refused, over a run of n requests of which the first tenth is
// not counted. With a limit of +Inf it is the share refused.
func (s Service) Slow(rate, limit float64, n int) float64 { return s.slow(1, rate, limit, n) }

func (s Service) slow(seed uint64, rate, limit float64, n int) float64 {
	arrivals := s.Arrivals
	if arrivals == nil {
		arrivals = Evenly
	}
	var slow, counted float64
	from := float64(n) / rate / 10
	for a := range s.Answers(seed, arrivals(rate, n)) {
		if a.Due < from {
			continue
		}
		counted++
		if !a.Served || a.At-a.Due > limit {
			slow++
		}
	}
	return slow / counted
}

// Sustainable is the rate per unit at which a long steady run just keeps "at
// most the share allowed takes longer than limit", to within a thousandth of
// most, a rate per unit that is certainly too high. n is the length of the run
// in requests.
func (s Service) Sustainable(most, limit, allowed float64, n int) float64 {
	return s.sustainable(1, most, limit, allowed, n)
}

// sustainable looks for the place with a short run first.
func (s Service) sustainable(seed uint64, most, limit, allowed float64, n int) float64 {
	near := s.turn(seed, 0, most, most/100, limit, allowed, n/10)
	low, high := max(0, near-most/25), min(most, near+most/25)
	found := s.turn(seed, low, high, most/1000, limit, allowed, n)
	if found-low < most/1000 || high-found < most/1000 { // the short run led astray
		return s.turn(seed, 0, most, most/1000, limit, allowed, n)
	}
	return found
}

// turn is the rate per unit between low and high from which on too many are
// slow, to within a precision.
func (s Service) turn(seed uint64, low, high, precision, limit, allowed float64, n int) float64 {
	for high-low > precision {
		if mid := (low + high) / 2; s.slow(seed, mid*float64(s.Units), limit, n) > allowed {
			high = mid
		} else {
			low = mid
		}
	}
	return (low + high) / 2
}

// Saturation is what each unit serves per second when it always has work, by a
// run of n requests that are all there from the beginning.
func (s Service) Saturation(n int) float64 {
	arrivals := func(yield func(float64) bool) {
		for range n {
			if !yield(0) {
				return
			}
		}
	}
	s.Queue = 0
	var at []float64
	for a := range s.Answers(1, arrivals) {
		at = append(at, a.At)
	}
	// The beginning, when nothing is in the shared slots, and the end, when
	// units run dry, are not counted.
	from, to := len(at)/10, len(at)*8/10
	return float64(to-from) / (at[to] - at[from]) / float64(s.Units)
}

// Exponential draws times of the given mean.
func Exponential(mean float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return mean * r.ExpFloat64() }
}

// Lognormal draws times of the given mean whose logarithm has the deviation
// sigma.
func Lognormal(mean, sigma float64) func(*rand.Rand) float64 {
	mu := math.Log(mean) - sigma*sigma/2
	return func(r *rand.Rand) float64 { return math.Exp(mu + sigma*r.NormFloat64()) }
}

// Bimodal draws exponential times of the given mean over all, where the share
// slow takes times as long as the rest.
func Bimodal(mean, slow, times float64) func(*rand.Rand) float64 {
	quick := mean / (1 - slow + slow*times)
	return func(r *rand.Rand) float64 {
		if r.Float64() < slow {
			return quick * times * r.ExpFloat64()
		}
		return quick * r.ExpFloat64()
	}
}
