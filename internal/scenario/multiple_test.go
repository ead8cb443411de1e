package scenario

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestMultipleText(t *testing.T) {
	for multiple, want := range map[float64]string{
		1: "1x", 1.01: "1.01x", 1.004: "1.004x", 1.0001: "1.0001x", 1 + 1e-12: "1x", 1.1: "1.1x", 1.25: "1.25x", 4.0 / 3: "1.33x", 1.96: "1.96x",
		2.04: "2.04x", 6.5: "6.5x", 25.0 / 3: "8.3x", 9.99: "10x", 10: "10x", 12.5: "12.5x", 12.34: "12.3x", 1000: "1,000x", 0.1: "0.1x", 0.99: "0.99x", 1.0 / 3: "0.33x",
	} {
		if got := multipleText(multiple); got != want {
			t.Errorf("multipleText(%g) = %s; want %s", multiple, got, want)
		}
	}
	for v := 1.001; v < 100; v *= 1.003 {
		got := multipleText(v)
		if shown, err := strconv.ParseFloat(strings.TrimSuffix(got, "x"), 64); err != nil || math.Abs(shown-v) > 0.02*(v-1) {
			t.Errorf("multipleText(%g) = %s, %v; want what it adds to 1x to 2 %%", v, got, err)
		}
	}
}
