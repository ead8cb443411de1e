package report

import (
	"time"

	"gonum.org/v1/plot"
)

// dateTicks marks round instants of the calendar in a span's zone: minutes that
// divide an hour, hours that divide a day, midnights, Mondays, first days of months.
type dateTicks struct {
	span
	most int
}

// dateStep is the distance of two marks; one of its parts is not zero.
type dateStep struct{ minutes, hours, days, months int }

var dateSteps = []dateStep{
	{minutes: 1}, {minutes: 2}, {minutes: 5}, {minutes: 10}, {minutes: 15}, {minutes: 30},
	{hours: 1}, {hours: 2}, {hours: 3}, {hours: 6}, {hours: 12}, {days: 1}, {days: 2}, {days: 7}, {days: 14},
	{months: 1}, {months: 2}, {months: 3}, {months: 6}, {months: 12}, {months: 24}, {months: 60}, {months: 120},
}

// seconds is how long a step lasts, at least.
func (s dateStep) seconds() float64 {
	return float64(s.minutes)*60 + float64(s.hours)*3600 + float64(s.days)*86400 + float64(s.months)*28*86400
}

// layout writes as much of an instant as changes from mark to mark.
func (s dateStep) layout() string {
	switch {
	case s.minutes > 0 || s.hours > 0:
		return "2 Jan 15:04"
	case s.days > 0:
		return "2 Jan"
	}
	return "Jan 2006"
}

// mark is the n-th instant: of months from the year 0 on, so that steps of years
// are round; of days from the year 1 on, which began on a Monday, so that steps of
// weeks are Mondays. The calendar counts, not the seconds: days that
// are longer or shorter where clocks are changed make no difference.
func (s dateStep) mark(n int, zone *time.Location) time.Time {
	if s.months > 0 {
		return time.Date(0, time.Month(1+n*s.months), 1, 0, 0, 0, 0, zone)
	}
	return time.Date(1, 1, 1+n*s.days, n*s.hours, n*s.minutes, 0, 0, zone)
}

// before is the number of a mark that is not after t.
func (s dateStep) before(t time.Time) int {
	year, month, day := t.Date()
	if s.months > 0 {
		return (year*12 + int(month) - 1) / s.months
	}
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	days := int((midnight.Unix() - time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()) / 86400)
	if s.days > 0 {
		return days / s.days
	}
	if s.hours > 0 {
		return days * 24 / s.hours
	}
	return days * 24 * 60 / s.minutes
}

// Ticks implements plot.Ticker.
func (d dateTicks) Ticks(from, to float64) []plot.Tick {
	step := dateSteps[len(dateSteps)-1]
	for _, s := range dateSteps {
		if to-from <= s.seconds()*float64(d.most) {
			step = s
			break
		}
	}
	var ticks []plot.Tick
	last := d.at(from - 1)
	for n := step.before(d.at(from)); ; n++ {
		t := step.mark(n, d.start.Location())
		x := t.Sub(d.start).Seconds()
		if x > to {
			return ticks
		}
		if x >= from && t.After(last) { // an hour that the clock leaves out is the next one
			ticks = append(ticks, plot.Tick{Value: x, Label: t.Format(step.layout())})
			last = t
		}
	}
}
