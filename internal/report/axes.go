package report

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"gonum.org/v1/plot"
)

// span is the clock that all panels of a picture share: x runs in seconds from
// the run's start, which was at start in the scenario's zone.
type span struct {
	start time.Time
	end   float64
}

func (s span) at(offset float64) time.Time {
	return s.start.Add(time.Duration(offset * float64(time.Second)))
}

// roundSteps are the distances between instants that people call round.
var roundSteps = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// clockTicks marks round instants of the clock, at most so many.
type clockTicks struct {
	span
	most int
}

// Ticks implements plot.Ticker.
func (c clockTicks) Ticks(from, to float64) []plot.Tick {
	step := c.step(to - from)
	layout := "15:04"
	if step < time.Minute {
		layout = "15:04:05"
	}
	var ticks []plot.Tick
	for t := c.firstRound(from, step); ; t = t.Add(step) {
		x := t.Sub(c.start).Seconds()
		if x > to {
			return ticks
		}
		ticks = append(ticks, plot.Tick{Value: x, Label: t.Format(layout)})
	}
}

func (c clockTicks) step(seconds float64) time.Duration {
	for _, step := range roundSteps {
		if seconds/step.Seconds() <= float64(c.most) {
			return step
		}
	}
	days := math.Ceil(seconds / 86400 / float64(c.most))
	return time.Duration(days) * 24 * time.Hour
}

// firstRound returns the first instant not before from that is a whole number
// of steps after local midnight, so that half-hour zones get round ticks too.
func (c clockTicks) firstRound(from float64, step time.Duration) time.Time {
	t := c.at(from)
	year, month, day := t.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, t.Location())
	since := t.Sub(midnight)
	return midnight.Add((since + step - 1) / step * step)
}

// valueTicks marks 1, 2 or 5 times a power of ten from zero, three to six of
// them.
type valueTicks struct {
	write func(float64) string
	whole bool // only whole numbers, for units
	most  int
}

// Ticks implements plot.Ticker.
func (v valueTicks) Ticks(from, to float64) []plot.Tick {
	step := roundUp((to - from) / float64(v.most))
	if v.whole {
		step = max(step, 1)
	}
	var ticks []plot.Tick
	for n := math.Ceil(from / step); n*step <= to; n++ {
		x := figure.Significant(n*step, 6)
		ticks = append(ticks, plot.Tick{Value: x, Label: v.write(x)})
	}
	return ticks
}

// roundUp returns the next 1, 2 or 5 times a power of ten.
func roundUp(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x*(1-1e-9) {
			return figure.Significant(m*power, 6)
		}
	}
	return figure.Significant(10*power, 6)
}

// decadeTicks marks powers of ten on a logarithmic axis, and 2 and 5 times
// them where it is short.
type decadeTicks struct{ write func(float64) string }

// Ticks implements plot.Ticker.
func (d decadeTicks) Ticks(from, to float64) []plot.Tick {
	multiples := []float64{1}
	if to/from < 50 {
		multiples = []float64{1, 2, 5}
	}
	var ticks []plot.Tick
	for power := math.Pow(10, math.Floor(math.Log10(from))); power <= to; power *= 10 {
		for _, m := range multiples {
			if x := figure.Significant(m*power, 6); x >= from && x <= to {
				ticks = append(ticks, plot.Tick{Value: x, Label: d.write(x)})
			}
		}
	}
	return ticks
}
