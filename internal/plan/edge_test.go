package plan

import (
	"slices"
	"testing"
)

func TestEdge(t *testing.T) {
	for _, c := range []struct {
		start, low, high, first int // first: the smallest number that holds
		want                    int
		ok                      bool
	}{
		{5, 5, 100, 5, 5, true},
		{5, 5, 100, 6, 6, true},
		{5, 5, 100, 100, 100, true},
		{5, 5, 100, 101, 101, false},
		{50, 5, 100, 37, 37, true},
		{50, 5, 100, 1, 5, true},
		{100, 5, 100, 99, 99, true},
		{7, 7, 7, 7, 7, true},
		{7, 7, 7, 8, 8, false},
	} {
		got, ok := edge(c.start, c.low, c.high, func(n int) bool { return n >= c.first })
		if got != c.want || ok != c.ok {
			t.Errorf("edge(%d, %d, %d, from %d) = %d, %v; want %d, %v", c.start, c.low, c.high, c.first, got, ok, c.want, c.ok)
		}
	}
}

// Whatever holds, what is found holds and the one below does not, and nothing out of
// range is asked; what nothing holds of is found not to.
func FuzzEdge(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1}, 0)
	f.Add([]byte{1, 0, 1, 0, 0}, 3)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 2)
	f.Fuzz(func(t *testing.T, holds []byte, start int) {
		if start < 0 || start >= len(holds) || len(holds) > 1000 {
			t.Skip("it does not begin within what is asked")
		}
		const low = 3
		asked := 0
		at := func(n int) bool {
			asked++
			if n < low || n >= low+len(holds) {
				t.Fatalf("edge asks about %d; want %d to %d", n, low, low+len(holds)-1)
			}
			return holds[n-low]%2 == 1
		}
		n, ok := edge(low+start, low, low+len(holds)-1, at)
		if asked > 24 {
			t.Errorf("edge asks %d times of %d; want at most twice the logarithm", asked, len(holds))
		}
		switch {
		case !ok && slices.ContainsFunc(holds[len(holds)-1:], func(b byte) bool { return b%2 == 1 }):
			t.Errorf("edge finds none though the highest holds")
		case ok && !at(n):
			t.Errorf("edge = %d, which does not hold", n)
		case ok && n > low && at(n-1):
			t.Errorf("edge = %d, though %d holds too", n, n-1)
		}
	})
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		low, high int
		must      []int
		want      int // numbers
	}{
		{3, 3, []int{3}, 1},
		{3, 10, []int{7, 6}, 8},
		{0, 23, []int{16, 15}, 24},
		{10, 138, []int{92, 91}, 24},
		{10, 10_000, []int{6667, 6666}, 24},
	} {
		got := spread(c.low, c.high, c.must)
		if len(got) > points || len(got) < c.want-2 || len(got) > c.want {
			t.Errorf("spread(%d, %d, %v) has %d numbers; want %d or, where some meet, two fewer", c.low, c.high, c.must, len(got), c.want)
		}
		if got[0] != c.low || got[len(got)-1] != c.high || !slices.IsSorted(got) {
			t.Errorf("spread(%d, %d, %v) = %v; want from low to high", c.low, c.high, c.must, got)
		}
		for _, n := range c.must {
			if !slices.Contains(got, n) {
				t.Errorf("spread(%d, %d, %v) = %v; want %d among them", c.low, c.high, c.must, got, n)
			}
		}
		if c.high-c.low > points {
			for i := range len(got) - 1 {
				if gap := got[i+1] - got[i]; gap > (c.high-c.low)/20+1 {
					t.Errorf("spread(%d, %d, %v) = %v; want no gap of %d", c.low, c.high, c.must, got, gap)
				}
			}
		}
	}
}

// As many draws are needed as a reader would count: 95 of 100, 1,900 of 2,000.
func TestNeeded(t *testing.T) {
	for n, want := range map[int]int{1: 1, 19: 19, 20: 19, 100: 95, 300: 285, 2000: 1900, 2001: 1901} {
		if got := needed(n); got != want {
			t.Errorf("needed(%d) = %d; want %d", n, got, want)
		}
	}
}
