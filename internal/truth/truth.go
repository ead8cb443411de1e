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
	"container/heap"
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
	Shared      *Shared // nil: units have nothing in common
}

// Shared is what the requests of all units take in turn, first come first
// served.
type Shared struct {
	Concurrency int
	Draw        func(*rand.Rand) float64
}

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
		state := newState(s, seed)
		next, stop := iter.Pull(arrivals)
		defer stop()
		turn := 0
		for due, more := next(); more || len(state.busy) > 0; {
			if !more || len(state.busy) > 0 && state.busy[0].at <= due {
				if done := state.release(); !yield(done) {
					return
				}
				continue
			}
			if !state.arrive(turn, due) && !yield(Answer{Due: due, At: due}) {
				return
			}
			turn = (turn + 1) % s.Units
			due, more = next()
		}
	}
}

// state is a Service at work.
type state struct {
	Service
	random *rand.Rand
	free   []int       // slots of each unit
	queues [][]float64 // when the waiting requests of each unit arrived
	shared []float64   // when each shared slot is free
	busy   services    // soonest end first
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
	heap.Push(&st.busy, service{at: at + st.Draw(st.random), due: due, unit: unit})
}

// release ends the service that ends next, and begins the one that waits for
// its slot.
func (st *state) release() Answer {
	done := heap.Pop(&st.busy).(service)
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

type services []service

func (s services) Len() int           { return len(s) }
func (s services) Less(i, j int) bool { return s[i].at < s[j].at }
func (s services) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *services) Push(x any)        { *s = append(*s, x.(service)) }
func (s *services) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
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

// Slow is the share of requests, evenly spaced at rate, that take longer than
// limit or are refused, over a run of n requests of which the first tenth is
// not counted.
func (s Service) Slow(rate, limit float64, n int) float64 {
	var slow, counted float64
	from := float64(n) / rate / 10
	for a := range s.Answers(1, Evenly(rate, n)) {
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
	low, high := 0.0, most
	for high-low > most/1000 {
		if mid := (low + high) / 2; s.Slow(mid*float64(s.Units), limit, n) > allowed {
			high = mid
		} else {
			low = mid
		}
	}
	return (low + high) / 2
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
