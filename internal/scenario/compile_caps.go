package scenario

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// compileCaps fills in the limits that are not stated and holds the plan
// against all of them: a plan that passes one would silently lose requests.
func (d *decoder) compileCaps(f *file, s *Scenario) load.Caps {
	curve, plan := s.Traffic.Curve, s.Plan()
	peak, _ := curve.Peak()
	inSecond, inAll := mostWithin(plan, peak, time.Second), mostInAll(plan, curve.Total())
	caps := load.Caps{
		Rate:     min(max(2*peak, 10, inSecond), 50e3),
		InFlight: int(f.caps.inFlight),
		Requests: uint64(math.Ceil(max(2*curve.Total(), inAll))),
		Duration: curve.Duration() + f.target.timeout + time.Minute,
	}
	c := &f.caps
	if !c.sound {
		return caps
	}
	if n := child(c.node, "rate"); n != nil {
		caps.Rate = d.rateOf(f, s.Traffic.Baseline, c.rate, n, c.in, "rate")
	}
	if c.requests > 0 {
		caps.Requests = uint64(c.requests)
	}
	if c.duration > 0 {
		caps.Duration = c.duration
	}
	d.capsSuffice(c, caps, curve, inSecond, inAll)
	return caps
}

// capsSuffice notes the caps that a plan passes, which may make so many requests
// in a second and in all.
func (d *decoder) capsSuffice(c *capsFields, caps load.Caps, curve traffic.Curve, inSecond, inAll float64) {
	peak, at := curve.Peak()
	planned, lasts := curve.Total(), curve.Duration()
	if lasts == 0 {
		return
	}
	d.within(c, "rate", inSecond <= caps.Rate*(1+1e-9), "rate %s is below the planned peak of %s at %s%s",
		rateText(caps.Rate), rateText(peak), figure.Elapsed(at), roomForChance(peak, inSecond, rateText))
	d.within(c, "requests", inAll <= float64(caps.Requests), "requests %d is below the %.0f that are planned%s",
		caps.Requests, math.Ceil(planned), roomForChance(planned, inAll, countText))
	d.within(c, "duration", lasts <= caps.Duration, "duration %s is below the %s that are planned", lengthText(caps.Duration), lengthText(lasts))
}

// roomForChance says how much a cap must leave where more may come than planned.
func roomForChance(planned, most float64, write func(float64) string) string {
	if most <= planned {
		return ""
	}
	return " with room for chance (at least " + write(most) + ")"
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
