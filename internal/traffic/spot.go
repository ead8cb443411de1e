package traffic

import (
	"fmt"
	"math"
	"time"
)

// Onset is how long after a spot's start its first viewers come: they see what
// it is about, pick up the phone and type (Kitts et al. 2014; Lewis and Reiley,
// EC 2013).
const Onset = 5 * time.Second

// TailHalfLife is the half-life of the slow part of a spot's visits.
const TailHalfLife = 30 * time.Minute

const (
	shortestRise     = 100 * time.Millisecond
	shortestHalfLife = time.Second
)

// Spot is one airing of a commercial over a baseline.
//
// With t from the onset, its traffic above the baseline is
//
//	extra(t) = K [(1-f) h(t, fast) + f h(t, slow)]
//	h(t, d)  = (exp(-t/d) - exp(-t/tau)) / (d - tau)
//
// where each h has unit area, so that f (Tail) is the share of the extra visits
// in the slow part; fast and slow are the decay times that belong to HalfLife
// and TailHalfLife, tau puts the maximum at Rise, and K makes it Peak less the
// baseline.
type Spot struct {
	At       time.Duration // start of the airing; viewers come Onset later
	Peak     float64       // req/s: the total the spot would reach alone, baseline included
	Rise     time.Duration // from onset to the maximum
	HalfLife time.Duration // of the fast part
	Tail     float64       // share of the extra visits in the slow part, 0 to 1
}

// Extra returns the spot's traffic above baseline (req/s), cut at end. An error
// begins with the name of the field that is wrong.
func (s Spot) Extra(baseline float64, end time.Duration) (Curve, error) {
	if err := s.Check(baseline, end); err != nil {
		return Curve{}, err
	}
	shape := s.response().rising(s.Rise.Seconds())
	scale := (s.Peak - baseline) / shape.at(s.Rise.Seconds())

	onset := s.At + Onset
	segments := []Segment{{Length: onset}}
	var t time.Duration
	from := 0.0
	for onset+t < end {
		step := s.step(t)
		to := scale * shape.at((t + step).Seconds())
		segments = append(segments, Segment{step, from, to})
		t, from = t+step, to
	}
	return NewCurve(segments...).Clip(end), nil
}

// Check returns the error that Extra would.
func (s Spot) Check(baseline float64, end time.Duration) error {
	if err := s.check(baseline, end); err != nil {
		return err
	}
	if longest := s.longestRise(); s.Rise.Seconds() > longest {
		return fmt.Errorf("rise %s is too long for half_life %s (at most %.1fs)",
			s.Rise, s.HalfLife, math.Floor(longest*10)/10)
	}
	return nil
}

// Possible returns s with rise and half-life, where they are beyond what a spot
// can have, as near to it as can be: a half-life between 1 s and that of the tail,
// and a rise between 100 ms and the longest that goes with it.
func (s Spot) Possible() Spot {
	s.HalfLife = min(max(s.HalfLife, shortestHalfLife), TailHalfLife)
	longest := time.Duration(s.longestRise() * float64(time.Second))
	s.Rise = max(min(s.Rise, longest), shortestRise)
	return s
}

// longestRise is the longest time to the maximum that goes with the half-life, in
// seconds.
func (s Spot) longestRise() float64 {
	shape := s.response()
	return shape.with(shape.longestTau()).maximum()
}

// response is the spot's shape but for its rise.
func (s Spot) response() response {
	return response{fast: decay(s.HalfLife), slow: decay(TailHalfLife), tail: s.Tail}
}

// check judges each field by itself.
func (s Spot) check(baseline float64, end time.Duration) error {
	switch {
	case s.At < 0:
		return fmt.Errorf("at %s is before the start", s.At)
	case s.At+Onset >= end:
		return fmt.Errorf("at %s is too late: viewers come %s later and the traffic ends at %s", s.At, Onset, end)
	case !(s.Peak > baseline) || math.IsInf(s.Peak, 0):
		return fmt.Errorf("peak %g/s is not above the baseline of %g/s", s.Peak, baseline)
	case s.Rise < shortestRise:
		return fmt.Errorf("rise %s is too short (at least %s)", s.Rise, shortestRise)
	case s.HalfLife < shortestHalfLife:
		return fmt.Errorf("half_life %s is too short (at least %s)", s.HalfLife, shortestHalfLife)
	case s.HalfLife > TailHalfLife:
		return fmt.Errorf("half_life %s is longer than the tail's (at most %s)", s.HalfLife, TailHalfLife)
	case !(s.Tail >= 0 && s.Tail <= 1):
		return fmt.Errorf("tail %g is not a share between 0 and 1", s.Tail)
	}
	return nil
}

// step returns how far the knot after the one at t from the onset lies. Knots
// are at most 100 ms apart, more of them on a short rise, and one is at the
// maximum. Five minutes after the maximum even the fast part is so straight
// that one knot a second stays within a millionth of the peak.
func (s Spot) step(t time.Duration) time.Duration {
	const fine = 100 * time.Millisecond
	switch {
	case t < s.Rise:
		steps := max((s.Rise+fine-1)/fine, 20)
		return min((s.Rise+steps-1)/steps, s.Rise-t)
	case t < s.Rise+5*time.Minute:
		return fine
	}
	return time.Second
}

func decay(halfLife time.Duration) float64 { return halfLife.Seconds() / math.Ln2 }

// response is the shape of a spot: a density over seconds from the onset.
type response struct {
	fast, slow float64 // decay times of the two parts, seconds
	tau        float64 // of the rise, seconds; below fast
	tail       float64 // share of the slow part
}

// at returns the density at t.
func (r response) at(t float64) float64 {
	rising := math.Exp(-t / r.tau)
	return (1-r.tail)*(math.Exp(-t/r.fast)-rising)/(r.fast-r.tau) +
		r.tail*(math.Exp(-t/r.slow)-rising)/(r.slow-r.tau)
}

// slope returns the density's slope at t. Times exp(t/tau) it is a constant less
// terms that grow with t: it changes sign once, the density has one maximum.
func (r response) slope(t float64) float64 {
	fast, slow := (1-r.tail)/(r.fast-r.tau), r.tail/(r.slow-r.tau)
	return (fast+slow)/r.tau*math.Exp(-t/r.tau) -
		fast/r.fast*math.Exp(-t/r.fast) -
		slow/r.slow*math.Exp(-t/r.slow)
}

// with returns the shape with another tau.
func (r response) with(tau float64) response {
	r.tau = tau
	return r
}

// longestTau is the largest tau in use: where tau meets the decay time, the two
// would change places and half_life no longer describe the decay.
func (r response) longestTau() float64 { return 0.999 * r.fast }

// maximum returns the time of the density's maximum.
func (r response) maximum() float64 {
	return bisect(0, 10*r.slow, func(t float64) bool { return r.slope(t) > 0 })
}

// rising returns the shape whose maximum is at rise: the longer tau, the later
// the maximum.
func (r response) rising(rise float64) response {
	return r.with(bisect(0, r.longestTau(), func(tau float64) bool { return r.with(tau).slope(rise) < 0 }))
}

// bisect returns where below, true at low and false at high, changes.
func bisect(low, high float64, below func(float64) bool) float64 {
	for {
		middle := (low + high) / 2
		if middle <= low || middle >= high {
			return middle
		}
		if below(middle) {
			low = middle
		} else {
			high = middle
		}
	}
}
