package figure

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
