package prescale

import (
	"fmt"
	"slices"
	"time"
)

// offsetLayouts name an instant by themselves; localLayouts need a zone.
var (
	offsetLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00"}
	localLayouts  = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}
)

// farthest is a year that no airing is planned in: what is released after it would be in
// one of five digits, which no format of instants has.
const farthest = 9000

// ParseAt reads when something airs, 2026-12-01T21:54:00+09:00 or a local time
// of the zone such as 2026-12-01T21:54, and returns it in the zone.
//
// A local time is refused where the zone's clocks show it not once. When they
// are put forward some times do not exist, when they are put back some exist
// twice; the error names both instants that may be meant, to choose one by its
// offset:
//
//	           spring: 02:30 is nowhere         autumn: 01:30 is twice
//	offset -4            ,--03:30--> EDT   --01:30-------.
//	offset -5 --01:30---'                           `--01:30--> EST
func ParseAt(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range offsetLayouts {
		if t, err := time.Parse(layout, text); err == nil && t.Year() < farthest {
			return t.In(zone), nil
		}
	}
	for _, layout := range localLayouts {
		if wall, err := time.Parse(layout, text); err == nil && wall.Year() < farthest {
			return local(text, wall, zone)
		}
	}
	return time.Time{}, fmt.Errorf("time %q is none (write 2026-12-01T21:54:00+09:00, or 2026-12-01T21:54 for the clocks of %s)", text, zone)
}

// local is the instant at which the zone's clocks show what wall shows in UTC.
func local(text string, wall time.Time, zone *time.Location) (time.Time, error) {
	if shown := showing(wall, zone); len(shown) == 1 {
		return shown[0], nil
	} else if len(shown) > 1 {
		return time.Time{}, fmt.Errorf("time %q exists twice in %s, where clocks are put back: write %s or %s",
			text, zone, withZone(shown[0]), withZone(shown[1]))
	}
	offsets := offsetsAround(wall, zone)
	earlier := at(wall, offsets[len(offsets)-1], zone) // as the clock that was put forward would count back
	later := at(wall, offsets[0], zone)                // as the clock before would have gone on
	return time.Time{}, fmt.Errorf("time %q does not exist in %s, where clocks are put forward over it: write %s or %s",
		text, zone, withZone(earlier), withZone(later))
}

// showing returns the instants at which the zone's clocks show what wall shows
// in UTC, earliest first: one as a rule.
func showing(wall time.Time, zone *time.Location) []time.Time {
	var all []time.Time
	for _, offset := range offsetsAround(wall, zone) {
		t := at(wall, offset, zone)
		if _, is := t.Zone(); is == offset {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// offsetsAround returns the offsets, in seconds east, that the zone has within
// a day of wall, in the order in which they are in force. No clock is more than
// 14 h off UTC.
func offsetsAround(wall time.Time, zone *time.Location) []int {
	var all []int
	for t := wall.Add(-26 * time.Hour).In(zone); ; {
		if _, offset := t.Zone(); !slices.Contains(all, offset) {
			all = append(all, offset)
		}
		_, end := t.ZoneBounds()
		if end.IsZero() || end.Sub(wall) > 26*time.Hour {
			return all
		}
		t = end
	}
}

// at is when a clock that is so many seconds ahead of UTC shows wall.
func at(wall time.Time, offset int, zone *time.Location) time.Time {
	return wall.Add(-time.Duration(offset) * time.Second).In(zone)
}

// withZone writes an instant so that ParseAt reads it: 2026-11-01T01:30:00-04:00 (EDT).
func withZone(t time.Time) string { return t.Format("2006-01-02T15:04:05Z07:00 (MST)") }
