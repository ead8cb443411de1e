package timeline

import (
	"encoding/json"
	"math"
	"math/bits"
	"slices"
	"time"
)

// Histogram counts durations sparsely with 3 significant digits, from 1 µs to
// 120 s; longer ones count as 120 s, shorter ones as 0. The zero value is
// empty and ready to use. A copy shares its counts: treat a Histogram handed
// on as read-only, Merge copies what it takes.
//
// Buckets are those of an HDR histogram: every power of two is split into 1024
// equal parts, and values below 2048 µs are exact. A value is reported as its
// bucket's middle, so it is off by at most 0.05 % or 1 µs.
type Histogram struct {
	counts map[int64]int64 // by the lowest µs of the bucket
}

const longest = 120 * time.Second

func bucket(d time.Duration) int64 {
	us := min(max(d, 0), longest).Microseconds()
	shift := max(bits.Len64(uint64(us))-11, 0)
	return us >> shift << shift
}

func middle(low int64) time.Duration {
	width := int64(1) << max(bits.Len64(uint64(low))-11, 0)
	return time.Duration(low)*time.Microsecond + time.Duration(width-1)*time.Microsecond/2
}

// Record counts d once.
func (h *Histogram) Record(d time.Duration) { h.add(bucket(d), 1) }

func (h *Histogram) add(low, n int64) {
	if h.counts == nil {
		h.counts = make(map[int64]int64)
	}
	h.counts[low] += n
}

// Merge adds the counts of o.
func (h *Histogram) Merge(o Histogram) {
	for low, n := range o.counts {
		h.add(low, n)
	}
}

// Clone returns an independent copy.
func (h Histogram) Clone() Histogram {
	var c Histogram
	c.Merge(h)
	return c
}

// Count returns how many durations were recorded.
func (h Histogram) Count() int64 {
	var n int64
	for _, k := range h.counts {
		n += k
	}
	return n
}

// IsZero reports whether nothing was recorded.
func (h Histogram) IsZero() bool { return len(h.counts) == 0 }

// Quantile returns the smallest recorded duration (within the bucket's
// resolution) that at least the share q of all does not exceed; ok is false
// when nothing was recorded.
func (h Histogram) Quantile(q float64) (d time.Duration, ok bool) {
	total := h.Count()
	if total == 0 {
		return 0, false
	}
	rank := max(int64(math.Ceil(q*float64(total)-1e-9)), 1)
	lows := h.lows()
	for _, low := range lows {
		if rank -= h.counts[low]; rank <= 0 {
			return middle(low), true
		}
	}
	return middle(lows[len(lows)-1]), true
}

// Over counts the durations longer than limit; those in the limit's own bucket
// count as not over.
func (h Histogram) Over(limit time.Duration) int64 {
	at := bucket(limit)
	var n int64
	for low, k := range h.counts {
		if low > at {
			n += k
		}
	}
	return n
}

// Sum returns the sum of all durations, each as its bucket's middle.
func (h Histogram) Sum() time.Duration {
	var sum time.Duration
	for low, n := range h.counts {
		sum += middle(low) * time.Duration(n)
	}
	return sum
}

func (h Histogram) lows() []int64 {
	lows := make([]int64, 0, len(h.counts))
	for low := range h.counts {
		lows = append(lows, low)
	}
	slices.Sort(lows)
	return lows
}

// MarshalJSON writes an object of counts by the bucket's lowest µs.
func (h Histogram) MarshalJSON() ([]byte, error) { return json.Marshal(h.counts) }

// UnmarshalJSON reads what MarshalJSON wrote; a value that is no bucket's
// lowest counts in the bucket that holds it.
func (h *Histogram) UnmarshalJSON(text []byte) error {
	var counts map[int64]int64
	if err := json.Unmarshal(text, &counts); err != nil {
		return err
	}
	h.counts = nil
	for us, n := range counts {
		if n > 0 {
			h.add(bucket(time.Duration(min(max(us, 0), longest.Microseconds()))*time.Microsecond), n)
		}
	}
	return nil
}
