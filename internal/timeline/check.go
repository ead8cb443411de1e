package timeline

import (
	"fmt"
	"time"
)

// LongestRun is beyond any run: what claims a later instant of onair's own clock
// is corrupt.
const LongestRun = 48 * time.Hour

const mostInASecond = 1_000_000_000_000

// Check says what of s no run can have: a number beyond any run's, or a count that
// is negative or absurd.
func (s *Second) Check() error {
	if most := int(LongestRun.Seconds()); s.Second < 0 || s.Second >= most {
		return fmt.Errorf("second %d is not between 0 and %d", s.Second, most-1)
	}
	for _, c := range []struct {
		name  string
		count int64
	}{
		{"planned", s.Planned}, {"sent", s.Sent}, {"late", s.Late}, {"dropped", s.Dropped}, {"held_back", s.HeldBack},
		{"capped", s.Capped}, {"queued", s.Queued}, {"succeeded", s.Succeeded}, {"failed", s.Failed},
	} {
		if c.count < 0 || c.count > mostInASecond {
			return fmt.Errorf("%s is %d, which is no count of requests", c.name, c.count)
		}
	}
	for unit, n := range s.Units {
		if n < 0 || n > mostInASecond {
			return fmt.Errorf("units: %q is %d, which is no count of requests", unit, n)
		}
	}
	return nil
}
