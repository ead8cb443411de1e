package autoscale

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cron is when something recurs, in the five fields of crontab(5):
//
//	30 22 1,15 * 1-5
//	│  │  │    │ └── day of the week, 0 to 7 (both are Sunday) or SUN to SAT
//	│  │  │    └──── month, 1 to 12 or JAN to DEC
//	│  │  └───────── day of the month, 1 to 31
//	│  └──────────── hour, 0 to 23
//	└─────────────── minute, 0 to 59
//
// Each is a list of numbers, ranges and steps (*/15, 8-20/2). Of the two days it is
// enough that one is right where neither begins with a star, as crontab(5) says.
type cron struct {
	minute, hour, day, month, weekday set
	everyDay, everyWeekday            bool // the field begins with a star
}

// set is numbers from 0 to 63.
type set uint64

func (s set) has(n int) bool { return s>>n&1 == 1 }

// cronField is what may stand in a field.
type cronField struct {
	name        string
	least, most int
	words       string // for the numbers from least on, of three letters each
}

var cronFields = [5]cronField{
	{"minute", 0, 59, ""},
	{"hour", 0, 23, ""},
	{"day", 1, 31, ""},
	{"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
	{"weekday", 0, 7, "SUNMONTUEWEDTHUFRISAT"},
}

// parseCron reads five fields. The error names the one that cannot be read.
func parseCron(text string) (cron, error) {
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		return cron{}, fmt.Errorf("cron %q has %d fields, not 5", text, len(fields))
	}
	var sets [5]set
	for i, f := range cronFields {
		var ok bool
		if sets[i], ok = f.parse(fields[i]); !ok {
			return cron{}, fmt.Errorf("cron %q: its %s %q is not read", text, f.name, fields[i])
		}
	}
	weekday := sets[4] | sets[4]>>7&1 // 7 is Sunday too
	return cron{sets[0], sets[1], sets[2], sets[3], weekday, fields[2][0] == '*', fields[4][0] == '*'}, nil
}

// parse reads a list.
func (f cronField) parse(text string) (all set, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, step, ok := f.part(part)
		if !ok {
			return 0, false
		}
		for n := from; n <= to; n += step {
			all |= 1 << n
		}
	}
	return all, true
}

// part reads what stands between commas: *, 5, 5-9, and each with a step.
func (f cronField) part(text string) (from, to, step int, ok bool) {
	span, by, stepped := strings.Cut(text, "/")
	first, last, ranged := strings.Cut(span, "-")
	step = 1
	if stepped {
		if step, ok = number(by, f.most); !ok || step == 0 {
			return 0, 0, 0, false
		}
	}
	if span == "*" {
		return f.least, f.most, step, true
	}
	if from, ok = f.number(first); !ok {
		return 0, 0, 0, false
	}
	switch {
	case ranged:
		to, ok = f.number(last)
	case stepped: // 5/15 is 5-59/15
		to = f.most
	default:
		to = from
	}
	return from, to, step, ok && from <= to
}

func (f cronField) number(text string) (n int, ok bool) {
	if len(text) == 3 {
		if at := strings.Index(f.words, strings.ToUpper(text)); at >= 0 && at%3 == 0 {
			return f.least + at/3, true
		}
	}
	n, ok = number(text, f.most)
	return n, ok && n >= f.least
}

// number is one of digits alone.
func number(text string, most int) (n int, ok bool) {
	u, err := strconv.ParseUint(text, 10, 8)
	return int(u), err == nil && int(u) <= most
}

// at says whether the minute that an instant lies in, by the clocks of its zone, is one
// of them.
func (c cron) at(t time.Time) bool {
	day, weekday := c.day.has(t.Day()), c.weekday.has(int(t.Weekday()))
	right := day && weekday
	if !c.everyDay && !c.everyWeekday {
		right = day || weekday
	}
	return right && c.minute.has(t.Minute()) && c.hour.has(t.Hour()) && c.month.has(int(t.Month()))
}
