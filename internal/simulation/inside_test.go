package simulation

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// FuzzAgenda holds the heap against a stable sort.
func FuzzAgenda(f *testing.F) {
	f.Add([]byte{3, 1, 2, 255, 2, 255, 9, 0, 0, 0})
	f.Fuzz(func(t *testing.T, bytes []byte) {
		var a agenda
		var want []entry
		pop := func() {
			if len(want) == 0 {
				return
			}
			slices.SortStableFunc(want, func(x, y entry) int { return int(x.at - y.at) })
			if !a.due(want[0].at) || a.due(want[0].at-1) {
				t.Fatalf("due: the first entry is at %d", want[0].at)
			}
			if got := a.pop(); got.at != want[0].at || got.index != want[0].index {
				t.Fatalf("pop() = %+v; want %+v", got, want[0])
			}
			want = want[1:]
		}
		for i, b := range bytes {
			if b == 255 {
				pop()
				continue
			}
			e := entry{at: time.Duration(b % 16), index: int32(i)}
			a.push(e)
			want = append(want, e)
		}
		for len(want) > 0 {
			pop()
		}
		if a.due(math.MaxInt64) {
			t.Error("due after all were popped")
		}
	})
}

// A mean over any window is the mean of the seconds in it, each by the part of
// it that lies in the window, and before the beginning all are like the first.
func TestHistoryOfAWindow(t *testing.T) {
	values := []float64{4, 8, 0, 6, 2}
	h := newHistory(len(values))
	h.begin(4)
	for second, v := range values {
		h.add(second, v)
	}
	const step = 100 * time.Millisecond
	for to := -2 * time.Second; to <= 5*time.Second; to += 300 * time.Millisecond {
		for _, window := range []time.Duration{step, time.Second, 2500 * time.Millisecond} {
			var want float64
			for at := to - window; at < to; at += step {
				v := 4.0
				if at >= 0 {
					v = values[at/time.Second]
				}
				want += v / float64(window/step)
			}
			s := sight{Metric: Metric{Window: window}}
			if got := s.mean(&h, to); math.Abs(got-want) > 1e-9 {
				t.Errorf("mean of %v to %v = %g; want %g", window, to, got, want)
			}
		}
	}
}

func TestReading(t *testing.T) {
	for _, c := range []struct{ every, offset, delay, now, want time.Duration }{
		{0, 0, 0, 17, 17},
		{0, 0, 5, 17, 12},
		{15, 0, 0, 17, 15},
		{15, 0, 0, 15, 15},
		{15, 4, 0, 17, 4},
		{15, 4, 0, 19, 19},
		{15, 4, 5, 19, 4},
		{15, 4, 0, 3, -11}, // before the beginning
		{15, 4, 20, 3, -26},
	} {
		s := sight{Metric: Metric{Every: c.every, Delay: c.delay}, offset: c.offset}
		if got := s.reading(c.now); got != c.want {
			t.Errorf("reading at %d, every %d from %d, seen after %d = %d; want %d", c.now, c.every, c.offset, c.delay, got, c.want)
		}
	}
}

// The requests of the seconds are those of the curve.
func TestRequestsOfACurve(t *testing.T) {
	c := traffic.NewCurve(traffic.Segment{Length: 1500 * time.Millisecond, From: 0, To: 30}, traffic.Segment{Length: time.Second, From: 8, To: 8})
	got := Requests(c)
	want := []float64{10, 12.5 + 4, 4} // triangles of 10 and 22.5, then 8/s
	if len(got) != len(want) {
		t.Fatalf("Requests = %v; want %v", got, want)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("Requests = %v; want %v", got, want)
		}
	}
}

// What is drawn for a number is the same whatever else was drawn, and all stages
// of a delay are drawn from evenly.
func TestStreamsAreApart(t *testing.T) {
	var c chance
	d := Delay{{0, 1}, {0, 10, 20}, {100}}
	one, other := c.stages(d), c.stages(d)
	draw := func(between int) (all []time.Duration) {
		c.begin(7)
		for n := range uint64(50) {
			all = append(all, c.delay(one, n))
			for range between {
				c.uniform(other.streams[0])
			}
		}
		return all
	}
	if !slices.Equal(draw(0), draw(3)) {
		t.Error("a stream's draws depend on another's")
	}
	c.begin(8)
	counts := map[time.Duration]int{}
	const n = 6000
	for k := range uint64(n) {
		counts[c.delay(one, k)]++
	}
	for _, took := range []time.Duration{100, 101, 110, 111, 120, 121} {
		if got := float64(counts[took]); math.Abs(got-n/6) > 4*math.Sqrt(n*5/36.) {
			t.Errorf("%d of %d draws took %d; want a sixth", counts[took], n, took)
		}
	}
	if len(counts) != 6 {
		t.Errorf("draws = %v; want the 6 sums alone", counts)
	}
}

// Values by hand.
func TestSampleByHand(t *testing.T) {
	var s Sample
	for _, v := range []float64{5, 1, 4, 2, 3, 9, 7, 8, 6, 10} {
		s.add(v)
	}
	s.sort()
	if mean, err := s.Mean(); mean != 5.5 || math.Abs(err-math.Sqrt(82.5/9/10)) > 1e-12 {
		t.Errorf("mean = %g ± %g; want 5.5 ± %g", mean, err, math.Sqrt(82.5/9/10))
	}
	// Ranks 5 ± 1.58: the 4th and the 7th value.
	if value, err := s.Quantile(0.5); value != 5 || err != 1.5 {
		t.Errorf("median = %g ± %g; want 5 ± 1.5", value, err)
	}
	if value, err := s.Quantile(1); value != 10 || err != 0 {
		t.Errorf("quantile 1 = %g ± %g; want 10 ± 0", value, err)
	}
	// (3+1)/(10+2) = 1/3 with a variance of 2/9 over 12.
	if share, err := s.Within(3); share != 0.3 || math.Abs(err-math.Sqrt(2./9/12)) > 1e-12 {
		t.Errorf("share within 3 = %g ± %g; want 0.3 ± %g", share, err, math.Sqrt(2./9/12))
	}
}

// A place that is taken again gets another number, and no two get the same.
func TestPlaces(t *testing.T) {
	var p places
	for range 2 {
		p.clear()
		seen := map[uint64]bool{}
		for _, place := range []int{3, 4, 3, 0, 4, 3} {
			n := p.take(place)
			if seen[n] {
				t.Errorf("place %d got %d again", place, n)
			}
			seen[n] = true
		}
		if !seen[3] || !seen[4] || !seen[0] {
			t.Errorf("numbers = %v; want those of the first takings to be the places", seen)
		}
	}
}
