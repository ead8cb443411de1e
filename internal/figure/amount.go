package figure

import (
	"math"
	"strconv"
)

// Rate writes requests per second: 0/s, 3.25/s, 840/s, 1.24k/s, 2M/s.
func Rate(perSecond float64) string { return Scaled(perSecond) + "/s" }

// RateAgainst writes requests per second on their true side of a limit that is
// itself rounded where it is written: what meets it exactly is written like it.
func RateAgainst(perSecond, limit float64) string {
	if perSecond == limit {
		return Rate(limit)
	}
	return faithful(perSecond, usual, scaledFigures, limit) + "/s"
}

// Times writes a multiple, such as a peak's of the baseline: 6.5x, 10x, 12.5x.
// Below ten it has two significant figures: nobody plans for 9.99x. From a
// thousand on it is whole: 1,000x.
func Times(multiple float64) string {
	text, _ := timesFigures(multiple, usual)
	return text
}

// TimesAgainst writes a multiple on its true side of a limit, as RateAgainst
// does: what falls short of 10x by a hair is 9.99x.
func TimesAgainst(multiple, limit float64) string {
	if multiple == limit {
		return Times(limit)
	}
	return faithful(multiple, usual, timesFigures, limit)
}

func timesFigures(multiple float64, digits int) (text string, shown float64) {
	shown = multiple
	if math.Abs(shown) < 10 {
		shown = Significant(shown, digits-1)
	}
	shown = Significant(shown, digits)
	if math.Abs(shown) >= 1000 && math.Abs(shown) < 1e15 {
		shown = math.Round(shown)
		return Count(int64(shown)) + "x", shown
	}
	text, shown = scaledFigures(shown, digits)
	return text + "x", shown
}

// Bytes writes an amount of memory: 0.5 kB, 182 MB, 1.24 GB.
func Bytes(n float64) string {
	if kilo := Significant(n/1e3, usual); math.Abs(kilo) < 1e3 {
		return figures(kilo, usual) + " kB"
	}
	if mega := Significant(n/1e6, usual); math.Abs(mega) < 1e3 {
		return figures(mega, usual) + " MB"
	}
	return figures(Significant(n/1e9, usual), usual) + " GB"
}

// Scaled writes a number with k, M or G for thousands: 12.3k.
func Scaled(x float64) string {
	text, _ := scaledFigures(x, usual)
	return text
}

func scaledFigures(x float64, digits int) (text string, shown float64) {
	shown = Significant(x, digits)
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(shown) >= unit.size {
			return figures(shown/unit.size, digits) + unit.name, shown
		}
	}
	return figures(shown, digits), shown
}

// Count writes a whole number exactly, with a comma at the thousands: 12,345.
func Count[N int | int64](n N) string {
	text := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, text = minus, text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}
