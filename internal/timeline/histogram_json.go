package timeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// MarshalJSON writes an object of counts by the bucket's lowest µs.
func (h Histogram) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, c := range h.all() {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(strconv.AppendInt(append(text, '"'), c.bucket().low(), 10), '"', ':')
		text = strconv.AppendInt(text, c.n(), 10)
	}
	return append(text, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, and any other object of counts by
// µs: a value that is no bucket's lowest counts in the bucket that holds it.
func (h *Histogram) UnmarshalJSON(text []byte) error {
	if counts, ok := ownCounts(text); ok {
		h.counts = counts
		return nil
	}
	return h.unmarshalAny(text)
}

// ownCounts reads what MarshalJSON wrote, exactly as it writes it; ok is false
// for anything else. Reading a run is reading these, by the gigabyte.
func ownCounts(text []byte) (counts []count, ok bool) {
	rest, ok := bytes.CutPrefix(text, []byte(`{"`))
	if !ok {
		return nil, false
	}
	counts = make([]count, 0, bytes.Count(rest, []byte{','})+1)
	for {
		us, after, okValue := digits(rest)
		after, okMiddle := bytes.CutPrefix(after, []byte(`":`))
		n, after, okCount := digits(after)
		if !okValue || !okMiddle || !okCount || n == 0 || n > mostCounted || us > longest.Microseconds() {
			return nil, false
		}
		b := bucketOf(time.Duration(us) * time.Microsecond)
		if last := len(counts) - 1; b.low() != us || last >= 0 && counts[last].bucket() >= b {
			return nil, false
		}
		counts = append(counts, counted(b, n))
		if string(after) == "}" {
			return counts, true
		}
		if rest, ok = bytes.CutPrefix(after, []byte(`,"`)); !ok {
			return nil, false
		}
	}
}

// digits reads the whole number at the front of text, written without a sign
// and without leading zeros.
func digits(text []byte) (n int64, rest []byte, ok bool) {
	const most = 15 // digits that no run needs more of, and int64 holds
	i := 0
	for ; i < len(text) && i <= most && text[i] >= '0' && text[i] <= '9'; i++ {
		n = 10*n + int64(text[i]-'0')
	}
	return n, text[i:], i > 0 && i <= most && (text[0] != '0' || i == 1)
}

func (h *Histogram) unmarshalAny(text []byte) error {
	var counts map[int64]int64
	if err := json.Unmarshal(text, &counts); err != nil {
		return err
	}
	h.counts = make([]count, 0, len(counts))
	for _, us := range slices.Sorted(maps.Keys(counts)) {
		b := bucketOf(time.Duration(min(max(us, 0), longest.Microseconds())) * time.Microsecond)
		last := len(h.counts) - 1
		switch n := counts[us]; {
		case n < 0 || n > mostCounted:
			return fmt.Errorf("histogram counts %d durations of %d µs", n, us)
		case n == 0:
		case last >= 0 && h.counts[last].bucket() == b:
			h.counts[last] = counted(b, h.counts[last].n()+n)
		default:
			h.counts = append(h.counts, counted(b, n))
		}
	}
	return nil
}
