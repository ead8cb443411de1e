package figure

import "cmp"

// faithful writes v in as many significant figures, at least so many, as it
// takes for the text to stand on the same side of every limit as v does, so
// that rounding never turns what failed into what looks held, nor the other way
// round.
func faithful(v float64, least int, write func(v float64, digits int) (text string, shown float64), limits ...float64) string {
	text := ""
	for digits := least; digits <= 15; digits++ {
		var shown float64
		text, shown = write(v, digits)
		if sameSide(shown, v, limits) {
			break
		}
	}
	return text
}

func sameSide(a, b float64, limits []float64) bool {
	for _, limit := range limits {
		if cmp.Compare(a, limit) != cmp.Compare(b, limit) {
			return false
		}
	}
	return true
}
