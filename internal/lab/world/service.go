package world

import (
	"math"
	"math/rand/v2"
)

// draws returns the source of a unit's service times in ns. Every unit has its own stream, told by seed
// and number, so that a world's nth service of a unit takes the same time whatever the others do.
func (s Service) draws(seed, unit uint64) func() int64 {
	rng := rand.New(rand.NewPCG(seed, unit))
	mean := float64(s.Mean)
	switch s.Distribution {
	case Constant:
		return func() int64 { return int64(mean) }
	case Lognormal:
		mu := math.Log(mean) - s.Sigma*s.Sigma/2 // the mean of exp(N(mu, sigma)) is exp(mu + sigma²/2)
		return func() int64 { return int64(math.Exp(mu + s.Sigma*rng.NormFloat64())) }
	}
	return func() int64 { return int64(mean * rng.ExpFloat64()) }
}

// newUnit makes a unit that is not yet in the router.
func (w *World) newUnit(name string) *unit {
	w.units++
	return &unit{
		name:   name,
		header: answerHeader(name),
		clock:  w.clock,
		calls:  w.calls,
		limit:  w.config.Service.Queue,
		draw:   w.config.Service.draws(w.config.Seed, w.units),
		free:   make([]int64, w.config.Service.Concurrency),
	}
}
