package autoscale

import (
	"fmt"
	"strings"
	"time"
)

// Scheduled is a scheduled action: at an instant it sets what is not nil.
type Scheduled struct {
	Name              string
	At                time.Time // its next time
	Recurrence        string    // a cron line of five fields, by which it is due again; empty: it is due once
	Zone              string    // of Recurrence's clocks, an IANA name; empty: UTC
	End               time.Time // it is not due after this; zero: for ever
	Min, Max, Desired *int
}

// Sets is what an action sets, in words: min 2, max 40.
func (a Scheduled) Sets() string {
	var all []string
	for _, limit := range []struct {
		name string
		to   *int
	}{{"min", a.Min}, {"max", a.Max}, {"desired", a.Desired}} {
		if limit.to != nil {
			all = append(all, fmt.Sprint(limit.name, " ", *limit.to))
		}
	}
	if all == nil {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// Apply returns the group after the actions due in (from, to], in the order of their instants (and of the
// list where they are equal). Where an action names no desired count, the count moves only as far as new
// limits force it.
func Apply(actions []Scheduled, from, to time.Time, g Group) Group {
	for {
		next := -1
		for i, a := range actions {
			if a.At.After(from) && !a.At.After(to) && (next < 0 || a.At.Before(actions[next].At)) {
				next = i
			}
		}
		if next < 0 {
			return g
		}
		at := actions[next].At
		for _, a := range actions {
			if a.At.Equal(at) {
				g = a.set(g)
			}
		}
		from = at
	}
}

func (a Scheduled) set(g Group) Group {
	for _, f := range []struct {
		to   *int
		from *int
	}{{&g.Min, a.Min}, {&g.Max, a.Max}, {&g.Desired, a.Desired}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	g.Desired = g.bound(g.Desired)
	return g
}
