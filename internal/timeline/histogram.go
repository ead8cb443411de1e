package timeline

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
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
	counts []count // in order of their buckets, none of them 0
}

const longest = 120 * time.Second

// bucket is the number of a bucket, in order of duration: 1024 for every power
// of two from 2048 µs, and one for every µs below.
type bucket uint16

func bucketOf(d time.Duration) bucket {
	us := min(max(d, 0), longest).Microseconds()
	shift := max(bits.Len64(uint64(us))-11, 0)
	return bucket(shift<<10 + int(us>>shift))
}

// shift is by how many binary digits values of the bucket are cut.
func (b bucket) shift() int { return max(int(b>>10)-1, 0) }

// low is the lowest µs of the bucket.
func (b bucket) low() int64 { return int64(int(b)-b.shift()<<10) << b.shift() }

func (b bucket) middle() time.Duration {
	width := int64(1) << b.shift()
	return time.Duration(b.low())*time.Microsecond + time.Duration(width-1)*time.Microsecond/2
}

// count is how many durations fell into one bucket, and in its upper 16 binary
// digits which. A long run has tens of millions of them.
type count uint64

// mostCounted is more than any run can put into one bucket; counts stop there.
const mostCounted = 1<<48 - 1

func counted(b bucket, n int64) count { return count(b)<<48 | count(min(n, mostCounted)) }

func (c count) bucket() bucket { return bucket(c >> 48) }

func (c count) n() int64 { return int64(c & mostCounted) }

// Record counts d once.
func (h *Histogram) Record(d time.Duration) {
	b := bucketOf(d)
	i, found := slices.BinarySearchFunc(h.counts, b, func(c count, b bucket) int { return cmp.Compare(c.bucket(), b) })
	if !found {
		h.counts = slices.Insert(h.counts, i, counted(b, 0))
	}
	h.counts[i] = counted(b, h.counts[i].n()+1)
}

// Merge adds the counts of o. Sums over a run spend their time here, and which
// histogram has the next bucket is anyone's guess: the loop does not branch on
// it.
func (h *Histogram) Merge(o Histogram) {
	a, b := h.counts, o.counts
	merged := make([]count, len(a)+len(b))
	i, k, n := 0, 0, 0
	for i < len(a) && k < len(b) && n < len(merged) {
		x, y := a[i], b[k]
		inA, inB := present(x.bucket() <= y.bucket()), present(y.bucket() <= x.bucket())
		merged[n] = counted(min(x.bucket(), y.bucket()), x.n()*int64(inA)+y.n()*int64(inB))
		i, k, n = i+inA, k+inB, n+1
	}
	n += copy(merged[n:], a[i:])
	n += copy(merged[n:], b[k:])
	h.counts = merged[:n]
}

// present is 1 where is holds, else 0.
func present(is bool) int {
	n := 0
	if is {
		n = 1
	}
	return n
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
		n += c.n()
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
		if rank -= c.n(); rank <= 0 {
			return c.bucket().middle(), true
		}
	}
	return 0, false // not reached: the counts add up to total
}

// Over counts the durations longer than limit; those in the limit's own bucket
// count as not over.
func (h Histogram) Over(limit time.Duration) int64 {
	var n int64
	for i := len(h.counts) - 1; i >= 0 && h.counts[i].bucket() > bucketOf(limit); i-- {
		n += h.counts[i].n()
	}
	return n
}
