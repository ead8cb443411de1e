package rundir

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// longestRun is beyond any run: a line that claims a later instant of onair's
// own clock is corrupt. The clocks of what is observed may say anything.
const longestRun = 48 * time.Hour

func checkSecond(s timeline.Second) error {
	if s.Second < 0 || s.Second >= int(longestRun.Seconds()) {
		return fmt.Errorf("second %d is not between 0 and %d", s.Second, int(longestRun.Seconds())-1)
	}
	return nil
}

func checkReading(r timeline.Reading) error { return checkOwn("at", r.At) }

func checkEvent(e timeline.Event) error { return checkOwn("at", seen(e)) }

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
	return checkOwn("to", g.To)
}

// checkOwn looks at an instant of onair's own clock.
func checkOwn(name string, at timeline.Offset) error {
	if d := time.Duration(at); d <= -longestRun || d >= longestRun {
		return fmt.Errorf("%s: %v s is not within %.0f hours of the start", name, at.Seconds(), longestRun.Hours())
	}
	return nil
}
