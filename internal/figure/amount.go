package figure

import (
	"math"
	"strconv"
)

// Rate writes requests per second: 0/s, 3.25/s, 840/s, 1.24k/s, 2M/s.
func Rate(perSecond float64) string { return Scaled(perSecond) + "/s" }

// Times writes a multiple, such as a peak's of the baseline: 6.5x, 10x, 12.5x.
// Below ten it has two significant figures: nobody plans for 9.99x. From a
// thousand on it is whole: 1,000x.
func Times(multiple float64) string {
	if math.Abs(multiple) < 10 {
		multiple = Significant(multiple, 2)
	}
	if rounded := Significant(multiple, usual); math.Abs(rounded) >= 1000 && math.Abs(rounded) < 1e15 {
		return Count(int64(rounded)) + "x"
	}
	return Scaled(multiple) + "x"
}

// Bytes writes an amount of memory: 0.5 MB, 182 MB, 1.24 GB.
func Bytes(n float64) string {
	if mega := Significant(n/1e6, usual); math.Abs(mega) < 1e3 {
		return figures(mega, usual) + " MB"
	}
	return figures(Significant(n/1e9, usual), usual) + " GB"
}

// Scaled writes a number with k, M or G for thousands: 12.3k.
func Scaled(x float64) string {
	x = Significant(x, usual)
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
