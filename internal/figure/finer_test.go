package figure

import "testing"

func TestFinerFigures(t *testing.T) {
	for _, c := range []struct {
		value float64
		more  int
		times string
		rate  string
	}{
		{9.4444, 0, "9.4x", "9.44/s"}, {9.4444, 1, "9.44x", "9.444/s"}, {9.4, 3, "9.4x", "9.4/s"},
		{12.3456, 1, "12.35x", "12.35/s"}, {1234.56, 0, "1,230x", "1.23k/s"}, {1234.56, 3, "1,235x", "1.23456k/s"},
		{0, 2, "0x", "0/s"}, {9.99, 0, "10x", "9.99/s"}, {9.99, 1, "9.99x", "9.99/s"},
	} {
		if got, _ := TimesFiner(c.value, c.more); got != c.times {
			t.Errorf("TimesFiner(%v, %d) = %q; want %q", c.value, c.more, got, c.times)
		}
		if got, _ := RateFiner(c.value, c.more); got != c.rate {
			t.Errorf("RateFiner(%v, %d) = %q; want %q", c.value, c.more, got, c.rate)
		}
	}
	if _, shown := TimesFiner(9.4444, 1); shown != 9.44 {
		t.Errorf("TimesFiner shows %v; want 9.44", shown)
	}
	if _, shown := RateFiner(1238, 0); shown != 1240 {
		t.Errorf("RateFiner shows %v; want 1240", shown)
	}
}
