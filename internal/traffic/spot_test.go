package traffic_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

func prior() traffic.Spot {
	return traffic.Spot{At: 2 * time.Minute, Peak: 4000, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}
}

func extra(t *testing.T, s traffic.Spot, baseline float64, end time.Duration) traffic.Curve {
	t.Helper()
	c, err := s.Extra(baseline, end)
	if err != nil {
		t.Fatalf("Extra(%+v) = %v; want no error", s, err)
	}
	return c
}

func TestSpotMaximum(t *testing.T) {
	for _, change := range []func(*traffic.Spot){
		func(*traffic.Spot) {},
		func(s *traffic.Spot) { s.At = 0 },
		func(s *traffic.Spot) { s.Tail = 0 },
		func(s *traffic.Spot) { s.Tail = 1 },
		func(s *traffic.Spot) { s.Tail = 0.5; s.Rise = 40 * time.Second },
		func(s *traffic.Spot) { s.Rise = 100 * time.Millisecond },
		func(s *traffic.Spot) { s.Rise = 12345 * time.Millisecond },
		func(s *traffic.Spot) { s.Rise = time.Second; s.HalfLife = time.Second },
		func(s *traffic.Spot) { s.Rise = 60 * time.Second },
		func(s *traffic.Spot) { s.Rise = 2 * time.Minute; s.HalfLife = 10 * time.Minute },
		func(s *traffic.Spot) { s.Rise = 15 * time.Minute; s.HalfLife = 30 * time.Minute },
		func(s *traffic.Spot) { s.Peak = 400.5 },
	} {
		s := prior()
		change(&s)
		c := extra(t, s, 400, 4*time.Hour)
		peak, at := c.Peak()
		if want := s.Peak - 400; math.Abs(peak-want) > want/1000 {
			t.Errorf("%+v: peak %g; want %g", s, peak, want)
		}
		if want := s.At + traffic.Onset + s.Rise; (at - want).Abs() > 100*time.Millisecond {
			t.Errorf("%+v: maximum at %s; want %s", s, at, want)
		}
		if got := c.Arrivals(s.At + traffic.Onset); got != 0 {
			t.Errorf("%+v: %g extra visits before the onset; want 0", s, got)
		}
		if got := c.Duration(); got != 4*time.Hour {
			t.Errorf("%+v: Duration() = %s; want 4h", s, got)
		}
	}
}

// The share is of all extra visits, for ever: ten hours hold all but a
// millionth of them.
func TestSpotShareWithinTwoMinutes(t *testing.T) {
	s := prior()
	c := extra(t, s, 400, 10*time.Hour)
	got := c.Arrivals(s.At+traffic.Onset+120*time.Second) / c.Total()
	if math.Abs(got-0.74) > 0.005 {
		t.Errorf("share of extra visits within 120 s of the onset = %.4f; want 0.74", got)
	}
}

func TestSpotHalfLives(t *testing.T) {
	s := prior()
	s.Tail = 0
	c := extra(t, s, 400, 12*time.Minute)
	late := s.At + traffic.Onset + 4*time.Minute
	if got := c.Rate(late+s.HalfLife) / c.Rate(late); math.Abs(got-0.5) > 0.001 {
		t.Errorf("after another half-life the rate is %.4f of what it was; want 0.5", got)
	}
	s.Tail = 0.1
	c = extra(t, s, 400, 4*time.Hour)
	late = time.Hour
	if got := c.Rate(late+traffic.TailHalfLife) / c.Rate(late); math.Abs(got-0.5) > 0.001 {
		t.Errorf("in the tail, after 30 min the rate is %.4f of what it was; want 0.5", got)
	}
}

func TestSpotIsCheap(t *testing.T) {
	c := extra(t, prior(), 400, 4*time.Hour)
	if got := len(c.Segments()); got > 20000 {
		t.Errorf("a spot in a run of 4 h has %d segments; want at most 20000", got)
	}
	for _, s := range c.Segments()[1:] {
		if s.Length > time.Second {
			t.Fatalf("knots %s apart; want at most 1s", s.Length)
		}
	}
}

func TestSpotErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*traffic.Spot)
		want   string
	}{
		{func(s *traffic.Spot) { s.At = -time.Second }, "at -1s is before the start"},
		{func(s *traffic.Spot) { s.At = time.Hour }, "at 1h0m0s is too late"},
		{func(s *traffic.Spot) { s.Peak = 400 }, "peak 400/s is not above the baseline of 400/s"},
		{func(s *traffic.Spot) { s.Peak = math.NaN() }, "peak NaN/s is not above"},
		{func(s *traffic.Spot) { s.Peak = math.Inf(1) }, "peak +Inf/s is not above"},
		{func(s *traffic.Spot) { s.Rise = 0 }, "rise 0s is too short (at least 100ms)"},
		{func(s *traffic.Spot) { s.Rise = 2 * time.Minute }, "rise 2m0s is too long for half_life 45s (at most "},
		{func(s *traffic.Spot) { s.HalfLife = 0 }, "half_life 0s is too short (at least 1s)"},
		{func(s *traffic.Spot) { s.HalfLife = time.Hour }, "half_life 1h0m0s is longer than the tail's (at most 30m0s)"},
		{func(s *traffic.Spot) { s.Tail = -0.1 }, "tail -0.1 is not a share"},
		{func(s *traffic.Spot) { s.Tail = 1.1 }, "tail 1.1 is not a share"},
		{func(s *traffic.Spot) { s.Tail = math.NaN() }, "tail NaN is not a share"},
	} {
		s := prior()
		tt.change(&s)
		if _, err := s.Extra(400, 12*time.Minute); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("Extra(%+v) = %v; want %q", s, err, tt.want)
		}
	}
}

func FuzzSpot(f *testing.F) {
	f.Add(int64(0), 4000.0, int64(20*time.Second), int64(45*time.Second), 0.1)
	f.Add(int64(time.Second), 401.0, int64(63*time.Second), int64(45*time.Second), 0.0)
	f.Fuzz(func(t *testing.T, at int64, peak float64, rise, halfLife int64, tail float64) {
		s := traffic.Spot{At: time.Duration(at), Peak: peak, Rise: time.Duration(rise), HalfLife: time.Duration(halfLife), Tail: tail}
		if peak > 1e9 {
			return
		}
		c, err := s.Extra(400, 10*time.Minute)
		if err != nil {
			return
		}
		highest, _ := c.Peak()
		if highest > (peak-400)*1.001 || math.IsNaN(c.Total()) {
			t.Errorf("Extra(%+v): peak %g, total %g; want at most %g", s, highest, c.Total(), peak-400)
		}
	})
}
