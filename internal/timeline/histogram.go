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
// empty and ready to use. A copy shares its counts: only one of the two may be
// used once the other records or merges. Merge copies what it takes.
//
// Buckets are those of an HDR histogram: every power of two is split into 1024
// equal parts, and values below 2048 µs are exact. A value is reported as its
// bucket's middle, so it is off by at most 0.05 % or 1 µs.
type Histogram struct {
	counts []count // in order of their buckets, none of them 0
	packed string  // the same in less memory, and then counts is empty
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
	if h.packed != "" {
		h.counts, h.packed = h.all(), ""
	}
	b := bucketOf(d)
	i, found := slices.BinarySearchFunc(h.counts, b, func(c count, b bucket) int { return cmp.Compare(c.bucket(), b) })
	if !found {
		h.counts = slices.Insert(h.counts, i, counted(b, 0))
	}
	h.counts[i] = counted(b, h.counts[i].n()+1)
}

// Merge adds the counts of o, in place where there is room: sums over a run spend
// their time here.
//
//	a  [..a..]            from the right, the larger bucket first, so that
//	a  [..a...b.a.ab.b]   nothing is written over before it was read
func (h *Histogram) Merge(o Histogram) {
	a, b := h.all(), o.all()
	i, k := len(a)-1, len(b)-1
	more := absent(a, b)
	a = slices.Grow(a, more)[:len(a)+more]
	for n := len(a) - 1; k >= 0; n-- {
		switch {
		case i >= 0 && a[i].bucket() > b[k].bucket():
			a[n] = a[i]
			i--
		case i >= 0 && a[i].bucket() == b[k].bucket():
			a[n] = counted(a[i].bucket(), a[i].n()+b[k].n())
			i, k = i-1, k-1
		default:
			a[n] = b[k]
			k--
		}
	}
	h.counts, h.packed = a, ""
}

// absent counts the buckets of b that a has not.
func absent(a, b []count) int {
	n, i := len(b), 0
	for _, c := range b {
		for i < len(a) && a[i].bucket() < c.bucket() {
			i++
		}
		if i < len(a) && a[i].bucket() == c.bucket() {
			n--
		}
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
func (h Histogram) Count() (total int64) {
	for _, n := range h.each {
		total += n
	}
	return total
}

// IsZero reports whether nothing was recorded.
func (h Histogram) IsZero() bool { return len(h.counts) == 0 && h.packed == "" }

// Quantile returns the smallest recorded duration (within the bucket's
// resolution) that at least the share q of all does not exceed; ok is false
// when nothing was recorded.
func (h Histogram) Quantile(q float64) (d time.Duration, ok bool) {
	total := h.Count()
	if total == 0 {
		return 0, false
	}
	rank := min(max(int64(math.Ceil(q*float64(total)-1e-9)), 1), total)
	for b, n := range h.each {
		if rank -= n; rank <= 0 {
			return b.middle(), true
		}
	}
	return 0, false // not reached: the counts add up to total
}

// Mean returns the mean of what was recorded (within the buckets' resolution);
// ok is false when nothing was.
func (h Histogram) Mean() (d time.Duration, ok bool) {
	var total, n float64
	for _, c := range h.all() {
		total += float64(c.n()) * float64(c.bucket().middle())
		n += float64(c.n())
	}
	if n == 0 {
		return 0, false
	}
	return time.Duration(total / n), true
}

// Deviation returns the standard deviation of the durations, each as its bucket's
// middle; 0 when nothing was recorded.
func (h Histogram) Deviation() time.Duration {
	mean, _ := h.Mean()
	var squares, n float64
	for _, c := range h.all() {
		off := float64(c.bucket().middle() - mean)
		squares += off * off * float64(c.n())
		n += float64(c.n())
	}
	if n == 0 {
		return 0
	}
	return time.Duration(math.Sqrt(squares / n))
}

// Over counts the durations longer than limit; those in the limit's own bucket
// count as not over.
func (h Histogram) Over(limit time.Duration) (over int64) {
	limits := bucketOf(limit)
	for b, n := range h.each {
		if b > limits {
			over += n
		}
	}
	return over
}
