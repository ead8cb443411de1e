package report

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0/s", 3.254: "3.25/s", 62: "62/s", 839.7: "840/s", 999.6: "1k/s",
		1234: "1.23k/s", 4000: "4k/s", 12_340: "12.3k/s", 1_999_999: "2M/s", 0.004: "0.004/s",
	} {
		if got := rate(x); got != want {
			t.Errorf("rate(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 120_400: "120,400", 3_000_000: "3,000,000", -1234: "-1,234"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q; want %q", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                      "0 s",
		900 * time.Nanosecond:                  "0.9 µs",
		840 * time.Microsecond:                 "840 µs",
		999_960 * time.Nanosecond:              "1 ms",
		12_500 * time.Microsecond:              "12.5 ms",
		840 * time.Millisecond:                 "840 ms",
		999_800 * time.Microsecond:             "1 s",
		2346 * time.Millisecond:                "2.35 s",
		30 * time.Second:                       "30 s",
		59_970 * time.Millisecond:              "1m",
		90 * time.Second:                       "1m30s",
		125 * time.Second:                      "2m05s",
		70 * time.Second:                       "1m10s",
		time.Hour + 2*time.Minute + 3e9:        "1h02m03s",
		4 * time.Hour:                          "4h00m00s",
		-1500 * time.Millisecond:               "-1.5 s",
		-90 * time.Second:                      "-1m30s",
		time.Minute + 9*time.Second + 600*1e6:  "1m10s",
		time.Minute + 59*time.Second + 900*1e6: "2m",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %q; want %q", d, got, want)
		}
	}
}

func TestShare(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0 %", 0.005: "0.5 %", 0.1234: "12.3 %", 1: "100 %", 0.99996: "99.996 %", 0.000001: "0.0001 %", 1.5: "150 %",
	} {
		if got := share(x); got != want {
			t.Errorf("share(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestChange(t *testing.T) {
	for x, want := range map[float64]string{0: "0 %", 0.22: "+22 %", -0.1234: "−12.3 %", -0.0004: "−0.04 %", 9: "+900 %"} {
		if got := change(x); got != want {
			t.Errorf("change(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestFaithfulKeepsTheSideOfTheLimit(t *testing.T) {
	for _, c := range []struct {
		v, limit float64
		figures  func(float64, int) (string, float64)
		want     string
	}{
		{0.8004, 0.8, durationFigures, "800.4 ms"},
		{0.800004, 0.8, durationFigures, "800.004 ms"},
		{0.8, 0.8, durationFigures, "800 ms"},
		{0.7996, 0.8, durationFigures, "799.6 ms"},
		{0.64, 0.8, durationFigures, "640 ms"},
		{60.4, 60, durationFigures, "1m00.4s"},
		{0.005001, 0.005, shareFigures, "0.5001 %"},
		{0.02, 0.005, shareFigures, "2 %"},
		{0.19996, 0.2, changeFigures, "+19.996 %"},
		{-0.00001, 0, changeFigures, "−0.001 %"},
	} {
		if got := faithful(c.v, c.limit, usual, c.figures); got != c.want {
			t.Errorf("faithful(%v, %v) = %q; want %q", c.v, c.limit, got, c.want)
		}
	}
}

func TestFaithfulNeverCrosses(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		limit := math.Round(random.Float64()*5000) / 1000
		v := limit + (random.Float64()-0.5)*math.Pow10(-random.IntN(8))
		if v <= 0 {
			continue
		}
		text := faithful(v, limit, usual, durationFigures)
		shown := seconds(t, text)
		if (v > limit) != (shown > limit) {
			t.Errorf("faithful(%v, %v) = %q, which stands for %v; want it on the same side", v, limit, text, shown)
		}
	}
}

// seconds reads back what durationFigures wrote below a minute.
func seconds(t *testing.T, text string) float64 {
	t.Helper()
	for i, r := range text {
		if r != ' ' {
			continue
		}
		x, err := strconv.ParseFloat(text[:i], 64)
		if err != nil {
			t.Fatalf("duration %q: %v", text, err)
		}
		switch text[i+1:] {
		case "s":
			return x
		case "ms":
			return x / 1e3
		case "µs":
			return x / 1e6
		}
	}
	t.Fatalf("duration %q has no unit", text)
	return 0
}

func TestInterval(t *testing.T) {
	low, high := 62.0, 70.2
	for _, c := range []struct {
		low, high *float64
		want      string
	}{
		{nil, nil, "unknown"}, {&low, nil, "at least 62/s"}, {nil, &high, "at most 70.2/s"},
		{&low, &high, "62/s to 70.2/s"}, {&low, &low, "62/s"},
	} {
		if got := interval(c.low, c.high, rate); got != c.want {
			t.Errorf("interval = %q; want %q", got, c.want)
		}
	}
}
