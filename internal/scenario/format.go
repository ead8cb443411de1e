package scenario

import (
	"fmt"
	"strings"
	"time"
)

// What follows writes values in mistakes and in the names of objectives: as a
// scenario file accepts them, so that they can be copied into it. Rates and
// numbers are written there as package figure writes them.

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
