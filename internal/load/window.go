package load

import (
	"math"
	"slices"
	"time"
)

// jitter is by how much an arrival may be behind for the sake of the cap on rate
// without being dropped, and how closely what is late goes out: even arrivals at
// exactly the cap's rate come a little early or late on a real clock.
const jitter = 10 * time.Millisecond

// window is the cap on rate: of the requests sent, no more than most lie within
// any span, which is a second where the rate is a whole number.
//
//	sent   ||| | |  |    | || |
//	       |<---- span ---->|      most of them: the next may go when the first leaves
//
// It remembers the instants themselves, as many as were sent within the span.
type window struct {
	most int
	span time.Duration
	sent []time.Duration // offsets, the oldest first
}

// newWindow allows rate requests a second. Where that is no whole number the span
// is longer: 2.5 a second are 3 in 1.2 s, and one in two seconds is one in 2 s.
func newWindow(rate float64) window {
	const longest = 1e9 // seconds, for which a time.Duration has room
	rate = min(rate, math.MaxInt32)
	most := math.Ceil(rate)
	span := math.Ceil(min(most/rate, longest) * float64(time.Second))
	return window{most: int(most), span: time.Duration(span)}
}

// roomAt returns the offset from which one more may be sent; now or before where
// that is at once.
func (w *window) roomAt(now time.Duration) time.Duration {
	gone, _ := slices.BinarySearch(w.sent, now-w.span+1)
	w.sent = w.sent[gone:]
	if len(w.sent) < w.most {
		return now
	}
	return w.sent[len(w.sent)-w.most] + w.span
}

// take counts one request sent at offset now, where there is room for it.
func (w *window) take(now time.Duration) { w.sent = append(w.sent, now) }

// backlog keeps apart what is sent late: after a stall it goes out at the cap's
// rate and not all at once.
type backlog struct {
	apart time.Duration
	next  time.Duration // offset at which the next is due to go
}

func newBacklog(rate float64) backlog {
	w := newWindow(rate)
	return backlog{apart: time.Duration(math.Ceil(float64(w.span) / float64(w.most)))}
}

// roomAt returns the offset from which one more may be sent.
func (b *backlog) roomAt() time.Duration { return b.next - jitter }

// take counts one request sent at offset now, where there is room for it.
func (b *backlog) take(now time.Duration) { b.next = max(b.next, now) + b.apart }
