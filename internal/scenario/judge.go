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
		o := &f.objectives[i]
		d.fits(o.source, "window", o.window, lasts)
	}
	for i := range f.abort {
		g := &f.abort[i]
		d.fits(g.source, "for", g.length, lasts)
	}
}

// fits says so where a run ends before one stretch of time does that a field of
// a condition asks for.
func (d *decoder) fits(src source, field string, length, lasts time.Duration) {
	if !src.sound || length <= lasts {
		return
	}
	most := lasts.Truncate(time.Second)
	switch {
	case most == 0:
		d.mistake(src.node, src.in, "the run lasts %s, less than any %s (at least 1s)", lengthText(lasts), field)
	case child(src.node, field) == nil:
		d.mistake(src.node, src.in, "%s, %s unless stated, is longer than the run (at most %s)", field, lengthText(length), lengthText(most))
	default:
		d.mistake(child(src.node, field), src.in, "%s %s is longer than the run (at most %s)", field, lengthText(length), lengthText(most))
	}
}

// arrives says so where a plan makes less than one visit.
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
		d.mistake(childOr(s.node, "at"), s.in, "brings less than one visit before the end of the run at %s (an earlier start, a higher peak, or a longer run)", lengthText(extra.Duration()))
	}
}
