package scenario

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/load"
)

// compileCaps fills in the limits that are not stated and holds the plan
// against all of them: a plan that passes one would silently lose requests.
func (d *decoder) compileCaps(f *file, s *Scenario) load.Caps {
	peak, peakAt := s.Traffic.Curve.Peak()
	planned, lasts := s.Traffic.Curve.Total(), s.Traffic.Curve.Duration()
	caps := load.Caps{
		Rate:     min(max(2*peak, 10), 50e3),
		InFlight: int(f.caps.inFlight),
		Requests: uint64(math.Ceil(2 * planned)),
		Duration: lasts + f.target.timeout + time.Minute,
	}
	c := &f.caps
	if !c.sound {
		return caps
	}
	if n := child(c.node, "rate"); n != nil {
		caps.Rate = d.rateOf(f, c.rate, n, c.in, "rate")
	}
	if c.requests > 0 {
		caps.Requests = uint64(c.requests)
	}
	if c.duration > 0 {
		caps.Duration = c.duration
	}
	if lasts == 0 {
		return caps
	}
	d.within(c, "rate", peak <= caps.Rate*(1+1e-9), "rate %s is below the planned peak of %s at %s", rateText(caps.Rate), rateText(peak), figure.Elapsed(peakAt))
	d.within(c, "requests", planned <= float64(caps.Requests), "requests %d is below the %.0f that are planned", caps.Requests, math.Ceil(planned))
	d.within(c, "duration", lasts <= caps.Duration, "duration %s is below the %s that are planned", lengthText(caps.Duration), lengthText(lasts))
	return caps
}

// within notes a plan that passes a cap.
func (d *decoder) within(c *capsFields, field string, ok bool, format string, args ...any) {
	switch {
	case ok:
	case child(c.node, field) == nil:
		d.mistake(c.node, c.in, format+" (that is the default: state it to allow more)", args...)
	default:
		d.mistake(child(c.node, field), c.in, format, args...)
	}
}
