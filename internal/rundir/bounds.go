package rundir

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// The clocks of what is observed may say anything; onair's own may not.

func checkSecond(s timeline.Second) error { return s.Check() }

func checkReading(r timeline.Reading) error { return checkOwn("at", r.At) }

func checkEvent(e timeline.Event) error {
	switch {
	case e.After == nil:
	case *e.After > e.At:
		return fmt.Errorf("after: %v s is later than at, %v s", e.After.Seconds(), e.At.Seconds())
	default:
		if err := checkOwn("after", *e.After); err != nil {
			return err
		}
	}
	return checkOwn("at", seen(e))
}

// seen is when onair saw an event, by its own clock.
func seen(e timeline.Event) timeline.Offset {
	if e.Seen != nil {
		return *e.Seen
	}
	return e.At
}

func checkGap(g timeline.Gap) error {
	if err := checkOwn("at", g.From); err != nil {
		return err
	}
	if g.To < g.From {
		return fmt.Errorf("to: %v s is before at, %v s", g.To.Seconds(), g.From.Seconds())
	}
	return checkOwn("to", g.To)
}

// checkOwn looks at an instant of onair's own clock.
func checkOwn(name string, at timeline.Offset) error {
	if d := time.Duration(at); d <= -timeline.LongestRun || d >= timeline.LongestRun {
		return fmt.Errorf("%s: %v s is not within %.0f hours of the start", name, at.Seconds(), timeline.LongestRun.Hours())
	}
	return nil
}
