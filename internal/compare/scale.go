package compare

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/seed-f864f198/onair/internal/figure"
)

// Unit is what a measure is counted in.
type Unit string

// Units of measures.
const (
	PerSecond Unit = "req/s"
	Seconds   Unit = "s"
	Ratio     Unit = "ratio" // of two rates
	Share     Unit = "share" // of requests, or of a machine, 0 to 1
)

// Write writes a value as people read it.
func (u Unit) Write(v float64) string {
	switch u {
	case PerSecond:
		return figure.Rate(v)
	case Seconds:
		return figure.Duration(time.Duration(v * float64(time.Second)))
	case Share:
		return figure.Share(v)
	}
	return figure.Scaled(v) + "x"
}

// scale is where values of a measure vary as a normal variable does, by the same
// amount whatever they are.
type scale struct {
	to, back func(float64) float64
	absolute bool                       // differences are head less mean
	slack    float64                    // allowed whatever the tolerance is, as an absolute difference
	finest   func(mean float64) float64 // variance that no measuring gets below
}

// ratios is for what is above 0 and differs by so many percent: the logarithm.
// Nothing is measured to better than a thousandth.
var ratios = scale{to: math.Log, back: math.Exp, finest: func(float64) float64 { return 1e-6 }}

// How exactly the lengths of scaling are known. Pods' conditions have whole seconds;
// and where in an autoscaler's cycle of 15 s (the HPA's unless changed) a shortfall
// falls is chance.
const (
	second = 1.0
	cycle  = 15.0
)

// lengths is for times that may be 0 and are only known to a tick: the logarithm of
// what lies above -tick. A tick is always allowed, and where in a tick something
// falls has a variance of tick²/12.
func lengths(tick float64) scale {
	return scale{
		to:       func(v float64) float64 { return math.Log(v + tick) },
		back:     func(y float64) float64 { return max(math.Exp(y)-tick, 0) },
		absolute: true,
		slack:    tick,
		finest:   func(mean float64) float64 { return tick * tick / 12 / ((mean + tick) * (mean + tick)) },
	}
}

// oneInAThousand is the share of requests by which a class of errors may always
// grow.
const oneInAThousand = 0.001

// shares is for counts out of many: the square root, which gives Poisson counts of
// any mean the variance 1/4 (Anscombe 1948), here per request.
var shares = scale{
	to:       func(v float64) float64 { return math.Sqrt(max(v, 0)) },
	back:     func(y float64) float64 { return max(y, 0) * max(y, 0) },
	absolute: true,
	slack:    oneInAThousand,
	finest:   func(float64) float64 { return 0 },
}

// mean is that of values: of ratios the geometric one, else the usual one.
func (s scale) mean(values []float64) float64 {
	if s.absolute {
		return stat.Mean(values, nil)
	}
	sum := 0.0
	for _, v := range values {
		sum += s.to(v)
	}
	return s.back(sum / float64(len(values)))
}

// allowed is the change that the tolerance allows from a mean, an absolute
// difference.
func (s scale) allowed(mean, tolerance float64) float64 { return max(tolerance*mean, s.slack) }

// difference is that of a value from the mean, as Measure.Difference.
func (s scale) difference(value, mean float64) float64 {
	if s.absolute {
		return value - mean
	}
	return value/mean - 1
}
