package timeline

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"time"
)

// Histogram counts durations sparsely with 3 significant digits, from 1 µs to
// 120 s; longer ones count as 120 s, shorter ones as 0. The zero value is
// empty and ready to use. A copy shares its counts: only one of the two may
// record or merge from then on. Merge copies what it takes.
//
// Buckets are those of an HDR histogram: every power of two is split into 1024
// equal parts, and values below 2048 µs are exact. A value is reported as its
// bucket's middle, so it is off by at most 0.05 % or 1 µs.
type Histogram struct {
	counts []count // in order of low, none of them 0
}

// count is how many durations fell into one bucket.
type count struct {
	low int64 // the lowest µs of the bucket
	n   int64
}

const longest = 120 * time.Second

// mostCounted is more than any run can put into one bucket; what was read and
// is not beyond it can be added up without overflow.
const mostCounted = 1 << 48

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
	i, found := h.find(low)
	if !found {
		h.counts = slices.Insert(h.counts, i, count{low: low})
	}
	h.counts[i].n += n
}

func (h Histogram) find(low int64) (i int, found bool) {
	return slices.BinarySearchFunc(h.counts, low, func(c count, low int64) int { return cmp.Compare(c.low, low) })
}

// Merge adds the counts of o.
func (h *Histogram) Merge(o Histogram) {
	merged := make([]count, 0, len(h.counts)+len(o.counts))
	a, b := h.counts, o.counts
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].low < b[0].low:
			merged, a = append(merged, a[0]), a[1:]
		case a[0].low > b[0].low:
			merged, b = append(merged, b[0]), b[1:]
		default:
			merged = append(merged, count{a[0].low, a[0].n + b[0].n})
			a, b = a[1:], b[1:]
		}
	}
	h.counts = append(append(merged, a...), b...)
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
	for _, c := range h.counts {
		n += c.n
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
	rank := min(max(int64(math.Ceil(q*float64(total)-1e-9)), 1), total)
	for _, c := range h.counts {
		if rank -= c.n; rank <= 0 {
			return middle(c.low), true
		}
	}
	return 0, false // not reached: the counts add up to total
}

// Over counts the durations longer than limit; those in the limit's own bucket
// count as not over.
func (h Histogram) Over(limit time.Duration) int64 {
	var n int64
	for i := len(h.counts) - 1; i >= 0 && h.counts[i].low > bucket(limit); i-- {
		n += h.counts[i].n
	}
	return n
}

// MarshalJSON writes an object of counts by the bucket's lowest µs.
func (h Histogram) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, c := range h.counts {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(strconv.AppendInt(append(text, '"'), c.low, 10), '"', ':')
		text = strconv.AppendInt(text, c.n, 10)
	}
	return append(text, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote; a value that is no bucket's
// lowest counts in the bucket that holds it.
func (h *Histogram) UnmarshalJSON(text []byte) error {
	var counts map[int64]int64
	if err := json.Unmarshal(text, &counts); err != nil {
		return err
	}
	h.counts = make([]count, 0, len(counts))
	for _, us := range slices.Sorted(maps.Keys(counts)) {
		low := bucket(time.Duration(min(max(us, 0), longest.Microseconds())) * time.Microsecond)
		last := len(h.counts) - 1
		switch n := counts[us]; {
		case n < 0 || n > mostCounted:
			return fmt.Errorf("histogram counts %d durations of %d µs", n, us)
		case n == 0:
		case last >= 0 && h.counts[last].low == low:
			h.counts[last].n += n
		default:
			h.counts = append(h.counts, count{low, n})
		}
	}
	return nil
}
