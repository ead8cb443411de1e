// Package figure writes numbers as people read them, the same everywhere: on
// the terminal, in a report, in a sentence that explains a verdict.
//
//	Rate      840/s, 1.24k/s         Duration  840 ms, 1m30s
//	Scaled    12.3k                  Share     12.3 %
//	Count     12,345                 Change    +22 %, −12 %
//	Times     6.5x                   Clock     21:54:30
//	Estimate  72/s (66.2/s to 77/s)  Probability  0.97
//
// Three significant figures are the rule, zeros that say nothing are left out,
// and a unit that is a word or a sign of its own stands apart from its number.
// Count is for what was counted and is exact; Scaled for what is planned,
// estimated or allowed.
//
// Rounding is honest. A figure that is judged against a limit is written in as
// many figures as it takes to stand on the same side of that limit as the value
// does, so that what failed never looks as if it had held, nor the other way
// round:
//
//	          limit 800 ms
//	---------------|--------->
//	               |x 800.4 ms    in three figures: 800 ms, which would hold
//
// How values are written in a scenario file (800ms, 20%) is another matter, and
// package scenario's.
package figure

import (
	"math"
	"strconv"
	"strings"
)

// usual is how many significant figures a reader is given where nothing is at
// stake in the next one.
const usual = 3

// exact is enough figures to write a limit as its author wrote it.
const exact = 9

// minus is the sign of everything below zero.
const minus = "−"

// Significant rounds x to so many significant figures.
func Significant(x float64, digits int) float64 {
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

// plain writes x with at most so many decimals.
func plain(x float64, decimals int) string {
	text := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if x < 0 && text != "0" {
		return minus + text
	}
	return text
}
