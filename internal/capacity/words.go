package capacity

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// perSecond writes a rate with three significant digits.
func perSecond(rate float64) string { return number(rate) + "/s" }

// number writes a value with three significant digits, without an exponent.
func number(v float64) string {
	if v == 0 {
		return "0"
	}
	digits := max(2-int(math.Floor(math.Log10(math.Abs(v)))), 0)
	scale := math.Pow(10, float64(digits))
	return strconv.FormatFloat(math.Round(v*scale)/scale, 'f', -1, 64)
}

// percent writes a share, keeping one decimal and never rounding up to 100.
func percent(share float64) string {
	if share < 1 {
		share = min(share, 0.999)
	}
	return strconv.FormatFloat(math.Round(share*1000)/10, 'f', -1, 64) + " %"
}

// signed writes a headroom ratio as a percentage with its sign, rounded down.
func signed(ratio float64) string { return fmt.Sprintf("%+.0f %%", math.Floor(ratio*100)) }

// times writes a multiple of the baseline.
func times(multiple float64) string { return fmt.Sprintf("%.1fx", multiple) }

// clock writes an offset as minutes and seconds.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
