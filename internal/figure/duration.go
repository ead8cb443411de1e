package figure

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration writes a length of time: 840 µs, 12.5 ms, 2.35 s, 1m30s, 1h02m03s.
func Duration(d time.Duration) string {
	text, _ := durationFigures(d.Seconds(), usual)
	return text
}

// DurationAgainst writes a length of time on its true side of a limit.
func DurationAgainst(d, limit time.Duration) string {
	return faithful(d.Seconds(), usual, durationFigures, limit.Seconds())
}

// ExactDuration writes a limit as its author wrote it.
func ExactDuration(d time.Duration) string {
	text, _ := durationFigures(d.Seconds(), exact)
	return text
}

// durationFigures writes seconds in the given significant figures, and returns
// the value that the text stands for.
func durationFigures(seconds float64, digits int) (text string, shown float64) {
	v := Significant(seconds, digits)
	switch size := math.Abs(v); {
	case size >= 60:
		return minutes(seconds, digits)
	case size >= 1:
		return figures(v, digits) + " s", v
	case size >= 1e-3:
		return figures(v*1e3, digits) + " ms", v
	case size > 0:
		return figures(v*1e6, digits) + " µs", v
	}
	return "0 s", 0
}

// minutes writes a minute or more in whole seconds, with decimals for figures
// beyond the usual; parts at the end that are zero are left out.
func minutes(seconds float64, digits int) (text string, shown float64) {
	decimals := max(digits-usual, 0)
	scale := math.Pow10(decimals)
	shown = math.Round(seconds*scale) / scale
	if shown < 0 {
		text = minus
	}
	whole := int64(math.Abs(shown))
	hours, mins := whole/3600, whole/60%60
	secs := plain(math.Abs(shown)-float64(whole/60*60), decimals)
	if hours > 0 {
		text += strconv.FormatInt(hours, 10) + "h"
	}
	switch minute := strconv.FormatInt(mins, 10) + "m"; {
	case hours == 0:
		text += minute
	case mins > 0 || secs != "0":
		text += twoDigits(minute)
	}
	if secs != "0" {
		text += twoDigits(secs + "s")
	}
	return text, shown
}

// twoDigits puts a zero before a number that has but one digit before its unit
// or point.
func twoDigits(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }) == 1 {
		return "0" + text
	}
	return text
}
