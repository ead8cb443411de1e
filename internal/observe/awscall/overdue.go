package awscall

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// overdue is a call that had so long to answer, and did not. That may be less than
// a call is given:
//
//	other calls   |------5s------|
//	attempts                     |--1s--| reset |--1s--| reset |--0.6s--| no answer
//	patience      |---------------------------9s------------------------|
type overdue struct {
	error
	had      time.Duration // of the last attempt
	short    bool          // that was less than a call is given, for the time of all was up
	attempts int           // with those before it
	inAll    time.Duration // they took
	before   time.Duration // other calls of the same check had taken
}

func (o *overdue) Unwrap() error { return o.error }

// worthTelling is what others take at least that matters to who has seconds.
const worthTelling = 100 * time.Millisecond

// silence words the lack of an answer within the time that a call had, and what the
// time went to where that was less than is meant: what Within measured, else what
// is meant.
func silence(err error, meant time.Duration) string {
	o, measured := errors.AsType[*overdue](err)
	if !measured {
		return "no answer within " + inTenths(meant)
	}
	text := "no answer within " + inTenths(o.had)
	if o.attempts > 1 {
		text += fmt.Sprintf(", the last of %d attempts in %s", o.attempts, inTenths(o.inAll))
	}
	if o.short && o.before >= worthTelling {
		text += fmt.Sprintf(", for %s went to what was asked before", inTenths(o.before))
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
