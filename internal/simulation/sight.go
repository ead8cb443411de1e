package simulation

import "time"

// sight is a Metric at work.
type sight struct {
	Metric
	phase  stream
	offset time.Duration // of the readings, in this run
}

// begin draws the run's phase. A metric without readings of its own is read by
// periods of its window.
func (s *sight) begin(c *chance) {
	every := s.Every
	if every == 0 {
		every = s.Window
	}
	s.offset = c.within(s.phase, s.Phase, every)
}

// reading is the instant of the newest reading that can be seen.
func (s *sight) reading(now time.Duration) time.Duration {
	now -= s.Delay
	if s.Every == 0 {
		return now
	}
	return now - modulo(now-s.offset, s.Every)
}

// modulo is what is left of d, never negative.
func modulo(d, of time.Duration) time.Duration {
	if d %= of; d < 0 {
		d += of
	}
	return d
}

// mean is what the newest reading says of a history.
func (s *sight) mean(h *history, now time.Duration) float64 {
	at := s.reading(now)
	return (h.sum(at) - h.sum(at-s.Window)) / s.Window.Seconds()
}

// shift is the number of units that a cron asks for: 1, KEDA's own, outside all
// of its shifts.
func (s *sight) shift(now time.Duration) int {
	n := 1
	for _, c := range s.Cron {
		if now >= c.From && now < c.To {
			n = max(n, c.Units)
		}
	}
	return n
}

// history is a quantity over time, added up so that a mean over any window is
// one difference.
type history struct {
	before float64   // a second of it, of every second before the first
	sums   []float64 // up to the beginning of each second
}

func newHistory(seconds int) history { return history{sums: make([]float64, seconds+1)} }

// begin forgets all but what was before the beginning.
func (h *history) begin(before float64) { h.before, h.sums[0] = before, 0 }

// add appends a second.
func (h *history) add(second int, value float64) { h.sums[second+1] = h.sums[second] + value }

// sum is what there was up to an instant, counted from the beginning.
func (h *history) sum(at time.Duration) float64 {
	if at <= 0 {
		return h.before * at.Seconds()
	}
	second := int(at / time.Second)
	rest := at % time.Second
	if rest == 0 {
		return h.sums[second]
	}
	return h.sums[second] + (h.sums[second+1]-h.sums[second])*rest.Seconds()
}
