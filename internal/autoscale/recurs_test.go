package autoscale_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

func ExampleScheduled_Runs() {
	monday := time.Date(2026, 11, 2, 13, 0, 0, 0, time.UTC)
	nightly := autoscale.Scheduled{At: monday, Recurrence: "0 22 * * MON-FRI", Zone: "Asia/Tokyo"}
	due, _ := nightly.Runs(monday.AddDate(0, 0, 3), monday.AddDate(0, 0, 8))
	for _, at := range due {
		fmt.Println(at.Format("Mon 2006-01-02 15:04 MST"))
	}
	// Output:
	// Thu 2026-11-05 13:00 UTC
	// Fri 2026-11-06 13:00 UTC
	// Mon 2026-11-09 13:00 UTC
	// Tue 2026-11-10 13:00 UTC
}

func TestRuns(t *testing.T) {
	const clock = "01-02 15:04"
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) // a Thursday
	at := func(text string) time.Time {
		when, err := time.Parse("2006-"+clock, "2026-"+text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct {
		name, line, zone string
		from, to         string
		want             string // by UTC's clocks
	}{
		{"once", "", "", "01-01 00:00", "12-31 00:00", "01-01 00:00"},
		{"once, before", "", "", "01-01 00:01", "12-31 00:00", ""},
		{"both ends", "0 22 * * *", "", "03-01 22:00", "03-02 22:00", "03-01 22:00 03-02 22:00"},
		{"neither end", "0 22 * * *", "", "03-01 22:01", "03-02 21:59", ""},
		{"list", "5,50 1,3 * * *", "", "03-01 01:00", "03-01 04:00", "03-01 01:05 03-01 01:50 03-01 03:05 03-01 03:50"},
		{"step", "*/20 7 * * *", "", "03-01 00:00", "03-01 23:00", "03-01 07:00 03-01 07:20 03-01 07:40"},
		{"step of a range", "0 8-20/6 * * *", "", "03-01 00:00", "03-01 23:00", "03-01 08:00 03-01 14:00 03-01 20:00"},
		{"step from a number", "40/10 7 * * *", "", "03-01 00:00", "03-01 23:00", "03-01 07:40 03-01 07:50"},
		{"first of months", "30 0 1 1,6,12 *", "", "01-02 00:00", "12-31 00:00", "06-01 00:30 12-01 00:30"},
		{"month by name", "30 0 1 feb-APR *", "", "01-02 00:00", "12-31 00:00", "02-01 00:30 03-01 00:30 04-01 00:30"},
		{"Sunday is 0", "0 0 * 1 0", "", "01-02 00:00", "01-12 00:00", "01-04 00:00 01-11 00:00"},
		{"Sunday is 7", "0 0 * 1 7", "", "01-02 00:00", "01-12 00:00", "01-04 00:00 01-11 00:00"},
		{"to Sunday", "0 0 * 1 5-7", "", "01-02 00:00", "01-08 00:00", "01-02 00:00 01-03 00:00 01-04 00:00"},
		{"Sunday by name", "0 0 * 1 Sun", "", "01-02 00:00", "01-08 00:00", "01-04 00:00"},
		{"either day", "0 0 6 1 MON", "", "01-02 00:00", "01-13 00:00", "01-05 00:00 01-06 00:00 01-12 00:00"},
		{"both days", "0 0 */6 1 MON", "", "01-02 00:00", "01-31 00:00", "01-19 00:00"},
		{"none in a short month", "0 0 31 2 *", "", "01-02 00:00", "12-31 00:00", ""},
		{"zone", "0 22 * * *", "Asia/Tokyo", "03-01 00:00", "03-02 00:00", "03-01 13:00"},
		{"zone of half hours", "0 22 * * *", "Asia/Kolkata", "03-01 00:00", "03-02 00:00", "03-01 16:30"},
		{"clocks go forward", "30 2 * * *", "Europe/Berlin", "03-28 00:00", "03-30 12:00", "03-28 01:30 03-30 00:30"},
		{"clocks go back", "30 2 * * *", "Europe/Berlin", "10-24 00:00", "10-26 00:00", "10-24 00:30 10-25 00:30 10-25 01:30"},
	} {
		a := autoscale.Scheduled{At: began, Recurrence: c.line, Zone: c.zone}
		due, err := a.Runs(at(c.from), at(c.to))
		var got []string
		for _, when := range due {
			got = append(got, when.UTC().Format(clock))
		}
		if text := strings.Join(got, " "); text != c.want || err != nil {
			t.Errorf("%s: Runs of %q from %s to %s = %s, %v; want %s", c.name, c.line, c.from, c.to, text, err, c.want)
		}
	}
}

// An action recurs neither before its next time, which need not be one of the cron's,
// nor after its end.
func TestRunsBetweenStartAndEnd(t *testing.T) {
	day := func(n, hour int) time.Time { return time.Date(2026, 3, n, hour, 0, 0, 0, time.UTC) }
	a := autoscale.Scheduled{At: day(3, 9), Recurrence: "0 22 * * *", End: day(5, 22)}
	for _, c := range []struct {
		from, to time.Time
		want     []time.Time
	}{
		{day(1, 0), day(9, 0), []time.Time{day(3, 9), day(3, 22), day(4, 22), day(5, 22)}},
		{day(6, 0), day(9, 0), nil},
		{day(1, 0), day(3, 8), nil},
	} {
		got, err := a.Runs(c.from, c.to)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("Runs from %s to %s: %v (-want +got):\n%s", c.from, c.to, err, diff)
		}
	}
	a.End = day(2, 0)
	if got, err := a.Runs(day(1, 0), day(9, 0)); got != nil || err != nil {
		t.Errorf("Runs of what ended before its next time = %v, %v; want none", got, err)
	}
}

