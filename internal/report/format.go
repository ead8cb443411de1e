package report

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
)

// usual is how many significant figures a reader is given where nothing is at
// stake in the next one.
const usual = 3

// exact is enough figures to write a limit as its author wrote it.
const exact = 9

// unknown stands wherever a value is not known; it is never 0.
const unknown = "unknown"

// rate writes requests per second: 0/s, 3.25/s, 840/s, 1.24k/s, 2M/s.
func rate(perSecond float64) string { return scaled(perSecond) + "/s" }

// scaled writes a number with k, M or G for thousands.
func scaled(x float64) string {
	x = significant(x, usual)
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(x) >= unit.size {
			return figures(x/unit.size, usual) + unit.name
		}
	}
	return figures(x, usual)
}

// count writes a whole number with a comma at the thousands.
func count(n int64) string {
	text := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, text = "-", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

// duration writes a length of time: 840 µs, 12.5 ms, 2.35 s, 1m30s, 1h02m03s.
func duration(d time.Duration) string {
	text, _ := durationFigures(d.Seconds(), usual)
	return text
}

// durationFigures writes seconds in the given significant figures, and returns
// the value that the text stands for.
func durationFigures(seconds float64, digits int) (text string, shown float64) {
	v := significant(seconds, digits)
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
// beyond the usual.
func minutes(seconds float64, digits int) (text string, shown float64) {
	decimals := max(digits-usual, 0)
	scale := math.Pow10(decimals)
	shown = math.Round(seconds*scale) / scale
	sign := ""
	if shown < 0 {
		sign = "-"
	}
	whole := int64(math.Abs(shown))
	hours, mins := whole/3600, whole/60%60
	secs := math.Abs(shown) - float64(whole/60*60)
	rest := strings.TrimSuffix(plain(secs, decimals), ".")
	if secs < 9.9999999995 && !strings.HasPrefix(rest, "10") {
		rest = "0" + rest
	}
	switch {
	case hours > 0:
		return sign + strconv.FormatInt(hours, 10) + "h" + two(mins) + "m" + rest + "s", shown
	case secs == 0:
		return sign + strconv.FormatInt(mins, 10) + "m", shown
	}
	return sign + strconv.FormatInt(mins, 10) + "m" + rest + "s", shown
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// share writes a ratio from 0 to 1 as a percentage: 0.5 %, 12.3 %. What is not
// nothing never reads 0 %, and what is not all never reads 100 %.
func share(ratio float64) string {
	if ratio < 1 {
		return faithful(ratio, 1, usual, shareFigures)
	}
	text, _ := shareFigures(ratio, usual)
	return text
}

func shareFigures(ratio float64, digits int) (text string, shown float64) {
	shown = significant(ratio, digits)
	return figures(shown*100, digits) + " %", shown
}

// change writes a ratio that has a direction, such as a headroom: +22 %, −12 %.
func change(ratio float64) string {
	text, _ := changeFigures(ratio, usual)
	return text
}

func changeFigures(ratio float64, digits int) (text string, shown float64) {
	text, shown = shareFigures(math.Abs(ratio), digits)
	switch {
	case shown == 0:
		return text, 0
	case ratio < 0:
		return "−" + text, -shown
	}
	return "+" + text, shown
}

// faithful writes v in as many figures, at least so many, as it takes for the text to stand on
// the same side of limit as v does, so that rounding never turns what failed
// into what looks held, nor the other way round.
func faithful(v, limit float64, least int, figures func(v float64, digits int) (text string, shown float64)) string {
	text := ""
	for digits := least; digits <= 15; digits++ {
		var shown float64
		text, shown = figures(v, digits)
		if cmp.Compare(shown, limit) == cmp.Compare(v, limit) {
			break
		}
	}
	return text
}

// significant rounds x to so many significant figures.
func significant(x float64, digits int) float64 {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return x
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// figures writes x in at most so many significant figures, without an exponent
// and without zeros that say nothing.
func figures(x float64, digits int) string {
	if x == 0 {
		return "0"
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(math.Abs(x))+1e-12))
	return plain(x, max(decimals, 0))
}

func plain(x float64, decimals int) string {
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// clock writes the time of day.
func clock(t time.Time) string { return t.Format("15:04:05") }

// orUnknown writes what p points at, or that it is not known.
func orUnknown[T any](p *T, write func(T) string) string {
	if p == nil {
		return unknown
	}
	return write(*p)
}

// interval writes a range of two ends of which either may be unknown.
func interval[T any](low, high *T, write func(T) string) string {
	switch {
	case low == nil && high == nil:
		return unknown
	case high == nil:
		return "at least " + write(*low)
	case low == nil:
		return "at most " + write(*high)
	}
	if from, to := write(*low), write(*high); from != to {
		return from + " to " + to
	}
	return write(*low)
}
