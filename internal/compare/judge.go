package compare

import (
	"fmt"
	"math"

	"github.com/seed-f864f198/onair/internal/figure"
)

// compared holds the samples of a measure, the head's last, against each other.
func (q quantity) compared(tolerance float64) Measure {
	m := Measure{ID: q.id, Name: q.name, Unit: q.unit, Worse: q.worse, Check: q.check, Absolute: q.scale.absolute, tick: q.scale.slack}
	last := len(q.samples) - 1
	head := q.samples[last]
	m.Head, m.Bound, m.Own = head.value, head.bound, head.own
	var values, scaled []float64
	noise, apart := 0.0, true
	for _, s := range q.samples[:last] {
		if s.value == nil || s.bound != Exactly {
			m.Bases = append(m.Bases, nil)
			continue
		}
		m.Bases = append(m.Bases, s.value)
		values, scaled = append(values, *s.value), append(scaled, q.scale.to(*s.value))
		noise += s.noise // NaN where one does not know its own
		apart = apart && s.own != nil && head.own != nil && (s.own.High < head.own.Low || head.own.High < s.own.Low)
	}
	if len(values) > 0 {
		mean := q.scale.mean(values)
		m.Mean = &mean
		q.differ(&m, tolerance)
	}
	switch {
	case m.Head == nil:
		m.silent("of the run " + head.why)
	case len(values) == 0:
		m.silent("of no base run it is known: " + q.why())
	case len(values) < Enough:
		m.silent(few(len(values), last))
		if apart {
			m.Said += "; each run's own 90 % interval lies apart from the head's"
		}
	default:
		q.predict(&m, scaled, noise/float64(len(values)), tolerance)
		m.known, m.asked = len(values), last
	}
	if q.check {
		m.Verdict, m.Said = "", ""
	}
	return m
}

// few says that a measure is known of too few base runs.
func few(known, bases int) string {
	if bases < Enough {
		return "too few base runs"
	}
	return fmt.Sprintf("known of %d of %d base runs, and it takes %d to judge", known, bases, Enough)
}

// why says why the first base run that does not know the measure does not.
func (q quantity) why() string {
	for _, s := range q.samples[:len(q.samples)-1] {
		switch {
		case s.value == nil:
			return s.why
		case s.bound != Exactly:
			return "there is but a bound, " + s.bound.String() + " " + q.unit.Write(*s.value)
		}
	}
	return ""
}

// String is the bound in words, such as "at least".
func (b Bound) String() string { return [...]string{"exactly", "at least", "at most"}[b] }

func (m *Measure) silent(why string) {
	m.Verdict, m.Said = CannotSay, why
	m.P, m.Adjusted = nil, nil
}

// differ sets what is the head's difference from the mean. That of a bound is not
// the head's: it may be any number larger.
func (q quantity) differ(m *Measure, tolerance float64) {
	allowed := q.scale.allowed(*m.Mean, tolerance)
	if !q.scale.absolute {
		allowed /= *m.Mean
	}
	if allowed < math.MaxFloat64 {
		m.Allowed = &allowed
	}
	if m.Head == nil || !q.scale.absolute && *m.Mean == 0 {
		return
	}
	apart := q.scale.difference(*m.Head, *m.Mean)
	if math.Abs(apart) < 1e-12 {
		apart = 0 // what the logarithm leaves of equal values
	}
	if m.apart = &apart; m.Bound == Exactly {
		m.Difference = &apart
	}
}

// predict asks how far the head lies from where one more base run would. A bound
// is taken for the value: where even the best the head may be is too bad, it is.
func (q quantity) predict(m *Measure, scaled []float64, noise, tolerance float64) {
	s := q.scale
	p := predict(scaled, noise, s.finest(*m.Mean))
	half := p.half(1 - Level)
	m.Expected = &Interval{s.back(p.mean - half), s.back(p.mean + half)}
	if q.check {
		return
	}
	y := s.to(*m.Head)
	if m.Difference != nil { // not of a bound, nor from a mean of 0
		m.Between = &Interval{s.difference(s.back(y-half), *m.Mean), s.difference(s.back(y+half), *m.Mean)}
	}
	if m.Bound == AtLeast && q.worse == Lower || m.Bound == AtMost && q.worse == Higher {
		m.silent("of the run " + m.Bound.String() + " " + q.unit.Write(*m.Head) + " is known")
		return
	}
	allowed := s.allowed(*m.Mean, tolerance)
	worst, best := s.to(*m.Mean+allowed), s.to(*m.Mean-allowed)
	if q.worse == Lower {
		worst, best, y = -best, -worst, -y
	}
	bad, good := p.beyond(y, worst), p.beyond(-y, -best)
	m.P, m.good = &bad, &good
	if m.Bound != Exactly {
		m.good = nil // it may be worse than its bound
	}
	m.found = func(level float64) float64 {
		limit := worst + p.reach(level)
		if q.worse == Lower {
			limit = -limit
		}
		return math.Abs(s.difference(s.back(limit), *m.Mean))
	}
}

// correct corrects the probabilities of all measures together.
func (c *Comparison) correct() {
	var judged []*Measure
	var bad, good []float64
	for i := range c.Measures {
		if m := &c.Measures[i]; m.P != nil {
			judged, bad = append(judged, m), append(bad, *m.P)
			if m.good == nil {
				good = append(good, 1)
			} else {
				good = append(good, *m.good)
			}
		}
	}
	c.Asked = len(judged)
	bad, good = holm(bad), holm(good)
	for i, m := range judged {
		found := m.found(Level / float64(len(judged)))
		m.Adjusted, m.adjustedGood = &bad[i], good[i]
		if found < math.MaxFloat64 {
			m.Found = &found
		}
	}
}

// Changed writes the difference, on its true side of what is allowed.
func (m *Measure) Changed() string {
	if m.Difference == nil {
		return figure.Unknown
	}
	return m.written(*m.Difference)
}

// ChangedBetween writes where the difference lies.
func (m *Measure) ChangedBetween() string {
	if m.Between == nil {
		return figure.Unknown
	}
	return m.written(m.Between.Low) + " to " + m.written(m.Between.High)
}
