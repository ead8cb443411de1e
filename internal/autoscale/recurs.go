package autoscale

import (
	"fmt"
	"time"
	_ "time/tzdata" // so that a zone means the same on every machine
)

// Runs are the instants from one to another, both included, at which an action is due:
// its next time, and if it recurs each that its Recurrence names after that and not
// after its End. A minute that the clocks of its zone skip is none, and one that they
// show twice is two. The error says why a recurrence cannot be read: nobody knows then
// when it is due after its next time.
func (a Scheduled) Runs(from, to time.Time) ([]time.Time, error) {
	var all []time.Time
	if a.over(from) || a.over(a.At) {
		return nil, nil
	}
	if !a.At.Before(from) && !a.At.After(to) {
		all = append(all, a.At)
	}
	if a.Recurrence == "" {
		return all, nil
	}
	line, err := parseCron(a.Recurrence)
	if err != nil {
		return all, err
	}
	zone, err := time.LoadLocation(a.Zone)
	if err != nil {
		return all, fmt.Errorf("time zone %q is not known here", a.Zone)
	}
	if a.At.After(from) {
		from = a.At
	}
	for t := from.Truncate(time.Minute); !t.After(to) && !a.over(t); t = t.Add(time.Minute) {
		if !t.Before(from) && t.After(a.At) && line.at(t.In(zone)) {
			all = append(all, t)
		}
	}
	return all, nil
}

// over says whether an action that recurs has ended before an instant.
func (a Scheduled) over(at time.Time) bool { return !a.End.IsZero() && at.After(a.End) }

// Recurs is when an action is due again, in words that follow its next time: empty
// where it is not.
func (a Scheduled) Recurs() string {
	switch {
	case a.Recurrence == "":
		return ""
	case a.Zone == "":
		return fmt.Sprintf(" and again by the cron %q in UTC", a.Recurrence)
	}
	return fmt.Sprintf(" and again by the cron %q in %s", a.Recurrence, a.Zone)
}
