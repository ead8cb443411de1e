package prescale

import (
	"fmt"
	"time"
)

// zone is what the change's clocks show.
func zone(given *time.Location, i Instants) *time.Location {
	if given != nil {
		return given
	}
	return i.Apply.Location()
}

// span writes from when to when in a zone, each date and zone once where both
// ends share them.
//
//	from 21:38 to 22:25 JST on 2026-12-01
//	from 2026-12-01 23:38 to 2026-12-02 00:25 JST
//	from 2026-11-01 01:40 EDT to 2026-11-01 01:20 EST
func span(from, to time.Time, zone *time.Location) string {
	from, to = from.In(zone), to.In(zone)
	const day, clock = "2006-01-02", "15:04"
	before, _ := from.Zone()
	after, _ := to.Zone()
	switch {
	case before != after:
		return "from " + moment(from) + " to " + moment(to)
	case from.Format(day) != to.Format(day):
		return fmt.Sprintf("from %s to %s", from.Format(day+" "+clock), moment(to))
	}
	return fmt.Sprintf("from %s to %s %s on %s", from.Format(clock), to.Format(clock), after, from.Format(day))
}

// moment writes one instant to the minute, as its own zone's clocks show it.
func moment(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }

// utc is an instant as AWS takes it: UTC, with seconds, ended by Z.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
