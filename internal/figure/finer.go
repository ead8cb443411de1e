package figure

import "math"

// TimesFiner writes a multiple as Times does, with so many significant figures
// more, and returns the multiple that the text stands for: who writes several
// that are held against each other takes as many as it takes to tell them apart.
func TimesFiner(multiple float64, more int) (text string, shown float64) {
	return timesFigures(multiple, usual+more)
}

// RateFiner writes requests per second as Rate does, with so many significant
// figures more, and returns the rate that the text stands for.
func RateFiner(perSecond float64, more int) (text string, shown float64) {
	text, shown = scaledFigures(perSecond, usual+more)
	return text + "/s", shown
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
