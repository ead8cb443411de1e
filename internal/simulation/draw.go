package simulation

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// chance draws a run's numbers. Each use has a stream of its own, which counts
// how often it was drawn from.
//
// What is drawn once a run, and matters most, is dealt evenly instead: under one
// seed after the other the first numbers of these streams fill the unit cube
// without lumps, so that quantiles over many runs are those of what is drawn from.
// They are a Kronecker sequence, each step a power of 1/phi, where phi is the root
// of x^(d+1) = x + 1 for d streams: for one the golden ratio (Roberts, "The
// unreasonable effectiveness of quasirandom sequences", 2018).
type chance struct {
	seed  uint64
	drawn []uint64 // of each stream
	step  []uint64 // of each stream that is dealt evenly, in units of 2^-64; else 0
}

// stream is a use of chance.
type stream int

// newStream adds a stream.
func (c *chance) newStream() stream {
	c.drawn, c.step = append(c.drawn, 0), append(c.step, 0)
	return stream(len(c.drawn) - 1)
}

// deal makes streams be dealt evenly, together.
func (c *chance) deal(streams []stream) {
	d := float64(len(streams))
	phi := 2.0
	for range 60 { // a fixed point; each turn gains a digit or more
		phi = math.Pow(1+phi, 1/(d+1))
	}
	for i, s := range streams {
		c.step[s] = uint64(math.Pow(phi, -float64(i+1))*(1<<53))<<11 | 1
	}
}

// begin starts every stream anew.
func (c *chance) begin(seed uint64) {
	c.seed = seed
	clear(c.drawn)
}

// uniform draws the stream's next number, from 0 to less than 1.
func (c *chance) uniform(s stream) float64 {
	n := c.drawn[s]
	c.drawn[s]++
	return c.numbered(s, n)
}

// numbered is the stream's n-th number.
func (c *chance) numbered(s stream, n uint64) float64 {
	if step := c.step[s]; step != 0 && n == 0 {
		from := uint64(traffic.Uniform(uint64(s), 0)*(1<<53)) << 11
		return float64((from+c.seed*step)>>11) / (1 << 53)
	}
	return traffic.Uniform(c.seed, uint64(s)<<40|n)
}

// one draws one of all, the only one without a draw.
func one[T any](c *chance, s stream, all []T) T {
	if len(all) == 1 {
		return all[0]
	}
	return chosen(c.uniform(s), all)
}

// chosen is the one that a number from 0 to less than 1 stands for.
func chosen[T any](by float64, all []T) T { return all[int(by*float64(len(all)))] }

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

// delay is the n-th draw of a delay.
func (c *chance) delay(s stages, n uint64) time.Duration {
	var sum time.Duration
	for i, all := range s.delay {
		if len(all) == 1 {
			sum += all[0]
			continue
		}
		sum += all[int(c.numbered(s.streams[i], n)*float64(len(all)))]
	}
	return sum
}

// places counts how often each place of a fleet was taken, so that a delay can be
// drawn by place: the start of the 12th unit takes as long whatever was before.
type places []uint64

func (p *places) clear() { *p = (*p)[:0] }

// take returns the number by which to draw for whoever takes a place.
func (p *places) take(place int) uint64 {
	for len(*p) <= place {
		*p = append(*p, 0)
	}
	times := (*p)[place]
	(*p)[place]++
	return times<<20 | uint64(place)
}

// within draws a phase of something that happens every period.
func (c *chance) within(s stream, p Phase, period time.Duration) time.Duration {
	if len(p) == 0 {
		return time.Duration(c.uniform(s) * float64(period))
	}
	return one(c, s, p)
}
