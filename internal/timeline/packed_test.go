package timeline

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// Whatever a histogram counts, it counts the same in less memory, and goes on
// counting from there.
func FuzzCompact(f *testing.F) {
	f.Add([]byte{0, 0, 1, 16, 1, 17, 15, 1, 16, 1, 255, 255}, uint16(3))
	f.Add([]byte{1, 0, 0, 0, 200, 3}, uint16(60000))
	f.Fuzz(func(t *testing.T, steps []byte, us uint16) {
		var plain Histogram
		at := bucket(0)
		for i := 0; i+1 < len(steps) && at < bucketOf(longest)-255; i += 2 {
			at += bucket(steps[i])
			n := int64(steps[i+1]) * int64(steps[i+1]) * int64(i+1)
			if last := len(plain.counts) - 1; n > 0 && (last < 0 || plain.counts[last].bucket() < at) {
				plain.counts = append(plain.counts, counted(at, n))
			}
		}
		packed := plain.Clone()
		packed.Compact()
		if !slices.Equal(packed.all(), plain.all()) || packed.Count() != plain.Count() || packed.IsZero() != plain.IsZero() {
			t.Fatalf("compacted %v = %v", plain.all(), packed.all())
		}
		d := time.Duration(us) * time.Microsecond
		if packed.Over(d) != plain.Over(d) {
			t.Errorf("Over(%s) = %d; want %d", d, packed.Over(d), plain.Over(d))
		}
		sum := packed
		sum.Merge(packed)
		packed.Record(d)
		plain.Record(d)
		got, err1 := json.Marshal(packed)
		want, err2 := json.Marshal(plain)
		if err1 != nil || err2 != nil || string(got) != string(want) {
			t.Errorf("recorded on: %s; want %s", got, want)
		}
		if sum.Count() != 2*(plain.Count()-1) {
			t.Errorf("merged with itself: %d counts; want %d", sum.Count(), 2*(plain.Count()-1))
		}
	})
}