// What cannot be read is named, with the next time that is known all the same.
func TestRunsErrors(t *testing.T) {
	next := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ line, zone, want string }{
		{"@daily", "", `cron "@daily" has 1 fields, not 5`},
		{"0 6 ? * MON *", "", `cron "0 6 ? * MON *" has 6 fields, not 5`},
		{"60 * * * *", "", `its minute "60" is not read`},
		{"0 24 * * *", "", `its hour "24" is not read`},
		{"0 0 0 * *", "", `its day "0" is not read`},
		{"0 0 L * *", "", `its day "L" is not read`},
		{"0 0 * 13 *", "", `its month "13" is not read`},
		{"0 0 * ANF *", "", `its month "ANF" is not read`},
		{"0 0 * * 8", "", `its weekday "8" is not read`},
		{"0 0 * * FRI-MON", "", `its weekday "FRI-MON" is not read`},
		{"0, 0 * * *", "", `its minute "0," is not read`},
		{"*/0 0 * * *", "", `its minute "*/0" is not read`},
		{"+5 0 * * *", "", `its minute "+5" is not read`},
		{"-5 0 * * *", "", `its minute "-5" is not read`},
		{"*-5 0 * * *", "", `its minute "*-5" is not read`},
		{"0 0 * * *", "Mars/Olympus", `time zone "Mars/Olympus" is not known here`},
	} {
		got, err := autoscale.Scheduled{At: next, Recurrence: c.line, Zone: c.zone}.Runs(next, next.AddDate(0, 0, 2))
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || !slices.Equal(got, []time.Time{next}) {
			t.Errorf("Runs of %q in %q = %v, %v; want its next time and … %s", c.line, c.zone, got, err, c.want)
		}
	}
}

// FuzzRuns makes a line of numbers alone, of which the calendar tells by day, hour and
// minute when it is due, and holds what any other line says to its limits.
func FuzzRuns(f *testing.F) {
	f.Add("*/15 22 * * *", uint64(1), uint32(1<<22), uint32(0), uint16(0xfff), uint8(0x3e))
	f.Add("0 0 31 2 SUN", uint64(1<<59|1), uint32(1), uint32(1<<30|1), uint16(2), uint8(0))
	f.Fuzz(func(t *testing.T, text string, minutes uint64, hours, days uint32, months uint16, weekdays uint8) {
		from := time.Date(2028, 2, 26, 22, 30, 0, 0, time.UTC) // of a leap year
		to := from.AddDate(0, 0, 5)
		line := strings.Join([]string{numbers(minutes, 0, 59), numbers(uint64(hours), 0, 23), numbers(uint64(days)<<1, 1, 31), numbers(uint64(months)<<1, 1, 12), numbers(uint64(weekdays), 0, 6)}, " ")
		got, err := autoscale.Scheduled{At: from.AddDate(0, 0, -1), Recurrence: line}.Runs(from, to)
		if err != nil {
			t.Fatalf("Runs of %q: %v", line, err)
		}
		if diff := cmp.Diff(byCalendar(line, from, to), got); diff != "" {
			t.Errorf("Runs of %q (-want +got):\n%s", line, diff)
		}
		got, err = autoscale.Scheduled{At: from.AddDate(0, 0, -1), Recurrence: text}.Runs(from, to)
		for i, at := range got {
			if err != nil || at.Before(from) || at.After(to) || i > 0 && at.Sub(got[i-1]) < time.Minute {
				t.Errorf("Runs of %q = %v, %v; want them rising from %s to %s, by minutes", text, got, err, from, to)
			}
		}
	})
}

// numbers lists those of a set, from least to most; a star where there is none.
func numbers(set uint64, least, most int) string {
	var all []string
	for n := least; n <= most; n++ {
		if set>>n&1 == 1 {
			all = append(all, fmt.Sprint(n))
		}
	}
	if all == nil {
		return "*"
	}
	return strings.Join(all, ",")
}

// byCalendar goes through days, hours and minutes that a line of numbers and stars
// names.
func byCalendar(line string, from, to time.Time) (all []time.Time) {
	fields := strings.Fields(line)
	named := func(field, n int) bool {
		return fields[field] == "*" || slices.Contains(strings.Split(fields[field], ","), fmt.Sprint(n))
	}
	for day := from.Truncate(24 * time.Hour); !day.After(to); day = day.AddDate(0, 0, 1) {
		byDay, byWeekday := named(2, day.Day()), named(4, int(day.Weekday()))
		if fields[2] != "*" && fields[4] != "*" {
			byDay = byDay || byWeekday
			byWeekday = byDay
		}
		if !byDay || !byWeekday || !named(3, int(day.Month())) {
			continue
		}
		for i := range 24 * 60 {
			at := day.Add(time.Duration(i) * time.Minute)
			if named(1, i/60) && named(0, i%60) && !at.Before(from) && !at.After(to) {
				all = append(all, at)
			}
		}
	}
	return all
}
