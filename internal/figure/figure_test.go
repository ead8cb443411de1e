package figure

import (
	"cmp"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0/s", 3.254: "3.25/s", 62: "62/s", 839.7: "840/s", 999.6: "1k/s",
		1234: "1.23k/s", 4000: "4k/s", 12_340: "12.3k/s", 1_999_999: "2M/s", 0.004: "0.004/s", 2.5e9: "2.5G/s", -1234: "−1.23k/s",
	} {
		if got := Rate(x); got != want {
			t.Errorf("Rate(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	for x, want := range map[float64]string{10: "10x", 9.99: "10x", 12.46: "12.5x", 6.54: "6.5x", 0.151: "0.15x", 1999: "2,000x", 999.6: "1,000x", 12_340: "12,300x"} {
		if got := Times(x); got != want {
			t.Errorf("Times(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for x, want := range map[float64]string{0: "0 kB", 443: "0.443 kB", 524_288: "524 kB", 999.7e3: "1 MB", 182e6: "182 MB", 999.7e6: "1 GB", 1.236e9: "1.24 GB"} {
		if got := Bytes(x); got != want {
			t.Errorf("Bytes(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 120_400: "120,400", 3_000_000: "3,000,000", -1234: "−1,234"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q; want %q", n, got, want)
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
		time.Hour + 3e9:                        "1h00m03s",
		90 * time.Minute:                       "1h30m",
		4 * time.Hour:                          "4h",
		-1500 * time.Millisecond:               "−1.5 s",
		-90 * time.Second:                      "−1m30s",
		time.Minute + 9*time.Second + 600*1e6:  "1m10s",
		time.Minute + 59*time.Second + 900*1e6: "2m",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q; want %q", d, got, want)
		}
	}
}

func TestExactIsAsWritten(t *testing.T) {
	for d, want := range map[time.Duration]string{
		800 * time.Millisecond: "800 ms", 1234567 * time.Microsecond: "1.234567 s", 62500 * time.Millisecond: "1m02.5s", 69900 * time.Millisecond: "1m09.9s",
	} {
		if got := ExactDuration(d); got != want {
			t.Errorf("ExactDuration(%v) = %q; want %q", d, got, want)
		}
	}
	for x, want := range map[float64]string{0.2: "20 %", 0.12345: "12.345 %", 1.5: "150 %", 0.29: "29 %"} {
		if got := ExactShare(x); got != want {
			t.Errorf("ExactShare(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestShare(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0 %", 0.005: "0.5 %", 0.1234: "12.3 %", 1: "100 %", 0.99996: "99.996 %", 0.99999449: "99.999 %", 0.999999999994488: ">99.99 %", 0.000001: "0.0001 %", 1.5: "150 %",
	} {
		if got := Share(x); got != want {
			t.Errorf("Share(%v) = %q; want %q", x, got, want)
		}
	}
}

func TestChange(t *testing.T) {
	for _, c := range []struct {
		ratio, atLeast float64
		want           string
	}{
		{0, 0, "0 %"}, {0.22, 0, "+22 %"}, {0.329, 0.2, "+32 %"}, {-0.1234, 0, "−13 %"}, {-0.0004, 0, "−1 %"}, {9, 0, "+900 %"}, {1.259, 0, "+125 %"},
		{0.29, 0, "+29 %"}, {0.57, 0, "+57 %"}, {1.1 - 1, 0, "+10 %"}, {-0.29, 0, "−29 %"},
		{0.2, 0.2, "+20 %"}, {0.1999, 0.2, "+19 %"}, {0.2001, 0.2, "+20 %"},
		{0.126, 0.125, "+12.6 %"}, {0.125, 0.125, "+12.5 %"}, {0.1249, 0.125, "+12 %"},
		{0.004, 0, "0 %"}, {0.004, 0.2, "0 %"},
	} {
		if got := Change(c.ratio, c.atLeast); got != c.want {
			t.Errorf("Change(%v, %v) = %q; want %q", c.ratio, c.atLeast, got, c.want)
		}
	}
}

// A change is never better than it is written, and less than a percent worse;
// what misses its least value never reads as if it met it, nor the other way
// round.
func FuzzChange(f *testing.F) {
	f.Add(0.2, 0.2)
	f.Add(-0.0001, 0.0)
	f.Add(0.12499, 0.125)
	f.Fuzz(func(t *testing.T, ratio, atLeast float64) {
		ratio, atLeast = math.Round(ratio*1e7)/1e7, math.Round(atLeast*1e6)/1e6
		if math.IsNaN(ratio+atLeast) || ratio < -1 || ratio > 1000 || math.Abs(atLeast) > 1000 {
			t.Skip("no headroom")
		}
		text := Change(ratio, atLeast)
		shown, err := strconv.ParseFloat(strings.TrimSuffix(strings.Replace(text, minus, "-", 1), " %"), 64)
		if err != nil {
			t.Fatalf("Change(%v, %v) = %q: %v", ratio, atLeast, text, err)
		}
		if off := ratio*100 - shown; off < -1e-9 || off > 1 {
			t.Errorf("Change(%v, %v) = %q; want it rounded down by less than a percent", ratio, atLeast, text)
		}
		if met := shown >= atLeast*100-1e-9; met != (ratio >= atLeast) {
			t.Errorf("Change(%v, %v) = %q; want it on the same side", ratio, atLeast, text)
		}
	})
}

func TestAgainstKeepsTheSideOfTheLimit(t *testing.T) {
	ms := func(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }
	for _, c := range []struct{ got, want string }{
		{DurationAgainst(ms(800.4), ms(800)), "800.4 ms"},
		{DurationAgainst(ms(800.004), ms(800)), "800.004 ms"},
		{DurationAgainst(ms(800), ms(800)), "800 ms"},
		{DurationAgainst(ms(799.6), ms(800)), "799.6 ms"},
		{DurationAgainst(ms(640), ms(800)), "640 ms"},
		{DurationAgainst(ms(60400), ms(60000)), "1m00.4s"},
		{ShareAgainst(0.005001, 0.005), "0.5001 %"},
		{ShareAgainst(0.02, 0.005), "2 %"},
		{ShareAgainst(0.97996, 0.98), "97.996 %"},
		{ShareAgainst(0.99996, 0.5), "99.996 %"},
		{TimesAgainst(9.99, 10), "9.99x"},
		{TimesAgainst(9.9996, 10), "9.9996x"},
		{TimesAgainst(6.84, 10), "6.8x"},
		{TimesAgainst(28.0/3, 28.0/3), "9.3x"},
		{TimesAgainst(10.003, 10), "10.003x"},
		{TimesAgainst(1000.4, 1000), "1,000x"}, // from a thousand on nobody counts tenths
		{RateAgainst(3999, 4000), "3.999k/s"},
		{RateAgainst(4000, 4000), "4k/s"},
		{RateAgainst(3183.3, 4000), "3.18k/s"},
	} {
		if c.got != c.want {
			t.Errorf("written against its limit: %q; want %q", c.got, c.want)
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
		text := faithful(v, usual, durationFigures, limit)
		shown := seconds(t, text)
		if cmp.Compare(v, limit) != cmp.Compare(shown, limit) {
			t.Errorf("faithful(%v) = %q, which stands for %v; want it on the same side of %v", v, text, shown, limit)
		}
	}
}

// seconds reads back what durationFigures wrote below a minute.
func seconds(t *testing.T, text string) float64 {
	t.Helper()
	number, unit, _ := strings.Cut(text, " ")
	x, err := strconv.ParseFloat(number, 64)
	if err != nil {
		t.Fatalf("duration %q: %v", text, err)
	}
	switch unit {
	case "s":
		return x
	case "ms":
		return x / 1e3
	case "µs":
		return x / 1e6
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
		if got := Interval(c.low, c.high, Rate); got != c.want {
			t.Errorf("Interval = %q; want %q", got, c.want)
		}
	}
	if got := OrUnknown(&high, Rate) + ", " + OrUnknown(nil, Rate); got != "70.2/s, unknown" {
		t.Errorf("OrUnknown = %q; want 70.2/s, unknown", got)
	}
}

func TestEstimate(t *testing.T) {
	low, mid, high := 66.2, 72.0, 77.0
	for _, c := range []struct {
		low, mid, high *float64
		want           string
	}{
		{&low, &mid, &high, "72/s (66.2/s to 77/s)"}, {&mid, &mid, &mid, "72/s"}, {&low, nil, &high, "66.2/s to 77/s"},
		{&low, nil, nil, "at least 66.2/s"}, {nil, nil, &high, "at most 77/s"}, {nil, nil, nil, "unknown"},
	} {
		if got := Estimate(c.low, c.mid, c.high, Rate); got != c.want {
			t.Errorf("Estimate = %q; want %q", got, c.want)
		}
	}
}

func TestProbability(t *testing.T) {
	for p, want := range map[float64]string{
		0: "<1 %", 0.004: "<1 %", 0.01: "0.01", 0.29: "0.29", 0.5: "0.5", 0.979: "0.97", 0.9999: "0.99", 1: ">99 %",
	} {
		if got := Probability(p); got != want {
			t.Errorf("Probability(%v) = %q; want %q", p, got, want)
		}
	}
}

func TestClocks(t *testing.T) {
	started := time.Date(2026, 11, 22, 12, 53, 0, 7e8, time.UTC).In(time.FixedZone("JST", 9*3600))
	if got := Clock(started.Add(90 * time.Second)); got != "21:54:30" {
		t.Errorf("Clock = %q; want 21:54:30", got)
	}
	for d, want := range map[time.Duration]string{
		0: "00:00", 65 * time.Second: "01:05", 59_999_999_999: "01:00", 59_900 * time.Millisecond: "00:59",
		time.Hour + 2*time.Minute + 3*time.Second: "1:02:03",
	} {
		if got := Elapsed(d); got != want {
			t.Errorf("Elapsed(%v) = %q; want %q", d, got, want)
		}
	}
}
