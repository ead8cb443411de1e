package scenario

import (
	"math"

	"github.com/seed-f864f198/onair/internal/figure"
)

// multipleText writes a multiple of the baseline so that what it adds to the baseline is
// told to 2 %: 1.01x and 1.25x, and 8.3x of 8.333.
func multipleText(multiple float64) string {
	const lost = 1e-6 // in arithmetic, at most
	text, shown := figure.TimesFiner(multiple, 0)
	for more := 1; more <= 3 && math.Abs(shown-multiple) > 0.02*math.Abs(multiple-1)+lost; more++ {
		text, shown = figure.TimesFiner(multiple, more)
	}
	return text
}
