package scenario

import (
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// provesSomething finds plans that are possible but from which nothing could be
// learned. A stored scenario has been run, whatever it proved.
func (d *decoder) provesSomething(f *file, s *Scenario) {
	lasts := s.Traffic.Curve.Duration()
	if d.env == nil || lasts == 0 {
		return
	}
	for i := range f.objectives {
		d.windowFits(&f.objectives[i], lasts)
	}
}

// windowFits says so where a run ends before one window of an objective does.
func (d *decoder) windowFits(o *objectiveFields, lasts time.Duration) {
	if !o.sound || o.window <= lasts {
		return
	}
	most := lasts.Truncate(time.Second)
	switch {
	case most == 0:
		d.mistake(o.node, o.in, "the run lasts %s, less than any window (at least 1s)", lengthText(lasts))
	case child(o.node, "window") == nil:
		d.mistake(o.node, o.in, "window, %s unless stated, is longer than the run (at most %s)", lengthText(o.window), lengthText(most))
	default:
		d.mistake(child(o.node, "window"), o.in, "window %s is longer than the run (at most %s)", lengthText(o.window), lengthText(most))
	}
}

// arrives says so where a plan makes less than one request.
func (d *decoder) arrives(t *trafficFields, c traffic.Curve) {
	switch peak, _ := c.Peak(); {
	case peak == 0:
		d.mistake(t.node, t.in, "plans no request at all")
	case c.Total() < 1 && d.env != nil:
		d.mistake(t.node, t.in, "plans less than one request in all (%s for %s: raise one of them)", rateText(peak), lengthText(c.Duration()))
	}
}

// viewersCome says so where a spot begins so late that none of its viewers come
// before the end of the run, or hardly one.
func (d *decoder) viewersCome(s *spotFields, extra traffic.Curve) {
	if extra.Total() < 1 && d.env != nil {
		d.mistake(childOr(s.node, "at"), s.in, "brings less than one request before the end of the run at %s (an earlier start, a higher peak, or a longer run)", lengthText(extra.Duration()))
	}
}
