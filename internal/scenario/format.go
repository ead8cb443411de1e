package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// What follows writes values in mistakes and in the names of objectives: as a
// scenario file accepts them, so that they can be copied into it.

// percentText writes a ratio as a percentage: "0.5%".
func percentText(ratio float64) string {
	text := fmt.Sprintf("%.4f", ratio*100)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// countText writes a count exactly, in thousands or millions where it is such a
// number: "12", "15k", "1.2M".
func countText(count float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e6, "M"}, {1e3, "k"}} {
		if count >= unit.size && math.Mod(count, unit.size/10) == 0 {
			return strconv.FormatFloat(count/unit.size, 'f', -1, 64) + unit.name
		}
	}
	return strconv.FormatFloat(count, 'f', -1, 64)
}

// rateText writes a rate without rounding it down, so that what it says is
// enough: "2531/s", "0.25/s".
func rateText(perSecond float64) string {
	step := 1e-3
	for perSecond > 0 && perSecond < 1e3*step && step > 1e-9 {
		step /= 10
	}
	up := math.Ceil(perSecond/step*(1-1e-12)) * step
	text := strconv.FormatFloat(up, 'f', int(math.Round(-math.Log10(step))), 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "/s"
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
