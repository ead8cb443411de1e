package scenario

import (
	"fmt"
	"strings"
	"time"
)

// rateText writes a rate as people read it: "400/s", "1.2k/s".
func rateText(perSecond float64) string { return countText(perSecond) + "/s" }

// countText writes a number with three digits that matter: "950", "1.23k", "3M".
func countText(v float64) string {
	for _, p := range []struct {
		from, unit float64
		letter     string
	}{{999.5e3, 1e6, "M"}, {999.5, 1e3, "k"}} {
		if v >= p.from {
			return threeDigits(v/p.unit) + p.letter
		}
	}
	return threeDigits(v)
}

func threeDigits(v float64) string {
	digits := 2
	switch {
	case v >= 100:
		digits = 0
	case v >= 10:
		digits = 1
	}
	text := fmt.Sprintf("%.*f", digits, v)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// percentText writes a ratio as a percentage: "0.5%".
func percentText(ratio float64) string {
	text := fmt.Sprintf("%.4f", ratio*100)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// lengthText writes a duration without empty parts: "800ms", "5m", "1h30m".
func lengthText(v time.Duration) string {
	text := v.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// clockText writes a time since the start as mm:ss, or h:mm:ss from an hour on.
func clockText(t time.Duration) string {
	seconds := int(t.Round(time.Second) / time.Second)
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%02d:%02d", seconds/60, seconds%60)
}
