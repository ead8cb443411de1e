package capacity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// The scale lag ends when enough units are ready, and those that were reached
// clearly later count from then (late.go). Where answers name units, it is known when
// enough of them answered:
//
//	short             enough ready     enough answered
//	  |----scale lag-------|---answered late---|

// answeredLate says how much later than the scale lag's end so many units had
// answered as were needed then; empty where they had, or where it is not known.
func (r run) answeredLate(q Question, res Result) string {
	fleet, ok := r.named(q)
	if res.ScaleLag == nil || !ok {
		return ""
	}
	courses := r.courses(res.Fleets)
	r.noteIdle(courses, q)
	at := slices.IndexFunc(courses, func(c course) bool { return c.Name == fleet.Name })
	if at < 0 {
		return ""
	}
	c, closed := courses[at], *res.Shortfall+*res.ScaleLag
	asked := q.demand(closed)
	if bound := lowestOf(met(res.Fleets)); bound != nil {
		asked = min(asked, *bound.best())
	}
	last, ok := c.lastNeeded(closed+time.Second/2, asked) // the middle of the second stands for all of it
	switch late := last - closed; {
	case !ok || late <= 0:
		return ""
	case last >= r.end():
		return "not all of the units that closed the gap had answered when the run ended"
	default:
		return fmt.Sprintf("the units that closed the gap first answered %s later", figure.Duration(late))
	}
}

// lastNeeded is when the last of the idle units answered without which those that
// did are too few at an instant; false where they are enough.
func (c *course) lastNeeded(at time.Duration, asked float64) (last time.Duration, ok bool) {
	ready, known := c.ready.At(timeline.Offset(at))
	idle := slices.DeleteFunc(slices.Clone(c.idle), func(s Span) bool { return at < s.From || at >= s.To })
	answered := ready - float64(len(idle))
	missing := int(math.Ceil(float64(c.law.unitsFor(asked, c.carries)) - answered))
	if !known || missing <= 0 || len(idle) == 0 {
		return 0, false
	}
	slices.SortFunc(idle, func(a, b Span) int { return cmp.Compare(a.To, b.To) })
	return idle[min(missing, len(idle))-1].To, true
}
