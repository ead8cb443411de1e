package simulation

import (
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// chance draws a run's numbers. Each use has a stream of its own, which counts
// how often it was drawn from.
type chance struct {
	seed  uint64
	drawn []uint64 // of each stream
}

// stream is a use of chance.
type stream int

// newStream adds a stream.
func (c *chance) newStream() stream {
	c.drawn = append(c.drawn, 0)
	return stream(len(c.drawn) - 1)
}

// begin starts every stream anew.
func (c *chance) begin(seed uint64) {
	c.seed = seed
	clear(c.drawn)
}

// uniform draws the stream's next number, from 0 to less than 1.
func (c *chance) uniform(s stream) float64 {
	n := uint64(s)<<40 | c.drawn[s]
	c.drawn[s]++
	return traffic.Uniform(c.seed, n)
}

// one draws one of all, the only one without a draw.
func one[T any](c *chance, s stream, all []T) T {
	if len(all) == 1 {
		return all[0]
	}
	return all[int(c.uniform(s)*float64(len(all)))]
}

// stages is a Delay with a stream for each stage.
type stages struct {
	delay   Delay
	streams []stream
}

func (c *chance) stages(d Delay) stages {
	s := stages{delay: d, streams: make([]stream, len(d))}
	for i := range d {
		s.streams[i] = c.newStream()
	}
	return s
}

func (c *chance) delay(s stages) time.Duration {
	var sum time.Duration
	for i, all := range s.delay {
		sum += one(c, s.streams[i], all)
	}
	return sum
}

// within draws a phase of something that happens every period.
func (c *chance) within(s stream, p Phase, period time.Duration) time.Duration {
	if len(p) == 0 {
		return time.Duration(c.uniform(s) * float64(period))
	}
	return one(c, s, p)
}
