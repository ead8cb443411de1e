package awscall

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// overdue is a call that had so long to answer, and did not. What is left for it
// may be less than it should have had:
//
//	a call's own   |----4s----| no answer |----4s----| no answer |-0.6s-| no answer
//	all checks     |---------------------------9s-----------------------|
type overdue struct {
	error
	had      time.Duration // of the last attempt
	short    bool          // that was less than a call is given, for the time of all was up
	attempts int           // with those before it
	inAll    time.Duration // they took
}

func (o *overdue) Unwrap() error { return o.error }

// silence words the lack of an answer within the time that a call had, and what the
// time went to where that was less than is meant: what Within measured, else what
// is meant.
func silence(err error, meant time.Duration) string {
	o, measured := errors.AsType[*overdue](err)
	if !measured {
		return "no answer within " + inTenths(meant)
	}
	text := "no answer within " + inTenths(o.had)
	switch {
	case o.attempts > 1:
		text += fmt.Sprintf(", the last of %d attempts in %s", o.attempts, inTenths(o.inAll))
	case o.short:
		text += ": what was asked before it took the rest of the time"
	}
	return text
}

// inTenths is a duration in words, without digits of a second that say nothing.
func inTenths(d time.Duration) string {
	if d > time.Second {
		d = d.Round(100 * time.Millisecond)
	}
	return figure.Duration(d)
}
