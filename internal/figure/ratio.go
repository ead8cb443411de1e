package figure

import "math"

// Share writes a ratio from 0 to 1 as a percentage: 0.5 %, 12.3 %. What is not
// nothing never reads 0 %, and what is not all never reads 100 %: what five figures
// cannot tell from all of it reads >99.99 %.
func Share(ratio float64) string {
	if ratio < 1 && Significant(ratio, 5) == 1 {
		return ">99.99 %"
	}
	return faithful(ratio, usual, shareFigures, 1)
}

// ShareAgainst writes a share on its true side of a limit.
func ShareAgainst(ratio, limit float64) string {
	return faithful(ratio, usual, shareFigures, 1, limit)
}

// ExactShare writes a limit as its author wrote it.
func ExactShare(ratio float64) string {
	text, _ := shareFigures(ratio, exact)
	return text
}

func shareFigures(ratio float64, digits int) (text string, shown float64) {
	shown = Significant(ratio, digits)
	return figures(shown*100, digits) + " %", shown
}

// Change writes a ratio that has a direction and a least value that is asked
// for, such as a headroom: +22 %, −12 %. It is rounded down, toward what is
// worse, to whole percents, or as much finer as it takes to stand on its true
// side of what is asked.
func Change(ratio, atLeast float64) string {
	text, _ := changeFigures(ratio, 0)
	for decimals := range 12 {
		finer, shown := changeFigures(ratio, decimals)
		if (shown >= atLeast) == (ratio >= atLeast) {
			return finer
		}
	}
	return text
}

// noise is how many significant figures of a quotient are meant; those beyond
// are left by binary arithmetic, and 28.999999999999996 is not less than 29.
const noise = 13

// changeFigures writes a ratio as a percentage with so many decimals, rounded
// down, and returns the ratio that the text stands for.
func changeFigures(ratio float64, decimals int) (text string, shown float64) {
	scale := math.Pow10(decimals + 2)
	shown = math.Floor(Significant(ratio*scale, noise)) / scale
	text = plain(shown*100, decimals) + " %"
	if shown > 0 {
		text = "+" + text
	}
	return text, shown
}

// Probability writes one that was counted over draws: 0.97. It is rounded down,
// toward what is worse. Draws that all agree do not prove certainty: >99 %, and
// <1 %.
func Probability(p float64) string {
	hundredths := math.Floor(Significant(p*100, noise))
	switch {
	case p >= 1:
		return ">99 %"
	case hundredths < 1:
		return "<1 %"
	}
	return plain(hundredths/100, 2)
}
