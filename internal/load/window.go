package load

import (
	"math"
	"time"
)

// window counts what was sent in the second that ends now, in slots of 10 ms,
// the current one included:
//
//	|----------- 99 whole slots -----------|-now|
//
// It so looks back between 0.99 and 1 s, which is the room that even arrivals at
// exactly the highest rate need for their jitter.
type window struct {
	most  int // sent within it
	slots [100]int
	sum   int
	slot  int64 // number of the current slot
}

const slotLength = time.Second / 100

// newWindow allows rate requests a second, and at least one.
func newWindow(rate float64) window {
	return window{most: int(math.Ceil(min(rate, math.MaxInt32)))}
}

// take counts one request at offset now if there is room for it.
func (w *window) take(now time.Duration) bool {
	w.advance(int64(now / slotLength))
	if w.sum >= w.most {
		return false
	}
	w.slots[w.slot%int64(len(w.slots))]++
	w.sum++
	return true
}

// roomAt returns the offset at which the oldest of those counted leave the
// window.
func (w *window) roomAt() time.Duration {
	n := int64(len(w.slots))
	slot := max(w.slot-n+1, 0)
	for slot < w.slot && w.slots[slot%n] == 0 {
		slot++
	}
	return time.Duration(slot+n) * slotLength
}

// advance makes slot the current one and forgets those that leave the window.
func (w *window) advance(slot int64) {
	if slot-w.slot >= int64(len(w.slots)) {
		w.slots, w.sum, w.slot = [100]int{}, 0, slot
	}
	for w.slot < slot {
		w.slot++
		at := w.slot % int64(len(w.slots))
		w.sum -= w.slots[at]
		w.slots[at] = 0
	}
}
