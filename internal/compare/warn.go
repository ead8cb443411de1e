package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// What makes a machine busier than it was: so much more of the processor than any
// base run's, or so many times their lag where it is not negligible.
const (
	busier     = 0.1
	later      = 2.0
	negligible = 0.002 // seconds of lag
)

// warn tells what weakens the comparison without preventing it.
func (c *Comparison) warn(bases []Run, head Run) {
	if len(c.Differs) > 0 {
		c.Warnings = append(c.Warnings, "the runs are not of one plan ("+strings.Join(c.Differs, ", ")+" differ): what changed may be the plan's doing")
	}
	if text := older(bases, head); text != "" {
		c.Warnings = append(c.Warnings, text)
	}
	c.Warnings = append(c.Warnings, unheardOf(bases, head)...)
	for _, m := range c.Measures {
		if text := m.busier(); m.Check && text != "" {
			c.Warnings = append(c.Warnings, text)
		}
	}
	for _, f := range head.Result.Fleets {
		if text := startedElsewhere(f, bases); text != "" {
			c.Warnings = append(c.Warnings, text)
		}
	}
}

// older says that the head began before base runs did; empty where it did not.
func older(bases []Run, head Run) string {
	after := 0
	for _, b := range bases {
		if head.Started.Before(b.Started) {
			after++
		}
	}
	if after == 0 {
		return ""
	}
	return fmt.Sprintf("run %s is older than %d of %s: what it is said to have become it may have been before",
		head.Name, after, plural(len(bases), "base run"))
}

// startedElsewhere says that a fleet began with a number of units that it had in no
// base run; empty where that is not so.
func startedElsewhere(f capacity.FleetResult, bases []Run) string {
	var theirs []string
	for _, b := range bases {
		other, ok := b.fleet(f.Name)
		if !ok || other.ReadyStart == nil || f.ReadyStart == nil || *other.ReadyStart == *f.ReadyStart {
			return ""
		}
		if units := figure.Count(*other.ReadyStart); !slices.Contains(theirs, units) {
			theirs = append(theirs, units)
		}
	}
	return fmt.Sprintf("%s began with %s ready, in base runs with %s: what changed may be due to that",
		f.Name, plural(*f.ReadyStart, "unit"), strings.Join(theirs, " or "))
}

// busier says that the machine that makes the load was; empty where it was not.
func (m Measure) busier() string {
	if m.Head == nil {
		return ""
	}
	var low, high *float64
	for _, b := range m.Bases {
		if b != nil && (low == nil || *b < *low) {
			low = b
		}
		if b != nil && (high == nil || *b > *high) {
			high = b
		}
	}
	if high == nil {
		return ""
	}
	more := *m.Head > *high+busier
	if m.Unit == Seconds {
		more = *m.Head > later**high && *m.Head > negligible
	}
	if !more || m.Expected != nil && *m.Head <= m.Expected.High {
		return ""
	}
	return fmt.Sprintf("the machine that made the load was busier: %s %s, in base runs %s; what seems worse may be noise",
		m.Name, m.Unit.Write(*m.Head), figure.Interval(low, high, m.Unit.Write))
}
