package world

import (
	"math"
	"math/rand/v2"
)

// draws returns the source of a unit's service times in ns. Every unit has its own stream, told by seed
// and number, so that a world's nth service of a unit takes the same time whatever the others do.
func (s Service) draws(seed, stream uint64) func() int64 {
	rng := rand.New(rand.NewPCG(seed, stream))
	mean := float64(s.Mean)
	switch s.Distribution {
	case Constant:
		return func() int64 { return int64(mean) }
	case Bimodal:
		quick := mean / (1 - s.SlowShare + s.SlowShare*s.SlowTimes) // so that the mean over all is mean
		return func() int64 {
			t := quick
			if rng.Float64() < s.SlowShare {
				t *= s.SlowTimes
			}
			return int64(t * rng.ExpFloat64())
		}
	case Lognormal:
		mu := math.Log(mean) - s.Sigma*s.Sigma/2 // the mean of exp(N(mu, sigma)) is exp(mu + sigma²/2)
		return func() int64 { return int64(math.Exp(mu + s.Sigma*rng.NormFloat64())) }
	}
	return func() int64 { return int64(mean * rng.ExpFloat64()) }
}

// slowdown is how many times as long a request takes with n ready units as with one alone, by Gunther's
// Universal Scalability Law. Units on their way out serve when none is ready, and then as one alone.
func (s Service) slowdown(n int) float64 {
	others := float64(max(n, 1) - 1)
	return 1 + s.Contention*others + s.Coherence*others*(others+1)
}

// serviceTimes are the times that a unit itself takes, in ns, as slow as the ready units make each other
// at the instant of each.
func (w *World) serviceTimes(unit uint64) func() int64 {
	s := w.config.Service
	alone := s.draws(w.config.Seed, unit)
	if s.Contention == 0 && s.Coherence == 0 {
		return alone
	}
	return func() int64 { return int64(float64(alone()) * s.slowdown(len(w.router.members()))) }
}

// newUnit makes a unit that is not yet in the router.
func (w *World) newUnit(name string) *unit {
	w.units++
	u := &unit{
		name:   name,
		header: answerHeader(name),
		clock:  w.clock,
		calls:  w.calls,
		limit:  w.config.Service.Queue,
		draw:   w.serviceTimes(w.units),
		shared: w.shared,
		free:   make([]int64, w.config.Service.Concurrency),
	}
	if w.config.Faults.Crashes > 0 {
		u.crashed = make(chan struct{})
	}
	return u
}
